/**
 * The whole capacity curve of an exact cache in one pass: hits and savings at every capacity.
 *
 * Takes the columns of `CacheCalls`, gives for each capacity exactly what a replay at it would.
 * Never an approximation: the rules for answers in flight and for the TTL are those of the replay.
 *
 * A key used again is still held at the capacities above its stack distance, the number of other keys
 * used in between (Mattson et al. 1970). Which answer a cache holds then depends on its capacity: a
 * small one evicted the key and stored it again later. So each key keeps its stored answers as spans
 * of capacities, smallest first; a call hits at the spans whose answer had arrived and is not too old.
 * Without a TTL nearly all answers have arrived by the next use, and spans are not needed: the key then
 * hits at all capacities above the distance. So the work is that of the distances: a bit for the last
 * use of each key, with a Fenwick tree over the words of bits. What is known of a key stands together,
 * since what a million keys cost is mostly looking for them in memory.
 */
import { type PicoUsd, picoUsd } from '../domain/money.ts';
import type { CacheCalls } from './cache-calls.ts';
import type { ExactCacheSetting } from './exact-caches.ts';
import { LastUses } from './last-uses.ts';

/** Hits and savings by capacity. */
export interface CapacityCurve {
  /** Calls the cache may answer. */
  readonly calls: number;
  /** The capacity from which on nothing is evicted: the distinct keys. */
  readonly maxCapacity: number;
  /** Hits at a capacity; null: no limit. */
  hitsAt(capacity: number | null): number;
  /** Savings on priced calls at a capacity; null: no limit. */
  savedPicoAt(capacity: number | null): PicoUsd;
}

/** Above every capacity. */
const ALL = 0x7fffffff;
const NONE = -1;
/** Costs are added as a whole number of these and a rest, so that no sum loses a digit. */
const MILLION = 1_000_000;

/** Makes the curve of a TTL (null: none), a temperature and a scope. */
export function capacityCurve(
  calls: CacheCalls,
  setting: Omit<ExactCacheSetting, 'capacity'>,
): CapacityCurve {
  const isShared = setting.scope === 'shared';
  const keys = isShared ? calls.sharedKey : calls.userKey;
  const distinct = isShared ? calls.sharedKeys : calls.userKeys;
  const hits = new HitSteps(distinct);
  const held = new Held(distinct, setting.ttlMs ?? Number.POSITIVE_INFINITY, hits);
  const uses = new LastUses(calls.calls);
  const { startedAtMs, answeredAtMs, temperatureMilli, costPico } = calls;
  let eligible = 0;
  for (let call = 0; call < calls.calls; call++) {
    if (temperatureMilli[call]! > setting.maxTemperatureMilli) continue;
    const key = keys[call]!;
    const distance = uses.move(held.lastUse(key, eligible), eligible);
    eligible += 1;
    hits.cost = costPico[call]!;
    held.use(key, distance, startedAtMs[call]!, answeredAtMs[call]!);
  }
  return hits.curve(eligible);
}

/** Numbers of a key: its last use, when its last answer arrives, up to which capacity that is held. */
const NUMBERS = 3;
/** In place of that capacity: the answers of the key are spans. */
const IN_SPANS = -1;

/** The answers stored for each key: one that is on its way below a capacity, others above; or spans. */
class Held {
  readonly #numbers: Float64Array;
  readonly #spans: Spans;
  readonly #hits: HitSteps;
  readonly #hasTtl: boolean;

  constructor(distinct: number, ttlMs: number, hits: HitSteps) {
    this.#numbers = new Float64Array(distinct * NUMBERS).fill(NONE);
    this.#hasTtl = ttlMs !== Number.POSITIVE_INFINITY;
    this.#spans = new Spans(distinct, ttlMs, hits);
    this.#hits = hits;
  }

