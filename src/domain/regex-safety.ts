/**
 * Regular expressions that people give, held to those whose time stays within bounds.
 *
 * Takes the text of an expression, gives why it is refused. Never runs it on a text: what could be
 * read in two ways is found in the automaton of the expression (Weideman et al. 2016: two different
 * ways round the same loop for the same characters make back-tracking exponential).
 */

const LONGEST_PATTERN = 500;
/** Characters, classes and the like; pairs of them are looked at. */
const MOST_POSITIONS = 200;
/** Loops one after the other that take the same characters: with 3, 2,500 characters take seconds. */
const MOST_LOOPS = 3;
/** Optional parts one after the other that take the same characters: each doubles the ways. */
const MOST_OPTIONAL = 12;

/** Why an expression, compiled with these flags, is refused; null: it may be used. */
export function slowRegexProblem(pattern: string, flags: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  const mistake = syntaxProblem(pattern, flags);
  if (mistake !== null) return mistake;
  if (/\\[1-9k]/.test(pattern.replace(/\\\\/g, ''))) return 'refers back to a group';
  const automaton = new Automaton(pattern, flags);
  automaton.build();
  if (automaton.sets.length > MOST_POSITIONS) return 'is too large to be checked';
  if (automaton.isExponential())
    return 'could back-track for ever: a repetition within a repetition';
  const loops = automaton.longestLoopChain() + (pattern.startsWith('^') ? 0 : 1);
  if (loops > MOST_LOOPS) return 'could back-track for very long: too many open repetitions';
  const isLong = automaton.longestOptionalChain() > MOST_OPTIONAL;
  return isLong ? 'could back-track for very long: too many optional parts' : null;
}

function syntaxProblem(pattern: string, flags: string): string | null {
  try {
    new RegExp(pattern, flags);
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is no regular expression: ${error.message.replace(/^.*\/[a-z]*: /s, '')}`;
  }
}

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
class Automaton {
  /** The characters each position takes, as positions in the alphabet. */
  readonly sets: ReadonlySet<number>[] = [];
  readonly #ways = new Map<number, Map<number, number>>();
  readonly #known = new Map<string, ReadonlySet<number>>();
  readonly #alphabet: readonly string[];
  readonly #flags: string;
  /** Whether what may be nothing is repeated so many times: each time there are two ways. */
  #hasFreeRepeats = false;
  /** Positions that a part begins with which may be left out. */
  readonly #optional = new Set<number>();
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
    if (isOptional) for (const at of part.first) this.#optional.add(at);
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

  /** How many loops can follow each other that all take some same character. */
  longestLoopChain(): number {
    return this.#longestChain(
      this.sets.map((_, at) => at).filter((at) => this.#reachable(at).has(at)),
    );
  }

  /** How many parts that may be left out can follow each other that all take some same character. */
  longestOptionalChain(): number {
    return this.#longestChain([...this.#optional].sort((a, b) => a - b));
  }

  #longestChain(positions: readonly number[]): number {
    const longest = new Map<number, number>();
    for (const at of positions.toReversed()) {
      const after = positions.filter(
        (other) => other > at && this.#isLater(at, other) && this.#overlap(at, other),
      );
      longest.set(at, 1 + Math.max(0, ...after.map((other) => longest.get(other) ?? 0)));
    }
    return Math.max(0, ...longest.values());
  }

  /** Reached from `at`, and no way back: not of the same loop. */
  #isLater(at: number, other: number): boolean {
    return this.#reachable(at).has(other) && !this.#reachable(other).has(at);
  }
}
