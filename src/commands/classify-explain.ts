/**
 * `aicost classify --explain FILE:LINE`: why a call got its label.
 *
 * Takes the place of a call, in a log that is there or that the ledger knows, gives its label, the
 * runner-up and what decided in its own words. Never writes.
 */
import { resolve } from 'node:path';
import { type Explanation, explainLabel } from '../classify/explain.ts';
import type { Rule } from '../classify/rules.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type Label, Labeller, signalsOf } from '../ingest/labelling.ts';
import { promptTextOf } from '../ingest/pack.ts';
import { isSystemError } from '../ingest/read-errors.ts';
import { eachCallAgain, type SeenCall } from '../ingest/reread.ts';
import type { PromptTexts } from '../ingest/texts-again.ts';
import { isThere, keptCall } from '../ingest/texts-again.ts';
import type { Place } from '../ledger/call-at.ts';
import { callsAt } from '../ledger/call-at.ts';
import { hasLedger } from '../ledger/open.ts';
import { type TextPlace, textPlaces } from '../ledger/sketches.ts';
import type { OutputFormat } from '../report/format.ts';
import { renderSections, type Section, type Sections, sectionOf } from '../report/sections.ts';
import type { Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { labellingOf, relabelHint } from './labelling.ts';
import { withLedger } from './with-ledger.ts';

const SHOWN_LABELS = 3;

/** What is explained: what was read of a call, and how it is labelled. */
interface Subject {
  readonly place: string;
  readonly label: Label;
  readonly explanation: Explanation;
  /** The call of the ledger that this is; null: none. */
  readonly stored: TextPlace | null;
  /** Whether the ledger has another call from this place, of what stood there before. */
  readonly hasChanged: boolean;
}

/** Explains the label of a call. Throws UserError. */
export async function explainCall(
  input: string,
  inputFormat: string | null,
  deps: Deps,
): Promise<ExitCode> {
  const place = placeOf(input);
  const labeller = new Labeller(labellingOf(deps));
  const stored = await storedAt(place, deps);
  const path = stored?.path ?? resolve(deps.cwd, place.path);
  refuseOverwrite(deps.output, [path]);
  const reading = { place, stored, inputFormat, labeller };
  const subject = await read(path, reading).catch(async (error: unknown) => {
    throw (await isThere(path)) ? error : notRead(error, path, stored);
  });
  if (subject === null) throw nothingThere(place, stored);
  const answer = answerOf(subject, { format: deps.output.format, relabel: relabelHint(deps) });
  await deps.write([renderSections(answer, deps.output)]);
  return EXIT.ok;
}

function placeOf(input: string): Place {
  const [, path, line] = /^(.+):(\d{1,15})$/.exec(input) ?? [];
  if (path !== undefined) return { path, line: Number(line) };
  const hint = 'such as --explain fixtures/support-desk.jsonl:17';
  throw new UserError(EXIT.usage, `--explain ${input} is no FILE:LINE`, hint);
}

/** What the ledger knows of a place: as the path leads from here, else as the end of any path. */
async function storedAt(place: Place, deps: Deps): Promise<TextPlace | null> {
  // A log can be explained without any ledger.
  if (!hasLedger(resolve(deps.cwd, deps.config.ledger.value))) return null;
  try {
    return await withLedger(deps, 'refuse', async (db) => {
      const here = callsAt(db, { ...place, path: resolve(deps.cwd, place.path) });
      const [call] = here.length > 0 ? here : callsAt(db, place);
      return call === undefined ? null : (textPlaces(db, [call.id])[0] ?? null);
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.code === EXIT.usage) throw error;
    deps.note(`the ledger is left out: ${error.message}`, error.hint);
    return null;
  }
}

interface Reading {
  readonly place: Place;
  readonly stored: TextPlace | null;
  readonly inputFormat: string | null;
  readonly labeller: Labeller;
}

async function read(path: string, reading: Reading): Promise<Subject | null> {
  const { place, stored, inputFormat, labeller } = reading;
  const name = `${place.path}:${place.line}`;
  const kept = stored === null ? null : keptCall(stored);
  if (kept !== null) return subjectOf(kept, { name, stored, labeller });
  let found: Subject | null = null;
  await eachCallAgain(path, inputFormat, ({ parsed, line }) => {
    // A line may hold several calls: the one that the ledger knows is meant.
    if (line === place.line && (found === null || found.hasChanged)) {
      const isOther = stored !== null && stored.promptHash !== parsed.call.promptHash;
      if (found === null || !isOther) found = subjectOf(parsed, { name, stored, labeller });
    }
    return line <= place.line;
  });
  return found;
}

function subjectOf(
  parsed: SeenCall['parsed'],
  { name, stored, labeller }: { name: string; stored: TextPlace | null; labeller: Labeller },
): Subject {
  const { call, system, user } = parsed;
  const label = labeller.label(parsed, call, promptTextOf(call, system, user));
  const texts: PromptTexts = { system: system?.toString() ?? '', user: user?.toString() ?? '' };
  const explanation = explainLabel({ ...texts, signals: signalsOf(call) }, labeller.model);
  const hasChanged = stored !== null && stored.promptHash !== call.promptHash;
  return { place: name, label, explanation, stored: hasChanged ? null : stored, hasChanged };
}

/** Why a log cannot be opened, with what to do about it here. */
function notRead(error: unknown, path: string, stored: TextPlace | null): unknown {
  if (!(error instanceof UserError)) return error;
  const isGone = isSystemError(error.cause) && error.cause.code === 'ENOENT';
  const hint =
    stored === null
      ? 'name a log file and a line of it, such as --explain logs/a.jsonl:17'
      : 'put the log back; logs read with --store-text can be explained without';
  const message = isGone && stored === null ? `there is no log at ${path}` : error.message;
  return new UserError(error.code, message, hint, { cause: error });
}

function nothingThere({ path, line }: Place, stored: TextPlace | null): UserError {
  const what =
    stored === null
      ? `no call stands at ${path}:${line}`
      : `the text of the call at ${path}:${line} cannot be read again`;
  return new UserError(
    EXIT.failed,
    what,
    'lines count from 1; aicost classify --calls lists calls',
  );
}

function answerOf(
  subject: Subject,
  { format, relabel }: { readonly format: OutputFormat; readonly relabel: string },
): Sections {
  const { place, label, explanation, stored } = subject;
  const { labels, evidence } = explanation;
  const [best, runnerUp] = labels;
  return {
    schema: 'aicost.explain/1',
    head: {
      place,
      task: label.task,
      confidence: label.confidence,
      by: label.by,
      rule_line: label.rule?.line ?? null,
      runner_up: runnerUp?.task ?? null,
      runner_up_probability: runnerUp === undefined ? null : rounded(runnerUp.probability),
      ledger_task: stored?.task ?? null,
      ledger_confidence: stored?.confidence ?? null,
    },
    headline: headlineOf(label, explanation),
    sections: [
      ...(format === 'csv' ? [verdictSection(subject)] : []),
      ...ruleSections(label.rule),
      sectionOf('labels', 'What the classifier says', labels.slice(0, SHOWN_LABELS), [
        { key: 'task', title: 'Label', value: (row) => row.task },
        {
          key: 'probability',
          title: 'Probability',
          align: 'right',
          value: (row) => rounded(row.probability),
        },
      ]),
      sectionOf('evidence', 'What decided', evidence, [
        { key: 'where', title: 'In', value: (row) => row.where },
        { key: 'what', title: 'What', value: (row) => row.what },
        {
          key: 'towards',
          title: 'Towards',
          value: (row) => (row.effect > 0 ? best : runnerUp)?.task ?? null,
        },
        { key: 'effect', title: 'Effect', align: 'right', value: (row) => rounded(row.effect) },
      ]),
    ],
    notes: notesOf(subject, relabel),
  };
}

/** In CSV, which has no head. */
function verdictSection({ place, label }: Subject): Section {
  return sectionOf(
    'verdict',
    '',
    [label],
    [
      { key: 'place', title: 'Place', value: () => place },
      { key: 'task', title: 'Label', value: (row) => row.task },
      { key: 'confidence', title: 'Confidence', value: (row) => row.confidence },
      { key: 'by', title: 'By', value: (row) => row.by },
      { key: 'rule_line', title: 'Rule', value: (row) => row.rule?.line ?? null },
    ],
  );
}

/** What the rule that decided asks for. */
function ruleSections(rule: Rule | null): Section[] {
  if (rule === null) return [];
  return [
    sectionOf('rule', `The rule on line ${rule.line}`, rule.conditions, [
      { key: 'key', title: 'Condition', value: (row) => row.key },
      { key: 'one_of', title: 'Any of', value: (row) => row.oneOf.join(', ') },
    ]),
  ];
}

function headlineOf({ task, confidence, by, rule }: Label, { labels }: Explanation): string {
  if (rule !== null) return `${task}: the rule on line ${rule.line} says so`;
  if (by === 'tag') return `${task}: the log says so itself`;
  if (labels.length === 0)
    return `${task}: ${task === 'embedding' ? 'the endpoint says so' : 'no words decide'}`;
  const [best] = labels;
  const least = best?.task === task ? '' : ` (${best?.task} is likeliest, but not likely enough)`;
  return `${task}, ${confidence} %${least}`;
}

function notesOf({ label, explanation, stored, hasChanged }: Subject, relabel: string): string[] {
  const changed = hasChanged
    ? ['this line is another one than the ledger has read: what stands there now is explained']
    : [];
  const before =
    stored !== null && stored.task !== label.task
      ? [`the ledger has it as ${stored.task} (${stored.confidence}): ${relabel}`]
      : [];
  const effects =
    explanation.evidence.length === 0
      ? []
      : [
          'effect: how far the label leads the runner-up with these words, less how far without them, in natural logarithms of the odds',
        ];
  return [...changed, ...before, ...effects];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