  /** The last use of a key (-1: none); from now on it is `use`. */
  lastUse(key: number, use: number): number {
    const at = key * NUMBERS;
    const last = this.#numbers[at]!;
    this.#numbers[at] = use;
    return last;
  }

  /** A call for a key at a stack distance. */
  use(key: number, distance: number, nowMs: number, answeredMs: number): void {
    const numbers = this.#numbers;
    const at = key * NUMBERS + 1;
    const upTo = numbers[at + 1]!;
    const isFirst = upTo === NONE && !this.#spans.has(key);
    if (isFirst && !this.#hasTtl) {
      numbers[at] = answeredMs;
      numbers[at + 1] = ALL;
    } else if (this.#hasTtl) {
      this.#spans.use(key, distance, nowMs, answeredMs);
    } else if (nowMs >= numbers[at]!) {
      this.#hits.add(distance + 1, ALL);
      if (upTo === IN_SPANS) this.#spans.clear(key);
      numbers[at] = distance === 0 ? Number.NEGATIVE_INFINITY : answeredMs;
      numbers[at + 1] = distance;
    } else {
      if (upTo !== IN_SPANS) this.#spans.restore(key, upTo, numbers[at]!);
      this.#spans.use(key, distance, nowMs, answeredMs);
      numbers[at] = this.#spans.lastArrival(key);
      numbers[at + 1] = IN_SPANS;
    }
  }
}

/** Answers of keys as spans of capacities in linked lists. */
class Spans {
  readonly #ttlMs: number;
  readonly #hits: HitSteps;
  readonly #first: Int32Array;
  /** Of each span: the largest capacity, when the answer arrived, the next span. */
  #upTo: Int32Array;
  #arrivedMs: Float64Array;
  #next: Int32Array;
  #size = 0;
  #free = NONE;

  constructor(distinct: number, ttlMs: number, hits: HitSteps) {
    this.#ttlMs = ttlMs;
    this.#hits = hits;
    this.#first = new Int32Array(distinct).fill(NONE);
    const room = ttlMs === Number.POSITIVE_INFINITY ? 1024 : distinct * 2 + 2;
    this.#upTo = new Int32Array(room);
    this.#arrivedMs = new Float64Array(room);
    this.#next = new Int32Array(room);
  }

  /** Whether a key has spans. */
  has(key: number): boolean {
    return this.#first[key] !== NONE;
  }

  /** Makes the spans of a key: below a capacity an answer that arrives then, above one that has. */
  restore(key: number, upTo: number, arrivedMs: number): void {
    const above = upTo === ALL ? NONE : this.#make(ALL, Number.NEGATIVE_INFINITY);
    const below = upTo === 0 ? above : this.#make(upTo, arrivedMs);
    if (below !== above) this.#next[below] = above;
    this.#first[key] = below;
  }

