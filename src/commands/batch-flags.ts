/**
 * The flags of `aicost batch`: what is asked, where, how fast, for how much.
 *
 * Takes commander's reading, gives settings that are kept with a run and those of this time only.
 * Never a key: they come from the environment or a file.
 */
import type { BatchSettings, InputFormat } from '../batch/settings.ts';
import { type PicoUsd, parseUsd } from '../domain/money.ts';
import { parseTask, type Task } from '../domain/task.ts';
import { usageError } from '../errors.ts';
import { CHECK_SPELLINGS, parseCheckSpec } from '../policy/check-spec.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { readModels } from './batch-policy.ts';
import { collect } from './price-book.ts';
import { policyNames } from './read-policy.ts';
import { readSchema } from './read-schema.ts';

/** Flags that decide what is asked. */
export interface AskFlags {
  readonly inputFormat?: string;
  readonly promptColumn?: string;
  readonly template?: string;
  readonly system?: string;
  readonly model?: string;
  readonly autoBase?: string;
  readonly maxTokens?: string;
  readonly temperature?: string;
  readonly task?: string;
  readonly jsonSchema?: string;
  readonly fallback?: string;
  readonly cascade?: string;
  readonly check?: readonly string[];
  readonly new?: boolean;
}

/** Flags that decide how rows are sent this time. */
export interface SendFlags {
  readonly endpoint?: string;
  readonly baseUrl?: string;
  readonly keyFile?: string;
  readonly rpm?: string;
  readonly tpm?: string;
  readonly inputTpm?: string;
  readonly outputTpm?: string;
  readonly concurrency?: string;
  readonly adaptive?: boolean;
  readonly maxAttempts?: string;
  readonly timeout?: string;
  readonly budget?: string;
  readonly dailyBudget?: string;
  readonly rowBudget?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** False with --no-cache. */
  readonly cache?: boolean | string;
  readonly minSimilarity?: string;
  readonly maxFalseHits?: string;
  readonly embed?: string;
  readonly cacheTtl?: string;
  readonly cacheTemperature?: string;
  readonly cacheCapacity?: string;
  readonly retryUnknown?: boolean;
  readonly retryFailed?: boolean;
  readonly spread?: boolean;
}

/** Declares the flags that decide what is asked. */
export function declareAskFlags(command: CliCommand): void {
  command
    .optionsGroup('Prompts:')
    .option('--prompt-column <name>', 'the column of the prompts; a number: the file has no header')
    .option('--template <text>', "the prompt, with {{column}} for cells: 'Summarise: {{text}}'")
    .option('--system <text>', 'the system prompt of rows without their own')
    .option('--input-format <format>', 'csv or jsonl (found out); OpenAI Batch files are jsonl')
    .option('--new', 'ask all rows anew, even if they were asked before')
    .optionsGroup('Models:')
    .option('-m, --model <name>', 'the model of rows without their own; auto: the policy decides')
    .option(
      '--policy <name|file>',
      `routing, fallback, cascades and limits: ${policyNames()}, or a file`,
    )
    .option('--auto-base <model>', 'with auto: what rows are asked that the policy leaves alone')
    .option('--max-tokens <n>', 'the longest answer, in tokens')
    .option('--temperature <t>', '0 to 2')
    .option('--task <task>', 'what the rows are for (the classifier finds out)')
    .option('--json-schema <file>', 'answers must be JSON that fits this schema')
    .option('--fallback <models>', 'models to try where the first is not available, in order')
    .option('--cascade <models>', 'models to ask in turn until an answer passes the checks')
    .option('--check <check>', `${CHECK_SPELLINGS} (repeatable)`, collect);
}

