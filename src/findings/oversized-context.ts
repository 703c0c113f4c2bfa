/**
 * Finding `oversized_context`: input far beyond what the same task usually takes in this log.
 *
 * Takes calls in time order, gives the price of the tokens beyond the limit. Never judges tasks
 * whose input is the work itself (summaries, translation, rewriting, extraction), nor a call before
 * the log has shown what is usual. Memory: one histogram per task.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import { inputTotal, type Usage } from '../domain/tokens.ts';
import { MIN_CONFIDENCE } from '../policy/conservative.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import { type Finder, type Finding, FindingTally } from './finding.ts';
import { RunningMedian } from './running-median.ts';

/** Less input than this is never too much. */
const MIN_INPUT_TOKENS = 4000;
/** Times the task's median. */
const MEDIAN_FACTOR = 8;
/** Calls of a task before its median is trusted. */
const MIN_CALLS = 100;

const JUDGED: readonly Task[] = ['classification', 'qa', 'chat'];

export class OversizedContext implements Finder {
  readonly #pricer: Pricer;
  readonly #medians = new Map<Task, RunningMedian>(
    JUDGED.map((task) => [task, new RunningMedian()]),
  );
  readonly #schedules = new Map<Target, PriceSchedule>();
  readonly #tally = new FindingTally();
  #excessTokens = 0;
  /** Large calls that came before the log had shown what is usual. */
  #unjudged = 0;

  constructor(pricer: Pricer) {
    this.#pricer = pricer;
  }

  add(call: PricedCall): void {
    if (call.taskConfidence < MIN_CONFIDENCE || call.target.operation !== 'chat') return;
    const median = this.#medians.get(call.task);
    if (median === undefined || call.outcome.status !== 'ok') return;
    const input = inputTotal(call.usage);
    if (input > MIN_INPUT_TOKENS) {
      const limit = Math.max(MIN_INPUT_TOKENS, MEDIAN_FACTOR * median.value);
      if (median.count < MIN_CALLS) this.#unjudged++;
      else if (input > limit) this.#count(call, input - limit);
    }
    median.add(input);
  }

  #count(call: PricedCall, excess: number): void {
    const trimmed = withoutExcess(call.usage, excess);
    this.#excessTokens += excess - trimmed.left;
    this.#tally.add(call, this.#excessCost(call, trimmed.usage));
  }

  /** What the excess added to the call's cost; null if either is unknown. */
  #excessCost(call: PricedCall, trimmed: Usage): number | null {
    if (call.costPico === null) return null;
    let schedule = this.#schedules.get(call.target);
    if (schedule === undefined) {
      schedule = this.#pricer.schedule(call.target);
      this.#schedules.set(call.target, schedule);
    }
    const cost = schedule.cost(trimmed, call.startedAtMs);
    return typeof cost === 'string' ? null : Math.max(0, call.costPico - cost);
  }

  result(spendPico: bigint): Finding {
    const method =
      `Classification, question and chat calls with more input than ${MIN_INPUT_TOKENS} tokens and ` +
      `${MEDIAN_FACTOR} times the median of the task's earlier calls in this log (from ${MIN_CALLS} ` +
      'calls on); the money is what the tokens beyond the limit added, the cheapest (cached) ones ' +
      'taken off first.';
    const counts = { excess_tokens: this.#excessTokens, unjudged_calls: this.#unjudged };
    const text = { id: 'oversized_context', title: 'Oversized context', method, counts } as const;
    return this.#tally.result({ ...text, basis: 'estimated', note: this.#note() }, spendPico);
  }

  #note(): string | null {
    if (this.#unjudged === 0) return null;
    const calls = this.#unjudged === 1 ? '1 call' : `${this.#unjudged} calls`;
    return (
      `${calls} over ${MIN_INPUT_TOKENS} input tokens could not be judged: fewer than ${MIN_CALLS} ` +
      'earlier calls of the task'
    );
  }
}

/** The usage without `excess` text tokens, cache reads first; `left` could not be taken off. */
function withoutExcess(usage: Usage, excess: number): { usage: Usage; left: number } {
  const trimmed = { ...usage };
  let left = excess;
  for (const part of ['cacheRead', 'input', 'cacheWrite5m', 'cacheWrite1h'] as const) {
    const taken = Math.min(left, trimmed[part]);
    trimmed[part] -= taken;
    left -= taken;
  }
  return { usage: trimmed, left };
}
