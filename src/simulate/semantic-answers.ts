/**
 * Whether two answers say the same.
 *
 * Takes two answers, gives yes or no: the same text, or texts alike enough that no gate keeps apart.
 * Never compares the meaning of a few words: these must be the same.
 */
import { matchTexts } from '../policy/semantic-match.ts';
import { readMeaning } from '../policy/semantic-text.ts';

/** Answers this alike say the same, if numbers, names and negations agree. */
const AGREEING_SIMILARITY = 0.8;
/** Shorter ones are labels, letters, numbers. */
const LEAST_CHARACTERS = 40;

/** Whether two answers say the same. */
export function answersAgree(a: string, b: string): boolean {
  const [left, right] = [folded(a), folded(b)];
  if (left === right) return true;
  if (Math.min(left.length, right.length) < LEAST_CHARACTERS) return false;
  const { refusedBy, similarity } = matchTexts(readMeaning(a), readMeaning(b));
  return refusedBy === null && similarity >= AGREEING_SIMILARITY;
}

function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s.!?。！？]+/gu, ' ')
    .trim();
}
