/**
 * Whether two answers say the same.
 *
 * Takes two answers, gives yes or no: the same text, or the same words of content that no gate keeps
 * apart. Only function words, courtesy and their order may differ, as far as its gate allows. Never
 * takes answers for the same because most of their words are: one in place of another is another answer.
 */
import { FUNCTION_HAN, FUNCTION_WORDS } from '../policy/semantic-lexicon.ts';
import { refusalOf } from '../policy/semantic-match.ts';
import { readMeaning } from '../policy/semantic-text.ts';

/** Shorter ones are labels, letters, numbers: these must be the same. */
const LEAST_CHARACTERS = 40;

/** Words that mean little in a question and decide an answer: who, how much, whether one may. */
const DECIDING = `i you he she we they me him her us them my your his our their more most much many must may might can
  could should will would in on up off out to from by with into while because like need want
  ich du er sie wir ihr mich dich mehr nur noch schon muss müssen darf dürfen kann können soll sollen möchte wenn
  in auf zu für von mit bei aus nach über unter durch ohne etwas brauche`;
const DECIDING_HAN = '上下里中能会可要得比给把被从到向对正我你您他她它';
/** Of no meaning in any answer, beside the function words. */
const FREE = 'as then thus so hence also too namely';

const freeWords = without(`${FUNCTION_WORDS.en} ${FUNCTION_WORDS.de} ${FREE}`, DECIDING);
const freeHan = new Set([...FUNCTION_HAN].filter((char) => !DECIDING_HAN.includes(char)));

/** What opens and closes an answer, and says nothing. */
const OPENING =
  /^(?:(?:sure(?: thing)?|certainly|of course|great question|hello|hi|thank you|thanks|gerne|natürlich|selbstverständlich|hallo|vielen dank|danke|当然|好的|您好|你好)(?: there)?\s*[!,.！，。]\s*)+/u;
const CLOSING =
  /(?:(?:i )?hope (?:this|that|it) helps(?: you)?|(?:please )?(?:let me know|feel free to ask)(?: if [^.!?\n]*)?|ich hoffe,? das hilft(?: ihnen| dir)?|希望(?:这|这些)?(?:对[你您])?有?所?帮助)\s*[.!！。]*$/u;

/** A word with its marks (`c++`), an amount's sign or unit; numbers are left to their gate. */
const TOKEN =
  /[\p{L}\p{M}][\p{L}\p{M}\p{N}'’]*[+#]*|[\p{Sc}\p{So}%‰]|[-+−±<>≤≥](?=\s?\p{Sc}?\p{N})/gu;
const HAN = /\p{Script=Han}/u;

/** Whether two answers say the same. */
export function answersAgree(a: string, b: string): boolean {
  const [left, right] = [folded(a), folded(b)];
  if (left === right) return true;
  if (Math.min(left.length, right.length) < LEAST_CHARACTERS) return false;
  if (!isEqual(contentOf(a), contentOf(b))) return false;
  return refusalOf(readMeaning(spoken(a)), readMeaning(spoken(b))) === null;
}

function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s.!?。！？]+/gu, ' ')
    .trim();
}

/** An answer without its courtesy. */
function spoken(text: string): string {
  const plain = text.normalize('NFKC').trim();
  const lower = plain.toLowerCase();
  // Where folding changes lengths, places in one are none in the other.
  if (lower.length !== plain.length) return plain;
  const start = OPENING.exec(lower)?.[0].length ?? 0;
  const end = CLOSING.exec(lower.slice(start));
  return plain.slice(start, end === null ? undefined : start + end.index);
}

/** The words of content, as they stand. */
function contentOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [token] of spoken(text).toLowerCase().matchAll(TOKEN)) {
    if (HAN.test(token)) for (const word of hanWords(token)) words.add(word);
    else addWord(words, token.replaceAll('’', "'"));
  }
  return words;
}

/** `isn't` is `is not`. */
function addWord(words: Set<string>, word: string): void {
  const verb = /^(.+)n't$/.exec(word)?.[1];
  if (verb !== undefined) words.add('not');
  const rest = verb ?? word;
  if (!freeWords.has(rest)) words.add(rest);
}

/** Characters between function words: their order counts, since 蜂蜜 is no 蜜蜂. */
function hanWords(token: string): string[] {
  return [...token]
    .map((char) => (freeHan.has(char) ? ' ' : char))
    .join('')
    .split(' ')
    .filter((word) => word !== '');
}

function isEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((word) => b.has(word));
}

function without(list: string, taken: string): ReadonlySet<string> {
  const out = new Set(taken.split(/\s+/));
  return new Set(list.split(/\s+/).filter((word) => !out.has(word)));
}
