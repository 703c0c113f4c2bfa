/**
 * The door of comparing: the same traffic on other models: what a log's calls would have cost on
 * each, in all and by task.
 *
 * Takes priced calls and candidates, gives sums per month and year. Token counts are kept, though
 * another model's tokenizer counts otherwise; quality is not judged. Never a saving from a candidate
 * that cannot take or price every call.
 */
import { hasFailed, type PricedCall, type Tier } from '../domain/call.ts';
import { PicoSum } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { dayNumber, type EpochMs } from '../domain/time.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { ModelMatch } from '../pricing/book.ts';
import { chargeCall } from '../pricing/charge.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import type { ContextWindowOf } from './catalogue-facts.ts';
import { LatencyCounts } from './latency.ts';
import { type Period, scaleTo } from './period.ts';
import { type CandidateSums, type UseCase, useCasesOf } from './use-cases.ts';

/** A model the traffic could go to. */
export interface Candidate {
  readonly provider: string;
  readonly model: string;
}

/** The traffic on one candidate. */
export interface CandidateResult extends Candidate {
  readonly match: ModelMatch;
  /** Tokens; null if the catalogue does not say. */
  readonly contextWindow: number | null;
  readonly calls: number;
  readonly unpricedCalls: number;
  /** Calls whose tokens exceed the context window. */
  readonly tooLargeCalls: number;
  /** Of the calls that are priced; null if none is. */
  readonly costPico: bigint | null;
  readonly monthlyPico: bigint | null;
  readonly yearlyPico: bigint | null;
  /** As it was, less this; null where not every call is priced and fits. */
  readonly savedMonthlyPico: bigint | null;
  readonly savedYearlyPico: bigint | null;
}

/** Latency of one model, as observed. */
export interface LatencyResult extends Candidate {
  readonly calls: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Everything about a log's traffic. */
export interface TrafficResult {
  readonly period: Period;
  /** Calls that are compared. */
  readonly calls: number;
  /** Failed, answered from a cache, or no chat; and those without a price. */
  readonly otherCalls: number;
  readonly unpricedCalls: number;
  readonly costPico: bigint;
  readonly monthlyPico: bigint | null;
  readonly yearlyPico: bigint | null;
  /** Cheapest complete one first. */
  readonly models: readonly CandidateResult[];
  readonly useCases: readonly UseCase[];
  readonly latencies: readonly LatencyResult[];
}

/** Compares call by call. */
export interface Comparison {
  /** Counts one call. */
  add(call: PricedCall): void;
  /** The comparison so far. */
  result(): TrafficResult;
}

/** Starts to compare the calls of a log on each of the candidates. */
export function compareTraffic(
  book: PriceBook,
  candidates: readonly Candidate[],
  windowOf: ContextWindowOf,
): Comparison {
  return new Traffic(book, candidates, windowOf);
}

class Traffic implements Comparison {
  readonly #candidates: readonly CandidatePrices[];
  readonly #actual = new Map<Task, CandidateSums>();
  readonly #latencies = new Map<string, Candidate & { readonly counts: LatencyCounts }>();
  #firstMs: EpochMs | null = null;
  #lastMs: EpochMs | null = null;
  #other = 0;
  #unpriced = 0;

  constructor(book: PriceBook, candidates: readonly Candidate[], windowOf: ContextWindowOf) {
    this.#candidates = candidates.map((one) => new CandidatePrices(book, one, windowOf));
  }

  add(call: PricedCall): void {
    if (call.latencyMs !== null) this.#time(call, call.latencyMs);
    if (!isComparable(call)) this.#other++;
    else if (call.costPico === null) this.#unpriced++;
    else this.#compare(call, call.costPico);
  }

  #compare(call: PricedCall, costPico: number): void {
    const { startedAtMs } = call;
    if (startedAtMs !== null) {
      this.#firstMs = Math.min(this.#firstMs ?? startedAtMs, startedAtMs);
      this.#lastMs = Math.max(this.#lastMs ?? startedAtMs, startedAtMs);
    }
    sumsOf(this.#actual, call.task).add(costPico);
    for (const candidate of this.#candidates) candidate.add(call);
  }

  #time({ target, outcome }: PricedCall, latencyMs: number): void {
    if (outcome.status === 'cached' || hasFailed(outcome.status)) return;
    const key = `${target.provider}\n${target.model}`;
    let known = this.#latencies.get(key);
    if (known === undefined) {
      const { provider, model } = target;
      known = { provider, model, counts: new LatencyCounts() };
      this.#latencies.set(key, known);
    }
    known.counts.add(latencyMs);
  }

