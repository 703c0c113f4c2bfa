/**
 * `aicost classify --learn`: a sheet of labels → a classifier of the user's own.
 *
 * Takes the sheet, gives what a classifier taught by it gets right on rows it has not seen, beside the
 * one before, and how sure that is; keeps it beside the ledger where it is better. Never changes the
 * shipped classifier, a label of the ledger, or the sheet.
 */
import { resolve } from 'node:path';
import { plainPrompt } from '../classify/features.ts';
import { areAllAlike, type Judged, type Taught, teach } from '../classify/teach.ts';
import { formatOwnModel } from '../classify/teach-file.ts';
import { kappaEstimate, shareEstimate } from '../classify/teach-measure.ts';
import { type Change, changeOf, whyNotKept } from '../classify/teach-verdict.ts';
import { TASKS } from '../domain/task.ts';
import { formatInstant } from '../domain/time.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { shippedId, shippedModel } from '../ingest/model-file.ts';
import { checkOwnModelPlace, replacedNote, writeOwnModel } from '../ingest/own-model.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import { renderSections, type Section, type Sections, sectionOf } from '../report/sections.ts';
import type { Deps } from '../terminal/command.ts';
import { checkWritable, refuseOverwrite } from '../terminal/output.ts';
import { type LabelledSheet, parseLabelledSheet } from './labelled-sheet.ts';
import { ownModelPath, relabelHint } from './labelling.ts';
import { readText } from './read-text.ts';
import { noteLeftOut, refuseLabels } from './sheet-notes.ts';

/** Fewer labels teach nothing that could be told from chance. */
const LEAST_ROWS = 30;
/** Below this the intervals are wide. */
const FEW_ROWS = 100;
const SURE = 0.05;
const SHEET = {
  what: 'sheet',
  hint: 'name the CSV that aicost classify --sample 200 --out wrote, filled in',
};
const LEAST_SHOWN = 0.0001;

/** Teaches a classifier by a sheet. Throws UserError. */
export async function learnLabels(file: string, deps: Deps): Promise<ExitCode> {
  const path = ownModelPath(deps);
  await checkPlaces(file, path, deps);
  const sheet = parseLabelledSheet(await readText(file, deps, SHEET), file);
  noteLeftOut(sheet, file, deps);
  refuseTooFew(sheet, file);
  const taught = await learn(sheet, file, deps);
  const change = changeOf(taught.judged);
  const fault = whyNotKept(taught, change);
  const isKept = fault === null;
  if (isKept) keep(taught, path, deps);
  await deps.write([renderSections(answerOf(taught, { change, isKept, path }), deps.output)]);
  if (isKept) {
    deps.note(
      `kept as ${path}: from now on it labels what is read into this ledger`,
      `of the calls that are there: ${relabelHint(deps)}; --classifier shipped leaves it out`,
    );
  } else {
    deps.note(
      `not kept: ${fault}`,
      'label more rows, above all those it is unsure of: aicost classify --sample 200',
    );
  }
  const { unknown, contradictions, textless } = sheet;
  const isWhole = unknown.length + contradictions.length + textless === 0;
  return isKept && isWhole ? EXIT.ok : EXIT.gaps;
}

/** Learns from the rows of a sheet, with progress. Throws UserError where nothing could be told of it. */
async function learn(sheet: LabelledSheet, file: string, deps: Deps): Promise<Taught> {
  const prompts = sheet.rows.map(({ system, prompt, task }) => {
    return { text: plainPrompt(system, prompt), task };
  });
  if (areAllAlike(prompts)) {
    throw new UserError(
      EXIT.failed,
      `${file}: its ${displayOf(prompts.length, 'labelled row')} are too alike to judge: of one template, or few; none could be judged by a classifier that has not seen its like`,
      'label calls of other templates too, or write a rule for these: --rules',
    );
  }
  const progress = deps.progress('learning');
  const taught = await teach(prompts, shippedModel(), async (fold) => {
    await deps.pause();
    deps.signal.throwIfAborted();
    progress.update(fold, 10);
  });
  progress.end();
  return taught;
}

/** Throws UserError where the answer or the classifier could not be written after all the work. */
async function checkPlaces(file: string, path: string, deps: Deps): Promise<void> {
  const read = file === '-' ? [] : [resolve(deps.cwd, file)];
  refuseOverwrite(deps.output, [...read, path]);
  refuseLabels(deps.output, 'any');
  await checkWritable(deps.output);
  checkOwnModelPlace(path);
}

function refuseTooFew({ rows }: LabelledSheet, file: string): void {
  const labels = new Set(rows.map(({ task }) => task));
  if (rows.length < LEAST_ROWS) {
    throw new UserError(
      EXIT.failed,
      `${file} holds ${displayOf(rows.length, 'labelled row')}: too few to learn from`,
      `label at least ${LEAST_ROWS}; for a few known cases write rules: --rules`,
    );
  }
  if (labels.size > 1) return;
  throw new UserError(
    EXIT.failed,
    `${file} holds one label only, ${[...labels].join()}: nothing tells it from others`,
    'label some calls of other tasks too, or write a rule: --rules',
  );
}

function keep(taught: Taught, path: string, deps: Deps): void {
  const { judged, model } = taught;
  const right = (which: 'before' | 'after'): number =>
    judged.filter((row) => row[which] === row.task).length / judged.length;
  const note = {
    learned_at: formatInstant(deps.clock.now()),
    rows: judged.length,
    accuracy_before: right('before'),
    accuracy_after: right('after'),
    over: shippedId(),
  };
  const old = replacedNote(path);
  writeOwnModel(path, formatOwnModel(model, note));
  if (old === null) return;
  const { rows, learned_at } = old;
  deps.note(`it replaces the classifier learned from ${rows} rows on ${learned_at.slice(0, 10)}`);
}

