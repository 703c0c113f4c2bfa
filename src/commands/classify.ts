/**
 * `aicost classify`: what each call was for.
 *
 * Takes the logs named (none: the whole ledger), gives calls by task, or every call with its task.
 * Never holds more than a page of calls.
 */
import { TASKS } from '../domain/task.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { IngestResult } from '../ingest/ingest.ts';
import { type LabelledCall, labelPages, listTasks, type TaskCount } from '../ledger/labels.ts';
import type { Ledger } from '../ledger/open.ts';
import { type Column, renderRowPages, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { refuseStrayFlags } from './classify-flags.ts';
import { declareLabelFlags, type LabelFlags, labelSample } from './classify-label.ts';
import { classifyPrompts, type PromptFlags } from './classify-prompts.ts';
import { declareTeachFlags, type TeachFlags, teachAlone, teachBefore } from './classify-teach.ts';
import { openBook } from './price-book.ts';
import { declareReadFlags, exitCodeOf, readLogs } from './read-logs.ts';
import { withLedger } from './with-ledger.ts';

type Flags = TeachFlags & LabelFlags & PromptFlags & { readonly calls?: boolean };

const TASK_COLUMNS: Column<TaskCount>[] = [
  { key: 'task', title: 'Task', value: (row) => row.task },
  { key: 'calls', title: 'Calls', align: 'right', value: (row) => row.calls },
  {
    key: 'mean_confidence',
    title: 'Confidence',
    align: 'right',
    value: (row) => row.meanConfidence,
  },
];

const CALL_COLUMNS: Column<LabelledCall>[] = [
  { key: 'path', title: 'File', value: (row) => row.path },
  { key: 'line', title: 'Line', align: 'right', value: (row) => row.line },
  { key: 'model', title: 'Model', isName: true, value: (row) => row.model },
  { key: 'task', title: 'Task', value: (row) => row.task },
  { key: 'confidence', title: 'Confidence', align: 'right', value: (row) => row.confidence },
];

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      `Says which task the calls were for: the label of the log itself where it has one (confidence 100), else the classifier's, 0 to 100 sure. 'other' is what it cannot tell. How often it is right stands in docs/classifier.md. Works offline, but for --label-with.`,
    )
    .argument('[paths...]', 'logs to read first; without them, the whole ledger');
  declareReadFlags(command);
  command
    .option('--calls', 'one row for each call instead of one for each task')
    .option('--prompts <file>', 'label the prompts of a file, as aicost batch reads it; - is stdin')
    .option('--prompt-column <name>', 'the column of the prompts; a number: the file has no header')
    .option('--keywords', 'with --prompts: also what the keywords of routing articles say');
  declareTeachFlags(command);
  declareLabelFlags(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost classify fixtures/support-desk.jsonl     calls by task
  $ aicost classify --calls --csv > labels.csv      each call with its label
  $ aicost classify --prompts prompts.csv --csv     label, confidence, complexity of each
  $ aicost classify --rules fixtures/rules.yaml     the ledger's calls by your own rules first
  $ aicost classify --sample 200 --out label-me.csv    the calls to label by hand, and then:
  $ aicost classify --learn labelled.csv            a classifier of your own, and how sure it is
  $ aicost classify --explain fixtures/support-desk.jsonl:17    why a call got its label
  $ aicost classify --label-with gpt-4o-mini --sample 100 --budget 0.50 --csv > labels.csv

Labels: ${TASKS.join(', ')}.
Sheets and rules may call them by other names, such as Question Answering: docs/teaching.md lists them.

With --label-with a model is shown a sample of distinct prompts, read again where their logs lie, and
says what each is for: its label, ours, and how far they agree. It is a batch: it asks before it
spends, needs --yes or a budget where nobody can be asked, and goes on where it was. The prompts of
the sample and the model's answers are kept in the ledger, as those of every batch, also where their
logs were read without --store-text.
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  refuseStrayFlags({ ...flags });
  if (flags.labelWith !== undefined) return labelLive({ args, flags }, deps);
  if (flags.prompts !== undefined) return labelFile(flags, args, deps);
  const alone = teachAlone(flags, args, deps);
  if (alone !== null) return alone;
  return withLedger(deps, args.length === 0 ? 'refuse' : 'make', async (db) => {
    const result = args.length === 0 ? null : await readNamed(db, deps, { args, flags });
    if (result?.interrupted === true) return EXIT.interrupted;
    const sources = result?.sourceIds ?? null;
    const code = await teachBefore(db, deps, { flags, sourceIds: sources });
    if (code !== null) return code;
    await deps.write(
      flags.calls === true
        ? renderRowPages(labelPages(db, sources), CALL_COLUMNS, deps.output)
        : [renderRows(listTasks(db, sources), TASK_COLUMNS, deps.output)],
    );
    return result === null ? EXIT.ok : exitCodeOf(result);
  });
}

/** Has a live model label a sample: calls of logs named, of the whole ledger, or prompts of a file. */
async function labelLive({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  if (flags.prompts !== undefined) refuseLogs(args);
  const isRead = args.length === 0 && flags.prompts === undefined;
  return withLedger(deps, isRead ? 'refuse' : 'make', async (db) => {
    const result = args.length === 0 ? null : await readNamed(db, deps, { args, flags });
    if (result?.interrupted === true) return EXIT.interrupted;
    return labelSample(db, { flags, deps, sourceIds: result?.sourceIds ?? null });
  });
}

async function labelFile(flags: Flags, args: readonly string[], deps: Deps): Promise<ExitCode> {
  refuseLogs(args);
  return classifyPrompts(flags, deps);
}

function refuseLogs(args: readonly string[]): void {
  if (args.length === 0) return;
  const hint = 'leave out either the logs or --prompts';
  throw new UserError(EXIT.usage, '--prompts takes its own file, and no logs', hint);
}

async function readNamed(
  db: Ledger,
  deps: Deps,
  { args, flags }: Pick<Invocation<Flags>, 'args' | 'flags'>,
): Promise<IngestResult> {
  const book = await openBook(deps);
  return readLogs(deps, flags, { inputs: args, db, book, observer: null });
}
