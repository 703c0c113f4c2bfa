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
import { PromptReader } from '../batch/prompt-facts.ts';
import { samplePrompts } from '../batch/read-prompts.ts';
import { agreementOf } from '../classify/agreement.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { RecordReader } from '../ingest/record-reader.ts';
import { rowReader } from '../ledger/batch-rows.ts';
import type { Ledger } from '../ledger/open.ts';
import { sampledCalls } from '../ledger/sample.ts';
import type { Prompt } from '../providers/provider.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { declareSendFlags, parseCount, type SendFlags } from './batch-flags.ts';
import { askRun } from './batch-run.ts';
import { readTask } from './batch-send.ts';
import { declarePrices } from './price-book.ts';

export interface LabelFlags extends SendFlags {
  readonly labelWith?: string;
  readonly sample?: string;
  readonly prompts?: string;
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
  const rows = await sampleRows(db, sampling);
  const opened = await openInputRun(
    { name: '-', label: labelOf(sampling), stdin: bytesOf(rows) },
    {
      ...{ db, settings: labelSettings(model), isNew: false },
      ...{ atMs: deps.clock.now(), signal: deps.signal },
    },
  );
  const { id } = opened.run;
  if (flags.dryRun === true) return askRun(db, opened, { flags, deps });
  // Its results are written here, beside our own labels.
  const output = { ...deps.output, path: null, format: 'table' as const };
  const code = await askRun(db, opened, { flags, deps: { ...deps, output } });
  await writeLabels(readLabels(db, id), { deps, model });
  return code;
}

/** How the batch is listed: never as a path, which would be that of another batch. */
function labelOf({ flags: { prompts }, deps }: Sampling): string {
  return `classify: ${prompts === undefined ? 'a sample of calls' : resolve(deps.cwd, prompts)}`;
}

async function sampleRows(db: Ledger, sampling: Sampling): Promise<LabelRow[]> {
  const size = parseCount(sampling.flags.sample, '--sample') ?? SAMPLE;
  const { prompts } = sampling.flags;
  const { deps } = sampling;
  const rows =
    prompts === undefined
      ? await ledgerRows(db, sampling, size)
      : await fileRows(resolve(deps.cwd, prompts), size);
  if (rows.length > 0) return rows;
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
  const reader = new RecordReader();
  const rows: LabelRow[] = [];
  let missing = 0;
  try {
    for (const call of sampledCalls(db, sourceIds)) {
      if (rows.length >= size) break;
      deps.signal.throwIfAborted();
      const texts = await reader.read(call);
      const { task: ours, confidence } = call;
      if (texts === null) missing++;
      else rows.push({ ...texts, place: `${call.path}:${call.line}`, ours, confidence });
    }
  } finally {
    reader.close();
  }
  if (missing > 0) {
    deps.note(
      `${displayOf(missing, 'prompt')} could not be read again and are not in the sample`,
      'the logs must be JSON and where they were, or be read with --store-text',
    );
  }
  return rows;
}

async function fileRows(path: string, size: number): Promise<LabelRow[]> {
  const reader = new PromptReader(readTask);
  return (await samplePrompts(path, size)).map(({ line, system, user }) => {
    const { task: ours, taskConfidence: confidence } = reader.read(promptOf(system, user), null);
    return { place: `${path}:${line}`, ours, confidence, system, user };
  });
}

function promptOf(system: string, user: string): Prompt {
  return {
    ...{ operation: 'chat', model: '', system: system === '' ? null : system, images: [] },
    ...{ messages: [{ role: 'user', content: user }], maxTokens: null, temperatureMilli: null },
    ...{ schema: null, extra: {} },
  };
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
const PROMPT_COLUMN: Column<Labelled> = {
  key: 'prompt',
  title: 'Prompt',
  value: ({ text }) => text,
};

function agrees({ ours, task }: Labelled): string {
  if (task === '') return '';
  return ours === task ? 'yes' : 'no';
}

async function writeLabels(
  rows: readonly Labelled[],
  { deps, model }: { readonly deps: Deps; readonly model: string },
): Promise<void> {
  const columns = deps.output.format === 'table' ? COLUMNS : [...COLUMNS, PROMPT_COLUMN];
  await deps.write([renderRows(rows, columns, deps.output)]);
  const labelled = rows.filter(({ task }) => task !== '');
  const { pairs, equal, kappa } = agreementOf(labelled.map(({ ours, task }) => [ours, task]));
  const failed = rows.length - pairs;
  const shares = pairs === 0 ? 'no label' : `${displayShare(equal / pairs)} (${equal} of ${pairs})`;
  deps.note(
    `agreement with ${model}: ${shares}, Cohen's κ ${kappa === null ? 'unknown' : kappa.toFixed(2)}${failed > 0 ? `; ${displayOf(failed, 'prompt')} without a label` : ''}`,
  );
}
