/**
 * Technique A1: how complex a prompt is, by the words in it.
 *
 * Takes a prompt, gives a score from 0 to 1, as its article has it. Never a claim about quality: it is
 * the article's own rule, kept for the preset that is named after it.
 */

/** In hundredths, so that sums are exact. */
const WORDS: readonly (readonly [word: string, hundredths: number])[] = [
  ['analyze', 30],
  ['compare', 25],
  ['explain', 15],
  ['code', 20],
  ['debug', 35],
  ['refactor', 30],
  ['translate', 10],
  ['summarize', 5],
  ['list', 5],
  ['why', 15],
  ['how', 20],
  ['what if', 25],
];
const LONG_CHARACTERS = 1_000;
const LONG_HUNDREDTHS = 10;

/** The score of a prompt: the sum of its words' weights, each once, at most 1. */
export function keywordScore(prompt: string): number {
  const lower = prompt.toLowerCase();
  const found = WORDS.filter(([word]) => lower.includes(word));
  const words = found.reduce((sum, [, hundredths]) => sum + hundredths, 0);
  const long = prompt.length > LONG_CHARACTERS ? LONG_HUNDREDTHS : 0;
  return Math.min(100, words + long) / 100;
}
