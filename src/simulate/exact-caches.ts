/**
 * Many exact caches over the same calls: what a TTL, a capacity or a scope is worth.
 *
 * Takes the columns of `CacheCalls` and settings, gives hits and savings of each, alone or call by
 * call; the same rules as the lever in `exact-cache.ts`: a hit needs an answer that had arrived and
 * is not older than the TTL, and does not make it younger; of several in flight the earliest is kept.
 * Never serves a call above the temperature. Memory: 16 bytes a distinct key, for one cache at a time.
 */
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import type { CacheCalls } from './cache-calls.ts';

/** One cache. */
export interface ExactCacheSetting {
  /** How old an answer may be, the limit included; null: it does not expire. */
  readonly ttlMs: number | null;
  /** Answers held, the least recently used goes first; null: all. */
  readonly capacity: number | null;
  /** Calls above are neither stored nor served; calls that set none always are. */
  readonly maxTemperatureMilli: number;
  /** Whether one user's answer may serve another. */
  readonly scope: 'shared' | 'user';
}

/** What one cache would have done. */
export interface ExactCacheResult {
  readonly setting: ExactCacheSetting;
  /** Calls it may answer. */
  readonly calls: number;
  readonly hits: number;
  /** Of those, calls without a price. */
  readonly unpricedHits: number;
  readonly savedPico: PicoUsd;
}

/** Replays several caches, one after the other. */
export function replayExactCaches(
  calls: CacheCalls,
  settings: readonly ExactCacheSetting[],
): ExactCacheResult[] {
  return settings.map((setting) => replayExactCache(calls, setting));
}

/** Replays one cache; `hits` gets 1 for each call that is served. */
export function replayExactCache(
  calls: CacheCalls,
  setting: ExactCacheSetting,
  hits: Uint8Array = new Uint8Array(calls.calls),
): ExactCacheResult {
  const eligible = markHits(calls, setting, hits);
  const saved = new PicoSum();
  let count = 0;
  let unpricedHits = 0;
  for (let call = 0; call < calls.calls; call++) {
    if (hits[call] === 0) continue;
    count += 1;
    const cost = calls.costPico[call]!;
    if (cost < 0) unpricedHits += 1;
    else saved.add(cost);
  }
  const savedPico = picoUsd(saved.total);
  return { setting, calls: eligible, hits: count, unpricedHits, savedPico };
}

/** Marks the calls that are served; gives how many may be. */
function markHits(calls: CacheCalls, setting: ExactCacheSetting, hits: Uint8Array): number {
  const { startedAtMs, answeredAtMs, temperatureMilli } = calls;
  const isShared = setting.scope === 'shared';
  const keys = isShared ? calls.sharedKey : calls.userKey;
  const distinct = isShared ? calls.sharedKeys : calls.userKeys;
  const capacity = setting.capacity ?? distinct;
  if (!(Number.isInteger(capacity) && capacity >= 0)) {
    throw new RangeError(`capacity must be a whole number: ${capacity}`);
  }
  const ttlMs = setting.ttlMs ?? Number.POSITIVE_INFINITY;
  const held = new KeyOrder(distinct, capacity);
  const storedMs = new Float64Array(distinct);
  let eligible = 0;
  for (let call = 0; call < calls.calls; call++) {
    hits[call] = 0;
    if (temperatureMilli[call]! > setting.maxTemperatureMilli) continue;
    eligible += 1;
    const key = keys[call]!;
    const answered = answeredAtMs[call]!;
    if (!held.use(key)) {
      storedMs[key] = answered;
      continue;
    }
    const ageMs = startedAtMs[call]! - storedMs[key]!;
    if (ageMs >= 0 && ageMs <= ttlMs) hits[call] = 1;
    else if (ageMs > 0 || answered < storedMs[key]!) storedMs[key] = answered;
  }
  return eligible;
}

/**
 * Which keys are held, in order of use, within a capacity. Links hold key + 1: the zeroes of a new
 * array mean none. Without evictions to come no order is kept.
 */
class KeyOrder {
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #isHeld: Uint8Array;
  readonly #capacity: number;
  #newest = 0;
  #oldest = 0;
  #size = 0;

  constructor(distinct: number, capacity: number) {
    const linked = capacity >= distinct ? 0 : distinct;
    this.#newer = new Int32Array(linked);
    this.#older = new Int32Array(linked);
    this.#isHeld = new Uint8Array(distinct);
    this.#capacity = capacity;
  }

  /** Uses a key; gives whether it was held. At capacity 0 none ever is. */
  use(key: number): boolean {
    const wasHeld = this.#isHeld[key] === 1;
    if (this.#newer.length === 0) {
      this.#isHeld[key] = 1;
      return wasHeld;
    }
    if (this.#newest === key + 1) return true;
    if (wasHeld) this.#unlink(key);
    else if (this.#size < this.#capacity) this.#size += 1;
    else if (this.#capacity === 0) return false;
    else this.#evict();
    this.#isHeld[key] = 1;
    this.#older[key] = this.#newest;
    this.#newer[key] = 0;
    if (this.#newest === 0) this.#oldest = key + 1;
    else this.#newer[this.#newest - 1] = key + 1;
    this.#newest = key + 1;
    return wasHeld;
  }

  #evict(): void {
    const key = this.#oldest - 1;
    this.#unlink(key);
    this.#isHeld[key] = 0;
  }

  #unlink(key: number): void {
    const newer = this.#newer[key]!;
    const older = this.#older[key]!;
    if (newer === 0) this.#newest = older;
    else this.#older[newer - 1] = older;
    if (older === 0) this.#oldest = newer;
    else this.#newer[older - 1] = newer;
  }
}
