/**
 * Ratio: how many tokens the same text is on another model.
 *
 * Takes two models' names, gives tokens on the second for 1,000 on the first, by the factors of
 * their families for Latin script: a ledger does not keep in which script a prompt was. Never a
 * factor where a model is not made for text.
 */
import { FAMILIES } from './families.ts';
import { vocabularyOf } from './models.ts';

const LATIN = 0;

/** Tokens on `to` for 1,000 tokens on `from`; null if one of them is not made for text. */
export function tokenRatioPermille(from: string, to: string): number | null {
  const here = vocabularyOf(from);
  const there = vocabularyOf(to);
  if (here === null || there === null) return null;
  const factorOf = (vocabulary: typeof here) => FAMILIES[vocabulary.family].factors[LATIN] ?? 1;
  return Math.round((1000 * factorOf(there)) / factorOf(here));
}
