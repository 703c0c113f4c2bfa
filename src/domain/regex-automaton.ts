/**
 * The automaton of a regular expression: which of its characters may follow which, in how many ways.
 *
 * Takes an expression that compiles, gives its positions. Never runs it on a text.
 */
import { setsOf } from './regex-alphabet.ts';

/** Characters, classes and the like; pairs of them are looked at. */
export const MOST_POSITIONS = 200;

/** What a part of an expression begins and ends with; positions are indexes of `sets`. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isNullable: boolean;
  /** What the look-arounds at its beginning begin with: tried, then left again. */
  readonly asides: readonly number[];
}

const NOTHING: Part = { first: [], last: [], isNullable: true, asides: [] };
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/;
const ATOM = /^(?:\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\0[0-7]{0,2}|\\.|\[(?:\\.|[^\]\\])*\]|.)/is;
/** With the flag `u`: two halves are a character, and so is what stands in braces. */
const UNICODE_ATOM =
  /^(?:\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\[up]\{[^}]*\}|\\x[\da-f]{2}|\\c[a-z]|\\.|\[(?:\\.|[^\]\\])*\]|.)/isu;

/** The positions of an expression and which may follow which, in how many ways (Glushkov 1961). */
export class Automaton {
  /** The characters each position takes, as bits. */
  readonly sets: readonly bigint[];
  /** Whether it is read from the end of the text to its beginning, as in a look-behind. */
  readonly isBackward: boolean[] = [];
  /** How many ways there are from a position to each that may follow. */
  readonly ways: ReadonlyMap<number, number>[];
  /** Whether what may be nothing is repeated so many times: each time there are two ways. */
  hasFreeRepeats = false;
  /** Whether it can be found at the beginning of a text alone. */
  readonly isAnchored: boolean;
  /** Positions that a part begins with which may be left out; each doubles the ways. */
  readonly optional = new Map<number, number>();
  /** Positions that an alternative begins with, and those that the ones before it begin with. */
  readonly choices: { readonly at: number; readonly before: readonly number[] }[] = [];
  readonly #atoms: string[] = [];
  readonly #ways: Map<number, number>[] = [];
  readonly #atom: RegExp;
  #inBackward = false;
  #rest: string;

  constructor(pattern: string, flags: string) {
    this.#rest = pattern;
    this.#atom = flags.includes('u') ? UNICODE_ATOM : ATOM;
    let isAnchored = !flags.includes('m') && pattern.startsWith('^');
    this.#alternatives(() => {
      isAnchored &&= this.#rest.startsWith('^');
    });
    this.isAnchored = isAnchored;
    this.sets = this.isTooLarge ? [] : setsOf(this.#atoms, flags);
    this.ways = this.#ways;
  }

  /** Then nothing else of it is known. */
  get isTooLarge(): boolean {
    return this.#atoms.length > MOST_POSITIONS;
  }

  #alternatives(atEach?: () => void): Part {
    let whole = this.#sequence();
    while (this.#rest.startsWith('|')) {
      this.#rest = this.#rest.slice(1);
      atEach?.();
      const other = this.#sequence();
      for (const at of other.first) this.choices.push({ at, before: whole.first });
      whole = {
        first: [...whole.first, ...other.first],
        last: [...whole.last, ...other.last],
        isNullable: whole.isNullable || other.isNullable,
        asides: [...whole.asides, ...other.asides],
      };
    }
    return whole;
  }

  #sequence(): Part {
    let whole: Part = NOTHING;
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) {
      if (this.isTooLarge) {
        this.#rest = '';
        return whole;
      }
      const next = this.#repeated(this.#single());
      whole = this.#inBackward ? this.#joined(next, whole) : this.#joined(whole, next);
    }
    return whole;
  }

  #joined(one: Part, other: Part): Part {
    this.#join(one.last, other.first);
    this.#join(one.last, other.asides);
    return {
      first: one.isNullable ? [...one.first, ...other.first] : one.first,
      last: other.isNullable ? [...one.last, ...other.last] : other.last,
      isNullable: one.isNullable && other.isNullable,
      asides: one.isNullable ? [...one.asides, ...other.asides] : one.asides,
    };
  }

  #repeated(part: Part): Part {
    const [quantifier, least, most] = QUANTIFIER.exec(this.#rest) ?? [];
    if (quantifier === undefined) return part;
    this.#rest = this.#rest.slice(quantifier.length);
    const isOptional = /^[*?]/.test(quantifier) || Number(least) === 0;
    const isOnce = quantifier.startsWith('?') || Number(most ?? least ?? 2) <= 1;
    if (isOptional && isOnce) for (const at of part.first) this.optional.set(at, 1);
    if (part.isNullable && Number(least ?? 0) > 1) this.hasFreeRepeats = true;
    // A counted repetition is taken for an open one: rather too strict than too lax.
    if (most === '' || !isOnce) {
      this.#join(part.last, part.first);
      this.#join(part.last, part.asides);
    }
    return { ...part, isNullable: part.isNullable || isOptional };
  }

  #single(): Part {
    if (this.#rest.startsWith('(')) return this.#group();
    const atom = this.#atom.exec(this.#rest)?.[0] ?? this.#rest;
    this.#rest = this.#rest.slice(atom.length);
    if (/^(?:\^|\$|\\[bB])$/.test(atom)) return NOTHING;
    const at = this.#atoms.push(atom) - 1;
    this.#ways.push(new Map());
    this.isBackward.push(this.#inBackward);
    return { first: [at], last: [at], isNullable: false, asides: [] };
  }

  #group(): Part {
    const [opening = '('] = /^\((?:\?(?:<?[=!]|:|<[^>]*>))?/.exec(this.#rest) ?? [];
    this.#rest = this.#rest.slice(opening.length);
    const isAside = /^\(\?<?[=!]$/.test(opening);
    const outside = this.#inBackward;
    if (isAside) this.#inBackward = opening.includes('<');
    const inner = this.#alternatives();
    this.#inBackward = outside;
    this.#rest = this.#rest.slice(1);
    return isAside ? { ...NOTHING, asides: [...inner.first, ...inner.asides] } : inner;
  }

  #join(from: readonly number[], to: readonly number[]): void {
    for (const a of from) {
      const ways = this.#ways[a]!;
      for (const b of to) ways.set(b, (ways.get(b) ?? 0) + 1);
    }
  }
}
