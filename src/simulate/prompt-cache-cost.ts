/**
 * What a prompt cache costs and saves, in money.
 *
 * Takes requests with the tokens read and written, or calls with the counters their provider sent;
 * gives exact sums at the rates of a schedule. Never counts a call without a price, but says how many
 * there were.
 */
import type { PricedCall } from '../domain/call.ts';
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import type { PerRequest } from './prompt-cache-result.ts';
import type { ProviderCache } from './prompt-cache-rules.ts';
import type { PromptTrace } from './prompt-cache-trace.ts';

/** A trace with and without its cache, at one schedule. */
export interface TraceCost {
  readonly withoutPico: PicoUsd;
  readonly withPico: PicoUsd;
}

/** Prices a trace with what its requests read and wrote; the reason if there is no price. */
export function costOfTrace(
  trace: PromptTrace,
  { hitTokens, writtenTokens }: PerRequest,
  { writeCounter, schedule }: Pick<ProviderCache, 'writeCounter'> & { schedule: PriceSchedule },
): TraceCost | string {
  const without = new PicoSum();
  const withCache = new PicoSum();
  for (let request = 0; request < trace.requests; request++) {
    const usage = emptyUsage();
    usage.input = trace.inputTokens[request]!;
    usage.output = trace.outputTokens[request]!;
    const before = schedule.cost(usage, null);
    usage.cacheRead = hitTokens[request]!;
    const written = writeCounter === null ? 0 : writtenTokens[request]!;
    if (writeCounter !== null) usage[writeCounter] = written;
    usage.input -= usage.cacheRead + written;
    const after = schedule.cost(usage, null);
    if (typeof before === 'string') return before;
    if (typeof after === 'string') return after;
    without.add(before);
    withCache.add(after);
  }
  return { withoutPico: without.total, withPico: withCache.total };
}

/**
 * The cost of a trace's input by that of the same input without a cache; null where the price of a
 * read depends on the model.
 */
export function inputCostRatio(
  { inputTokens, hitTokens, writtenTokens }: Record<keyof PerRequest | 'inputTokens', number>,
  { readRatio, writeRatio }: Pick<ProviderCache, 'readRatio' | 'writeRatio'>,
): number | null {
  if (readRatio === null || writeRatio === null || inputTokens === 0) return null;
  const fresh = inputTokens - hitTokens - writtenTokens;
  return (fresh + hitTokens * readRatio + writtenTokens * writeRatio) / inputTokens;
}

/** What the providers' caches have saved already, by the calls' own counters. */
export interface AlreadySaved {
  /** Calls with a price whose counters name reads or writes. */
  readonly calls: number;
  readonly readTokens: number;
  readonly writtenTokens: number;
  /** What they would have cost with every token fresh, less what they cost; negative if writes cost more. */
  readonly savedPico: PicoUsd;
  /** Of that, what the surcharge on writes took away, never above 0. */
  readonly surchargePico: PicoUsd;
  readonly unpricedCalls: number;
}

/** Adds up what was already saved, call by call. */
export class SavedTally {
  readonly #pricer: Pricer;
  readonly #schedules = new Map<PricedCall['target'], PriceSchedule>();
  readonly #saved = new PicoSum();
  readonly #surcharge = new PicoSum();
  #calls = 0;
  #readTokens = 0;
  #writtenTokens = 0;
  #unpriced = 0;

  constructor(pricer: Pricer) {
    this.#pricer = pricer;
  }

  add({ target, usage, costPico, startedAtMs }: PricedCall): void {
    const read = usage.cacheRead + usage.cacheReadAudio + usage.cacheReadImage;
    const written = usage.cacheWrite5m + usage.cacheWrite1h;
    if (read + written === 0) return;
    const schedule = this.#scheduleOf(target);
    const fresh = schedule.cost(asFresh(usage), startedAtMs);
    const unwritten = schedule.cost(withoutWrites(usage), startedAtMs);
    if (costPico === null || typeof fresh === 'string' || typeof unwritten === 'string') {
      this.#unpriced += 1;
      return;
    }
    this.#calls += 1;
    this.#readTokens += read;
    this.#writtenTokens += written;
    this.#saved.add(fresh - costPico);
    this.#surcharge.add(Math.min(0, unwritten - costPico));
  }

  #scheduleOf(target: PricedCall['target']): PriceSchedule {
    const known = this.#schedules.get(target);
    if (known !== undefined) return known;
    const schedule = this.#pricer.schedule(target);
    this.#schedules.set(target, schedule);
    return schedule;
  }

  result(): AlreadySaved {
    return {
      calls: this.#calls,
      readTokens: this.#readTokens,
      writtenTokens: this.#writtenTokens,
      savedPico: picoUsd(this.#saved.total),
      surchargePico: picoUsd(this.#surcharge.total),
      unpricedCalls: this.#unpriced,
    };
  }
}

/** The same tokens, none of them read from or written to a cache. */
function asFresh(usage: Usage): Usage {
  return {
    ...withoutWrites(usage),
    input: usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
    cacheRead: 0,
    inputAudio: usage.inputAudio + usage.cacheReadAudio,
    inputImage: usage.inputImage + usage.cacheReadImage,
    cacheReadAudio: 0,
    cacheReadImage: 0,
  };
}

function withoutWrites(usage: Usage): Usage {
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  return { ...usage, input: usage.input + written, cacheWrite5m: 0, cacheWrite1h: 0 };
}