interface Outcome {
  readonly change: Change;
  readonly isKept: boolean;
  readonly path: string;
}

function answerOf({ judged }: Taught, { change, isKept, path }: Outcome): Sections {
  const { better, worse, chance } = change;
  const figures = (['before', 'after'] as const).map((which) => figuresOf(judged, which));
  const [before, after] = figures;
  const few =
    judged.length < FEW_ROWS
      ? [`only ${judged.length} rows: the intervals are wide, label more to narrow them`]
      : [];
  return {
    schema: 'aicost.learn/1',
    head: {
      rows: judged.length,
      better,
      worse,
      chance: Number(chance.toPrecision(3)),
      classifier: isKept ? path : null,
    },
    headline: `${displayOf(judged.length, 'row')}: right on ${displayShare(before?.accuracy ?? 0)} before, ${displayShare(after?.accuracy ?? 0)} after`,
    sections: [figureSection(figures), labelSection(judged), changeSection(judged)],
    notes: [
      `${better} wrong labels became right and ${worse} right ones wrong: ${
        chance < SURE ? 'more than chance' : 'this may be chance'
      } (sign test, p ${shownChance(chance)})`,
      'before: the shipped classifier; after: each row judged by one that has seen neither it nor its like (ten folds); intervals are of 95 %',
      'the sample was chosen to be hard: of all calls more are right than of these rows',
      ...few,
    ],
  };
}

interface Figures {
  readonly which: string;
  readonly right: number;
  readonly accuracy: number;
  readonly accuracyFrom: number;
  readonly accuracyTo: number;
  readonly kappa: number | null;
  readonly kappaFrom: number | null;
  readonly kappaTo: number | null;
}

function figuresOf(judged: readonly Judged[], which: 'before' | 'after'): Figures {
  const right = judged.filter((row) => row[which] === row.task).length;
  const share = shareEstimate(right, judged.length);
  const kappa = kappaEstimate(judged.map((row) => [row.task, row[which]]));
  return {
    which,
    right,
    accuracy: rounded(share.value),
    accuracyFrom: rounded(share.from),
    accuracyTo: rounded(share.to),
    kappa: kappa === null ? null : rounded(kappa.value),
    kappaFrom: kappa === null ? null : rounded(kappa.from),
    kappaTo: kappa === null ? null : rounded(kappa.to),
  };
}

function figureSection(figures: readonly Figures[]): Section {
  return sectionOf('figures', 'How often it is right', figures, [
    { key: 'which', title: 'Classifier', value: (row) => row.which },
    { key: 'right', title: 'Right', align: 'right', value: (row) => row.right },
    { key: 'accuracy', title: 'Accuracy', align: 'right', value: (row) => row.accuracy },
    { key: 'accuracy_from', title: 'from', align: 'right', value: (row) => row.accuracyFrom },
    { key: 'accuracy_to', title: 'to', align: 'right', value: (row) => row.accuracyTo },
    { key: 'kappa', title: "Cohen's κ", align: 'right', value: (row) => row.kappa },
    { key: 'kappa_from', title: 'from', align: 'right', value: (row) => row.kappaFrom },
    { key: 'kappa_to', title: 'to', align: 'right', value: (row) => row.kappaTo },
  ]);
}

function labelSection(judged: readonly Judged[]): Section {
  const rows = TASKS.map((label) => {
    const of = judged.filter(({ task }) => task === label);
    const right = (which: 'before' | 'after'): number =>
      of.filter((row) => row[which] === label).length;
    const given = judged.filter(({ after }) => after === label).length;
    return { label, rows: of.length, before: right('before'), after: right('after'), given };
  }).filter(({ rows: count, given }) => count + given > 0);
  return sectionOf('labels', 'By label', rows, [
    { key: 'label', title: 'Label', value: (row) => row.label },
    { key: 'rows', title: 'Rows', align: 'right', value: (row) => row.rows },
    { key: 'right_before', title: 'Right before', align: 'right', value: (row) => row.before },
    { key: 'right_after', title: 'Right after', align: 'right', value: (row) => row.after },
    { key: 'given_after', title: 'Given after', align: 'right', value: (row) => row.given },
  ]);
}

/** The labels that change most often, and whether for the better. */
function changeSection(judged: readonly Judged[]): Section {
  const counts = new Map<string, { from: string; to: string; rows: number; right: number }>();
  for (const { task, before, after } of judged) {
    if (before === after) continue;
    const key = `${before} ${after}`;
    const count = counts.get(key) ?? { from: before, to: after, rows: 0, right: 0 };
    count.rows++;
    if (after === task) count.right++;
    counts.set(key, count);
  }
  const rows = [...counts.values()].sort((a, b) => b.rows - a.rows || (a.from < b.from ? -1 : 1));
  return sectionOf('changes', 'What changed', rows, [
    { key: 'from', title: 'From', value: (row) => row.from },
    { key: 'to', title: 'To', value: (row) => row.to },
    { key: 'rows', title: 'Rows', align: 'right', value: (row) => row.rows },
    { key: 'right', title: 'Right now', align: 'right', value: (row) => row.right },
  ]);
}

function shownChance(chance: number): string {
  return chance < LEAST_SHOWN ? `< ${LEAST_SHOWN}` : `= ${Number(chance.toPrecision(2))}`;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
