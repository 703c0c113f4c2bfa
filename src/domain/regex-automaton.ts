/**
 * The automaton of a regular expression: which of its characters may follow which, in how many ways.
 *
 * Takes an expression that compiles, gives how long back-tracking could take. Never runs it on a text.
 */

/** Characters, classes and the like; pairs of them are looked at. */
export const MOST_POSITIONS = 200;
/** So many states are looked at to tell whether two loops share characters; then they do. */
const MOST_TRIPLES = 20_000;

/** What a part of an expression begins and ends with; positions are indexes of `sets`. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isNullable: boolean;
}

const NOTHING: Part = { first: [], last: [], isNullable: true };
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/;
const ATOM = /^(?:\\u[\da-f]{4}|\\x[\da-f]{2}|\\.|\[(?:\\.|[^\]\\])*\]|.)/isu;
/** What braces are a part of with the flag `u`, and a repetition without it. */
const BRACED_ATOM = /^\\[up]\{[^}]*\}/i;

/** The positions of an expression and which may follow which, in how many ways (Glushkov 1961). */
export class Automaton {
  /** The characters each position takes, as positions in the alphabet. */
  readonly sets: ReadonlySet<number>[] = [];
  readonly #ways = new Map<number, Map<number, number>>();
  readonly #known = new Map<string, ReadonlySet<number>>();
  readonly #alphabet: readonly string[];
  readonly #flags: string;
  /** Whether what may be nothing is repeated so many times: each time there are two ways. */
  #hasFreeRepeats = false;
  /** Positions that a part begins with which may be left out; each doubles the ways. */
  readonly #optional = new Map<number, number>();
  /** Positions that an alternative begins with as others before it may, with the doublings. */
  readonly #choices = new Map<number, number>();
  #rest: string;

  constructor(pattern: string, flags: string) {
    this.#rest = pattern;
    this.#flags = flags;
    const others = [...pattern].filter((char) => char > '\x7f');
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    // Stand for all characters that the expression does not name.
    this.#alphabet = [...new Set([...ascii, ...others, 'é', 'ж', '中', '٣', '😀', '\u2028'])];
  }

  build(): void {
    this.#alternatives();
  }

  #alternatives(): Part {
    let whole = this.#sequence();
    while (this.#rest.startsWith('|')) {
      this.#rest = this.#rest.slice(1);
      const other = this.#sequence();
      for (const at of other.first) {
        const alike = whole.first.filter((before) => this.#overlap(before, at)).length;
        if (alike > 0) this.#choices.set(at, Math.log2(1 + alike));
      }
      whole = {
        first: [...whole.first, ...other.first],
        last: [...whole.last, ...other.last],
        isNullable: whole.isNullable || other.isNullable,
      };
    }
    return whole;
  }

