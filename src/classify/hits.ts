/**
 * Hits: the concepts found in a text, with the places where they stand.
 *
 * Given by the scan, read by meaning and form. Never holds a text or a score.
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
  /** The code of a hit's concept. */
  readonly what: Uint8Array;
  readonly sentence: Uint16Array;
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
  /** Lines that begin with the letters a to e. */
  options: number;
  fences: number;
  quotes: number;
  colons: number;
  newlines: number;
  /** All marks; the other words of the buffer are words. */
  marks: number;
  /** Arrows, as between the examples of a prompt and their answers. */
  arrows: number;
  wordProblems: number;
  /** The first concept that is asked for, outside of pasted text; 0 if none is. */
  asks: number;
  hasBody: boolean;
  /** A heading such as `Question:` stands before the last sentence. */
  asksLast: boolean;
}

/** An empty scan. */
export function createScan(): Scan {
  return {
    hits: 0,
    what: new Uint8Array(MAX_HITS),
    sentence: new Uint16Array(MAX_HITS),
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
    quotes: 0,
    colons: 0,
    newlines: 0,
    marks: 0,
    arrows: 0,
    wordProblems: 0,
    asks: 0,
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
  scan.quotes = 0;
  scan.colons = 0;
  scan.newlines = 0;
  scan.marks = 0;
  scan.arrows = 0;
  scan.wordProblems = 0;
  scan.asks = 0;
  scan.hasBody = false;
  scan.asksLast = false;
}
