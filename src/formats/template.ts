/**
 * Templates: the lines of one log look alike, so the shape of one reads the next.
 *
 * Takes lines that were scanned once, with the places of their values. A new line whose bytes between
 * the values are the same needs no keys looked up and no tree built: its values are put into the tree
 * of the first. Never matches a line that differs in anything but values.
 */
import type { Cursor } from './cursor.ts';
import { type Fields, type Json, Raw, Text } from './json.ts';

/** How a value is read. */
export const Leaf = { skip: 0, word: 1, text: 2, raw: 3 } as const;
export type Leaf = (typeof Leaf)[keyof typeof Leaf];

/** Where the values of a scanned line stand, and where they belong in its tree. */
export interface Trace {
  readonly leaves: { kind: Leaf; target: Json[]; index: number; start: number; end: number }[];
}

const QUOTE = 0x22;
const OPEN = 0x7b;
const OPEN_LIST = 0x5b;
/** Lines with more values are not worth a template. */
export const MAX_LEAVES = 400;
const MAX_TEMPLATES = 8;
/** Of so many lines, a fifth must match, or templates rest for ten times as many. */
const WINDOW = 1_000;

/** The shapes seen last. */
export class TemplateCache {
  private readonly templates: Template[] = [];
  private tried = 0;
  private matched = 0;
  private resting = 0;

  /** The tree of a line that has a known shape, filled with its values; else null. */
  match(cursor: Cursor, start: number): Fields | null {
    if (this.resting > 0) {
      this.resting--;
      return null;
    }
    if (++this.tried === WINDOW) this.review();
    const { templates } = this;
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!;
      if (!template.fill(cursor, start)) continue;
      if (i > 0) {
        templates.splice(i, 1);
        templates.unshift(template);
      }
      this.matched++;
      return template.root;
    }
    return null;
  }

  private review(): void {
    if (this.matched * 5 < WINDOW) this.resting = WINDOW * 10;
    this.tried = 0;
    this.matched = 0;
  }

  /** Whether the line that did not match should be learned. */
  wantsTrace(): boolean {
    return this.resting === 0;
  }

  /** Learns the shape of a line in `[start, end)`. */
  learn(bytes: Uint8Array, line: { start: number; end: number; root: Fields; trace: Trace }): void {
    if (line.trace.leaves.length > MAX_LEAVES) return;
    this.templates.unshift(new Template(bytes, line));
    if (this.templates.length > MAX_TEMPLATES) this.templates.pop();
  }
}

/** So many lines are read before what is the same in all of them counts as part of the shape. */
const TRIAL = 64;
/** A longer value that repeats is cheaper to read than to compare. */
const MAX_CONSTANT = 48;

/** A value of the shape: what stands before it, how it is read and where it goes. */
interface Slot {
  /** Where the gap before the value ends among all gaps. */
  readonly gapEnd: number;
  readonly kind: Leaf;
  readonly target: Json[];
  readonly index: number;
  /** What the value is read into, so that nothing is made. */
  readonly text: Text;
  readonly raw: Raw;
  /** The word that stood here last, if its characters are its bytes. */
  word: string;
  /** The bytes of the value, as long as they were the same in all lines; null if they were not. */
  constant: Uint8Array | null;
}

class Template {
  readonly root: Fields;
  /** Every value of the line. */
  private readonly whole: Shape;
  /** The values that differ from line to line; null until TRIAL lines were read, and if it fails. */
  private folded: Shape | null = null;
  /** What the others are, to be put back after a line in which one of them was not. */
  private constants: { target: Json[]; index: number; value: Json }[] = [];
  private isDirty = false;
  private filled = 0;
  private missed = 0;

  constructor(bytes: Uint8Array, line: { start: number; end: number; root: Fields; trace: Trace }) {
    this.root = line.root;
    this.whole = wholeShape(bytes, line);
  }

  /** Puts the values of the line at `start` into the tree; false if it has another shape. */
  fill(cursor: Cursor, start: number): boolean {
    const { folded } = this;
    if (folded === null) return this.tryOut(cursor, start);
    if (fillShape(folded, cursor, start)) {
      if (this.isDirty) this.restore();
      return true;
    }
    this.isDirty = true;
    if (!fillShape(this.whole, cursor, start)) return false;
    // Reading a line twice now and then is cheaper than reading all of every line.
    if (++this.missed > TRIAL) this.unfold();
    return true;
  }

  private tryOut(cursor: Cursor, start: number): boolean {
    if (!fillShape(this.whole, cursor, start)) return false;
    if (this.filled < TRIAL && ++this.filled === TRIAL) this.fold();
    return true;
  }

  private fold(): void {
    const { slots } = this.whole;
    this.constants = slots
      .filter(({ constant, kind }) => constant !== null && kind !== Leaf.skip)
      .map(({ target, index }) => ({ target, index, value: target[index]! }));
    this.folded = foldedShape(this.whole);
  }

  private restore(): void {
    for (const { target, index, value } of this.constants) target[index] = value;
    this.isDirty = false;
  }

