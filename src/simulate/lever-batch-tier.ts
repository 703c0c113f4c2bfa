/**
 * Lever `batch_tier` of a simulation: bulk runs sent through the provider's Batch API, at any place
 * among the levers.
 *
 * Takes calls in time order twice: looks ahead for the runs nobody was waiting for, then prices
 * their calls at the batch tier. Never a run of which a cache answered so much that the rest is no
 * bulk, and never a call that another one of its session followed. Memory: a bit a call, 60 bytes a
 * session, and 16 to 32 for each call of a run.
 */
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import { Bits } from './bits.ts';
import {
  BATCH_DEFAULTS,
  BatchOffers,
  type BatchOptions,
  BulkRuns,
  batchMethod,
  isUnattended,
} from './bulk-runs.ts';
import type { CallState, Lever, LeverPlan, LeverWords, LookAhead } from './lever.ts';
import { SessionCounts } from './session-counts.ts';

const ID = 'batch_tier';
/**
 * Of a run's sessions, the share that may go on: beyond it somebody was there, and it was no bulk.
 */
const MAX_FOLLOWED_SHARE = 0.1;

/** Stands for "no session": their numbers are never negative. */
const NONE = -1;

/** Calls of a run: the position of each, then its session's number. */
type Members = number[];

/** The plan of the lever; what is left out of the options has its default. */
export function batchTierPlan(pricer: Pricer, given: Partial<BatchOptions> = {}): LeverPlan {
  const options = { ...BATCH_DEFAULTS, ...given };
  return {
    id: ID,
    create: () => new BatchedCalls(pricer, options, new Bits()),
    lookAhead: () => new RunScout(pricer, options),
  };
}

/** Finds the calls of bulk runs. */
class RunScout implements LookAhead {
  readonly #pricer: Pricer;
  readonly #options: BatchOptions;
  readonly #offers: BatchOffers;
  readonly #runs: BulkRuns;
  readonly #members: Members[] = [];
  readonly #bulk: Members[] = [];
  readonly #sessions = new SessionCounts();

  constructor(pricer: Pricer, options: BatchOptions) {
    this.#pricer = pricer;
    this.#options = options;
    this.#offers = new BatchOffers(pricer);
    this.#runs = new BulkRuns(options, (slot, isBulk) => {
      if (isBulk) this.#bulk.push(this.#members[slot] ?? []);
      this.#members[slot] = [];
    });
  }

  see(state: CallState): void {
    const { startedAtMs, sessionKey } = state.call;
    const session = sessionKey === null ? NONE : this.#sessions.add(sessionKey);
    if (startedAtMs === null || !isUnattended(state)) return;
    const offer = this.#offers.of(state.target);
    if (offer === null) return;
    const slot = this.#runs.join(state.call, offer.model, startedAtMs);
    // What has become too long is no bulk, however it goes on: its members need not be held.
    const members = this.#runs.isTooLong(slot) ? [] : (this.#members[slot] ?? []);
    members.push(state.position, session);
    this.#members[slot] = members;
  }

  create(): Lever {
    this.#runs.endAll();
    const bulk = new Bits();
    for (const run of this.#bulk) {
      const alone = run.filter((_, at) => at % 2 === 0 && !this.#isFollowed(run[at + 1]!));
      const calls = run.length / 2;
      if (alone.length < this.#options.minCalls) continue;
      if (calls - alone.length > calls * MAX_FOLLOWED_SHARE) continue;
      for (const position of alone) bulk.add(position);
    }
    return new BatchedCalls(this.#pricer, this.#options, bulk);
  }

  /** Whether a session has other calls. */
  #isFollowed(session: number): boolean {
    return session !== NONE && this.#sessions.callsOf(session) > 1;
  }
}

class BatchedCalls implements Lever {
  readonly id = ID;
  readonly #options: BatchOptions;
  readonly #offers: BatchOffers;
  readonly #bulk: Bits;

  constructor(pricer: Pricer, options: BatchOptions, bulk: Bits) {
    this.#options = options;
    this.#offers = new BatchOffers(pricer);
    this.#bulk = bulk;
  }

  apply(state: CallState): Certainty | null {
    if (!isUnattended(state)) return null;
    const offer = this.#offers.of(state.target);
    if (offer === null) return null;
    const { startedAtMs } = state.call;
    if (startedAtMs === null) {
      state.skipped = 'the log gives no time';
      return null;
    }
    if (!this.#bulk.has(state.position)) return null;
    const cost = offer.schedule.cost(state.usage, startedAtMs);
    if (typeof cost === 'string') {
      state.skipped = 'the batch tier has no price';
      return null;
    }
    if (cost >= state.costPico!) return null;
    state.target = offer.target;
    state.costPico = cost;
    return 'needs_test';
  }

  words(): LeverWords {
    return { method: batchMethod(this.#options, 'sessions of more than one call'), note: null };
  }
}