  #sequence(): Part {
    let whole: Part = NOTHING;
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) {
      if (this.sets.length > MOST_POSITIONS) {
        this.#rest = '';
        return whole;
      }
      const next = this.#repeated(this.#atom());
      this.#join(whole.last, next.first);
      whole = {
        first: whole.isNullable ? [...whole.first, ...next.first] : whole.first,
        last: next.isNullable ? [...whole.last, ...next.last] : next.last,
        isNullable: whole.isNullable && next.isNullable,
      };
    }
    return whole;
  }

  #repeated(part: Part): Part {
    const [quantifier, least, most] = QUANTIFIER.exec(this.#rest) ?? [];
    if (quantifier === undefined) return part;
    this.#rest = this.#rest.slice(quantifier.length);
    const isOptional = /^[*?]/.test(quantifier) || Number(least) === 0;
    const isOnce = quantifier.startsWith('?') || Number(most ?? least ?? 2) <= 1;
    if (isOptional && isOnce) for (const at of part.first) this.#optional.set(at, 1);
    if (part.isNullable && Number(least ?? 0) > 1) this.#hasFreeRepeats = true;
    // A counted repetition is taken for an open one: rather too strict than too lax.
    if (most === '' || !isOnce) this.#join(part.last, part.first);
    return { ...part, isNullable: part.isNullable || isOptional };
  }

  #atom(): Part {
    if (this.#rest.startsWith('(')) return this.#group();
    const braced = this.#flags.includes('u') ? BRACED_ATOM.exec(this.#rest) : null;
    const atom = (braced ?? ATOM.exec(this.#rest))?.[0] ?? this.#rest;
    this.#rest = this.#rest.slice(atom.length);
    if (/^(?:\^|\$|\\[bB])$/.test(atom)) return NOTHING;
    const at = this.sets.push(this.#setOf(atom)) - 1;
    return { first: [at], last: [at], isNullable: false };
  }

  #group(): Part {
    const [opening = '('] =
      /^\((?:\?(?:<?[=!]|[a-z]*(?:-[a-z]*)?:|<[^>]*>))?/.exec(this.#rest) ?? [];
    this.#rest = this.#rest.slice(opening.length);
    const inner = this.#alternatives();
    this.#rest = this.#rest.slice(1);
    return /[=!]$/.test(opening) ? NOTHING : inner;
  }

  #setOf(atom: string): ReadonlySet<number> {
    const known = this.#known.get(atom);
    if (known !== undefined) return known;
    const regex = new RegExp(`^(?:${atom})$`, this.#flags);
    const set = new Set(this.#alphabet.flatMap((char, at) => (regex.test(char) ? [at] : [])));
    this.#known.set(atom, set);
    return set;
  }

  #join(from: readonly number[], to: readonly number[]): void {
    for (const a of from) {
      const ways = this.#ways.get(a) ?? new Map<number, number>();
      this.#ways.set(a, ways);
      for (const b of to) ways.set(b, (ways.get(b) ?? 0) + 1);
    }
  }

  #next(at: number): readonly number[] {
    return [...(this.#ways.get(at)?.keys() ?? [])];
  }

  /** Whether a loop can be gone round in two ways on the same characters. */
  isExponential(): boolean {
    if (this.#hasFreeRepeats) return true;
    const seen = new Set<number>();
    for (let start = 0; start < this.sets.length; start++) {
      const reached = this.#reachable(start);
      if (seen.has(start) || !reached.has(start)) continue;
      // Two ways round a loop from one of its places are two ways from each.
      for (const at of reached) if (this.#reachable(at).has(start)) seen.add(at);
      for (const [from, ways] of this.#ways) {
        if (!reached.has(from)) continue;
        for (const [to, count] of ways) {
          if (count > 1 && (to === start || this.#reachable(to).has(start))) return true;
        }
      }
      if (this.#hasTwoWays(start)) return true;
    }
    return false;
  }

  readonly #reached = new Map<number, ReadonlySet<number>>();

  #reachable(start: number): ReadonlySet<number> {
    const known = this.#reached.get(start);
    if (known !== undefined) return known;
    const seen = new Set<number>();
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of this.#next(at)) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    this.#reached.set(start, seen);
    return seen;
  }

  /** Whether a pair of ways parts from `start` and meets there again, on equal characters. */
  #hasTwoWays(start: number): boolean {
    const size = this.sets.length;
    const seen = new Set<number>();
    // A pair of positions, and whether the ways have parted: p, q and a flag in one number.
    const open = [(start * size + start) * 2];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const parted = pair % 2;
      const [p, q] = [Math.floor(pair / 2 / size), Math.floor(pair / 2) % size];
      for (const a of this.#next(p)) {
        for (const b of this.#next(q)) {
          if (!this.#overlap(a, b)) continue;
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

  #overlap(a: number, b: number): boolean {
    if (a === b) return true;
    for (const char of this.sets[a]!) if (this.sets[b]!.has(char)) return true;
    return false;
  }

  /**
   * How many loops one after the other can share out the same characters between them, as the power of
   * the time to try it (Weber and Seidl 1991).
   */
  longestLoopChain(): number {
    const loops = this.sets.map((_, at) => at).filter((at) => this.#reachable(at).has(at));
    if (loops.length === 0) return 0;
    const pairs = loops.flatMap((one) =>
      loops.filter((other) => this.#isShared(one, other)).map((other) => [one, other] as const),
    );
    const longest = new Map<number, number>();
    const after = (at: number): number => {
      const known = longest.get(at);
      if (known !== undefined) return known;
      const next = pairs.filter(([one]) => one === at || this.#reachable(at).has(one));
      const most = Math.max(0, ...next.map(([, other]) => 1 + after(other)));
      longest.set(at, most);
      return most;
    };
    return 1 + Math.max(...loops.map(after));
  }

  /** Whether some characters lead round a loop, round a later one, and from the one to the other. */
  #isShared(one: number, other: number): boolean {
    if (!this.#isLater(one, other) || !this.#overlap(one, other)) return false;
    const size = this.sets.length;
    const seen = new Set<number>();
    const open: [number, number, number][] = [[one, one, other]];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of this.#stepsOf(at, one, other)) {
        const [a, b, c] = next;
        if (a === one && b === other && c === other) return true;
        const key = (a * size + b) * size + c;
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > MOST_TRIPLES) return true;
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
    for (const a of this.#next(p)) {
      if (a !== one && !this.#reachable(a).has(one)) continue;
      for (const c of this.#next(r)) {
        if (!this.#overlap(a, c) || (c !== other && !this.#reachable(c).has(other))) continue;
        for (const b of this.#next(q)) {
          if (b !== other && !this.#reachable(b).has(other)) continue;
          if (this.#sharesOf(a, b, c)) yield [a, b, c];
        }
      }
    }
  }

  #sharesOf(a: number, b: number, c: number): boolean {
    const [second, third] = [this.sets[b]!, this.sets[c]!];
    return [...this.sets[a]!].some((char) => second.has(char) && third.has(char));
  }

  /** How often the ways double: by parts left out on the same characters, and by alternatives. */
  doublings(): number {
    const optional = this.#longestChain(this.#optional, (a, b) => this.#overlap(a, b));
    return optional + this.#longestChain(this.#choices, () => true);
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
    return this.#reachable(at).has(other) && !this.#reachable(other).has(at);
  }
}
