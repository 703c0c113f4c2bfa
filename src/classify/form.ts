/**
 * Form: what a prompt looks like, as hashed features.
 *
 * Takes the scans and the bytes of both texts, adds features to a list. These
 * carry over between languages, words do not.
 */
import type { Scan } from './hits.ts';
import { type FeatureList, pushFeature } from './model.ts';
import type { Parts } from './parts.ts';
import { mixPair, type WordBuffer } from './words.ts';

/** Kinds of bytes counted. */
const KINDS = 16;
const [PLAIN, LATIN, CYRILLIC, SEMITIC, GREEK, HAN, KANA, HANGUL, OTHER, ASTRAL] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const [BRACE, EQUALS, DIGIT, DASH, ANGLE] = [10, 11, 12, 13, 14] as const;
/** Kinds are counted in so many bytes of the beginning and of the end. */
const HEAD_BYTES = 96;
const TAIL_BYTES = 32;
const BYTE_KIND = kindTable();
const kinds = new Int32Array(KINDS);

/** A feature: what is measured, and its value. */
function add(list: FeatureList, what: number, value: number): void {
  pushFeature(list, mixPair(0x6a09e6 + what, 0x3c6ef3 + value));
}

/** 0 for less than 1, then a step for each doubling, at most `most`. */
function octave(value: number, most: number): number {
  return value < 1 ? 0 : Math.min(most, 32 - Math.clz32(value));
}

/** Adds what the user message looks like. */
export function addForm(parts: Parts, buffer: WordBuffer, scan: Scan, list: FeatureList): void {
  addLengths(parts, scan, list);
  addEnds(parts, list);
  addMarks(buffer.count - scan.marks, scan, list);
  addScripts(parts, list);
  const asks = (scan.firstIsQuestion ? 1 : 0) + (scan.lastIsQuestion ? 2 : 0);
  add(list, 1, asks * 4 + Math.min(3, scan.questions));
  add(list, 2, (scan.hasBody ? 1 : 0) + (scan.asksLast ? 4 : 0));
  add(list, 3, Math.min(2, scan.fences));
  add(list, 4, Math.min(3, scan.options));
  add(list, 8, octave(scan.arrows, 3));
  add(list, 5, (scan.wordProblems > 0 ? 1 : 0) + (buffer.digits >= 2 ? 2 : 0) + asks * 4);
  const read = Math.max(24, parts.headEnd - parts.start + parts.end - parts.tailStart);
  add(list, 6, octave((buffer.digits * 200) / read, 7));
  add(list, 7, octave((buffer.symbols * 200) / read, 7));
}

function addLengths(parts: Parts, scan: Scan, list: FeatureList): void {
  const length = octave(parts.textBytes, 14);
  add(list, 10, length);
  add(list, 11, octave(scan.words, 8));
  add(list, 12, Math.min(6, scan.sentences) * 8 + Math.min(7, scan.lines));
  add(list, 13, octave(scan.lastLineWords, 6) * 8 + Math.min(2, scan.lines));
  add(list, 14, length * 4 + (scan.lastIsQuestion ? 1 : 0) + (scan.firstIsQuestion ? 2 : 0));
}

/** The kinds of the first and last characters. */
function addEnds({ bytes, start, end }: Parts, list: FeatureList): void {
  if (end <= start) return;
  let last = end - 1;
  while (last > start && isBlank(bytes, last)) last--;
  add(list, 20, endKind(bytes[start]!));
  add(list, 21, endKind(bytes[last]!) * 256 + (last - start > 1 ? endKind(bytes[last - 1]!) : 0));
}

/** A space, or the letter of an escaped newline. */
function isBlank(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x20 || (bytes[at] === 0x6e && bytes[at - 1] === 0x5c);
}

function endKind(byte: number): number {
  if (byte >= 0x80) return byte < 0xe0 ? 1 : 2;
  if (byte >= 0x30 && byte <= 0x39) return 3;
  if (byte >= 0x61 && byte <= 0x7a) return 4;
  if (byte >= 0x41 && byte <= 0x5a) return 5;
  return byte;
}

