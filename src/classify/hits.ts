/**
 * Hits: the lexicon's words found in a text, with the places where they stand.
 *
 * Given by the scan, read by weigh and evidence. Never holds a text or a score.
 */

/** At most so many hits of one text are kept. */
export const MAX_HITS = 256;

/** The hit opens its sentence, but for polite words. */
export const AT_START = 1;
/** The hit stands in pasted text: after a heading such as `Text:`, in quotes, in a code fence. */
export const IN_BODY = 2;
/** The sentence of the hit ends in a question mark, or it is the whole message and short. */
export const IN_QUESTION = 4;
/** What a scan found; reused between texts. */
export interface Scan {
  hits: number;
  /** The lexicon entry of a hit. */
  readonly entry: Int16Array;
  readonly sentence: Uint16Array;
  readonly line: Uint16Array;
  /** AT_START, IN_BODY, IN_QUESTION. */
  readonly flags: Uint8Array;
  /** Sentences, without headings; lines are those that hold words. */
  sentences: number;
  lines: number;
  words: number;
  lastLineWords: number;
  /** Sentences that end in a question mark, outside of quotes. */
  questions: number;
  firstIsQuestion: boolean;
  lastIsQuestion: boolean;
  /** Lines that begin with the letters b, c or d. */
  options: number;
  fences: number;
  wordProblems: number;
  given: number;
  hasBody: boolean;
  /** A heading such as `Question:` stands before the last sentence. */
  asksLast: boolean;
}

/** An empty scan. */
export function createScan(): Scan {
  return {
    hits: 0,
    entry: new Int16Array(MAX_HITS),
    sentence: new Uint16Array(MAX_HITS),
    line: new Uint16Array(MAX_HITS),
    flags: new Uint8Array(MAX_HITS),
    sentences: 0,
    lines: 0,
    words: 0,
    lastLineWords: 0,
    questions: 0,
    firstIsQuestion: false,
    lastIsQuestion: false,
    options: 0,
    fences: 0,
    wordProblems: 0,
    given: 0,
    hasBody: false,
    asksLast: false,
  };
}

/** Forgets what was found in the text before. */
export function clearScan(scan: Scan): void {
  scan.hits = 0;
  scan.sentences = 0;
  scan.lines = 0;
  scan.words = 0;
  scan.lastLineWords = 0;
  scan.questions = 0;
  scan.firstIsQuestion = false;
  scan.lastIsQuestion = false;
  scan.options = 0;
  scan.fences = 0;
  scan.wordProblems = 0;
  scan.given = 0;
  scan.hasBody = false;
  scan.asksLast = false;
}
