/**
 * Classify: says what a prompt asks for, and sketches it for finding near-duplicates.
 *
 * Takes the bytes of the instruction-bearing texts and the call's signals; gives one label with a
 * confidence, and a sketch. Never decodes, allocates only its result, and reads at
 * most some hundred bytes of each text, however long the prompt is.
 */
import type { Operation } from '../domain/call.ts';
import { TASKS, type Task } from '../domain/task.ts';
import { type CallSignals, type Shape, weighShape, weighSignals } from './evidence.ts';
import { createScan } from './hits.ts';
import { createMemory, recall, remember } from './remember.ts';
import { scanWords } from './scan.ts';
import { sketchPrompt } from './sketch.ts';
import { lexiconTable } from './table.ts';
import { weighSystem, weighUser } from './weigh.ts';
import { clearWords, createWordBuffer, MARK_NEWLINE, readWords } from './words.ts';

/**
 * The instruction-bearing texts of a prompt: JSON-escaped UTF-8. Ranges are half-open and may be
 * empty; `user` is the last user message.
 */
export interface PromptText {
  bytes: Uint8Array;
  systemStart: number;
  systemEnd: number;
  userStart: number;
  userEnd: number;
  /** Equal for equal system prompts, such as a 53-bit hash; NO_KEY if there is none. */
  systemKey: number;
  /** Equal for prompts that are equal altogether; NO_KEY if there is none. */
  promptKey: number;
}

/** The parts of a text that are read: half-open ranges, the second one empty for short texts. */
interface Parts {
  start: number;
  headEnd: number;
  tailStart: number;
  end: number;
}

/** A label and how sure it is. */
export interface Verdict {
  task: Task;
  /** Integer from 0 to 100; below MIN_CONFIDENCE the task is `other`. */
  confidence: number;
}

/** A verdict and a sketch from one reading of the words. */
export interface PromptReading {
  verdict: Verdict;
  /** See sketchPrompt: of the user message, or of the system prompt where that is empty. */
  sketch: number;
}

/** Labels below this confidence are not given. */
export const MIN_CONFIDENCE = 25;

/** So much is read of the beginning and of the end of a text, in bytes. */
const SYSTEM_HEAD = 256;
const SYSTEM_TAIL = 96;
const USER_HEAD = 320;
const USER_TAIL = 160;
/** A cut moves on to the next space if there is one within so many bytes. */
const MAX_CUT_SHIFT = 32;
const LEXICON_CODES = 32;
/** A score the winner is measured against, so that weak evidence is no certainty. */
const DOUBT = 4;
const MIN_SCORE = 3;
/** From here on the system prompt has said what the task is. */
const STRONG_SYSTEM = 4.5;
const USER_SHARE = 0.4;

// One set of buffers, reused: reading a prompt is synchronous.
const words = createWordBuffer(1024);
const scanned = createScan();
const parts: Parts = { start: 0, headEnd: 0, tailStart: 0, end: 0 };
const scores = new Float64Array(LEXICON_CODES + 1);
const shape: Shape = { bytesRead: 0, digits: 0, symbols: 0 };
/** The sketch travels with the scores, behind them. */
const SKETCH = LEXICON_CODES;
const systems = createMemory(512, LEXICON_CODES);
const prompts = createMemory(8_192, SKETCH + 1);

/** Labels a prompt. */
export function classifyPrompt(text: PromptText, signals: CallSignals): Verdict {
  return readPrompt(text, signals).verdict;
}

/** Labels and sketches a prompt, reading its words once; not at all if it was among the last ones. */
export function readPrompt(text: PromptText, signals: CallSignals): PromptReading {
  if (!recall(prompts, text.promptKey, scores)) {
    weighSystemPrompt(text);
    weighUserMessage(text);
    if (words.count === 0) readSystem(text);
    scores[SKETCH] = sketchPrompt(words);
    remember(prompts, text.promptKey, scores);
  }
  const sketch = scores[SKETCH]!;
  if (signals.operation !== 'chat')
    return { verdict: verdictOfOperation(signals.operation), sketch };
  weighSignals(scores, signals);
  return { verdict: verdictOf(), sketch };
}

