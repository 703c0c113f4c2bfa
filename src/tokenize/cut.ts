/**
 * Cutting: a text in segments that the tokenizer can count one by one.
 *
 * Takes a text, gives the places to cut it. Tokenizers split a text into words and merge the bytes of
 * each word in time that grows with the square of its length: 200,000 times the letter `a` are one word
 * and take most of a minute. So long runs of one class are cut, at the cost of a token or so for each
 * cut. A text without such a run is one segment: its count is exact.
 */
import { CHAR, classOf } from './characters.ts';

/** UTF-16 units. No word of a language is longer, and no clause of an ordinary Chinese text. */
export const LONGEST_RUN = 128;

/** Where the segment that starts at `start` ends: a place in a long run, or the text's end. */
export function segmentEnd(text: string, start: number): number {
  let group = 0;
  let run = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const own = groupOf(unit);
    // Marks and halves of pairs are of the run they stand in.
    const goesOn = own === group || own === CHAR.joiner;
    if (!goesOn) group = own;
    run = goesOn ? run + 1 : 1;
    if (run > LONGEST_RUN && !isLowSurrogate(unit)) return at;
  }
  return text.length;
}

/** Letters of all scripts are one group: tokenizers take them together. */
function groupOf(unit: number): number {
  const found = classOf(unit);
  return found <= CHAR.cjk ? CHAR.latin : found;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
