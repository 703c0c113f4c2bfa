/**
 * Scan: finds the words of concepts in a text and notes where each one stands.
 *
 * Takes the words of one text (the system prompt or the user message), gives the hits with their
 * sentence and line, and what the text looks like. Never says what they stand for.
 */
import { AT_START, clearScan, IN_BODY, IN_QUESTION, MAX_HITS, type Scan } from './hits.ts';
import {
  BODY,
  type ConceptTable,
  FIRST_CONCEPT,
  FIRST_TELLING,
  findSlot,
  OPTION,
  POLITE,
  TASK,
  WORD_PROBLEM,
} from './table.ts';
import {
  isMark,
  MARK_ARROW,
  MARK_COLON,
  MARK_FENCE,
  MARK_NEWLINE,
  MARK_QUESTION,
  MARK_QUOTE,
  MARK_SENTENCE,
  mixPair,
  type WordBuffer,
} from './words.ts';

/** Up to so many words a message without any punctuation may be a question (`capital of peru`). */
const MAX_BARE_QUESTION_WORDS = 14;

/** Where the scan stands within a text; reset by scanWords. */
const at = {
  sentenceWords: 0,
  /** Words of the sentence that are not polite. */
  meant: 0,
  lineWords: 0,
  /** Weight of instructions found in the current sentence. */
  instructed: 0,
  firstHit: 0,
  isHeading: false,
  isTask: false,
  /** Pasted text until the end of the line, or until the next heading. */
  body: false,
  bodyLine: false,
  quoted: false,
  fenced: false,
  /** Sentences read when a colon ended an instruction; -1 if none did on this line. */
  colonAt: -1,
  /** Newlines since the last word, and what the text has asked for until then. */
  newlines: 0,
  asked: 0,
};

/** Scans the words of a buffer into `scan`. */
export function scanWords(table: ConceptTable, buffer: WordBuffer, scan: Scan): void {
  resetScan(scan);
  const { filter, keys, first, opens } = table;
  const words = buffer.words;
  const end = buffer.count;
  let chain = 0;
  let unknown = 0;
  for (let i = 0; i < end; i++) {
    const word = words[i]!;
    const slot = findSlot(filter, keys, word);
    if (slot < 0 && chain === 0 && !isMark(word)) {
      unknown++;
      continue;
    }
    at.sentenceWords += unknown;
    at.meant += unknown;
    unknown = 0;
    if (isMark(word)) {
      chain = 0;
      readMark(word, scan);
      continue;
    }
    at.sentenceWords++;
    const longer = chain === 0 ? -1 : findSlot(filter, keys, mixPair(chain, word));
    chain = 0;
    if (slot >= 0) {
      if (first[slot]! >= 0) noteHits(table, first[slot]!, scan);
      else at.meant++;
      if (opens[slot] === 1) chain = word;
    } else {
      at.meant++;
    }
    if (longer >= 0) {
      if (first[longer]! >= 0) noteHits(table, first[longer]!, scan);
      if (opens[longer] === 1) chain = keys[longer]!;
    }
  }
  at.sentenceWords += unknown;
  const isBare = scan.sentences === 0 && at.sentenceWords <= MAX_BARE_QUESTION_WORDS;
  if (isBare) markQuestion(scan);
  endSentence(scan, 0);
  endLine(scan);
}

function markQuestion(scan: Scan): void {
  for (let hit = at.firstHit; hit < scan.hits; hit++) scan.flags[hit]! |= IN_QUESTION;
}

function resetScan(scan: Scan): void {
  clearScan(scan);
  at.sentenceWords = 0;
  at.meant = 0;
  at.lineWords = 0;
  at.instructed = 0;
  at.firstHit = 0;
  at.isHeading = false;
  at.isTask = false;
  at.body = false;
  at.bodyLine = false;
  at.colonAt = -1;
  at.quoted = false;
  at.fenced = false;
  at.newlines = 0;
  at.asked = 0;
}