/** The endpoint alone tells embeddings; of images, audio and reranking there is no label. */
function verdictOfOperation(operation: Operation): Verdict {
  return operation === 'embeddings'
    ? { task: 'embedding', confidence: 100 }
    : { task: 'other', confidence: 0 };
}

/** Sets the scores to what the system prompt says. */
function weighSystemPrompt(text: PromptText): void {
  scores.fill(0);
  const { bytes } = text;
  setParts(bytes, text.systemStart, text.systemEnd, SYSTEM_HEAD, SYSTEM_TAIL);
  if (parts.end <= parts.start || recall(systems, text.systemKey, scores)) return;
  readParts(bytes);
  const table = lexiconTable();
  scanWords(table, words, scanned);
  weighSystem(table, scanned, scores);
  remember(systems, text.systemKey, scores);
}

function readSystem(text: PromptText): void {
  setParts(text.bytes, text.systemStart, text.systemEnd, SYSTEM_HEAD, SYSTEM_TAIL);
  readParts(text.bytes);
}

function readUser(text: PromptText): void {
  setParts(text.bytes, text.userStart, text.userEnd, USER_HEAD, USER_TAIL);
  readParts(text.bytes);
}

/** Cuts a range down to its beginning and its end, within the bytes there are. */
function setParts(bytes: Uint8Array, from: number, to: number, head: number, tail: number): void {
  const start = Math.min(Math.max(0, from), bytes.length) | 0;
  const end = Math.min(Math.max(start, to), bytes.length) | 0;
  const isShort = end - start <= head + tail;
  parts.start = start;
  parts.end = end;
  parts.headEnd = isShort ? end : start + head;
  parts.tailStart = isShort ? end : wordStart(bytes, end - tail, end);
}

function readParts(bytes: Uint8Array): void {
  clearWords(words);
  readWords(bytes, parts.start, parts.headEnd, words);
  if (parts.tailStart === parts.end) return;
  words.words[words.count++] = MARK_NEWLINE;
  readWords(bytes, parts.tailStart, parts.end, words);
}

/** The first position from `from` on where a cut is no word, character or escape in two. */
function wordStart(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + MAX_CUT_SHIFT);
  for (let i = from; i < limit; i++) if (bytes[i] === 0x20) return i;
  let i = from;
  while (i < limit && (bytes[i]! & 0xc0) === 0x80) i++;
  return i;
}

/** Weighs the user message against what the system prompt has said. */
function weighUserMessage(text: PromptText): void {
  readUser(text);
  const table = lexiconTable();
  const isTold = scores[strongest()]! >= STRONG_SYSTEM;
  scanWords(table, words, scanned);
  weighUser(table, scanned, scores, isTold ? USER_SHARE : 1);
  shape.bytesRead = parts.headEnd - parts.start + parts.end - parts.tailStart;
  shape.digits = words.digits;
  shape.symbols = words.symbols;
  if (!isTold) weighShape(scores, scanned, shape);
}

function strongest(): number {
  let best = 1;
  for (let task = 2; task < TASKS.length; task++) if (scores[task]! > scores[best]!) best = task;
  return best;
}

/** The winner and its share of the evidence: best² / (sum of squares + doubt²). */
function verdictOf(): Verdict {
  const best = strongest();
  const score = scores[best]!;
  let squares = DOUBT * DOUBT;
  for (let task = 1; task < TASKS.length; task++) squares += scores[task]! * scores[task]!;
  const confidence = Math.min(99, Math.round((100 * score * score) / squares));
  if (score < MIN_SCORE || confidence < MIN_CONFIDENCE) {
    return { task: 'other', confidence: Math.min(confidence, MIN_CONFIDENCE) };
  }
  return { task: TASKS[best]!, confidence };
}
