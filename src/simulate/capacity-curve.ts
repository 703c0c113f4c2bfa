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
 * Mostly there is one span, so the work is that of the distances: a bit for the last use of each key,
 * with a Fenwick tree over the words of bits.
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
  const spans = new Spans(distinct, setting.ttlMs ?? Number.POSITIVE_INFINITY, hits);
  const uses = new LastUses(calls.calls);
  const lastUse = new Int32Array(distinct).fill(NONE);
  const { startedAtMs, answeredAtMs, temperatureMilli, costPico } = calls;
  let eligible = 0;
  for (let call = 0; call < calls.calls; call++) {
    if (temperatureMilli[call]! > setting.maxTemperatureMilli) continue;
    const key = keys[call]!;
    const distance = uses.move(lastUse[key]!, eligible);
    lastUse[key] = eligible++;
    hits.cost = costPico[call]!;
    spans.use(key, distance, startedAtMs[call]!, answeredAtMs[call]!);
  }
  return hits.curve(eligible);
}

/** The answers stored for each key, as spans of capacities in linked lists. */
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
    const room = distinct * 2 + 2;
    this.#upTo = new Int32Array(room);
    this.#arrivedMs = new Float64Array(room);
    this.#next = new Int32Array(room);
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

/** Counts hits over spans of capacities: what begins and what ends at each. */
class HitSteps {
  readonly #max: number;
  readonly #hits: Int32Array;
  readonly #millions: Float64Array;
  readonly #rests: Float64Array;
  /** Of the call being counted; -1: it has no price. */
  cost = -1;

  constructor(distinct: number) {
    this.#max = distinct;
    this.#hits = new Int32Array(distinct + 2);
    this.#millions = new Float64Array(distinct + 2);
    this.#rests = new Float64Array(distinct + 2);
  }

  /** One hit at the capacities from `from` to `upTo`. */
  add(from: number, upTo: number): void {
    this.#step(from, 1);
    if (upTo < this.#max) this.#step(upTo + 1, -1);
  }

  #step(capacity: number, sign: number): void {
    this.#hits[capacity]! += sign;
    if (this.cost <= 0) return;
    const rest = this.cost % MILLION;
    this.#millions[capacity]! += sign * ((this.cost - rest) / MILLION);
    if (rest > 0) this.#rests[capacity]! += sign * rest;
  }

  curve(calls: number): CapacityCurve {
    const [hits, millions, rests] = [this.#hits, this.#millions, this.#rests];
    for (let capacity = 1; capacity < hits.length; capacity++) {
      hits[capacity]! += hits[capacity - 1]!;
      millions[capacity]! += millions[capacity - 1]!;
      rests[capacity]! += rests[capacity - 1]!;
    }
    const at = (capacity: number | null) => Math.min(capacity ?? this.#max, this.#max);
    return {
      calls,
      maxCapacity: this.#max,
      hitsAt: (capacity) => hits[at(capacity)]!,
      savedPicoAt: (capacity) => {
        const place = at(capacity);
        return picoUsd(BigInt(millions[place]!) * BigInt(MILLION) + BigInt(rests[place]!));
      },
    };
  }
}
