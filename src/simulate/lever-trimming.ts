/**
 * Lever `trimming`: conversations that send only their last turns again.
 *
 * Takes sessions whose input grows by the answer and the next request, takes off the turns before
 * the last ones; the system prompt and the first request stay. A shorter history starts
 * differently, so what the prompt cache held of it is read no more. Never trims where tools are
 * called.
 */
import { inputTotal, type Usage } from '../domain/tokens.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { PrefixReads } from './prefix-reads.ts';
import { Schedules } from './schedules.ts';
import { SessionTurns } from './session-turns.ts';
import { cachedTokens, isTextOnly, UsageRecord } from './text-usage.ts';

export interface TrimmingOptions {
  /** Turns before the current one that stay, from 1. */
  readonly keptTurns: number;
  /** Shorter prompts stay whole. */
  readonly minInputTokens: number;
}

/** The last six turns, from 2,000 tokens on. */
export const TRIMMING_DEFAULTS: TrimmingOptions = { keptTurns: 6, minInputTokens: 2000 };

const ID = 'trimming';

/** The lever as a plan. Throws RangeError for less than one turn. */
export function trimmingPlan(pricer: Pricer, over: Partial<TrimmingOptions> = {}): LeverPlan {
  const options = { ...TRIMMING_DEFAULTS, ...over };
  const { keptTurns } = options;
  if (!Number.isInteger(keptTurns) || keptTurns < 1 || keptTurns > 1000) {
    throw new RangeError(`keptTurns: ${keptTurns}`);
  }
  return { id: ID, create: () => new Trimming(pricer, options) };
}

class Trimming implements Lever {
  readonly id = ID;
  readonly #options: TrimmingOptions;
  readonly #schedules: Schedules;
  readonly #turns: SessionTurns;
  readonly #caches = new PrefixReads();
  readonly #shorter = new UsageRecord();
  #tokens = 0;

  constructor(pricer: Pricer, options: TrimmingOptions) {
    this.#options = options;
    this.#schedules = new Schedules(pricer);
    this.#turns = new SessionTurns(options.keptTurns + 2);
  }

  apply(state: CallState): Certainty | null {
    const { call, usage, target, costPico, served } = state;
    if (call.outcome.status !== 'ok' || target.operation !== 'chat') return null;
    if (call.sessionKey === null || call.startedAtMs === null) {
      const reason =
        call.sessionKey === null ? 'the log names no session' : 'the log gives no time';
      if (!served) state.skipped = reason;
      return null;
    }
    const turn = this.#turns.add(call, call.target, call.startedAtMs);
    const last = turn.number - this.#options.keptTurns - 1;
    if (served || costPico === null || last < 1 || !isTextOnly(usage)) return null;
    if (turn.hasTools) {
      state.skipped = 'its session calls tools';
      return null;
    }
    // Everything up to the answer of turn `last`, but for the first request and what is before it.
    const dropped = this.#turns.heldUpTo(last) - turn.firstInput;
    return this.#drop(state, dropped, turn.firstInput);
  }

  /** Both counts are as logged; levers before may have changed the input they are part of. */
  #drop(state: CallState, dropped: number, firstInput: number): Certainty | null {
    const logged = inputTotal(state.call.usage);
    const total = inputTotal(state.usage);
    const left = total - Math.floor((dropped * total) / logged);
    if (total < this.#options.minInputTokens || left <= 0) return null;
    const first = Math.floor((firstInput * total) / logged);
    const shorter = this.#shorten(state, left, first);
    const cost = this.#schedules.of(state.target).cost(shorter, state.call.startedAtMs);
    if (typeof cost === 'string' || cost >= state.costPico!) return null;
    this.#tokens += total - left;
    state.usage = shorter;
    state.costPico = cost;
    return 'needs_test';
  }

  /** `left` tokens of input, of which only `first` may still be read from the prompt cache. */
  #shorten({ usage, target }: CallState, left: number, first: number): Usage {
    const shorter = this.#shorter.copy(usage);
    const read = this.#caches.readOf(target, Math.min(usage.cacheRead, first));
    shorter.cacheRead = read;
    shorter.input = left - read;
    if (cachedTokens(usage) === usage.cacheRead) return shorter;
    // A call that wrote to the cache writes what it does not read: nobody reads it again.
    const counter = usage.cacheWrite1h > 0 ? 'cacheWrite1h' : 'cacheWrite5m';
    shorter.cacheWrite5m = 0;
    shorter.cacheWrite1h = 0;
    shorter[counter] = left - read;
    shorter.input = 0;
    return shorter;
  }

  words(): LeverWords {
    const { keptTurns, minInputTokens } = this.#options;
    return {
      method:
        `Chat turns of ${minInputTokens} input tokens or more, with the system prompt, the first ` +
        `request and the last ${keptTurns} turns before the current one; the turns between are ` +
        'measured by how the input grew. Reads from the prompt cache beyond the first request are ' +
        'lost, and what a call wrote to it is written anew. Sessions with tool calls are left out. ' +
        'Which passages an answer needs is not in the ledger: passages within a turn stay.',
      note: this.#tokens === 0 ? null : `risk: ${this.#tokens} tokens of history are not seen`,
    };
  }
}