  /** After too many misses the trial starts anew with what is still the same. */
  private unfold(): void {
    this.folded = null;
    this.missed = 0;
    this.filled = 0;
  }
}

/** The bytes between values in a row, and the values. */
interface Shape {
  readonly slots: readonly Slot[];
  readonly gaps: Uint8Array<ArrayBuffer>;
  readonly gapView: DataView;
}

function wholeShape(bytes: Uint8Array, line: { start: number; end: number; trace: Trace }): Shape {
  const slots: Slot[] = [];
  const gaps: number[] = [];
  let at = line.start;
  for (const { kind, target, index, start, end } of line.trace.leaves) {
    for (; at < start; at++) gaps.push(bytes[at]!);
    at = end;
    const value = target[index];
    slots.push({
      gapEnd: gaps.length,
      kind,
      target,
      index,
      text: value instanceof Text ? value : new Text(bytes, 0, 0, false),
      raw: value instanceof Raw ? value : new Raw(bytes, 0, 0),
      word: '',
      constant: constantOf(kind, bytes, start, end),
    });
  }
  for (; at < line.end; at++) gaps.push(bytes[at]!);
  return shapeOf(slots, gaps);
}

/** The bytes of a value that may be a part of the shape; zero bytes may not: see fillShape. */
function constantOf(kind: Leaf, bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  if (kind === Leaf.text || kind === Leaf.raw || end - start > MAX_CONSTANT) return null;
  const value = Uint8Array.prototype.slice.call(bytes, start, end);
  return value.every((byte) => byte >= 0x20) ? value : null;
}

/** A shape with the constant values among the gaps. */
function foldedShape({ slots, gaps }: Shape): Shape {
  const varying: Slot[] = [];
  const folded: number[] = [];
  let at = 0;
  for (const slot of slots) {
    for (; at < slot.gapEnd; at++) folded.push(gaps[at]!);
    if (slot.constant === null) varying.push({ ...slot, gapEnd: folded.length });
    else folded.push(...slot.constant);
  }
  for (; at < gaps.length; at++) folded.push(gaps[at]!);
  return shapeOf(varying, folded);
}

function shapeOf(slots: readonly Slot[], gaps: readonly number[]): Shape {
  const bytes = Uint8Array.from(gaps);
  return { slots, gaps: bytes, gapView: new DataView(bytes.buffer) };
}

/**
 * Reads the values of the line at `start` into their slots; false if a gap differs. Gaps are compared
 * eight bytes at a time, as floats: no gap holds the zero bytes that make two floats equal without
 * being the same, and one that is not a number equals none.
 */
function fillShape({ gaps, gapView, slots }: Shape, cursor: Cursor, start: number): boolean {
  const { bytes, view, end } = cursor;
  let at = start;
  let gap = 0;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const { gapEnd } = slot;
    if (at + gapEnd - gap >= end) return false;
    for (; gap + 8 <= gapEnd; gap += 8, at += 8) {
      if (view.getFloat64(at, true) !== gapView.getFloat64(gap, true)) return false;
    }
    if (gap + 4 <= gapEnd) {
      if (view.getInt32(at, true) !== gapView.getInt32(gap, true)) return false;
      gap += 4;
      at += 4;
    }
    while (gap < gapEnd) if (bytes[at++] !== gaps[gap++]) return false;
    cursor.at = at;
    if (!fillSlot(cursor, slot, bytes[at]!)) return false;
    if (slot.constant !== null) compareConstant(cursor, slot, at);
    at = cursor.at;
  }
  if (end - at !== gaps.length - gap) return false;
  while (at < end) if (bytes[at++] !== gaps[gap++]) return false;
  return true;
}

/** Notes when a value that was the same in all lines is not any more. */
function compareConstant({ bytes, at }: Cursor, slot: Slot, start: number): void {
  const { constant } = slot;
  if (constant === null) return;
  if (at - start === constant.length && constant.every((byte, i) => byte === bytes[start + i]))
    return;
  slot.constant = null;
}

function fillSlot(cursor: Cursor, slot: Slot, first: number): boolean {
  const { kind, target, index } = slot;
  if (kind === Leaf.skip) cursor.skip();
  else if (kind === Leaf.raw) target[index] = cursor.raw(slot.raw);
  else if (first === QUOTE) {
    target[index] = kind === Leaf.word ? wordAt(cursor, slot) : cursor.text(slot.text);
  } else if (first === OPEN || first === OPEN_LIST) return false;
  else target[index] = cursor.literal(first);
  return true;
}

/** The word that starts here: mostly the one that stood here last. */
function wordAt(cursor: Cursor, slot: Slot): string {
  const start = cursor.at + 1;
  const { word } = slot;
  const end = start + word.length;
  if (word !== '' && cursor.bytes[end] === QUOTE && cursor.equals(word, start, end)) {
    cursor.at = end + 1;
    return word;
  }
  const read = cursor.word();
  // As many characters as bytes: neither escapes nor letters beyond ASCII.
  slot.word = cursor.at - start - 1 === read.length ? read : '';
  return read;
}