/** Declares the flags that decide how rows are sent. */
export function declareSendFlags(command: CliCommand): void {
  command
    .optionsGroup('Endpoint:')
    .option('--base-url <url>', 'any OpenAI-compatible server (AICOST_BASE_URL, OPENAI_BASE_URL)')
    .option('--endpoint <kind>', 'chat, responses, embeddings or messages (chat)')
    .option('--key-file <file>', 'a file that holds the key, else OPENAI_API_KEY and the like')
    .optionsGroup('Limits:')
    .option('--rpm <n>', 'requests a minute')
    .option('--tpm <n>', 'tokens a minute, input and output together')
    .option('--input-tpm <n>', 'input tokens a minute')
    .option('--output-tpm <n>', 'output tokens a minute')
    .option('--concurrency <n>', 'requests in flight on each endpoint (16)')
    .option('--adaptive', 'find the concurrency: more while all goes well, half on overload')
    .option('--max-attempts <n>', 'attempts for each row and model (5)')
    .option('--timeout <seconds>', 'for one attempt (120)')
    .optionsGroup('Money:')
    .option('--budget <usd>', 'never spend more on this run')
    .option('--daily-budget <usd>', 'nor, with all batches of this ledger, on one UTC day')
    .option('--row-budget <usd>', 'nor on one row, all its models together')
    .option('--dry-run', 'only say what each row would use and cost')
    .option('-y, --yes', 'do not ask before spending')
    .optionsGroup('Answers:')
    .option(
      '--cache <kind>',
      'exact: equal requests share answers; semantic: also those that ask the same (exact)',
    )
    .option('--no-cache', 'neither use nor keep answers of equal requests')
    .option(
      '--min-similarity <s>',
      'semantic: how alike prompts must be, from 0 to 1 (0.9 by words)',
    )
    .option(
      '--max-false-hits <share>',
      'semantic: as alike as keeps wrong answers within this, by those of the ledger: 1%',
    )
    .option(
      '--embed <model>',
      'semantic: prompts compared by vectors of this model, from --min-similarity or within --max-false-hits (then those of logs too)',
    )
    .option('--cache-ttl <hours>', 'how old a kept answer may be (24)')
    .option('--cache-temperature <t>', 'up to which temperature answers are kept (0)')
    .option('--cache-capacity <n>', 'how many answers the ledger keeps (1000000)')
    .option('--spread', 'a column for each field of the JSON schema')
    .option('--retry-unknown', 'also ask rows again that were in flight when a process died')
    .option('--retry-failed', 'also ask rows again that failed');
}

/** The settings that are kept with the run. Throws UserError. */
export async function readSettings(
  flags: AskFlags & Pick<SendFlags, 'endpoint'>,
  deps: Pick<Deps, 'config' | 'cwd'>,
): Promise<BatchSettings> {
  const operation = flags.endpoint === 'embeddings' ? 'embeddings' : 'chat';
  return {
    format: parseInputFormat(flags.inputFormat),
    promptColumn: flags.promptColumn ?? null,
    template: flags.template ?? null,
    system: flags.system ?? null,
    ...(await readModels(flags, operation, deps)),
    operation,
    maxTokens: parseCount(flags.maxTokens, '--max-tokens'),
    temperatureMilli: parseMilli(flags.temperature, '--temperature'),
    task: parseTaskFlag(flags.task),
    schema: readSchema(flags.jsonSchema, deps),
    fallback: parseNames(flags.fallback),
    cascade: parseNames(flags.cascade),
    checks: (flags.check ?? []).map(parseCheckFlag),
  };
}

function parseInputFormat(text: string | undefined): InputFormat {
  if (text === undefined) return 'auto';
  if (text === 'csv' || text === 'jsonl') return text;
  if (text === 'ndjson' || text === 'openai-batch') return 'jsonl';
  throw usageError(`--input-format: '${text}' is none`, 'give csv or jsonl');
}

function parseCheckFlag(text: string): string {
  const spec = parseCheckSpec(text);
  if (typeof spec !== 'string') return text;
  throw usageError(`--check: ${spec}`, `give ${CHECK_SPELLINGS}`);
}

function parseTaskFlag(text: string | undefined): Task | null {
  if (text === undefined) return null;
  const task = parseTask(text);
  if (task !== null) return task;
  throw usageError(
    `--task: '${text}' is no task`,
    'such as classification, summarization, extraction',
  );
}

function parseNames(text: string | undefined): string[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}

/** A whole number above 0; null if the flag was not given. Throws UserError. */
export function parseCount(text: string | undefined, flag: string): number | null {
  if (text === undefined) return null;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw usageError(`${flag}: '${text}' is not a whole number above 0`, `such as ${flag} 100`);
}

/** A temperature in thousandths; null if the flag was not given. Throws UserError. */
export function parseMilli(text: string | undefined, flag: string): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 2) return Math.round(value * 1000);
  throw usageError(`${flag}: '${text}' is not a number from 0 to 2`, `such as ${flag} 0`);
}

/** An amount above 0; null if the flag was not given. Throws UserError. */
export function parseAmount(text: string | undefined, flag: string): PicoUsd | null {
  if (text === undefined) return null;
  const amount = parseUsd(text.replace(/^\$/, ''));
  if (amount !== null && amount > 0n) return amount;
  throw usageError(
    `${flag}: '${text}' is not an amount above 0`,
    `in US dollars, such as ${flag} 5.00`,
  );
}

/** A length of time in milliseconds, given in a unit; null if the flag was not given. Throws UserError. */
export function parseDuration(
  text: string | undefined,
  flag: string,
  unitMs: number,
): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value * unitMs;
  throw usageError(`${flag}: '${text}' is not a number above 0`, `such as ${flag} 30`);
}
