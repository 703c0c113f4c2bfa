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

class Template {
  readonly root: Fields;
  private readonly gaps: Uint8Array<ArrayBuffer>;
  private readonly gapView: DataView;
  /** Where the gap before each value, and the one after the last, ends in `gaps`. */
  private readonly gapEnds: Int32Array;
  private readonly kinds: Uint8Array;
  private readonly targets: Json[][];
  private readonly indexes: Int32Array;
  /** The object that each value is read into, so that none is made. */
  private readonly texts: Text[];
  private readonly raws: Raw[];

  constructor(bytes: Uint8Array, line: { start: number; end: number; root: Fields; trace: Trace }) {
    const { leaves } = line.trace;
    this.root = line.root;
    this.kinds = Uint8Array.from(leaves, (leaf) => leaf.kind);
    this.targets = leaves.map((leaf) => leaf.target);
    this.indexes = Int32Array.from(leaves, (leaf) => leaf.index);
    this.texts = leaves.map(({ target, index }) => {
      const value = target[index];
      return value instanceof Text ? value : new Text(bytes, 0, 0, false);
    });
    this.raws = leaves.map(({ target, index }) => {
      const value = target[index];
      return value instanceof Raw ? value : new Raw(bytes, 0, 0);
    });
    const gaps: number[] = [];
    const gapEnds: number[] = [];
    let at = line.start;
    for (const leaf of leaves) {
      for (; at < leaf.start; at++) gaps.push(bytes[at]!);
      gapEnds.push(gaps.length);
      at = leaf.end;
    }
    for (; at < line.end; at++) gaps.push(bytes[at]!);
    gapEnds.push(gaps.length);
    this.gaps = Uint8Array.from(gaps);
    this.gapView = new DataView(this.gaps.buffer);
    this.gapEnds = Int32Array.from(gapEnds);
  }

  /** Puts the values of the line at `start` into the tree; false if it has another shape. */
  fill(cursor: Cursor, start: number): boolean {
    const { gaps, gapView, gapEnds, kinds } = this;
    const { bytes, view, end } = cursor;
    let at = start;
    let gap = 0;
    for (let i = 0; i < kinds.length; i++) {
      const gapEnd = gapEnds[i]!;
      if (at + gapEnd - gap >= end) return false;
      for (; gap + 4 <= gapEnd; gap += 4, at += 4) {
        if (view.getInt32(at) !== gapView.getInt32(gap)) return false;
      }
      while (gap < gapEnd) if (bytes[at++] !== gaps[gap++]) return false;
      cursor.at = at;
      if (!this.value(cursor, i, bytes[at]!)) return false;
      at = cursor.at;
    }
    if (end - at !== gaps.length - gap) return false;
    while (at < end) if (bytes[at++] !== gaps[gap++]) return false;
    return true;
  }

  private value(cursor: Cursor, i: number, first: number): boolean {
    const kind = this.kinds[i];
    if (kind === Leaf.skip) {
      cursor.skip();
      return true;
    }
    const target = this.targets[i]!;
    const index = this.indexes[i]!;
    if (kind === Leaf.raw) target[index] = cursor.raw(this.raws[i]!);
    else if (first === QUOTE) {
      target[index] = kind === Leaf.word ? cursor.word() : cursor.text(this.texts[i]!);
    } else if (first === OPEN || first === OPEN_LIST) return false;
    else target[index] = cursor.literal(first);
    return true;
  }
}
