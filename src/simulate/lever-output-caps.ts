/**
 * Lever `output_caps`: answers longer than their task's cap, cut by `max_tokens`.
 *
 * Takes caps by task, prices a longer answer at its cap. Every call it changes is an answer that
 * would have been cut, which is its risk. Never caps tool calls, a request for less, or tokens of
 * reasoning.
 */
import type { Task } from '../domain/task.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { Schedules } from './schedules.ts';
import { TaskLengths } from './task-lengths.ts';
import { UsageRecord } from './text-usage.ts';

/** Caps in tokens. */
export interface OutputCapOptions {
  /** By task; null: learnt from the log's own answers, so that few of them are cut. */
  readonly caps: ReadonlyMap<Task, number> | null;
  /** For learnt caps: times the length that `coveredPermille` of a task's answers do not exceed. */
  readonly headroom: number;
  readonly coveredPermille: number;
  /** Answers of a task from which its cap is learnt. */
  readonly minCalls: number;
}

/** Caps at twice the length of 95 answers of 100: what runs away is cut, and little else. */
export const OUTPUT_CAP_DEFAULTS: OutputCapOptions = {
  caps: null,
  headroom: 2,
  coveredPermille: 950,
  minCalls: 100,
};

const ID = 'output_caps';

/** The lever as a plan: caps that are not given are learnt in a pass of its own. */
export function outputCapsPlan(pricer: Pricer, over: Partial<OutputCapOptions> = {}): LeverPlan {
  const options = { ...OUTPUT_CAP_DEFAULTS, ...over };
  if (options.caps !== null) return { id: ID, create: () => new OutputCaps(pricer, options) };
  const capsOf = (caps: ReadonlyMap<Task, number>) =>
    new OutputCaps(pricer, { ...options, caps }, true);
  return {
    id: ID,
    create: () => capsOf(new Map()),
    lookAhead() {
      const lengths = new TaskLengths();
      return {
        see(state) {
          const answer = answerTokens(state);
          if (answer !== null && !state.heldOut) lengths.add(state.call.task, answer);
        },
        create: () => capsOf(learnt(lengths, options)),
      };
    },
  };
}

/** The caps that answers suggest: tasks of which too few are known have none. */
export function learnt(lengths: TaskLengths, options: OutputCapOptions): ReadonlyMap<Task, number> {
  const { coveredPermille, headroom, minCalls } = options;
  const caps = new Map<Task, number>();
  for (const { task, answers, tokens } of lengths.covering(coveredPermille)) {
    if (answers >= minCalls) caps.set(task, Math.max(1, Math.ceil(tokens * headroom)));
  }
  return caps;
}

/** The length of an answer that a cap could shorten; null for any other call. */
export function answerTokens(state: CallState): number | null {
  const { usage, served, costPico, target } = state;
  const { outcome } = state.call;
  const isAnswer = outcome.status === 'ok' && outcome.stopReason !== 'tool_calls';
  if (served || costPico === null || !isAnswer || target.operation !== 'chat') return null;
  return usage.output;
}

export class OutputCaps implements Lever {
  readonly id = ID;
  readonly #caps: ReadonlyMap<Task, number>;
  readonly #schedules: Schedules;
  readonly #shorter = new UsageRecord();
  readonly #isLearnt: boolean;
  #capped = 0;
  #cut = 0;

  /** `isLearnt`: a task without a cap is one of which too little is known. */
  constructor(pricer: Pricer, options: OutputCapOptions, isLearnt = false) {
    this.#isLearnt = isLearnt;
    this.#caps = options.caps ?? new Map();
    this.#schedules = new Schedules(pricer);
  }

  apply(state: CallState): Certainty | null {
    const answer = answerTokens(state);
    if (answer === null) return null;
    const cap = this.#caps.get(state.call.task);
    if (cap === undefined) {
      if (this.#isLearnt) state.skipped = 'too few answers of its task to learn a cap from';
      return null;
    }
    this.#capped += 1;
    if (answer <= cap) return null;
    if (state.usage.reasoning > 0) {
      state.skipped = 'a cap would cut the reasoning before the answer';
      return null;
    }
    return this.#cutTo(state, cap);
  }

  #cutTo(state: CallState, cap: number): Certainty | null {
    const shorter = this.#shorter.copy(state.usage);
    shorter.output = cap;
    const cost = this.#schedules.of(state.target).cost(shorter, state.call.startedAtMs);
    if (typeof cost === 'string') {
      state.skipped = 'no price for the shorter answer';
      return null;
    }
    if (cost >= state.costPico!) return null;
    this.#cut += 1;
    state.usage = shorter;
    state.costPico = cost;
    return 'needs_test';
  }

  words(): LeverWords {
    const list = [...this.#caps].map(([task, cap]) => `${task} ${cap}`);
    return {
      method:
        `Answers priced at most at their task's cap in tokens (${list.join(', ') || 'none known'}); ` +
        'tool calls and answers with tokens of reasoning are left out.',
      note: `risk: ${this.#cut} of ${this.#capped} answers with a cap would be cut off`,
    };
  }
}
