/**
 * Bulk runs: calls of one model, system prompt and user that follow each other without a pause.
 *
 * Takes calls in time order, gives each the slot of its run and says at a run's end whether it was
 * bulk. Never takes a conversation, a tool loop or continuous traffic for a run nobody waited for.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { ModelIds } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import { modelName } from '../policy/model-family.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import type { CallState } from './lever.ts';

export interface BatchOptions {
  /** Calls from which a run counts as bulk. */
  readonly minCalls: number;
  /** The longest pause between two starts within a run. */
  readonly maxPauseMs: number;
  /** A run that goes on for longer is taken for live traffic. */
  readonly maxRunMs: number;
  /** The same for a run that begins at night, after `quietMs` without a call of its kind. */
  readonly nightPauseMs: number;
  readonly quietMs: number;
  /** The night, in hours of the day at `utcOffsetMinutes`, from the first to before the second. */
  readonly night: { readonly fromHour: number; readonly toHour: number };
  readonly utcOffsetMinutes: number;
}

export const BATCH_DEFAULTS: BatchOptions = {
  minCalls: 50,
  maxPauseMs: 2000,
  maxRunMs: 6 * 3_600_000,
  nightPauseMs: 60_000,
  quietMs: 4 * 3_600_000,
  night: { fromHour: 22, toHour: 6 },
  utcOffsetMinutes: 0,
};

const HOUR_MS = 3_600_000;

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
export const MAX_RUNS = 10_000;
/**
 * Stands for "no system prompt" and "no user" in a run's key: hashes and ids are never negative.
 */
const NONE = -1;

/** Told when the run of a slot ends; the slot is free then. */
export type OnRunEnd = (slot: number, isBulk: boolean) => void;

/** The runs that are open. */
export class BulkRuns {
  readonly #options: BatchOptions;
  readonly #onEnd: OnRunEnd;
  readonly #runs = new KeyLru(MAX_RUNS);
  readonly #firstMs = new Float64Array(MAX_RUNS);
  readonly #lastMs = new Float64Array(MAX_RUNS);
  readonly #members = new Int32Array(MAX_RUNS);
  /** Whether the run began at night, after a time of quiet. */
  readonly #isNightly = new Uint8Array(MAX_RUNS);
  /** The first call of the log: what was before it is not known to have been quiet. */
  #beganMs: number | null = null;
  /** Whether it has had a pause that only a nightly run may have. */
  readonly #isSlow = new Uint8Array(MAX_RUNS);

  constructor(options: BatchOptions, onEnd: OnRunEnd) {
    this.#options = options;
    this.#onEnd = onEnd;
  }

  /** The slot of the run this call belongs to; starts a new one after a long pause. */
  join(call: PricedCall, model: number, nowMs: number): number {
    const system = call.systemHash ?? NONE;
    const user = call.userId ?? NONE;
    this.#beganMs ??= nowMs;
    let slot = this.#runs.find(system, user, model, 0);
    if (slot === -1) {
      if (this.#runs.size === MAX_RUNS) this.#end(this.#runs.oldest);
      slot = this.#runs.insert(system, user, model, 0);
      this.#start(slot, nowMs, nowMs - this.#beganMs);
    } else {
      this.#runs.touch(slot);
      const pauseMs = nowMs - this.#lastMs[slot]!;
      if (!this.#goesOn(slot, nowMs, pauseMs)) {
        this.#end(slot);
        this.#start(slot, nowMs, pauseMs);
      }
    }
    this.#lastMs[slot] = nowMs;
    this.#members[slot]! += 1;
    return slot;
  }

  #start(slot: number, nowMs: number, pauseMs: number): void {
    this.#firstMs[slot] = nowMs;
    this.#isNightly[slot] = pauseMs >= this.#options.quietMs && this.#isNight(nowMs) ? 1 : 0;
    this.#isSlow[slot] = 0;
  }

