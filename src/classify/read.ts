/**
 * Read: a prompt's texts → the features the model weighs.
 *
 * Takes the bytes of a system prompt or a user message, gives lists of features by zone. Reads at most
 * some hundred bytes of each text, however long it is; never decodes.
 */
import { addForm, addTogether, shapeOf } from './form.ts';
import { AT_START, createScan } from './hits.ts';
import { addMeaning } from './meaning.ts';
import { createFeatures, type FeatureList } from './model.ts';
import { addLetters, addWords } from './ngrams.ts';
import { type Cut, createParts, setEscapedParts, setParts } from './parts.ts';
import { scanWords } from './scan.ts';
import { conceptTable, FIRST_TELLING } from './table.ts';
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

/** What a system prompt says to whom reads the message. */
export interface SystemSays {
  bytes: number;
  /** The first concept it asks for; 0 if it asks for none: see table.ts. */
  asks: number;
}

/** So much is read of the beginning and of the end of a text, in bytes. */
const SYSTEM_CUT = { head: 640, tail: 256 };
const USER_CUT = { head: 160, tail: 96 };
/** Characters of three bytes say as much in more bytes. */
const WIDE_CUT = { head: 352, tail: 192 };
const WIDE_SAMPLE = 24;
/** From this length on the system prompt has said what the task is, whatever the message says. */
const TELLING_BYTES = 80;
/** Fewer words without any mark are how people ask. */
const SHAPELESS_WORDS = 20;
/** Of wide characters each one makes two words, and marks are rarer. */
const WIDE_SCALE = 4;
/** Nobody writes so many without any mark, whatever they begin with. */
const SALAD_WORDS = 36;
const TOLD = 0x7e1f35;
const SYSTEM = 0x4be98134;
/** What a JSON object begins with. */
const OPENING = 0x7b;

// One set of buffers, reused: reading a prompt is synchronous.
export const words = createWordBuffer(1024);
const scanned = createScan();
const parts = createParts();

/** The zones of features; each has its own share of the score. */
export const ZONES = { asks: 0, letters: 1, form: 2, meaning: 3 } as const;
const CAPACITY = [2048, 512, 128, 1024] as const;
/** Scores of a zone are divided by the square root of its number of features and this. */
const DAMPING = [8, 42, 0, 12] as const;
const SHARE = [2, 2, 0.5, 3] as const;

/** The features of the text read last, by zone. */
export const features: readonly FeatureList[] = CAPACITY.map(createFeatures);

/** What each feature of a zone counts, by how many there are. */
export function zoneFactor(zone: number, count: number): number {
  const damping = DAMPING[zone]!;
  return damping === 0 ? SHARE[zone]! : SHARE[zone]! / Math.sqrt(count + damping);
}

/** Reads the system prompt; false if there is none. */
export function readSystem(text: PromptText, system: SystemSays): boolean {
  if (text.systemEnd <= text.systemStart) {
    system.bytes = 0;
    system.asks = 0;
    return false;
  }
  clearFeatures();
  readText(text.bytes, [text.systemStart, text.systemEnd], SYSTEM_CUT);
  system.bytes = parts.textBytes;
  system.asks = 0;
  if (parts.textBytes === 0) return false;
  scanWords(conceptTable(), words, scanned);
  system.asks = scanned.asks;
  addMeaning(scanned, features[ZONES.meaning]!, SYSTEM);
  addWords(words, features[ZONES.asks]!, 0);
  addLetters(parts, features[ZONES.letters]!, 0);
  return true;
}

/** Whether there is a word in the text read last. */
export function hasWords(): boolean {
  return words.count > scanned.marks;
}

/**
 * Whether the message read last is many words without any mark or line, and without an instruction at
 * its beginning or very many; and no system prompt tells what it is: words in any order look so.
 */
export function isShapeless(system: SystemSays): boolean {
  // One stands for what is left out between the beginning and the end.
  const scale = isWide(parts.bytes, parts.start, parts.end) ? WIDE_SCALE : 1;
  const ownMarks = scanned.marks - (parts.tailStart < parts.end ? 1 : 0);
  if (system.bytes > 0 || ownMarks > 0 || words.count < SHAPELESS_WORDS * scale) return false;
  if (words.count >= SALAD_WORDS * scale) return true;
  for (let hit = 0; hit < scanned.hits; hit++) {
    const isAsked = scanned.what[hit]! < FIRST_TELLING && (scanned.flags[hit]! & AT_START) !== 0;
    if (isAsked) return false;
  }
  return true;
}

/** Reads the user message in the light of the system prompt. */
export function readUser(text: PromptText, system: SystemSays): void {
  clearFeatures();
  const cut = isWide(text.bytes, text.userStart, text.userEnd) ? WIDE_CUT : USER_CUT;
  readText(text.bytes, [text.userStart, text.userEnd], cut);
  scanWords(conceptTable(), words, scanned);
  const form = features[ZONES.form]!;
  const shape = shapeOf(parts.textBytes, scanned);
  const salt = system.asks > 0 || system.bytes >= TELLING_BYTES ? TOLD : 0;
  addTogether(system, scanned, shape, form);
  addForm(parts, words, scanned, form);
  addMeaning(scanned, features[ZONES.meaning]!, salt);
  addWords(words, features[ZONES.asks]!, salt);
  addLetters(parts, features[ZONES.letters]!, salt);
}

/** Whether a text begins in a script of wide characters, such as Chinese. */
function isWide(bytes: Uint8Array, start: number, end: number): boolean {
  const to = Math.min(end, start + WIDE_SAMPLE, bytes.length);
  let wide = 0;
  for (let i = Math.max(0, start); i < to; i++) if (bytes[i]! >= 0x80) wide++;
  return wide * 2 > WIDE_SAMPLE;
}

function clearFeatures(): void {
  for (const list of features) list.count = 0;
}

function readText(bytes: Uint8Array, range: readonly [number, number], cut: Cut): void {
  setParts(parts, bytes, range, cut);
  readParts();
  if (!words.hasEscapes) return;
  setEscapedParts(parts, bytes, range, cut);
  readParts();
}

function readParts(): void {
  clearWords(words);
  words.isJson = parts.bytes[parts.start] === OPENING && parts.start < parts.end;
  readWords(parts.bytes, parts.start, parts.headEnd, words);
  if (parts.tailStart === parts.end) return;
  if (words.count < words.words.length) words.words[words.count++] = MARK_NEWLINE;
  readWords(parts.bytes, parts.tailStart, parts.end, words);
}
