/**
 * Seen: the numbers of a run, for the line while it runs and the table at its end.
 *
 * Takes attempts and results as they come, gives counts, rates, percentiles and sums. Never keeps a
 * row: memory grows with models and kinds of failure only.
 */
import { LatencyCounts } from '../compare/latency.ts';
import { PicoSum, type PicoUsd } from '../domain/money.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { AttemptEnd, AttemptStart } from './ports.ts';
import type { RowResult } from './row.ts';

/** Numbers for the line. */
export interface SeenNow {
  readonly done: number;
  readonly failed: number;
  readonly unknown: number;
  /** Of the done ones: from the cache, or shared with an identical row. */
  readonly cached: number;
  /** Null if nobody counted the input. */
  readonly total: number | null;
  /** Requests of the last seconds, as per minute: to be held against the limit. */
  readonly requestsPerMinute: number;
  readonly spentPico: PicoUsd;
  /** The worst case of what failed but may have been billed. */
  readonly uncertainPico: PicoUsd;
  /** Null if unknown. */
  readonly etaMs: number | null;
}

/** One line of the table of models. */
export interface SeenModel {
  readonly model: string;
  readonly requests: number;
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costPico: PicoUsd;
  /** Answers without a known cost: they are in no sum. */
  readonly unpriced: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Numbers for the table at the end; everything of this run only. */
export interface SeenInAll extends SeenNow {
  readonly durationMs: number;
  /** Finished rows per second. */
  readonly rowsPerSecond: number;
  /** Parts of ten thousand of the finished rows; null before the first. */
  readonly successBp: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly savedByCachePico: PicoUsd;
  readonly savedByRoutingPico: PicoUsd;
  readonly requests: number;
  /** Requests beyond the first of a row and model. */
  readonly retries: number;
  readonly fallbacks: number;
  readonly escalations: number;
  readonly unpriced: number;
  /** Failure codes of rows, most frequent first. */
  readonly failures: readonly (readonly [code: string, rows: number])[];
  /** Dearest first. */
  readonly models: readonly SeenModel[];
}

/** Over so many seconds the present rate is taken. */
const RATE_SECONDS = 10;

class ModelCounts {
  requests = 0;
  failures = 0;
  inputTokens = 0;
  outputTokens = 0;
  unpriced = 0;
  readonly cost = new PicoSum();
  readonly latencies = new LatencyCounts();
}

export class Seen {
  readonly #total: number | null;
  readonly #startedMs: number;
  readonly #models = new Map<string, ModelCounts>();
  readonly #failures = new Map<string, number>();
  readonly #latencies = new LatencyCounts();
  readonly #spent = new PicoSum();
  readonly #uncertain = new PicoSum();
  readonly #savedByCache = new PicoSum();
  readonly #savedByRouting = new PicoSum();
  readonly #requestRate: Recent;
  readonly #rowRate: Recent;
  readonly #rows = { done: 0, failed: 0, unknown: 0 };
  #cached = 0;
  #requests = 0;
  #retries = 0;
  #fallbacks = 0;
  #escalations = 0;
  #unpriced = 0;

  /** `startedMs` and all later instants are of one clock that does not jump. */
  constructor(total: number | null, startedMs: number) {
    this.#total = total;
    this.#startedMs = startedMs;
    this.#requestRate = new Recent(startedMs);
    this.#rowRate = new Recent(startedMs);
  }

  /** Counts an attempt that ended. */
  attempt(start: AttemptStart, { attempt, costPico }: AttemptEnd, nowMs: number): void {
    const counts = this.#countsOf(start.model);
    this.#requestRate.add(nowMs);
    this.#requests++;
    if (start.isRetry === true) this.#retries++;
    counts.requests++;
    if (costPico !== null) {
      this.#spent.add(costPico);
      counts.cost.add(costPico);
    } else {
      this.#uncertain.add(start.worstPico ?? 0);
    }
    if (attempt.kind === 'failure') {
      counts.failures++;
      return;
    }
    if (costPico === null) {
      counts.unpriced++;
      this.#unpriced++;
    }
    if (attempt.latencyMs !== null) {
      counts.latencies.add(attempt.latencyMs);
      this.#latencies.add(attempt.latencyMs);
    }
    if (attempt.usage === null) return;
    counts.inputTokens += inputTotal(attempt.usage);
    counts.outputTokens += outputTotal(attempt.usage);
  }

