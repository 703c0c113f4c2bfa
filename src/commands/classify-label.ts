/**
 * `aicost classify --label-with`: a sample of prompts labelled by a model, beside our own labels.
 *
 * Takes calls of the ledger or a file of prompts, gives both labels and how far they agree. It is a
 * batch underneath: limits, budget and journal are a batch's, and the same command goes on.
 */
import { resolve } from 'node:path';
import {
  type Labelled,
  type LabelRow,
  labelLine,
  labelSettings,
  readLabelled,
} from '../batch/label-prompts.ts';
import { openInputRun } from '../batch/open-run.ts';
import { type FilePrompt, promptPages, samplePrompts } from '../batch/read-prompts.ts';
import { agreementOf } from '../classify/agreement.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { textsAgain } from '../ingest/texts-again.ts';
import { rowReader } from '../ledger/batch-rows.ts';
import type { Ledger } from '../ledger/open.ts';
import { type SampledCall, sampledCalls } from '../ledger/sample.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { declareSendFlags, parseCount, type SendFlags } from './batch-flags.ts';
import { askRun } from './batch-run.ts';
import { taskReader } from './batch-send.ts';
import { type PromptFlags, promptFileOf, promptLabel } from './classify-prompts.ts';
import { labellingOf } from './labelling.ts';
import { declarePrices } from './price-book.ts';

export interface LabelFlags extends SendFlags, Omit<PromptFlags, 'keywords'> {
  readonly labelWith?: string;
  readonly sample?: string;
}

const SAMPLE = 200;

/** Declares the flags of LabelFlags. */
export function declareLabelFlags(command: CliCommand): void {
  command
    .optionsGroup('Labels of a live model (uses the network):')
    .option('--label-with <model>', 'have this model label a sample too, and compare');
  declareSendFlags(command);
  command.optionsGroup('Prices:');
  declarePrices(command);
}

interface Sampling {
  readonly flags: LabelFlags;
  readonly deps: Deps;
  /** Null: all. */
  readonly sourceIds: readonly number[] | null;
}

/** Labels a sample with a model, and writes both labels. Throws UserError. */
export async function labelSample(db: Ledger, sampling: Sampling): Promise<ExitCode> {
  const { deps } = sampling;
  // Labels are asked live.
  const flags = { ...sampling.flags, wait: true };
  const model = flags.labelWith ?? '';
  const { rows, faults } = await sampleRows(db, sampling);
  const opened = await openInputRun(
    { name: '-', label: labelOf(sampling), stdin: bytesOf(rows) },
    {
      ...{ db, settings: labelSettings(model), isNew: false },
      ...{ atMs: deps.clock.now(), signal: deps.signal },
    },
  );
  const { id } = opened.run;
  const withFaults = (code: ExitCode) => (code === EXIT.ok && faults > 0 ? EXIT.gaps : code);
  if (flags.dryRun === true) return withFaults(await askRun(db, opened, { flags, deps }));
  // Its results are written here, beside our own labels.
  const output = { ...deps.output, path: null, format: 'table' as const };
  const code = await askRun(db, opened, { flags, deps: { ...deps, output } });
  await writeLabels(readLabels(db, id), { deps, model });
  return withFaults(code);
}

/** How the batch is listed: never as a path, which would be that of another batch. */
function labelOf({ flags: { prompts }, deps }: Sampling): string {
  if (prompts === undefined) return 'classify: a sample of calls';
  return `classify: ${prompts === '-' ? 'standard input' : resolve(deps.cwd, prompts)}`;
}

interface Sample {
  readonly rows: readonly LabelRow[];
  /** Rows of a file that could not be read. */
  readonly faults: number;
}

async function sampleRows(db: Ledger, sampling: Sampling): Promise<Sample> {
  const size = parseCount(sampling.flags.sample, '--sample') ?? SAMPLE;
  const sample =
    sampling.flags.prompts === undefined
      ? { rows: await ledgerRows(db, sampling, size), faults: 0 }
      : await fileRows(sampling, size);
  if (sample.rows.length > 0) return sample;
  throw new UserError(
    EXIT.failed,
    'there is no prompt to label',
    'read logs that hold prompts first, or name a file with --prompts',
  );
}

