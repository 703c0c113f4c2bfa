/**
 * Lever `batch_tier` of an audit: bulk runs sent through the provider's Batch API, as calls come.
 *
 * Takes calls in time order, prices the runs nobody was waiting for at the batch tier. A run is judged
 * when it ends, so this lever must be the last: it does not lower `costPico` of the calls it saves on.
 * `lever-batch-tier.ts` is the one that looks ahead.
 */
import { PicoSum } from '../domain/money.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import {
  BATCH_DEFAULTS,
  BatchOffers,
  type BatchOptions,
  BulkRuns,
  batchMethod,
  isUnattended,
  MAX_RUNS,
} from './bulk-runs.ts';
import type { CallState, LateSavings, Lever, LeverWords } from './lever.ts';

export class BatchTier implements Lever {
  readonly id = 'batch_tier';
  readonly #options: BatchOptions;
  readonly #offers: BatchOffers;
  readonly #runs: BulkRuns;
  readonly #cheaper = new Int32Array(MAX_RUNS);
  readonly #unpriced = new Int32Array(MAX_RUNS);
  readonly #saved: PicoSum[] = [];
  #calls = 0;
  #savedPico = 0n;
  #withoutPrice = 0;

  constructor(pricer: Pricer, options: Partial<BatchOptions> = {}) {
    this.#options = { ...BATCH_DEFAULTS, ...options };
    this.#offers = new BatchOffers(pricer);
    this.#runs = new BulkRuns(this.#options, (slot, isBulk) => this.#end(slot, isBulk));
  }

  apply(state: CallState): Certainty | null {
    // Whether a session goes on is not known while calls come.
    if (!isUnattended(state) || state.call.sessionKey !== null) return null;
    const offer = this.#offers.of(state.target);
    if (offer === null) return null;
    const { startedAtMs } = state.call;
    if (startedAtMs === null) {
      state.skipped = 'the log gives no time';
      return null;
    }
    const slot = this.#runs.join(state.call, offer.model, startedAtMs);
    const cost = offer.schedule.cost(state.usage, startedAtMs);
    if (typeof cost === 'string') {
      this.#unpriced[slot]! += 1;
      return null;
    }
    const saved = state.costPico! - cost;
    if (saved <= 0) return null;
    this.#cheaper[slot]! += 1;
    this.#saved[slot] ??= new PicoSum();
    this.#saved[slot].add(saved);
    return null;
  }

  #end(slot: number, isBulk: boolean): void {
    if (isBulk) {
      this.#calls += this.#cheaper[slot]!;
      this.#savedPico += this.#saved[slot]?.total ?? 0n;
      this.#withoutPrice += this.#unpriced[slot]!;
    }
    this.#cheaper[slot] = 0;
    this.#unpriced[slot] = 0;
    this.#saved[slot] = new PicoSum();
  }

  late(): LateSavings {
    this.#runs.endAll();
    const skipped = [{ reason: 'the batch tier has no price', calls: this.#withoutPrice }];
    return { calls: this.#calls, savedPico: this.#savedPico, certainty: 'needs_test', skipped };
  }

  words(): LeverWords {
    return { method: batchMethod(this.#options, 'sessions'), note: null };
  }
}