/** Notes the concepts of a word or phrase that ends here. */
function noteHits(table: ConceptTable, firstEntry: number, scan: Scan): void {
  // A phrase of two or three words still opens its sentence.
  const starts = at.meant <= 2 && at.sentenceWords <= 14;
  const inBody = at.body || at.bodyLine || at.quoted || at.fenced;
  let isPolite = false;
  for (let entry = firstEntry; entry >= 0; entry = table.next[entry]!) {
    const what = table.what[entry]!;
    if (what < FIRST_CONCEPT) {
      if (what === POLITE) isPolite = true;
      else noteCue(what, scan);
      continue;
    }
    if (scan.hits === MAX_HITS) continue;
    const hit = scan.hits++;
    scan.what[hit] = what;
    scan.sentence[hit] = scan.sentences;
    scan.flags[hit] = (starts ? AT_START : 0) | (inBody ? IN_BODY : 0);
    if (what >= FIRST_TELLING) continue;
    if (scan.asks === 0 && !inBody) scan.asks = what;
    at.instructed += starts ? 4 : 2;
  }
  if (!isPolite) at.meant++;
}

function noteCue(cue: number, scan: Scan): void {
  if (cue === BODY) at.isHeading = true;
  else if (cue === TASK) at.isTask = true;
  else if (cue === WORD_PROBLEM) scan.wordProblems++;
  else if (cue === OPTION && at.sentenceWords === 1 && at.lineWords === 0) scan.options++;
}

function readMark(mark: number, scan: Scan): void {
  scan.marks++;
  if (mark === MARK_NEWLINE) {
    scan.newlines++;
    endSentence(scan, 0);
    if (at.colonAt === scan.sentences) openBody(scan);
    endLine(scan);
    // A blank line after an instruction: the text to work on follows.
    if (++at.newlines === 2 && at.asked >= 4) openBody(scan);
    return;
  }
  if (mark === MARK_SENTENCE || mark === MARK_QUESTION) endSentence(scan, mark);
  else if (mark === MARK_COLON) {
    scan.colons++;
    readColon(scan);
  } else if (mark === MARK_QUOTE) {
    scan.quotes++;
    at.quoted = !at.quoted;
  } else if (mark === MARK_FENCE) {
    at.fenced = !at.fenced;
    scan.fences++;
  } else if (mark === MARK_ARROW) scan.arrows++;
}

/** `Text:` opens pasted text, `Question:` closes it, `Translate this:` says that the line is. */
function readColon(scan: Scan): void {
  const isShort = at.sentenceWords <= 3;
  if (isShort && at.isTask) {
    at.body = false;
    at.bodyLine = false;
    scan.asksLast = scan.sentences > 0;
    startSentence();
  } else if (isShort && at.isHeading && at.lineWords === 0 && at.instructed < 4) {
    openBody(scan);
    startSentence();
  } else {
    const tells = at.instructed >= 3;
    endSentence(scan, 0);
    if (tells) {
      at.bodyLine = true;
      at.colonAt = scan.sentences;
    }
  }
}

function openBody(scan: Scan): void {
  at.body = true;
  scan.hasBody = true;
}

function startSentence(): void {
  at.lineWords += at.sentenceWords;
  at.sentenceWords = 0;
  at.meant = 0;
  at.instructed = 0;
  at.isHeading = false;
  at.isTask = false;
}

function endSentence(scan: Scan, mark: number): void {
  if (at.sentenceWords === 0) return;
  const isQuestion = mark === MARK_QUESTION && !at.quoted;
  if (isQuestion) {
    scan.questions++;
    markQuestion(scan);
  }
  at.firstHit = scan.hits;
  if (scan.sentences === 0) scan.firstIsQuestion = isQuestion;
  scan.lastIsQuestion = isQuestion;
  scan.words += at.sentenceWords;
  scan.sentences++;
  at.newlines = 0;
  at.asked = Math.max(at.asked, at.instructed);
  startSentence();
}

function endLine(scan: Scan): void {
  at.bodyLine = false;
  at.colonAt = -1;
  at.quoted = false;
  if (at.lineWords === 0) return;
  scan.lastLineWords = at.lineWords;
  scan.lines++;
  at.lineWords = 0;
}
