/**
 * The answer of `aicost simulate prompt-cache`.
 *
 * Takes the replayed caches, gives a row for each, and on demand one for each request. Never rounds a
 * share, but on a terminal.
 */

import { countColumn, moneyColumn, tokenColumn } from '../report/columns.ts';
import { displayOf } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';
import type { PromptCacheRules } from '../simulate/prompt-cache.ts';
import type { TraceCost } from '../simulate/prompt-cache-cost.ts';
import type { PerRequest, PromptCacheResult } from '../simulate/prompt-cache-result.ts';
import type { Arm, CacheKind, ProviderCache } from '../simulate/prompt-cache-rules.ts';
import { type ReadTrace, whyOf } from './read-trace.ts';

/** A cache that is replayed. */
export interface ReplayedCache {
  readonly kind: CacheKind | null;
  readonly arm: Arm | null;
  readonly rules: PromptCacheRules;
  readonly provider: ProviderCache | null;
  readonly result: PromptCacheResult;
  readonly perRequest: PerRequest;
  /** Cost of the input by that without a cache; null where it cannot be told. */
  readonly inputCostRatio: number | null;
  readonly cost: TraceCost | null;
}

/** What the answer is about. */
export interface PromptCacheSubject {
  readonly input: string;
  readonly read: ReadTrace;
  readonly caches: readonly ReplayedCache[];
  readonly model: string | null;
  readonly isPriced: boolean;
  readonly showsCalls: boolean;
}

/** Makes the answer. */
export function promptCacheAnswer(subject: PromptCacheSubject): Sections {
  const { input, read, caches, model, showsCalls } = subject;
  const { trace } = read;
  const total = (column: Float64Array) => column.reduce((sum, value) => sum + value, 0);
  const spanMs = (trace.startedAtMs.at(-1) ?? 0) - (trace.startedAtMs[0] ?? 0);
  const inputTokens = total(trace.inputTokens);
  return {
    schema: 'aicost.simulate-prompt-cache/1',
    head: {
      trace: input,
      requests: trace.requests,
      rejected_lines: read.rejectedLines,
      span_ms: spanMs,
      input_tokens: inputTokens,
      output_tokens: total(trace.outputTokens),
      block_tokens: trace.blockTokens,
      blocks: trace.blocks.length,
      distinct_blocks: trace.distinctBlocks,
      model,
    },
    headline: headlineOf(subject, inputTokens),
    sections: [
      sectionOf('caches', 'Caches', caches, columnsOf(subject)),
      ...(showsCalls ? [callsOf(read, caches[0]!)] : []),
    ],
    notes: notesOf(subject),
  };
}

function headlineOf({ read, caches }: PromptCacheSubject, inputTokens: number): string {
  const { requests } = read.trace;
  const best = Math.max(...caches.map((cache) => tokenHit(cache) ?? 0));
  const share = inputTokens === 0 ? 'no input' : `up to ${displayHit(best)} of the input`;
  return `${displayOf(requests, 'request')}: ${share} could be read from a prompt cache`;
}

function notesOf({ read, caches, model, isPriced }: PromptCacheSubject): string[] {
  const { rejectedLines, firstRejected } = read;
  const rejected = displayOf(rejectedLines, 'line');
  return [
    ...new Set(caches.flatMap(({ provider }) => (provider === null ? [] : [provider.note]))),
    'a hit is the longest run of leading blocks held; the last block of a prompt counts with the tokens it has',
    ...(caches.some(({ arm }) => arm === 'pessimistic')
      ? [
          'pessimistic: the short end of what the provider says, and nothing is read before the answer that wrote it was there',
        ]
      : []),
    ...(model !== null && !isPriced ? [`${model} has no price: no amounts`] : []),
    ...(rejectedLines === 0 ? [] : [`${rejected} left out${whyOf(firstRejected)}`]),
  ];
}

function tokenHit({ result }: ReplayedCache): number | null {
  return shareOf(result.hitTokens, result.inputTokens);
}

