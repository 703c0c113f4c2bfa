/**
 * Whether two texts say the same words in an order that makes another question.
 *
 * Takes two texts as read by `readMeaning`, gives a verdict. Never asks how alike they are; a false
 * refusal costs a hit, so where it cannot tell it refuses.
 */
import { ARGUMENT, ROLE, type TextMeaning } from './semantic-text.ts';
import { HAN_CONTENT } from './word-facts.ts';

/** Texts of more words are compared through a table. */
const MOST_SCANNED = 200;

/** Whether two columns hold the same. */
export function isEqual(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * Whether a word that makes the order count (`from`, `to`, `than`) stands before another word, and both
 * texts have both words: from A to B, and from B to A.
 */
export function isTurnedRound(a: TextMeaning, b: TextMeaning): boolean {
  if (a.roles.length === 0 || b.roles.length === 0) return false;
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

/**
 * Whether the words that both texts have stand in another order: more than one part moved, two nouns
 * exchanged, or two parts on both sides of a word beside which the order counts. One part that moved
 * is an adverbial, a clause, or the verb.
 */
export function isReordered(a: TextMeaning, b: TextMeaning): boolean {
  if (a.persons.length > 1 && b.persons.length > 1) {
    if (!isSameOrder(firstOf(a.persons, b.persons), firstOf(b.persons, a.persons))) return true;
  }
  if (isAscending(a, b)) return false;
  const places = sharedPlaces(a, b);
  const sorted = [...places].sort((one, other) => one[1] - other[1]);
  const from = places.findIndex((place, at) => place !== sorted[at]);
  if (from < 0) return false;
  const to = places.findLastIndex((place, at) => place !== sorted[at]);
  const moved = places.slice(from, to + 1);
  const drops = moved.flatMap((place, at) => (at > 0 && place[1] < moved[at - 1]![1] ? [at] : []));
  if (drops.length !== 1 || moved.at(-1)![1] > moved[0]![1]) return true;
  const [first, second] = [moved.slice(0, drops[0]), moved.slice(drops[0])];
  const hasArgument = (part: readonly Place[]) =>
    part.some(([one, other]) => (a.marks[one]! & b.marks[other]! & ARGUMENT) !== 0);
  if (hasArgument(first) && hasArgument(second)) return true;
  const roles = rolesWithin(a, first.at(-1)![0], second[0]![0]);
  const others = rolesWithin(b, second.at(-1)![1], first[0]![1]);
  return roles.some((role) => others.includes(role));
}

/** Whether what both have stands in the same order, told without an allocation; false: not told. */
function isAscending(a: TextMeaning, b: TextMeaning): boolean {
  if (a.words.length > MOST_SCANNED || b.words.length > MOST_SCANNED)
    return isEqual(a.words, b.words);
  let last = -1;
  for (let at = 0; at < a.words.length; at++) {
    if (a.weights[at]! < HAN_CONTENT) continue;
    const place = b.words.indexOf(a.words[at]!);
    if (place < 0) continue;
    if (place < last) return false;
    last = place;
  }
  return true;
}

type Place = readonly [inA: number, inB: number];

/** Where the words of content that both have stand first, in the order of the one. */
function sharedPlaces(a: TextMeaning, b: TextMeaning): Place[] {
  const inB = new Map<number, number>();
  b.words.forEach((word, at) => {
    if (b.weights[at]! >= HAN_CONTENT && !inB.has(word)) inB.set(word, at);
  });
  const places: Place[] = [];
  a.words.forEach((word, at) => {
    const other = a.weights[at]! >= HAN_CONTENT ? inB.get(word) : undefined;
    if (other === undefined) return;
    places.push([at, other]);
    inB.delete(word);
  });
  return places;
}

function rolesWithin({ words, marks }: TextMeaning, from: number, to: number): number[] {
  return Array.from(words.subarray(from, to)).filter((_, at) => (marks[from + at]! & ROLE) !== 0);
}

function firstOf(a: Int32Array, b: Int32Array): number[] {
  return [...new Set(a)].filter((one) => b.includes(one));
}

function isSameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.every((one, at) => one === b[at]);
}
