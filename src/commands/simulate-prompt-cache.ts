/**
 * `aicost simulate prompt-cache`: which part of the prompts of a trace a prompt cache would have had.
 *
 * Takes a trace of prompts as blocks and one or several caches, gives hit rates, tokens and, with a
 * provider's cache, what they come to. Never reads the ledger.
 */
import { emptyUsage } from '../domain/tokens.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { PriceSchedule } from '../policy/pricer.ts';
import { renderSections } from '../report/sections.ts';
import {
  PLAIN_RULES,
  type PromptCacheRules,
  perRequest,
  replayPromptCache,
} from '../simulate/prompt-cache.ts';
import { costOfTrace, inputCostRatio } from '../simulate/prompt-cache-cost.ts';
import {
  ARMS,
  CACHE_KINDS,
  type CacheKind,
  cacheKindOf,
  providerCache,
} from '../simulate/prompt-cache-rules.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declarePrices, openBook } from './price-book.ts';
import { promptCacheAnswer, type ReplayedCache } from './prompt-cache-answer.ts';
import { type ReadTrace, readTrace } from './read-trace.ts';
import { countOf } from './report-flags.ts';
import { capacitiesOf, oneOfList, ttlsOf } from './simulate-flags.ts';

/** The flags, as typed. */
interface Flags {
  readonly ttl?: string;
  readonly capacity?: string;
  readonly refresh: boolean;
  readonly cache?: string;
  readonly model?: string;
  readonly arm?: string;
  readonly blockTokens: string;
  readonly minTokens?: string;
  readonly stepTokens?: string;
  readonly calls?: boolean;
  readonly strict?: boolean;
}

/** Declares the command. */
export function buildPromptCache(command: CliCommand): void {
  command
    .description(
      `Replays a trace of prompts, each a list of block hashes, through a prompt cache and says which part of the input it would have had: for every TTL with every capacity given. A prompt hits with its longest run of leading blocks that are held. Works offline and writes nothing.`,
    )
    .argument(
      '<trace>',
      'JSON lines of timestamp (ms), input_length, output_length and hash_ids; gzip or - too',
    )
    .optionsGroup('Cache:')
    .option('--ttl <times>', 'how long a block lives after its last use: 5m,1h,none (none)')
    .option(
      '--capacity <blocks>',
      'how many blocks are held, least recently used first out: 1000,none (none)',
    )
    .option('--no-refresh', 'a hit does not make a block young again')
    .option('--min-tokens <n>', 'shorter prompts and hits do not count (0)')
    .option('--step-tokens <n>', 'hits are rounded down to a multiple of this (1)')
    .option('--block-tokens <n>', 'tokens of a block of the trace', '512')
    .optionsGroup('Provider:')
    .option('--cache <kinds>', `a provider's rules instead: ${CACHE_KINDS.join(', ')}, or all`)
    .option(
      '--model <name>',
      'the model that the trace is priced at; names the cache if --cache does not',
    )
    .option('--arm <arm>', `how careful the provider's rules are read: ${ARMS.join(', ')} (both)`)
    .optionsGroup('Answer:')
    .option('--calls', 'what each request read and wrote, for one cache')
    .option('--strict', 'exit with 3 when a line was rejected');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost simulate prompt-cache trace.jsonl --json
  $ aicost simulate prompt-cache trace.jsonl --ttl 5m,1h,none --capacity 1000,50000,none
  $ aicost simulate prompt-cache trace.jsonl --cache anthropic-5m,anthropic-1h --model claude-sonnet-4-5
  $ aicost simulate prompt-cache trace.jsonl --ttl 5m --calls --csv > calls.csv

A bare number after --ttl is seconds. Where a day has many traces, join them: cat *.jsonl | aicost simulate prompt-cache -
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const caches = cachesOf(flags);
  if (flags.calls === true && caches.length !== 1) {
    const hint = 'give one TTL, one capacity, and with --cache one kind and one --arm';
    throw new UserError(EXIT.usage, `--calls shows one cache, these are ${caches.length}`, hint);
  }
  const blockTokens = countOf(flags.blockTokens, '--block-tokens');
  const schedule = flags.model === undefined ? null : await scheduleOf(flags.model, deps);
  const [input = '-'] = args;
  const read = await readTrace(input, blockTokens, deps);
  if (deps.signal.aborted) return EXIT.interrupted;
  const replayed = caches.map((cache) => replayOne(read, cache, schedule));
  const answer = promptCacheAnswer({
    ...{ input, read, caches: replayed, showsCalls: flags.calls === true },
    model: flags.model ?? null,
    isPriced: schedule !== null,
  });
  await deps.write([renderSections(answer, deps.output)]);
  return flags.strict === true && read.rejectedLines > 0 ? EXIT.gaps : EXIT.ok;
}

