/**
 * How many ways an expression could take to try a text.
 *
 * Takes its automaton, gives whether they double with each character, how often loops follow each other,
 * and how often the ways double besides. Never takes longer than so many steps: then it throws.
 */
import type { Automaton } from './regex-automaton.ts';

/** Some tens of milliseconds. */
const MOST_STEPS = 3_000_000;

/** The check itself would take too long. */
export class TooManySteps extends Error {}

/** The ways through an automaton. */
export class Ways {
  readonly #automaton: Automaton;
  readonly #size: number;
  /** Of each pair of positions, whether the first leads to the second. */
  readonly #reached: Uint8Array;
  /** The positions that share a character with each, itself too. */
  readonly #alike: readonly (readonly number[])[];
  #steps = 0;

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    this.#size = automaton.sets.length;
    this.#reached = reachedIn(automaton);
    this.#alike = automaton.sets.map((_, at) =>
      automaton.sets.flatMap((_set, other) => (this.#overlap(at, other) ? [other] : [])),
    );
  }

  #step(): void {
    if (++this.#steps > MOST_STEPS) throw new TooManySteps();
  }

  #next(at: number): Iterable<number> {
    return this.#automaton.ways[at]!.keys();
  }

  #leads(from: number, to: number): boolean {
    return this.#reached[from * this.#size + to] === 1;
  }

  #overlap(a: number, b: number): boolean {
    const { sets } = this.#automaton;
    return a === b || (sets[a]! & sets[b]!) !== 0n;
  }

  /** Whether a loop can be gone round in two ways on the same characters. */
  isExponential(): boolean {
    if (this.#automaton.hasFreeRepeats) return true;
    const seen = new Set<number>();
    for (let start = 0; start < this.#size; start++) {
      if (seen.has(start) || !this.#leads(start, start)) continue;
      const loop = this.#loopOf(start);
      // Two ways round a loop from one of its places are two ways from each.
      for (const at of loop) {
        seen.add(at);
        for (const [to, count] of this.#automaton.ways[at]!) {
          if (count > 1 && loop.has(to)) return true;
        }
      }
      if (this.#hasTwoWays(start, loop)) return true;
    }
    return false;
  }

  #loopOf(start: number): ReadonlySet<number> {
    const positions = this.#automaton.sets.map((_, at) => at);
    return new Set(positions.filter((at) => this.#leads(start, at) && this.#leads(at, start)));
  }

  /** Whether a pair of ways round a loop parts from `start` and meets there, on equal characters. */
  #hasTwoWays(start: number, loop: ReadonlySet<number>): boolean {
    const size = this.#size;
    const seen = new Set<number>();
    // A pair of positions, and whether the ways have parted: p, q and a flag in one number.
    const open = [(start * size + start) * 2];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const parted = pair % 2;
      const [p, q] = [Math.floor(pair / 2 / size), Math.floor(pair / 2) % size];
      const others = this.#automaton.ways[q]!;
      for (const a of this.#next(p)) {
        if (!loop.has(a)) continue;
        for (const b of this.#alike[a]!) {
          this.#step();
          if (!loop.has(b) || !others.has(b)) continue;
          const apart = parted === 1 || a !== b ? 1 : 0;
          if (apart === 1 && a === start && b === start) return true;
          const next = (a * size + b) * 2 + apart;
          if (seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
      }
    }
    return false;
  }

  /**
   * How many loops one after the other can share out the same characters between them, as the power of
   * the time to try it (Weber and Seidl 1991).
   */
  longestLoopChain(): number {
    const loops = this.#automaton.sets.map((_, at) => at).filter((at) => this.#leads(at, at));
    if (loops.length === 0) return 0;
    const pairs = loops.flatMap((one) =>
      loops.filter((other) => this.#isShared(one, other)).map((other) => [one, other] as const),
    );
    const longest = new Map<number, number>();
    const after = (at: number): number => {
      const known = longest.get(at);
      if (known !== undefined) return known;
      let most = 0;
      for (const [one, other] of pairs) {
        this.#step();
        if (one === at || this.#leads(at, one)) most = Math.max(most, 1 + after(other));
      }
      longest.set(at, most);
      return most;
    };
    return 1 + Math.max(...loops.map(after));
  }

  /** Whether some characters lead round a loop, round a later one, and from the one to the other. */
  #isShared(one: number, other: number): boolean {
    this.#step();
    if (!this.#isLater(one, other)) return false;
    const { isBackward } = this.#automaton;
    // One is read forward and one backward: the same characters may well be in both.
    if (isBackward[one] !== isBackward[other]) return true;
    if (!this.#overlap(one, other)) return false;
    const size = this.#size;
    const seen = new Set<number>();
    const open: [number, number, number][] = [[one, one, other]];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of this.#stepsOf(at, one, other)) {
        const [a, b, c] = next;
        if (a === one && b === other && c === other) return true;
        const key = (a * size + b) * size + c;
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
    }
    return false;
  }

  /** Three steps on one character: the first comes back to `one`, the others come to `other`. */
  *#stepsOf(
    [p, q, r]: readonly [number, number, number],
    one: number,
    other: number,
  ): Generator<[number, number, number]> {
    const { sets } = this.#automaton;
    for (const a of this.#next(p)) {
      if (!this.#leads(a, one)) continue;
      for (const c of this.#next(r)) {
        this.#step();
        const shared = a === c ? sets[a]! : sets[a]! & sets[c]!;
        if (shared === 0n || !this.#leads(c, other)) continue;
        for (const b of this.#next(q)) {
          this.#step();
          if ((shared & sets[b]!) !== 0n && this.#leads(b, other)) yield [a, b, c];
        }
      }
    }
  }

  /** How often the ways double: by parts left out on the same characters, and by alternatives. */
  doublings(): number {
    const { optional, choices } = this.#automaton;
    const chosen = new Map<number, number>();
    for (const { at, before } of choices) {
      const alike = before.filter((one) => this.#overlap(one, at)).length;
      if (alike > 0) chosen.set(at, Math.log2(1 + alike));
    }
    const left = this.#longestChain(optional, (a, b) => this.#overlap(a, b));
    return left + this.#longestChain(chosen, () => true);
  }

  #longestChain(
    all: ReadonlyMap<number, number>,
    counts: (one: number, other: number) => boolean,
  ): number {
    const positions = [...all].sort(([a], [b]) => b - a);
    const longest = new Map<number, number>();
    for (const [at, doublings] of positions) {
      const after = [...longest].filter(([later]) => this.#isLater(at, later) && counts(at, later));
      longest.set(at, doublings + Math.max(0, ...after.map(([, chain]) => chain)));
    }
    return Math.max(0, ...longest.values());
  }

  /** Reached from `at`, and no way back: not of the same loop. */
  #isLater(at: number, other: number): boolean {
    return this.#leads(at, other) && !this.#leads(other, at);
  }
}

/** Which positions lead to which, in any number of steps (Warshall 1962). */
function reachedIn({ ways, sets: { length: size } }: Automaton): Uint8Array {
  const reached = new Uint8Array(size * size);
  for (const [from, next] of ways.entries())
    for (const to of next.keys()) reached[from * size + to] = 1;
  for (let by = 0; by < size; by++) {
    for (let from = 0; from < size; from++) {
      if (reached[from * size + by] === 0) continue;
      for (let to = 0; to < size; to++) {
        if (reached[by * size + to] === 1) reached[from * size + to] = 1;
      }
    }
  }
  return reached;
}
