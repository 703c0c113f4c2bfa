/**
 * Characters: the class of a UTF-16 code unit, as far as tokenizers treat classes differently.
 *
 * Takes a code unit, gives a small number. Never decides about a surrogate or a combining mark: they
 * are joiners, which belong to the run they stand in.
 */

/** Classes of code units; `joiner`: marks and halves of surrogate pairs. */
export const CHAR = {
  latin: 1,
  accented: 2,
  otherLetter: 3,
  cjk: 4,
  digit: 5,
  symbol: 6,
  space: 7,
  joiner: 8,
} as const;

const UNITS = 65_536;
const ASIAN_FORMS = /[\u3000-\u303f\uff00-\uffef]/;
const CJK =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Bopomofo}/u;
/** 0: not looked at yet. */
const classes = new Uint8Array(UNITS);

/** The class of a code unit. */
export function classOf(unit: number): number {
  const known = classes[unit]!;
  return known === 0 ? learn(unit) : known;
}

function learn(unit: number): number {
  const found = classify(unit, String.fromCharCode(unit));
  classes[unit] = found;
  return found;
}

function classify(unit: number, text: string): number {
  if ((unit >= 0xd800 && unit <= 0xdfff) || /\p{M}/u.test(text)) return CHAR.joiner;
  if (/\s/.test(text)) return CHAR.space;
  if (/\p{N}/u.test(text)) return CHAR.digit;
  if (!/\p{L}/u.test(text)) return CHAR.symbol;
  if (unit < 0x80) return CHAR.latin;
  if (CJK.test(text)) return CHAR.cjk;
  return /\p{Script=Latin}/u.test(text) ? CHAR.accented : CHAR.otherLetter;
}

/** Whether a code unit is punctuation of East Asian texts. */
export function isAsianForm(unit: number): boolean {
  return unit >= 0x3000 && ASIAN_FORMS.test(String.fromCharCode(unit));
}