function addMarks(words: number, { quotes, colons, newlines }: Scan, list: FeatureList): void {
  add(list, 30, octave(quotes, 4));
  add(list, 31, octave(colons, 4) * 8 + octave(newlines, 5));
  add(list, 32, newlines === 0 ? 7 : octave(words / (newlines + 1), 6));
}

/** The scripts: which prevails, which is mixed in, and signs that are not punctuation. */
function addScripts(parts: Parts, list: FeatureList): void {
  kinds.fill(0);
  countKinds(parts.bytes, parts.start, Math.min(parts.headEnd, parts.start + HEAD_BYTES));
  countKinds(parts.bytes, Math.max(parts.tailStart, parts.end - TAIL_BYTES), parts.end);
  const wide = 3 * (kinds[HAN]! + kinds[KANA]!);
  const isHan = wide > kinds[PLAIN]! / 2;
  const foreign =
    kinds[CYRILLIC]! + kinds[SEMITIC]! + kinds[GREEK]! + kinds[HANGUL]! + kinds[OTHER]!;
  // Latin letters in a Chinese text, Chinese ones in a Latin text.
  const mixed = isHan ? kinds[PLAIN]! : wide / 3;
  add(list, 40, (isHan ? 16 : 0) + octave(mixed / 4, 6));
  add(list, 41, (isHan ? 16 : 0) + octave(foreign, 6));
  add(list, 42, kinds[KANA]! > kinds[HAN]! ? octave(kinds[KANA]!, 4) : 0);
  add(list, 43, octave(kinds[ASTRAL]!, 3));
  add(list, 44, octave(kinds[BRACE]!, 5));
  add(list, 45, octave(kinds[EQUALS]!, 5));
  add(list, 46, octave(kinds[ANGLE]!, 5));
  add(list, 47, octave(kinds[DASH]! / 2, 4));
  add(list, 48, (isHan ? 8 : 0) + (kinds[LATIN]! > 2 ? 1 : 0));
}

function countKinds(bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const kind = BYTE_KIND[bytes[i]!]!;
    kinds[kind]!++;
  }
}

/** By the first byte of a character; continuation bytes count as nothing. */
function kindTable(): Uint8Array {
  const table = new Uint8Array(256).fill(15);
  const set = (from: number, to: number, kind: number) => table.fill(kind, from, to + 1);
  set(0x41, 0x5a, PLAIN);
  set(0x61, 0x7a, PLAIN);
  set(0xc3, 0xc5, LATIN);
  set(0xce, 0xcf, GREEK);
  set(0xd0, 0xd3, CYRILLIC);
  set(0xd6, 0xdb, SEMITIC);
  set(0xe0, 0xe1, OTHER);
  set(0xe3, 0xe3, KANA);
  set(0xe4, 0xe9, HAN);
  set(0xea, 0xed, HANGUL);
  set(0xf0, 0xf4, ASTRAL);
  set(0x30, 0x39, DIGIT);
  for (const char of '{}[]') table[char.charCodeAt(0)] = BRACE;
  for (const char of '=+*/^') table[char.charCodeAt(0)] = EQUALS;
  for (const char of '<>|') table[char.charCodeAt(0)] = ANGLE;
  table[0x2d] = DASH;
  return table;
}

/** Adds how long the system prompt is, and what it asks for with this kind of message. */
export function addTogether(
  { bytes, asks }: { readonly bytes: number; readonly asks: number },
  scan: Scan,
  shape: number,
  list: FeatureList,
): void {
  add(list, 50, octave(bytes / 16, 8));
  add(list, 51, asks * 256 + scan.asks);
  add(list, 52, asks * 256 + shape);
}

/** In which of 16 kinds a message falls by its length, its question and its pasted text. */
export function shapeOf(textBytes: number, scan: Scan): number {
  const size = textBytes < 60 ? 0 : textBytes < 160 ? 1 : textBytes < 400 ? 2 : 3;
  return size * 4 + (scan.lastIsQuestion ? 1 : 0) + (scan.hasBody ? 2 : 0);
}
