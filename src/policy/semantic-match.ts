/**
 * Whether two texts ask the same: a similarity, and gates that no similarity opens.
 *
 * Takes two texts as read by `readMeaning`, gives how alike they are (0 to 1) and the gate that keeps
 * them apart, if any. Never takes the size of a shared template for likeness: sentences and lines that
 * both have word for word count for little, the part that changes counts for most.
 */
import type { PricedCall } from '../domain/call.ts';
import type { TextMeaning } from './semantic-text.ts';

/** What must agree, whatever the similarity. */
export const GATES = [
  'language',
  'numbers',
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

/** Compares two texts; `weightOf` is what a word is worth in a log (rare ones more), 1 unless given. */
export function matchTexts(
  a: TextMeaning,
  b: TextMeaning,
  weightOf: (word: number) => number = () => 1,
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
  if (!namesAgree(a, b)) return 'names';
  // Quoted in one only, the words are compared as words.
  const bothQuote = a.quotes.length > 0 && b.quotes.length > 0;
  if (bothQuote && !isEqual(a.quotes, b.quotes)) return 'quotes';
  if (Math.min(a.negations, 2) !== Math.min(b.negations, 2)) return 'negation';
  if (areOpposed(a.sides, b.sides)) return 'opposites';
  return isTurnedRound(a, b) ? 'order' : null;
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/**
 * Each name of one text is in the other, as a name or at the start of a sentence, and in the same
 * order.
 */
function namesAgree(a: TextMeaning, b: TextMeaning): boolean {
  const isIn = (names: Int32Array, other: TextMeaning) =>
    names.every((name) => other.names.includes(name) || other.folded.has(name));
  if (!isIn(a.names, b) || !isIn(b.names, a)) return false;
  const shared = (names: Int32Array, other: Int32Array) =>
    names.filter((name) => other.includes(name));
  return isEqual(shared(a.names, b.names), shared(b.names, a.names));
}

function areOpposed(a: Int32Array, b: Int32Array): boolean {
  const only = (sides: Int32Array, other: Int32Array) =>
    sides.filter((side) => !other.includes(side));
  const [left, right] = [only(a, b), only(b, a)];
  return left.some((side) => right.includes(-side));
}

/**
 * Whether a word that makes the order count (`from`, `to`, `than`) stands before another word, and both
 * texts have both words: from A to B, and from B to A.
 */
function isTurnedRound(a: TextMeaning, b: TextMeaning): boolean {
  return pairsOf(a.roles).some(([role, word]) => {
    if (!b.words.includes(word)) return false;
    const others = pairsOf(b.roles).filter((pair) => pair[0] === role);
    if (others.length === 0 || others.some((pair) => pair[1] === word)) return false;
    return others.some((pair) => a.words.includes(pair[1]));
  });
}

function pairsOf(roles: Int32Array): (readonly [role: number, word: number])[] {
  return Array.from({ length: roles.length / 2 }, (_, at) => [roles[at * 2]!, roles[at * 2 + 1]!]);
}

function similarityOf(a: TextMeaning, b: TextMeaning, weightOf: (word: number) => number): number {
  const shared = sharedSegments(a, b);
  const [left, right] = [bagOf(a, shared, weightOf), bagOf(b, shared, weightOf)];
  const changed = (left.changed + right.changed) / 2;
  if (Math.max(left.changed, right.changed) < LEAST_CHANGE) return 1;
  let common = 0;
  for (const [word, weight] of left.bag) common += Math.min(weight, right.bag.get(word) ?? 0);
  const swapped = Math.min(left.changed, right.changed) - common;
  const template = Math.min(left.template, changed * TEMPLATE_SHARE);
  const alike = common + template - SWAP_PENALTY * swapped;
  return Math.min(1, Math.max(0, alike / (changed + template)));
}

/** Hashes of segments that both texts have; none if that would leave nothing to compare. */
function sharedSegments(a: TextMeaning, b: TextMeaning): ReadonlySet<number> {
  const inB = new Set(b.segments);
  return new Set([...a.segments].filter((segment) => inB.has(segment)));
}

function bagOf(
  { words, weights, segmentOf, segments }: TextMeaning,
  shared: ReadonlySet<number>,
  weightOf: (word: number) => number,
) {
  const bag = new Map<number, number>();
  let changed = 0;
  let template = 0;
  words.forEach((word, index) => {
    const weight = weights[index]! * weightOf(word);
    if (shared.has(segments[segmentOf[index]!]!)) {
      template += weight;
      return;
    }
    changed += weight;
    bag.set(word, (bag.get(word) ?? 0) + weight);
  });
  return { bag, changed, template };
}
