/**
 * `aicost batch`: prompts in, answers out, within limits and budget.
 *
 * Takes a verb (without one: run), gives it to the page of that verb. Never does anything itself.
 */
import { EXIT, UserError } from '../errors.ts';
import type { CliCommand } from '../terminal/command.ts';
import { declareAskFlags, declareSendFlags, type SendFlags } from './batch-flags.ts';
import { declareJobFlags, declareWaitFlags, type JobFlags } from './batch-jobs.ts';
import type { ResultFlags } from './batch-results.ts';
import { type RunFlags, resumeRun, runInput } from './batch-run.ts';
import {
  type CancelFlags,
  cancelRun,
  exportResults,
  type StatusFlags,
  showStatus,
} from './batch-status.ts';
import { declareLabelling } from './labelling.ts';
import { declarePrices } from './price-book.ts';

const RESUME_EXAMPLES = `
Examples:
  $ aicost batch resume 1 --budget 5 -o answers.csv
  $ aicost batch resume 1 --retry-unknown --yes      also what may have been answered already
  $ aicost batch resume 1 --no-wait -o answers.csv   what the provider has by now
`;

const RETRY_EXAMPLES = `
Examples:
  $ aicost batch retry-failed 1 --yes
  $ aicost batch retry-failed 1 --budget 1 -o answers.csv
`;

const STATUS_EXAMPLES = `
Examples:
  $ aicost batch status
  $ aicost batch status 1 --json
  $ aicost batch status 1 --files --csv      its files at the provider's Batch API
`;

const EXPORT_EXAMPLES = `
Examples:
  $ aicost batch export 1 -o answers.csv
  $ aicost batch export 1 --format ndjson > answers.ndjson
`;

const CANCEL_EXAMPLES = `
Examples:
  $ aicost batch cancel 1
`;

/** Declares the command and its verbs. */
export function build(command: CliCommand): void {
  command
    .description(
      `Asks a model every prompt of a file, within rate limits and budget, and pays for none twice: what was answered is in the ledger, and the same command goes on where it was. 'aicost batch prompts.csv' is short for 'aicost batch run prompts.csv'. Uses the network.`,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ aicost batch prompts.csv --model gpt-4o-mini --dry-run          what it would cost
  $ aicost batch prompts.csv --model gpt-4o-mini --budget 5 -o answers.csv
  $ aicost batch status                                             how far each run is
`,
    );
  buildRun(command.command('run', { isDefault: true }));
  buildResume(command.command('resume'));
  buildRetryFailed(command.command('retry-failed'));
  buildStatus(command.command('status'));
  buildExport(command.command('export'));
  buildCancel(command.command('cancel'));
}

function buildRun(command: CliCommand): void {
  command
    .summary('ask the prompts of a file (the default)')
    .description(
      `Asks every prompt of a CSV, JSONL or OpenAI Batch file. Columns named model, system, max_tokens, temperature, task, priority, id and image are read; all columns are carried into the results, which come in the order of the input. Needs --yes or a budget where nobody can be asked. Uses the network.`,
    )
    .argument('[input]', 'a CSV or JSONL file, or - for standard input', '-');
  declareAskFlags(command);
  declareSendFlags(command);
  declareJobFlags(command);
  command.optionsGroup('Labels of the rows:');
  declareLabelling(command);
  command.optionsGroup('Prices:');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost batch prompts.csv --model gpt-4o-mini --dry-run
  $ aicost batch prompts.csv --model gpt-4o-mini --budget 5 -o answers.csv
  $ aicost batch reviews.csv --template 'Positive or negative? {{text}}' --model gpt-4o-mini --yes
  $ aicost batch prompts.jsonl --base-url http://localhost:8000/v1 --model llama --yes > answers.csv
  $ aicost batch prompts.csv --via batch --model gpt-4o-mini --budget 5 -o answers.csv
  $ aicost batch prompts.csv --model gpt-4o-mini --cache semantic --max-false-hits 1% --yes

A row that fails does not stop the others. Exit code 3: rows failed, or the budget ran out; the last
line says how to go on. Keys come from OPENAI_API_KEY and the like or from --key-file. Prompts and
answers are kept in the ledger, because you paid for them.

--via batch sends the rows in files to the provider's Batch API (OpenAI and compatible, Anthropic):
mostly half the price, answers within a day. A file's worst case is set aside before it is submitted.
Ctrl-C and --no-wait leave the files there: aicost batch resume N fetches their answers. Rows that a
file leaves unanswered go into the next one, into three (--max-attempts) at most; with
--unanswered live they are asked at once at the full price, with --unanswered fail they fail.
`,
    )
    .runs<RunFlags>(runInput);
}