/** `90 s`, `5 min`, `1 h`: the largest unit that leaves no rest. */
function displayTtl(ms: number | null): string {
  if (ms === null) return 'none';
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

/** Two decimals: hit rates are compared to the third digit. */
function displayHit(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** A share; null of nothing. */
function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function shareColumn(
  key: string,
  title: string,
  value: (cache: ReplayedCache) => number | null,
): SectionColumn<ReplayedCache> {
  const display = (cache: ReplayedCache) => {
    const share = value(cache);
    return share === null ? '–' : displayHit(share);
  };
  return { key, title, align: 'right', value, display };
}

function columnsOf({ caches, isPriced }: PromptCacheSubject): SectionColumn<ReplayedCache>[] {
  const isProvider = caches.some(({ kind }) => kind !== null);
  return [
    ...(isProvider ? PROVIDER : []),
    ...CACHE,
    ...(isProvider
      ? [shareColumn('input_cost_ratio', 'Input cost', (row) => row.inputCostRatio)]
      : []),
    ...(isPriced ? MONEY : []),
  ];
}

const PROVIDER: SectionColumn<ReplayedCache>[] = [
  { key: 'cache', title: 'Cache', align: 'right', value: (row) => row.kind },
  { key: 'arm', title: 'Arm', align: 'right', value: (row) => row.arm },
];

const isFurther = true;
const count = countColumn<ReplayedCache>;
const CACHE: SectionColumn<ReplayedCache>[] = [
  {
    key: 'ttl_ms',
    title: 'TTL',
    align: 'right',
    value: ({ rules }) => rules.ttlMs,
    display: ({ rules }) => displayTtl(rules.ttlMs),
  },
  {
    key: 'capacity_blocks',
    title: 'Capacity',
    align: 'right',
    value: ({ rules }) => rules.capacityBlocks,
    display: ({ rules }) => String(rules.capacityBlocks ?? 'none'),
  },
  {
    key: 'refresh',
    title: '',
    value: ({ rules }) => (rules.refreshOnHit ? 'on_hit' : 'never'),
    isFurther,
  },
  { ...count('min_tokens', '', ({ rules }) => rules.minTokens), isFurther },
  { ...count('step_tokens', '', ({ rules }) => rules.stepTokens), isFurther },
  { ...count('requests', '', ({ result }) => result.requests), isFurther },
  { ...count('hit_requests', 'Requests hit', ({ result }) => result.hitRequests), optional: true },
  { ...count('blocks', '', ({ result }) => result.blocks), isFurther },
  { ...count('hit_blocks', '', ({ result }) => result.hitBlocks), isFurther },
  shareColumn('block_hit', 'Blocks', ({ result }) => shareOf(result.hitBlocks, result.blocks)),
  { ...count('input_tokens', '', ({ result }) => result.inputTokens), isFurther },
  tokenColumn('hit_tokens', 'Read', ({ result }) => result.hitTokens),
  shareColumn('token_hit', 'of input', tokenHit),
  {
    ...tokenColumn(
      'written_tokens',
      'Written',
      ({ result }: ReplayedCache) => result.writtenTokens,
    ),
    optional: true,
  },
  {
    ...shareColumn('full_block_hit', '', ({ result }) =>
      shareOf(result.fullHitBlocks, result.fullBlocks),
    ),
    isFurther,
  },
  { ...shareColumn('mean_request_block_hit', '', ({ result }) => result.meanBlockHit), isFurther },
  { ...shareColumn('mean_request_token_hit', '', ({ result }) => result.meanTokenHit), isFurther },
];

const money = moneyColumn<ReplayedCache>;
const MONEY: SectionColumn<ReplayedCache>[] = [
  { ...money('without_usd', 'Without', ({ cost }) => cost?.withoutPico ?? null), optional: true },
  money('with_usd', 'With', ({ cost }) => cost?.withPico ?? null),
  money('saved_usd', 'Saved', ({ cost }) =>
    cost === null ? null : cost.withoutPico - cost.withPico,
  ),
];

interface CallRow {
  readonly line: number;
  readonly startedAtMs: number;
  readonly inputTokens: number;
  readonly hitTokens: number;
  readonly writtenTokens: number;
}

/** What each request read and wrote, in time order. */
function callsOf({ trace, lines }: ReadTrace, { perRequest }: ReplayedCache) {
  const rows = Array.from(
    trace.position,
    (position, request): CallRow => ({
      line: lines[position]!,
      startedAtMs: trace.startedAtMs[request]!,
      inputTokens: trace.inputTokens[request]!,
      hitTokens: perRequest.hitTokens[request]!,
      writtenTokens: perRequest.writtenTokens[request]!,
    }),
  );
  return sectionOf('calls', 'Requests', rows, [
    countColumn<CallRow>('line', 'Line', (row) => row.line),
    countColumn<CallRow>('timestamp_ms', 'ms', (row) => row.startedAtMs),
    countColumn<CallRow>('input_tokens', 'Input', (row) => row.inputTokens),
    countColumn<CallRow>('hit_tokens', 'Read', (row) => row.hitTokens),
    countColumn<CallRow>('written_tokens', 'Written', (row) => row.writtenTokens),
  ]);
}
