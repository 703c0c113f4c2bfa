/**
 * Lever `batch_tier`: bulk runs sent through the provider's Batch API.
 *
 * Takes calls in time order, finds runs nobody was waiting for, prices them at the batch tier.
 * Never batches conversations, tool loops or continuous traffic. A run is judged when it ends, so
 * this lever must be the last: it does not lower `costPico` of the calls it saves on.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { PicoSum } from '../domain/money.ts';
import { ModelIds } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import { modelName } from '../policy/model-family.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import {
  type CallState,
  type Lever,
  type LeverResult,
  LeverTally,
  type Skipped,
  SkipTally,
} from './lever.ts';

export interface BatchOptions {
  /** Calls from which a run counts as bulk. */
  readonly minCalls: number;
  /** The longest pause between two starts within a run. */
  readonly maxPauseMs: number;
  /** A run that goes on for longer is taken for live traffic. */
  readonly maxRunMs: number;
}

export const BATCH_DEFAULTS: BatchOptions = {
  minCalls: 50,
  maxPauseMs: 2000,
  maxRunMs: 6 * 3_600_000,
};

const ID = 'batch_tier';
/** Providers with a Batch API. */
const PROVIDERS: ReadonlySet<string> = new Set([
  'openai',
  'azure',
  'anthropic',
  'google',
  'vertex',
  'mistral',
  'groq',
  'bedrock',
]);
/** Families whose makers have one, for logs that do not name the provider. */
const FAMILIES = /^(?:gpt-\d|o\d|chatgpt-|text-embedding-|claude-|gemini-|mistral-)/;
/** Runs open at once; beyond that the one idle for longest is judged as it stands. */
const MAX_RUNS = 10_000;
/** Stands for "no system prompt" and "no user" in a run's key: hashes and ids are never negative. */
const NONE = -1;

interface BatchOffer {
  readonly model: number;
  readonly schedule: PriceSchedule;
}

function hasBatchApi({ provider, model }: Target): boolean {
  return provider === '' ? FAMILIES.test(modelName(model).family) : PROVIDERS.has(provider);
}

export class BatchTier implements Lever {
  readonly #options: BatchOptions;
  readonly #pricer: Pricer;
  readonly #offers = new Map<Target, BatchOffer | null>();
  readonly #models = new ModelIds();
  readonly #runs = new KeyLru(MAX_RUNS);
  readonly #firstMs = new Float64Array(MAX_RUNS);
  readonly #lastMs = new Float64Array(MAX_RUNS);
  readonly #members = new Int32Array(MAX_RUNS);
  readonly #cheaper = new Int32Array(MAX_RUNS);
  readonly #unpriced = new Int32Array(MAX_RUNS);
  readonly #saved: PicoSum[] = [];
  readonly #tally = new LeverTally();
  readonly #skips = new SkipTally();

  constructor(pricer: Pricer, options: Partial<BatchOptions> = {}) {
    this.#pricer = pricer;
    this.#options = { ...BATCH_DEFAULTS, ...options };
  }

  apply(state: CallState): void {
    if (!isUnattended(state)) return;
    const offer = this.#batchOffer(state.target);
    if (offer === null) return;
    const { startedAtMs } = state.call;
    if (startedAtMs === null) {
      this.#skips.add('the log gives no time');
      return;
    }
    const slot = this.#join(state.call, offer.model, startedAtMs);
    const cost = offer.schedule.cost(state.usage, startedAtMs);
    if (typeof cost === 'string') {
      this.#unpriced[slot]! += 1;
      return;
    }
    const saved = state.costPico! - cost;
    if (saved <= 0) return;
    this.#cheaper[slot]! += 1;
    this.#saved[slot]!.add(saved);
  }

  /** The batch prices of a target; null if it has no Batch API or is not on the standard tier. */
  #batchOffer(target: Target): BatchOffer | null {
    const known = this.#offers.get(target);
    if (known !== undefined) return known;
    const hasBatch =
      target.tier === 'standard' &&
      (target.operation === 'chat' || target.operation === 'embeddings') &&
      hasBatchApi(target);
    const offer = hasBatch
      ? {
          model: this.#models.idOf(target),
          schedule: this.#pricer.schedule({ ...target, tier: 'batch' }),
        }
      : null;
    this.#offers.set(target, offer);
    return offer;
  }

  /** The slot of the run this call belongs to; starts a new one after a long pause. */
  #join(call: PricedCall, model: number, nowMs: number): number {
    const system = call.systemHash ?? NONE;
    const user = call.userId ?? NONE;
    let slot = this.#runs.find(system, user, model, 0);
    if (slot === -1) {
      if (this.#runs.size === MAX_RUNS) this.#end(this.#runs.oldest);
      slot = this.#runs.insert(system, user, model, 0);
      this.#start(slot, nowMs);
    } else {
      this.#runs.touch(slot);
      if (nowMs - this.#lastMs[slot]! > this.#options.maxPauseMs) {
        this.#end(slot);
        this.#start(slot, nowMs);
      }
    }
    this.#lastMs[slot] = nowMs;
    this.#members[slot]! += 1;
    return slot;
  }

  #start(slot: number, nowMs: number): void {
    this.#firstMs[slot] = nowMs;
    this.#members[slot] = 0;
    this.#unpriced[slot] = 0;
    if (this.#cheaper[slot] === 0 && this.#saved[slot] !== undefined) return;
    this.#cheaper[slot] = 0;
    this.#saved[slot] = new PicoSum();
  }

  /** Counts a run if it was bulk; ending it twice counts it once. */
  #end(slot: number): void {
    const members = this.#members[slot]!;
    const lengthMs = this.#lastMs[slot]! - this.#firstMs[slot]!;
    this.#members[slot] = 0;
    if (members === 0 || members < this.#options.minCalls) return;
    if (lengthMs > this.#options.maxRunMs) return;
    this.#tally.saveAll(this.#cheaper[slot]!, this.#saved[slot]!.total, 'needs_test');
    this.#skips.add('the batch tier has no price', this.#unpriced[slot]!);
  }

  result(): LeverResult {
    for (let slot = 0; slot < this.#runs.size; slot++) this.#end(slot);
    const { minCalls, maxPauseMs, maxRunMs } = this.#options;
    return this.#tally.result(
      ID,
      `Standard-tier calls priced at the batch tier when they belong to a run of at least ${minCalls} ` +
        `calls of one model, system prompt and user that start within ${maxPauseMs / 1000} s of each ` +
        `other, for at most ${maxRunMs / 3_600_000} h; chat turns, sessions and tool calls are left ` +
        'out. Needs a test: that nobody waited is read from the times alone.',
    );
  }

  skipped(): Skipped[] {
    return this.#skips.result(ID);
  }
}

/** Whether nothing about a paid, answered call says that somebody waited for it. */
function isUnattended({ call, served, costPico }: CallState): boolean {
  return (
    !served &&
    costPico !== null &&
    call.outcome.status === 'ok' &&
    call.outcome.stopReason !== 'tool_calls' &&
    call.sessionKey === null &&
    call.task !== 'chat'
  );
}
