/**
 * Templates: what a program puts around the changing part of its prompts, as two numbers.
 *
 * Takes the texts of a prompt, gives a sketch of the system prompt and one of what the message begins
 * and ends with, both without what changes from call to call. Reads at most a kilobyte.
 */
import { hashesOf, readMasked } from './masks.ts';
import { createParts, setParts } from './parts.ts';
import type { PromptText } from './read.ts';
import { createMemory, recall, remember } from './remember.ts';
import { sketchWords } from './sketch.ts';
import {
  clearWords,
  createWordBuffer,
  isMark,
  MARK_COLON,
  MARK_NEWLINE,
  MARK_QUOTE,
  type WordBuffer,
} from './words.ts';

/** Two sketches; 0 where there is nothing to sketch. */
export interface TemplateSketch {
  /** 6 bins of 8 bits, and TELLS if it says more than that it is an assistant. */
  system: number;
  /** 3 bins of 9 bits for what the message begins with, times 2^24, and 3 of 8 for its end. */
  message: number;
}

/** The bins of the halves of a message's sketch. */
export const HEAD_BITS = 9;
export const TAIL_BITS = 8;
export const TAIL_SPAN = 2 ** 24;
/** Added to the sketch of a system prompt that says something. */
export const TELLS = 2 ** 48;

const TELLING_WORDS = 3;
const GENERAL = `you are a an helpful friendly honest harmless useful polite professional smart knowledgeable
  expert ai assistant chatbot bot chatgpt claude gpt gemini language model virtual digital developed
  trained created by openai anthropic google and the large please always answer respond questions
  question user users to help be concise accurate your name is of i am s
  du bist sie sind ein eine hilfreicher hilfreiche freundlicher ki assistent assistentin chatbot
  tu es vous êtes un une assistant utile serviable ia eres un asistente útil servicial
  你是一个有用的助手 你是一个乐于助人的助手 你是一个人工智能助手 你是一个有帮助的助手 你是一位助手 您是一个智能助手`;
let general: ReadonlySet<number> | null = null;

/** So much is read of each text. */
const SYSTEM_CUT = { head: 640, tail: 192 };
const HEAD_BYTES = 144;
const TAIL_BYTES = 80;
/** A last line of fewer bytes is no line. */
const LEAST_LINE = 12;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const SPACE = 0x20;
/** Instructions end at a line's or a heading's end, after two sentences, or here. */
const HEAD_WORDS = 24;
const HEAD_SENTENCES = 2;
const LINE_WORDS = 3;
/** Before a colon fewer words will do, as in `Translate into German:`. */
const COLON_WORDS = 2;
/** So many words, and no more lines are read. */
const ENOUGH_WORDS = 8;
/** Fewer words tell nothing. */
const LEAST_WORDS = 3;
const SYSTEM = { bins: 6, bits: 8, leastWords: 1 } as const;
const HEAD = { bins: 3, bits: HEAD_BITS, leastWords: LEAST_WORDS } as const;
const HEADING = { ...HEAD, leastWords: COLON_WORDS } as const;
const TAIL = { bins: 3, bits: TAIL_BITS, leastWords: LEAST_WORDS } as const;

const parts = createParts();
const words = createWordBuffer(1_024);
const systems = createMemory(512, 1);
const messages = createMemory(8_192, 1);
const kept = new Float64Array(1);

/** Sketches a prompt into `out`; not again if it was among the last ones. */
export function sketchTemplate(text: PromptText, out: TemplateSketch): void {
  if (!recall(systems, text.systemKey, kept)) {
    kept[0] = sketchSystem(text);
    remember(systems, text.systemKey, kept);
  }
  out.system = kept[0]!;
  if (!recall(messages, text.promptKey, kept)) {
    kept[0] = sketchMessage(text);
    remember(messages, text.promptKey, kept);
  }
  out.message = kept[0]!;
}

function sketchSystem(text: PromptText): number {
  if (text.systemEnd <= text.systemStart) return 0;
  setParts(parts, text.bytes, [text.systemStart, text.systemEnd], SYSTEM_CUT);
  clearWords(words);
  readMasked(parts.bytes, [parts.start, parts.headEnd], words);
  readMasked(parts.bytes, [parts.tailStart, parts.end], words);
  const sketch = sketchWords(words, [0, words.count], SYSTEM);
  return sketch !== 0 && tellsMore(words) ? sketch + TELLS : sketch;
}

/** Whether words are more than `You are a helpful assistant`. */
function tellsMore({ words: all, count }: WordBuffer): boolean {
  general ??= hashesOf(GENERAL);
  let telling = 0;
  for (let i = 0; i < count; i++) {
    const word = all[i]!;
    if (!isMark(word) && !general.has(word) && ++telling === TELLING_WORDS) return true;
  }
  return false;
}

function sketchMessage(text: PromptText): number {
  if (text.userEnd <= text.userStart) return 0;
  const cut = { head: HEAD_BYTES, tail: TAIL_BYTES };
  setParts(parts, text.bytes, [text.userStart, text.userEnd], cut);
  clearWords(words);
  readMasked(parts.bytes, [parts.start, parts.headEnd], words, ENOUGH_WORDS);
  const headCount = headWords(words);
  const head = sketchWords(words, [0, headCount], headCount < words.count ? HEADING : HEAD);
  const isWhole = parts.tailStart === parts.end;
  const from = lastLine(parts.bytes, isWhole ? parts.start : parts.tailStart, parts.end);
  // A message of one line has been read.
  if (isWhole && from === parts.start) return head * TAIL_SPAN;
  clearWords(words);
  readMasked(parts.bytes, [from, parts.end], words);
  return head * TAIL_SPAN + sketchWords(words, [0, words.count], TAIL);
}

/** Where the last line that has some bytes begins, not before `start`. */
function lastLine(bytes: Uint8Array, start: number, end: number): number {
  const from = Math.max(start, end - TAIL_BYTES);
  for (let i = end - LEAST_LINE; i > from; i--) {
    if (bytes[i] === LETTER_N && bytes[i - 1] === BACKSLASH) return i + 1;
  }
  if (from === start) return start;
  // Not from the middle of a word on.
  let at = from;
  while (at < end - LEAST_LINE && bytes[at] !== SPACE) at++;
  return at;
}

/** Where the words that a message begins with end. */
function headWords({ words: all, count }: WordBuffer): number {
  let seen = 0;
  let sentences = 0;
  let inSentence = 0;
  for (let i = 0; i < count; i++) {
    const word = all[i]!;
    if (!isMark(word)) {
      inSentence++;
      if (++seen === HEAD_WORDS) return i + 1;
      continue;
    }
    if (word === MARK_QUOTE) continue;
    if (word === MARK_NEWLINE || word === MARK_COLON) {
      if (seen >= (word === MARK_COLON ? COLON_WORDS : LINE_WORDS)) return i;
    } else if (inSentence >= LEAST_WORDS && ++sentences === HEAD_SENTENCES) return i;
    inSentence = 0;
  }
  return count;
}
