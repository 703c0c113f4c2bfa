/**
 * Scripts: which share of a text's tokens is in which kind of characters.
 *
 * Takes a text, gives shares that add up to 1. Vocabularies differ by script: what is one token of
 * English is one everywhere, what is one of Chinese is two elsewhere.
 */
import { CHAR, classOf, isAsianForm } from './characters.ts';

/** The kinds, in the order of shares and factors. */
export const SCRIPTS = ['latin', 'foreign', 'cjk', 'digits', 'symbols', 'blanks'] as const;

/**
 * Tokens of o200k_base for a character of each kind, roughly. An accented letter stands for the
 * words around it, which are not English either: 4 fits German texts best.
 */
const LATIN = 0.2;
const ACCENTED = 4;
const OTHER_LETTER = 0.35;
const CJK = 0.75;
const DIGIT = 0.45;
const SYMBOL = 0.6;
const BLANK = 0.25;
const LINE_FEED = 0x0a;

/** The shares of a text in the order of SCRIPTS; all 0 for an empty text. */
export function scriptShares(text: string): readonly number[] {
  const units = new Float64Array(CHAR.joiner + 1);
  let blanks = 0;
  let asianForms = 0;
  let afterSpace = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const found = classOf(unit);
    units[found]!++;
    if (found === CHAR.symbol && isAsianForm(unit)) asianForms++;
    const isSpace = found === CHAR.space;
    // One space before a word is a part of it.
    if (isSpace && (afterSpace || unit === LINE_FEED)) blanks++;
    afterSpace = isSpace;
  }
  const weights = [
    LATIN * (units[CHAR.latin]! + units[CHAR.space]! - blanks),
    ACCENTED * units[CHAR.accented]! + OTHER_LETTER * units[CHAR.otherLetter]!,
    CJK * (units[CHAR.cjk]! + asianForms),
    DIGIT * units[CHAR.digit]!,
    SYMBOL * (units[CHAR.symbol]! - asianForms + units[CHAR.joiner]!),
    BLANK * blanks,
  ];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? weights : weights.map((weight) => weight / total);
}
