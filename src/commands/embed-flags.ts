/**
 * The flags of `--embed`, for commands that send nothing else.
 *
 * Takes a command, gives it the flags. Never a key: it comes from the environment or a file.
 */
import type { CliCommand } from '../terminal/command.ts';
import type { SendFlags } from './batch-flags.ts';

/** Flags that say where texts are embedded, how fast, and for how much. */
export type EmbedFlags = Pick<
  SendFlags,
  | 'baseUrl'
  | 'keyFile'
  | 'rpm'
  | 'tpm'
  | 'concurrency'
  | 'maxAttempts'
  | 'timeout'
  | 'budget'
  | 'dailyBudget'
  | 'dryRun'
> & {
  readonly embed?: string;
};

/** How texts are sent, without what commands have besides. */
export function sendFlagsOf(flags: EmbedFlags): SendFlags {
  const { baseUrl, keyFile, rpm, tpm, concurrency, maxAttempts, timeout } = flags;
  const { budget, dailyBudget, dryRun } = flags;
  const given = { baseUrl, keyFile, rpm, tpm, concurrency, maxAttempts, timeout };
  const all = { ...given, budget, dailyBudget, dryRun, endpoint: 'embeddings', cache: false };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Declares the flags of EmbedFlags, for commands that send nothing else. */
export function declareEmbedFlags(command: CliCommand): void {
  command
    .optionsGroup('Embeddings (uses the network; nothing is sent without --embed):')
    .option('--embed <model>', 'compare prompts by vectors: their texts are sent to this model')
    .option('--base-url <url>', 'any OpenAI-compatible server (AICOST_BASE_URL, OPENAI_BASE_URL)')
    .option('--key-file <file>', 'a file that holds the key, else OPENAI_API_KEY and the like')
    .option('--rpm <n>', 'requests a minute')
    .option('--tpm <n>', 'tokens a minute')
    .option('--concurrency <n>', 'requests in flight (16)')
    .option('--max-attempts <n>', 'attempts for each request (5)')
    .option('--timeout <seconds>', 'for one attempt (120)')
    .option('--budget <usd>', 'never spend more on embeddings')
    .option('--daily-budget <usd>', 'nor, with all batches of this ledger, on one UTC day')
    .option('--dry-run', 'only say what would be sent and cost');
}