  /** Counts a finished row. */
  result(result: RowResult, nowMs: number): void {
    this.#rowRate.add(nowMs);
    this.#rows[result.status]++;
    this.#savedByCache.add(result.savedByCachePico ?? 0);
    this.#savedByRouting.add(result.savedByRoutingPico ?? 0);
    if (result.why === 'fallback') this.#fallbacks++;
    if (result.why === 'escalated') this.#escalations++;
    if (result.status === 'done') {
      if (result.cache !== 'miss') this.#cached++;
    } else {
      this.#countFailure(result.failure?.code ?? result.status);
    }
  }

  /** Counts a row that could not be asked. */
  fault(nowMs: number): void {
    this.#rowRate.add(nowMs);
    this.#rows.failed++;
    this.#countFailure('bad_row');
  }

  #countFailure(code: string): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
  }

  /** The numbers of this moment. */
  now(nowMs: number): SeenNow {
    return {
      ...this.#rows,
      cached: this.#cached,
      total: this.#total,
      requestsPerMinute: this.#requestRate.perSecond(nowMs) * 60,
      spentPico: this.#spent.total,
      uncertainPico: this.#uncertain.total,
      etaMs: this.#etaMs(nowMs),
    };
  }

  /** The numbers of the whole run. */
  inAll(nowMs: number): SeenInAll {
    const rows = this.#finished;
    const durationMs = nowMs - this.#startedMs;
    return {
      ...this.now(nowMs),
      durationMs,
      rowsPerSecond: durationMs > 0 ? (rows * 1000) / durationMs : 0,
      successBp: rows === 0 ? null : Math.floor((this.#rows.done * 10_000) / rows),
      p50Ms: this.#latencies.percentile(50),
      p95Ms: this.#latencies.percentile(95),
      p99Ms: this.#latencies.percentile(99),
      savedByCachePico: this.#savedByCache.total,
      savedByRoutingPico: this.#savedByRouting.total,
      requests: this.#requests,
      retries: this.#retries,
      fallbacks: this.#fallbacks,
      escalations: this.#escalations,
      unpriced: this.#unpriced,
      failures: [...this.#failures].sort(([, a], [, b]) => b - a),
      models: [...this.#models].map(modelLine).sort(byCost),
    };
  }

  get #finished(): number {
    return this.#rows.done + this.#rows.failed + this.#rows.unknown;
  }

  #etaMs(nowMs: number): number | null {
    if (this.#total === null) return null;
    const left = this.#total - this.#finished;
    if (left <= 0) return 0;
    const perSecond = this.#rowRate.perSecond(nowMs);
    return perSecond > 0 ? Math.round((left * 1000) / perSecond) : null;
  }

  #countsOf(model: string): ModelCounts {
    let counts = this.#models.get(model);
    if (counts === undefined) {
      counts = new ModelCounts();
      this.#models.set(model, counts);
    }
    return counts;
  }
}

/** How many there were in the last seconds, in one counter a second. */
class Recent {
  readonly #startedMs: number;
  readonly #counts = new Array<number>(RATE_SECONDS + 1).fill(0);
  #second = 0;

  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  add(nowMs: number): void {
    const second = this.#advance(nowMs);
    this.#counts[second % this.#counts.length]! += 1;
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    const overMs = Math.min(nowMs - this.#startedMs, this.#coveredMs(nowMs));
    if (overMs <= 0) return 0;
    return (this.#counts.reduce((sum, count) => sum + count, 0) * 1000) / overMs;
  }

  /** The running second and the whole ones before it. */
  #coveredMs(nowMs: number): number {
    return RATE_SECONDS * 1000 + ((nowMs - this.#startedMs) % 1000);
  }

  #advance(nowMs: number): number {
    const second = Math.floor((nowMs - this.#startedMs) / 1000);
    const from = Math.max(this.#second + 1, second - RATE_SECONDS);
    for (let next = from; next <= second; next++) this.#counts[next % this.#counts.length] = 0;
    this.#second = Math.max(this.#second, second);
    return this.#second;
  }
}

function modelLine([model, counts]: readonly [string, ModelCounts]): SeenModel {
  const { requests, failures, inputTokens, outputTokens, unpriced, cost, latencies } = counts;
  return {
    ...{ model, requests, failures, inputTokens, outputTokens, unpriced },
    costPico: cost.total,
    p50Ms: latencies.percentile(50),
    p95Ms: latencies.percentile(95),
  };
}

function byCost(a: SeenModel, b: SeenModel): number {
  if (a.costPico !== b.costPico) return a.costPico > b.costPico ? -1 : 1;
  return b.requests - a.requests;
}
