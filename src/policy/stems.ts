/**
 * Stems of words, for English and German at once.
 *
 * Takes a folded word, gives it without its endings. Crude on purpose: what counts is that forms of
 * one word meet.
 */
const ENDING = /(?:ing|ern|em|en|er|es|ed|e|s|n)$/;
const LEAST_STEM = 3;

/** A word without its endings: `rides`, `riding` and `ride` are `rid`. */
export function stemOf(word: string): string {
  let stem = word.replace(/'s?$/, '');
  for (let round = 0; round < 2; round++) {
    const shorter = stem.replace(ENDING, '');
    if (shorter.length < LEAST_STEM || /ss$/.test(stem)) break;
    stem = shorter;
  }
  return stem.length > LEAST_STEM ? stem.replace(/([b-df-hj-np-tv-z])\1$/, '$1') : stem;
}