async function ledgerRows(
  db: Ledger,
  { sourceIds, deps }: Sampling,
  size: number,
): Promise<LabelRow[]> {
  const rows: LabelRow[] = [];
  let missing = 0;
  const calls = sampledCalls(db, sourceIds);
  try {
    for (let page = some(calls, size); page.length > 0; page = some(calls, size - rows.length)) {
      const texts = await textsAgain(page, deps.signal);
      missing += page.length - texts.size;
      for (const { id, path, line, task: ours, confidence } of page) {
        const found = texts.get(id);
        if (found !== undefined)
          rows.push({ ...found, place: `${path}:${line}`, ours, confidence });
      }
    }
  } finally {
    calls.return(undefined);
  }
  if (missing > 0) {
    deps.note(
      `${displayOf(missing, 'prompt')} could not be read again and are not in the sample`,
      'the logs must be where they were, or be read with --store-text',
    );
  }
  return rows;
}

/** The next calls, at most so many. */
function some(calls: Generator<SampledCall>, size: number): SampledCall[] {
  const page: SampledCall[] = [];
  while (page.length < size) {
    const { value, done } = calls.next();
    if (done === true) break;
    page.push(value);
  }
  return page;
}

/** Labels are ours as --prompts alone gives them: by the rules and classifier in force. */
async function fileRows({ flags, deps }: Sampling, size: number): Promise<Sample> {
  const file = promptFileOf(flags, deps);
  const readTask = taskReader(labellingOf(deps));
  let faults = 0;
  async function* counted(): AsyncGenerator<FilePrompt[]> {
    for await (const page of promptPages(file)) {
      deps.signal.throwIfAborted();
      faults += page.filter(({ fault }) => fault !== null).length;
      yield page;
    }
  }
  const prompts = await samplePrompts(counted(), size);
  if (faults > 0) {
    const what = `${displayOf(faults, 'row')} of ${file.name} could not be read`;
    deps.note(`${what}: not in the sample`, 'aicost classify --prompts says why');
  }
  const rows = prompts.flatMap((prompt) => {
    const { line, system, user } = prompt;
    const label = promptLabel(prompt, readTask);
    if (label === null) return [];
    const { task: ours, confidence } = label;
    return [{ place: `${file.path}:${line}`, ours, confidence, system, user }];
  });
  return { rows, faults };
}

async function* bytesOf(rows: readonly LabelRow[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const row of rows) yield encoder.encode(labelLine(row));
}

function readLabels(db: Ledger, runId: number): Labelled[] {
  const read = rowReader(db, runId);
  const rows: Labelled[] = [];
  for (let page = read(0, 'page'); page.length > 0; page = read(rows.length, 'page')) {
    rows.push(...page.map(readLabelled));
  }
  return rows;
}

const COLUMNS: Column<Labelled>[] = [
  { key: 'place', title: 'Prompt at', value: ({ place }) => place },
  { key: 'ours', title: 'Ours', value: ({ ours }) => ours },
  { key: 'confidence', title: 'Sure', align: 'right', value: ({ confidence }) => confidence },
  { key: 'task', title: 'Model', value: ({ task }) => task },
  { key: 'agrees', title: 'Agree', value: agrees },
  { key: 'error', title: 'Error', value: ({ error }) => error },
];
/** Beside `task`, what a file of labels needs; too wide for a terminal. */
const PROMPT_COLUMNS: Column<Labelled>[] = [
  { key: 'system', title: 'System', value: ({ system }) => system },
  { key: 'prompt', title: 'Prompt', value: ({ text }) => text },
];

function agrees({ ours, task }: Labelled): string {
  if (task === '') return '';
  return ours === task ? 'yes' : 'no';
}

async function writeLabels(
  rows: readonly Labelled[],
  { deps, model }: { readonly deps: Deps; readonly model: string },
): Promise<void> {
  const columns = deps.output.format === 'table' ? COLUMNS : [...COLUMNS, ...PROMPT_COLUMNS];
  await deps.write([renderRows(rows, columns, deps.output)]);
  const labelled = rows.filter(({ task }) => task !== '');
  const { pairs, equal, kappa } = agreementOf(labelled.map(({ ours, task }) => [ours, task]));
  const failed = rows.length - pairs;
  const shares = pairs === 0 ? 'no label' : `${displayShare(equal / pairs)} (${equal} of ${pairs})`;
  deps.note(
    `agreement with ${model}: ${shares}, Cohen's κ ${kappa === null ? 'unknown' : kappa.toFixed(2)}${failed > 0 ? `; ${displayOf(failed, 'prompt')} without a label` : ''}`,
  );
}
