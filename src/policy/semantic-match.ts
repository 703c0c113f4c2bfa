/**
 * Whether two texts ask the same: a similarity, and gates that no similarity opens.
 *
 * Takes two texts as read by `readMeaning`, gives how alike they are (0 to 1) and the gate that keeps
 * them apart, if any. Never takes the size of a shared template for likeness: sentences and lines that
 * both have word for word count for little, the part that changes counts for most.
 */
import type { PricedCall } from '../domain/call.ts';
import { isEqual, isReordered, isTurnedRound } from './semantic-order.ts';
import type { TextMeaning } from './semantic-text.ts';
import { SIDES_OF_CLASS } from './word-facts.ts';

/** What must agree, whatever the similarity. */
export const GATES = [
  'language',
  'numbers',
  'signs',
  'names',
  'quotes',
  'negation',
  'opposites',
  'order',
] as const;
export type Gate = (typeof GATES)[number];

/** How two texts compare. */
export interface TextMatch {
  /** From 0 to 1; 1 for texts that differ in nothing but forms and function words. */
  readonly similarity: number;
  /** The first gate that keeps them apart; null if all agree. */
  readonly refusedBy: Gate | null;
}

/** What shared segments may weigh at most, by the weight of the part that changes. */
const TEMPLATE_SHARE = 0.25;
/** Less than a content word: courtesy and forms. */
const LEAST_CHANGE = 0.35;
/** How much a word in place of another counts against, beside not counting for. */
const SWAP_PENALTY = 0.5;
/** A longer text makes a word that differs no smaller: one in place of another costs 0.15 at least. */
const MOST_WEIGHT = 10;
/** So in Chinese, where a character is half a word and may be a whole one: 0.107 at least. */
const MOST_HAN_WEIGHT = 7;

/** Compares two texts; `weightOf` is what a word is worth in a log (rare ones more), 1 unless given. */
export function matchTexts(
  a: TextMeaning,
  b: TextMeaning,
  weightOf: WeightOf = () => 1,
): TextMatch {
  return { similarity: similarityOf(a, b, weightOf), refusedBy: refusalOf(a, b) };
}

/** The settings two calls must share before their texts are compared at all. */
export function isSameSetting(a: Setting, b: Setting): boolean {
  return (
    a.systemHash === b.systemHash &&
    a.paramsHash === b.paramsHash &&
    a.target.provider === b.target.provider &&
    a.target.model === b.target.model &&
    a.target.operation === b.target.operation
  );
}

type Setting = Pick<PricedCall, 'systemHash' | 'paramsHash' | 'target'>;

/** The first gate that keeps two texts apart. */
export function refusalOf(a: TextMeaning, b: TextMeaning): Gate | null {
  if (a.language !== b.language && a.language !== '' && b.language !== '') return 'language';
  if (!isEqual(a.numbers, b.numbers)) return 'numbers';
  if (!isEqual(a.signs, b.signs)) return 'signs';
  if (!namesAgree(a, b)) return 'names';
  // Quoted in one only, the words are compared as words.
  const bothQuote = a.quotes.length > 0 && b.quotes.length > 0;
  if (bothQuote && !isEqual(a.quotes, b.quotes)) return 'quotes';
  if (Math.min(a.negations, 2) !== Math.min(b.negations, 2)) return 'negation';
  if (areOpposed(a.sides, b.sides) || arePrefixed(a, b)) return 'opposites';
  return isTurnedRound(a, b) || isReordered(a, b) ? 'order' : null;
}

/**
 * Each name of one text is in the other, as a name or at the start of a sentence, and in the same
 * order.
 */
function namesAgree(a: TextMeaning, b: TextMeaning): boolean {
  if (a.names.length === 0 && b.names.length === 0) return true;
  const isIn = (names: Int32Array, other: TextMeaning) =>
    names.every((name) => other.names.includes(name) || other.folded.includes(name));
  if (!isIn(a.names, b) || !isIn(b.names, a)) return false;
  const shared = (names: Int32Array, other: Int32Array) =>
    names.filter((name) => other.includes(name));
  return isEqual(shared(a.names, b.names), shared(b.names, a.names));
}