  /** When the last of a key's answers arrives. */
  lastArrival(key: number): number {
    let lastMs = Number.NEGATIVE_INFINITY;
    for (let span = this.#first[key]!; span !== NONE; span = this.#next[span]!) {
      lastMs = Math.max(lastMs, this.#arrivedMs[span]!);
    }
    return lastMs;
  }

  /** Frees the spans of a key. */
  clear(key: number): void {
    let span = this.#first[key]!;
    while (span !== NONE) span = this.#drop(span);
    this.#first[key] = NONE;
  }

  /**
   * A call for a key at a stack distance. At capacities up to the distance the key was evicted, and
   * the call's own answer is stored.
   */
  use(key: number, distance: number, nowMs: number, answeredMs: number): void {
    let old = this.#first[key]!;
    if (old === NONE) {
      this.#first[key] = this.#make(ALL, answeredMs);
      return;
    }
    while (this.#upTo[old]! <= distance) old = this.#drop(old);
    let tail = distance === 0 ? NONE : this.#make(distance, answeredMs);
    this.#first[key] = tail === NONE ? old : tail;
    let from = distance;
    while (old !== NONE) {
      const upTo = this.#upTo[old]!;
      const arrivedMs = this.#after(old, from, nowMs, answeredMs);
      from = upTo;
      // Neighbours with the same answer are one span.
      if (tail !== NONE && this.#arrivedMs[tail] === arrivedMs) {
        this.#upTo[tail] = upTo;
        old = this.#drop(old);
      } else {
        this.#arrivedMs[old] = arrivedMs;
        if (tail !== NONE) this.#next[tail] = old;
        tail = old;
        old = this.#next[old]!;
      }
    }
    this.#next[tail] = NONE;
  }

  /** The answer a span holds after a call; counts a hit at its capacities above `from`. */
  #after(span: number, from: number, nowMs: number, answeredMs: number): number {
    const arrivedMs = this.#arrivedMs[span]!;
    const ageMs = nowMs - arrivedMs;
    if (ageMs >= 0 && ageMs <= this.#ttlMs) {
      this.#hits.add(from + 1, this.#upTo[span]!);
      // Without a TTL all answers that have arrived are as good as each other.
      return this.#ttlMs === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : arrivedMs;
    }
    return ageMs > 0 ? answeredMs : Math.min(arrivedMs, answeredMs);
  }

  #make(upTo: number, arrivedMs: number): number {
    let span = this.#free;
    if (span === NONE) {
      span = this.#size++;
      if (span === this.#upTo.length) this.#grow();
    } else {
      this.#free = this.#next[span]!;
    }
    this.#upTo[span] = upTo;
    this.#arrivedMs[span] = arrivedMs;
    this.#next[span] = NONE;
    return span;
  }

  /** Frees a span; gives the one after it. */
  #drop(span: number): number {
    const next = this.#next[span]!;
    this.#next[span] = this.#free;
    this.#free = span;
    return next;
  }

  #grow(): void {
    const room = this.#upTo.length * 2;
    const grown = <Column extends Int32Array | Float64Array>(
      into: Column,
      from: Column,
    ): Column => {
      into.set(from);
      return into;
    };
    this.#upTo = grown(new Int32Array(room), this.#upTo);
    this.#arrivedMs = grown(new Float64Array(room), this.#arrivedMs);
    this.#next = grown(new Int32Array(room), this.#next);
  }
}

/** Numbers of a capacity: hits, and their costs as millions and a rest. */
const STEPS = 3;

/** Counts hits over spans of capacities: what begins and what ends at each. */
class HitSteps {
  readonly #max: number;
  readonly #steps: Float64Array;
  /** Of the call being counted; -1: it has no price. */
  cost = -1;

  constructor(distinct: number) {
    this.#max = distinct;
    this.#steps = new Float64Array((distinct + 2) * STEPS);
  }

  /** One hit at the capacities from `from` to `upTo`. */
  add(from: number, upTo: number): void {
    this.#step(from, 1);
    if (upTo < this.#max) this.#step(upTo + 1, -1);
  }

  #step(capacity: number, sign: number): void {
    const steps = this.#steps;
    const at = capacity * STEPS;
    steps[at]! += sign;
    if (this.cost <= 0) return;
    const millions = Math.floor(this.cost / MILLION);
    steps[at + 1]! += sign * millions;
    steps[at + 2]! += sign * (this.cost - millions * MILLION);
  }

  curve(calls: number): CapacityCurve {
    const steps = this.#steps;
    for (let at = STEPS * 2; at < steps.length; at++) steps[at]! += steps[at - STEPS]!;
    const placeOf = (capacity: number | null) => Math.min(capacity ?? this.#max, this.#max) * STEPS;
    return {
      calls,
      maxCapacity: this.#max,
      hitsAt: (capacity) => steps[placeOf(capacity)]!,
      savedPicoAt: (capacity) => {
        const at = placeOf(capacity);
        return picoUsd(BigInt(steps[at + 1]!) * BigInt(MILLION) + BigInt(steps[at + 2]!));
      },
    };
  }
}