type Asked = Pick<ReplayedCache, 'kind' | 'arm' | 'rules' | 'provider'>;

function replayOne(
  { trace }: ReadTrace,
  asked: Asked,
  schedule: PriceSchedule | null,
): ReplayedCache {
  const out = perRequest(trace);
  const result = replayPromptCache(trace, asked.rules, out);
  const { provider } = asked;
  const cost =
    schedule === null
      ? null
      : costOfTrace(trace, out, { writeCounter: provider?.writeCounter ?? null, schedule });
  return {
    ...asked,
    result,
    perRequest: out,
    inputCostRatio: provider === null ? null : inputCostRatio(result, provider),
    cost: typeof cost === 'string' ? null : cost,
  };
}

/** The prices of --model; null if it has none. */
async function scheduleOf(model: string, deps: Deps): Promise<PriceSchedule | null> {
  const book = await openBook(deps);
  const target = {
    ...{ provider: '', model, modelRequested: model, region: '' },
    ...({ operation: 'chat', tier: 'standard' } as const),
  };
  const schedule = book.schedule(target);
  const cost = schedule.cost(emptyUsage(), null);
  if (typeof cost !== 'string') return schedule;
  deps.note(`--model ${model} has no price: ${cost}`, 'hit rates need none');
  return null;
}

/** Every cache the flags name. Throws UserError. */
function cachesOf(flags: Flags): Asked[] {
  const kinds = kindsOf(flags);
  const ttls = flags.ttl === undefined ? null : ttlsOf(flags.ttl);
  const capacities = flags.capacity === undefined ? [null] : capacitiesOf(flags.capacity);
  const bases = kinds.length === 0 ? [plainCache(flags)] : providerCaches(kinds, flags);
  return bases.flatMap((base) =>
    (ttls ?? [base.rules.ttlMs]).flatMap((ttlMs) =>
      capacities.map((capacityBlocks) => ({
        ...base,
        rules: { ...base.rules, ...overrides(flags), ttlMs, capacityBlocks },
      })),
    ),
  );
}

function plainCache(flags: Flags): Asked {
  if (flags.arm !== undefined) {
    const hint = `name it: --cache ${CACHE_KINDS[0]}`;
    throw new UserError(EXIT.usage, "--arm is about a provider's cache", hint);
  }
  return { kind: null, arm: null, rules: PLAIN_RULES, provider: null };
}

function providerCaches(kinds: readonly CacheKind[], flags: Flags): Asked[] {
  const arms = flags.arm === undefined ? ARMS : [oneOfList(flags.arm, ARMS, '--arm')];
  return kinds.flatMap((kind) =>
    arms.map((arm) => {
      const provider = providerCache(kind, flags.model ?? '', arm);
      return { kind, arm, rules: provider.rules, provider };
    }),
  );
}

function overrides({ refresh, minTokens, stepTokens }: Flags): Partial<PromptCacheRules> {
  return {
    ...(refresh ? {} : { refreshOnHit: false }),
    ...(minTokens === undefined ? {} : { minTokens: countOf(minTokens, '--min-tokens') }),
    ...(stepTokens === undefined ? {} : { stepTokens: countOf(stepTokens, '--step-tokens') }),
  };
}

function kindsOf({ cache, model }: Flags): CacheKind[] {
  if (cache === undefined) {
    const kind = model === undefined ? null : cacheKindOf('', model);
    return kind === null ? [] : [kind];
  }
  if (cache.trim() === 'all') return [...CACHE_KINDS];
  return cache.split(',').map((kind) => oneOfList(kind.trim(), CACHE_KINDS, '--cache'));
}