/** Whether each text names a side of one class that the other names less often. */
function areOpposed(a: Int32Array, b: Int32Array): boolean {
  if (a.length === 0 || b.length === 0) return false;
  const times = (sides: Int32Array, side: number) =>
    sides.reduce((sum, each) => (each === side ? sum + 1 : sum), 0);
  if (isEqual(a, b)) return false;
  const classesOf = (sides: Int32Array, other: Int32Array) =>
    Array.from(sides)
      .filter((side) => times(sides, side) > times(other, side))
      .map((side) => Math.floor(side / SIDES_OF_CLASS));
  const classes = classesOf(a, b);
  return classes.length > 0 && classesOf(b, a).some((each) => classes.includes(each));
}

/** Whether a word has a prefix that the other text's word denies or turns round: healthy, unhealthy. */
function arePrefixed(a: TextMeaning, b: TextMeaning): boolean {
  return hasTurned(a, b) || hasTurned(b, a);
}

function hasTurned(a: TextMeaning, b: TextMeaning): boolean {
  for (let at = 0; at < a.turned.length; at += 2) {
    if (b.words.includes(a.turned[at]!)) continue;
    const rest = a.turned[at + 1]!;
    if (b.words.includes(rest) && !a.words.includes(rest)) return true;
    for (let other = 0; other < b.turned.length; other += 2) {
      if (b.turned[other + 1] === rest && !a.words.includes(b.turned[other]!)) return true;
    }
  }
  return false;
}

/** How alike two texts are, from 0 to 1, whatever the gates say. */
export function similarityOf(a: TextMeaning, b: TextMeaning, weightOf: WeightOf = () => 1): number {
  left.fill(a, b, weightOf);
  right.fill(b, a, weightOf);
  const changed = (left.changed + right.changed) / 2;
  if (Math.max(left.changed, right.changed) < LEAST_CHANGE) return 1;
  const common = commonWeight(left, right);
  const swapped = Math.min(left.changed, right.changed) - common;
  const template = Math.min(left.template, changed * TEMPLATE_SHARE);
  const apart = changed - common + SWAP_PENALTY * swapped;
  const most = a.language === 'zh' && b.language === 'zh' ? MOST_HAN_WEIGHT : MOST_WEIGHT;
  return Math.min(1, Math.max(0, 1 - apart / Math.min(changed + template, most)));
}

type WeightOf = (word: number) => number;

/** The words of the part of a text that changes, ascending, with their weights. */
class Bag {
  words = new Int32Array(64);
  weights = new Float64Array(64);
  count = 0;
  changed = 0;
  template = 0;

  /** Takes the words of one text outside the segments that the other has too. */
  fill({ words, weights, segmentOf, segments }: TextMeaning, other: TextMeaning, of: WeightOf) {
    [this.count, this.changed, this.template] = [0, 0, 0];
    if (this.words.length < words.length) this.#grow(words.length * 2);
    let segment = -1;
    let isShared = false;
    for (let at = 0; at < words.length; at++) {
      if (segmentOf[at] !== segment) {
        segment = segmentOf[at]!;
        isShared = other.segments.includes(segments[segment]!);
      }
      const weight = weights[at]! * of(words[at]!);
      if (isShared) this.template += weight;
      else this.#insert(words[at]!, weight);
    }
  }

  /** Texts are short: a place is found from the end. */
  #insert(word: number, weight: number): void {
    this.changed += weight;
    let at = this.count;
    while (at > 0 && this.words[at - 1]! > word) at -= 1;
    if (at > 0 && this.words[at - 1] === word) {
      this.weights[at - 1]! += weight;
      return;
    }
    for (let to = this.count; to > at; to--) {
      this.words[to] = this.words[to - 1]!;
      this.weights[to] = this.weights[to - 1]!;
    }
    this.words[at] = word;
    this.weights[at] = weight;
    this.count += 1;
  }

  #grow(room: number): void {
    this.words = new Int32Array(room);
    this.weights = new Float64Array(room);
  }
}

/** One comparison at a time: the bags are used again. */
const [left, right] = [new Bag(), new Bag()];

function commonWeight(a: Bag, b: Bag): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.count && j < b.count; ) {
    const [one, other] = [a.words[i]!, b.words[j]!];
    if (one === other) common += Math.min(a.weights[i]!, b.weights[j]!);
    if (one <= other) i += 1;
    if (other <= one) j += 1;
  }
  return common;
}