function buildResume(command: CliCommand): void {
  command
    .summary('go on with a run')
    .description(
      `Goes on with a run where it was, with the rows and settings it was begun with; of a run begun with --via batch it waits for the files and fetches their answers. Give the endpoint and the limits again: they are not kept. Uses the network.`,
    )
    .argument('<batch>', 'its number, as in: aicost batch status');
  declareSendFlags(command);
  declareJobFlags(command);
  command.optionsGroup('Labels of the rows:');
  declareLabelling(command);
  command.optionsGroup('Prices:');
  declarePrices(command);
  command
    .addHelpText('after', RESUME_EXAMPLES)
    .runs<SendFlags & JobFlags>(({ args, flags }, deps) => resumeRun(runId(args), flags, deps));
}

function buildRetryFailed(command: CliCommand): void {
  command
    .summary('ask the rows again that failed')
    .description(
      `Asks the rows of a run again that failed: its dead letters, kept with payload and reason. Uses the network.`,
    )
    .argument('<batch>', 'its number');
  declareSendFlags(command);
  declareJobFlags(command);
  command.optionsGroup('Labels of the rows:');
  declareLabelling(command);
  command.optionsGroup('Prices:');
  declarePrices(command);
  command
    .addHelpText('after', RETRY_EXAMPLES)
    .runs<SendFlags & JobFlags>(({ args, flags }, deps) =>
      resumeRun(runId(args), { ...flags, retryFailed: true }, deps),
    );
}

function buildStatus(command: CliCommand): void {
  command
    .summary('how far runs are')
    .description(
      'Lists the runs of the ledger with their rows by state and their cost; of one run also its files at a Batch API, as they stood when they were last looked at. Works offline.',
    )
    .argument('[batch]', 'only this one')
    .option('--files', 'only its files')
    .addHelpText('after', STATUS_EXAMPLES)
    .runs<StatusFlags>(({ args, flags }, deps) =>
      showStatus(args.length === 0 ? null : runId(args), flags, deps),
    );
}

function buildExport(command: CliCommand): void {
  command
    .summary('write the results of a run')
    .description('Writes the results of a run as they are now, finished or not. Works offline.')
    .argument('<batch>', 'its number')
    .option('--spread', 'a column for each field of the JSON schema')
    .addHelpText('after', EXPORT_EXAMPLES)
    .runs<ResultFlags>(({ args, flags }, deps) => exportResults(runId(args), flags, deps));
}

function buildCancel(command: CliCommand): void {
  command
    .summary('end a run for good')
    .description(
      'Ends a run: rows that were not asked will not be. Works offline, unless files of the run are at a Batch API: these are stopped there, and what was answered till then, and is billed, is fetched. Then it uses the network, and needs the endpoint and its key.',
    )
    .argument('<batch>', 'its number')
    .option('--base-url <url>', 'where its files are, if not where the environment says')
    .option('--endpoint <kind>', 'chat, responses, embeddings or messages (chat)')
    .option('--key-file <file>', 'a file that holds the key, else OPENAI_API_KEY and the like');
  declareWaitFlags(command);
  command
    .addHelpText('after', CANCEL_EXAMPLES)
    .runs<CancelFlags>(({ args, flags }, deps) => cancelRun(runId(args), flags, deps));
}

function runId([text = '']: readonly string[]): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new UserError(EXIT.usage, `'${text}' is no number of a batch`, 'see: aicost batch status');
}
