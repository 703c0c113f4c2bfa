/**
 * What of a text is longer than a word: quotations, contractions that deny, words of Chinese.
 *
 * Takes a text, gives hashes, counts and sides. Never keeps the text.
 */
import {
  NEGATION_HAN,
  NO_NEGATION_HAN,
  NO_OPPOSITES_HAN,
  OPPOSITES_HAN,
} from './semantic-lexicon.ts';
import { hashOf } from './semantic-words.ts';
import { opposites } from './word-facts.ts';

const QUOTED =
  /"([^"\n]{1,400})"|“([^”\n]{1,400})”|„([^“”\n]{1,400})[“”]|«([^»\n]{1,400})»|「([^」\n]{1,400})」|『([^』\n]{1,400})』|《([^》\n]{1,400})》|`([^`\n]{1,400})`|(?<![\p{L}\d])'([^'\n]{2,400})'(?![\p{L}\d])/gu;

/** Hashes of what is quoted, in order. */
export function quotesOf(text: string): Int32Array {
  return Int32Array.from(text.matchAll(QUOTED), (match) => {
    const quoted = match.slice(1).find((part) => part !== undefined) ?? '';
    return hashOf(
      quoted
        .toLowerCase()
        .replace(/[\s\p{P}]+/gu, ' ')
        .trim(),
    );
  });
}

/** How many contractions deny: `don't`, `isn’t`. */
export function contractions(text: string): number {
  return text.match(/n['’]t\b/gi)?.length ?? 0;
}

/** How often a text of Chinese denies. */
export function hanNegations(text: string): number {
  let count = 0;
  for (const char of text.replace(NO_NEGATION_HAN, '')) if (NEGATION_HAN.includes(char)) count += 1;
  return count;
}

/** Words by their first character, the longer first; an empty list of sides: no opposite. */
const hanSides = new Map<string, [word: string, sides: readonly number[]][]>();
for (const [word, sides] of [
  ...opposites(OPPOSITES_HAN, 1000),
  ...NO_OPPOSITES_HAN.split(/\s+/).map((word) => [word, [] as number[]] as const),
].sort(([a], [b]) => b.length - a.length)) {
  hanSides.set(word[0]!, [...(hanSides.get(word[0]!) ?? []), [word, sides]]);
}

/** The sides of classes that the words of Chinese name, in order. */
export function sidesInHan(text: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; ) {
    const match = hanSides.get(text[at]!)?.find(([word]) => text.startsWith(word, at));
    if (match !== undefined) found.push(...match[1]);
    at += match?.[0].length ?? 1;
  }
  return found;
}