  result(): TrafficResult {
    const period = periodOf(this.#firstMs, this.#lastMs);
    const actual = totalOf(this.#actual);
    const scaled = scaleTo(period, actual.costPico);
    const models = this.#candidates.map((one) => one.result(period, actual));
    return {
      period,
      calls: actual.calls,
      otherCalls: this.#other,
      unpricedCalls: this.#unpriced,
      costPico: actual.costPico,
      ...scaled,
      models: models.sort(byCost),
      useCases: useCasesOf(
        this.#actual,
        this.#candidates.map(({ match, candidate, byTask }) => ({ match, candidate, byTask })),
      ),
      latencies: [...this.#latencies.values()]
        .map(({ counts, ...one }) => ({
          ...one,
          calls: counts.calls,
          p50Ms: counts.percentile(50),
          p99Ms: counts.percentile(99),
        }))
        .sort((a, b) => b.calls - a.calls || (a.model < b.model ? -1 : 1)),
    };
  }
}

const UNKNOWN = { monthlyPico: null, yearlyPico: null };

function isComparable({ target, outcome }: PricedCall): boolean {
  return target.operation === 'chat' && outcome.status !== 'cached' && !hasFailed(outcome.status);
}

function periodOf(firstMs: EpochMs | null, lastMs: EpochMs | null): Period {
  const days = firstMs === null || lastMs === null ? 0 : dayNumber(lastMs) - dayNumber(firstMs) + 1;
  return { firstMs, lastMs, days };
}

/** Those that can take everything first, then by cost. */
function byCost(a: CandidateResult, b: CandidateResult): number {
  const gaps = ({ unpricedCalls, tooLargeCalls }: CandidateResult): number =>
    unpricedCalls + tooLargeCalls;
  if (gaps(a) !== gaps(b)) return gaps(a) - gaps(b);
  if (a.costPico !== b.costPico) return (a.costPico ?? 0n) < (b.costPico ?? 0n) ? -1 : 1;
  return a.model < b.model ? -1 : 1;
}

/** One candidate: its schedules by tier, and what its calls come to by task. */
class CandidatePrices {
  readonly byTask = new Map<Task, CandidateSums>();
  readonly match: ModelMatch;
  readonly #window: number | null;
  readonly #schedules = new Map<Tier, Schedule>();

  constructor(
    readonly book: PriceBook,
    readonly candidate: Candidate,
    windowOf: ContextWindowOf,
  ) {
    this.match = this.#schedule('standard').match;
    this.#window =
      this.match.how === 'none' ? null : windowOf(this.match.provider, this.match.model);
  }

  add(call: PricedCall): void {
    const sums = sumsOf(this.byTask, call.task);
    const tokens = inputTotal(call.usage) + outputTotal(call.usage);
    if (this.#window !== null && tokens > this.#window) {
      sums.addTooLarge();
      return;
    }
    const cost = chargeCall(this.#schedule(call.target.tier), call);
    if (typeof cost === 'number') sums.add(cost);
    else sums.addUnpriced();
  }

  #schedule(tier: Tier): Schedule {
    let schedule = this.#schedules.get(tier);
    if (schedule === undefined) {
      const { provider, model } = this.candidate;
      const rest = { modelRequested: '', operation: 'chat', region: '' } as const;
      schedule = this.book.schedule({ provider, model, tier, ...rest });
      this.#schedules.set(tier, schedule);
    }
    return schedule;
  }

  result(period: Period, actual: Sum): CandidateResult {
    const { calls, unpricedCalls, tooLargeCalls, costPico } = totalOf(this.byTask);
    const isComplete = unpricedCalls + tooLargeCalls === 0;
    const saved = isComplete ? scaleTo(period, actual.costPico - costPico) : null;
    return {
      ...this.candidate,
      match: this.match,
      contextWindow: this.#window,
      ...{ calls, unpricedCalls, tooLargeCalls },
      costPico: calls === 0 ? null : costPico,
      ...(calls === 0 ? UNKNOWN : scaleTo(period, costPico)),
      savedMonthlyPico: saved?.monthlyPico ?? null,
      savedYearlyPico: saved?.yearlyPico ?? null,
    };
  }
}

interface Sum {
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly tooLargeCalls: number;
  readonly costPico: bigint;
}

class Sums implements CandidateSums {
  readonly #sum = new PicoSum();
  calls = 0;
  unpricedCalls = 0;
  tooLargeCalls = 0;

  add(pico: number): void {
    this.#sum.add(pico);
    this.calls++;
  }

  addUnpriced(): void {
    this.unpricedCalls++;
  }

  addTooLarge(): void {
    this.tooLargeCalls++;
  }

  get costPico(): bigint {
    return this.#sum.total;
  }
}

function sumsOf(byTask: Map<Task, CandidateSums>, task: Task): CandidateSums {
  let sums = byTask.get(task);
  if (sums === undefined) {
    sums = new Sums();
    byTask.set(task, sums);
  }
  return sums;
}

function totalOf(byTask: ReadonlyMap<Task, CandidateSums>): Sum {
  const total = { calls: 0, unpricedCalls: 0, tooLargeCalls: 0, costPico: 0n };
  for (const sums of byTask.values()) {
    total.calls += sums.calls;
    total.unpricedCalls += sums.unpricedCalls;
    total.tooLargeCalls += sums.tooLargeCalls;
    total.costPico += sums.costPico;
  }
  return total;
}