  /** A slow run ends with the night; any other goes on by day as by night. */
  #goesOn(slot: number, nowMs: number, pauseMs: number): boolean {
    const isSlow = this.#isSlow[slot] === 1;
    if (pauseMs <= this.#options.maxPauseMs) return !isSlow || this.#isNight(nowMs);
    const isNightly = this.#isNightly[slot] === 1 && this.#isNight(nowMs);
    if (!isNightly || pauseMs > this.#options.nightPauseMs) return false;
    this.#isSlow[slot] = 1;
    return true;
  }

  #isNight(nowMs: number): boolean {
    const { night, utcOffsetMinutes } = this.#options;
    const hour = Math.floor((nowMs + utcOffsetMinutes * 60_000) / HOUR_MS) % 24;
    const { fromHour, toHour } = night;
    return fromHour <= toHour
      ? hour >= fromHour && hour < toHour
      : hour >= fromHour || hour < toHour;
  }

  /** Whether the run of a slot has become too long to be bulk. */
  isTooLong(slot: number): boolean {
    return this.#lastMs[slot]! - this.#firstMs[slot]! > this.#options.maxRunMs;
  }

  /** Judges every run that is open as it stands; again, it does nothing. */
  endAll(): void {
    for (let slot = 0; slot < this.#runs.size; slot++) this.#end(slot);
  }

  #end(slot: number): void {
    const members = this.#members[slot]!;
    if (members === 0) return;
    this.#members[slot] = 0;
    this.#onEnd(slot, members >= this.#options.minCalls && !this.isTooLong(slot));
  }
}

/** The batch prices of a target. */
export interface BatchOffer {
  readonly target: Target;
  readonly model: number;
  readonly schedule: PriceSchedule;
}

/** Batch prices by target. */
export class BatchOffers {
  readonly #pricer: Pricer;
  readonly #offers = new Map<Target, BatchOffer | null>();
  readonly #models = new ModelIds();

  constructor(pricer: Pricer) {
    this.#pricer = pricer;
  }

  /** Null if a target has no Batch API or is not on the standard tier. */
  of(target: Target): BatchOffer | null {
    const known = this.#offers.get(target);
    if (known !== undefined) return known;
    const offer = hasBatchApi(target) ? this.#offerOf(target) : null;
    this.#offers.set(target, offer);
    return offer;
  }

  #offerOf(target: Target): BatchOffer {
    const batched: Target = { ...target, tier: 'batch' };
    const schedule = this.#pricer.schedule(batched);
    return { target: batched, model: this.#models.idOf(target), schedule };
  }
}

function hasBatchApi({ provider, model, tier, operation }: Target): boolean {
  if (tier !== 'standard' || (operation !== 'chat' && operation !== 'embeddings')) return false;
  return provider === '' ? FAMILIES.test(modelName(model).family) : PROVIDERS.has(provider);
}

/**
 * Whether nothing about a paid, answered call says that somebody waited for it. A call of a session
 * is for the caller to judge, who knows whether another one followed.
 */
export function isUnattended({ call, served, costPico }: CallState): boolean {
  return (
    !served &&
    costPico !== null &&
    call.outcome.status === 'ok' &&
    call.outcome.stopReason !== 'tool_calls' &&
    call.task !== 'chat'
  );
}

/** How runs were found and priced, for people; `left` says which sessions were left out. */
export function batchMethod(options: BatchOptions, left: string): string {
  const { minCalls, maxPauseMs, maxRunMs, nightPauseMs, quietMs, night, utcOffsetMinutes } =
    options;
  const zone = utcOffsetMinutes === 0 ? 'UTC' : `UTC ${utcOffsetMinutes / 60} h`;
  const hours = `${night.fromHour}:00 to ${night.toHour}:00 ${zone}`;
  return (
    `Standard-tier calls priced at the batch tier when they belong to a run of at least ${minCalls} ` +
    `calls of one model, system prompt and user that start within ${maxPauseMs / 1000} s of each ` +
    `other, or within ${nightPauseMs / 1000} s at night (${hours}) after ${quietMs / HOUR_MS} h of ` +
    `quiet, for at most ${maxRunMs / HOUR_MS} h; chat turns, ${left} and tool calls are left ` +
    'out. Needs a test: that nobody waited is read from the times alone.'
  );
}
