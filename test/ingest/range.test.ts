/** Ranges tile a file: whatever their size, each line is in exactly one. */
import fs, { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MAX_RECORD_BYTES } from '../../src/ingest/limits.ts';
import { RangeReader } from '../../src/ingest/range.ts';
import { ShortenedLog } from '../../src/ingest/read-errors.ts';
import { Random } from '../formats/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-range-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The pieces that ranges of `size` bytes give, with their offsets; `from` must start a line. */
function pieces(
  content: Buffer,
  size: number,
  from = 0,
): { offset: number; text: string; last: boolean }[] {
  const path = join(folder, 'log');
  writeFileSync(path, content);
  const fd = openSync(path, 'r');
  const reader = new RangeReader(fs);
  const found: { offset: number; text: string; last: boolean }[] = [];
  for (let start = from; start < content.length; start += size) {
    const end = Math.min(start + size, content.length);
    const job = {
      kind: 'range' as const,
      fd,
      start,
      end,
      fileEnd: content.length,
      atLineStart: start === from,
    };
    const stretch = reader.read(job);
    if (stretch === null) continue;
    const { bytes, from: first, to, offset, last } = stretch;
    found.push({ offset: offset + first, text: bytes.toString('latin1', first, to), last });
  }
  closeSync(fd);
  return found;
}

function check(content: Buffer, size: number, from = 0): void {
  const found = pieces(content, size, from);
  expect(found.map((piece) => piece.text).join('')).toBe(content.toString('latin1', from));
  let at = from;
  for (const piece of found) {
    expect(piece.offset).toBe(at);
    at += piece.text.length;
    // Every piece is whole lines; only the last of the file may end without a newline.
    if (at < content.length) expect(piece.text.endsWith('\n')).toBe(true);
  }
  expect(found.filter((piece) => piece.last).length).toBeLessThanOrEqual(1);
  if (found.length > 0) expect(found.at(-1)?.last).toBe(true);
}

describe('ranges tile a file', () => {
  test.each([
    ['lines of one byte', 'a\nb\nc\n'],
    ['empty lines', '\n\n\na\n\n'],
    ['no newline at the end', 'aa\nbb\ncc'],
    ['one line', 'aaaaaaaa'],
    ['one newline', '\n'],
    ['CRLF', 'aa\r\nbb\r\n\r\ncc\r\n'],
    ['a line longer than many ranges', `a\n${'b'.repeat(50)}\nc\n`],
    ['UTF-8 cut by a range', 'äöü\n你好\n🙂\n'],
  ])('%s, at every size of range', (_, text) => {
    const content = Buffer.from(text);
    for (let size = 1; size <= content.length + 1; size++) check(content, size);
  });

  test('random files, sizes and starts', () => {
    const random = new Random(4);
    for (let round = 0; round < 400; round++) {
      const lines = Array.from({ length: random.between(1, 30) }, () =>
        'x'.repeat(random.pick([0, 1, 3, 10, 90])),
      );
      const content = Buffer.from(lines.join('\n') + (random.chance(0.5) ? '\n' : ''));
      if (content.length === 0) continue;
      const newline = content.indexOf(0x0a, random.between(0, content.length - 1));
      check(content, random.between(1, 60), random.chance(0.5) && newline >= 0 ? newline + 1 : 0);
    }
  });

  test('lines far longer than what is read ahead', () => {
    const content = Buffer.from(
      `${'a'.repeat(300_000)}\n${'b'.repeat(70_000)}\nc\n${'d'.repeat(200_000)}`,
    );
    for (const size of [1_000, 64 * 1024, 100_000, 300_001, 1_000_000]) check(content, size);
  });
});

describe('a file that is not there as it was', () => {
  const job = { kind: 'range', fd: 0, start: 0, end: 10, fileEnd: 10, atLineStart: true } as const;

  test('shorter than it was: never taken for its end', () => {
    const content = Buffer.from('a\nb\n');
    const readSync = (_: number, into: Buffer, at: number, length: number, from: number) =>
      content.copy(into, at, from, from + length);
    const reader = new RangeReader({ readSync: readSync as typeof fs.readSync });
    expect(() => reader.read(job)).toThrow(ShortenedLog);
    expect(reader.read({ ...job, end: 4, fileEnd: 4 })?.to).toBe(4);
  });
});

describe('a line that is too long', () => {
  // A file that is not there: `a`, a newline, a line of x, a newline, `b`, a newline.
  function fake(lineBytes: number) {
    const size = 2 + lineBytes + 1 + 2;
    const asked = { largest: 0 };
    const byteAt = (at: number): string => {
      if (at === 0) return 'a';
      if (at === size - 2) return 'b';
      return at === 1 || at === 2 + lineBytes || at === size - 1 ? '\n' : 'x';
    };
    const readSync = (_: number, into: Buffer, at: number, length: number, from: number) => {
      const got = Math.min(length, size - from);
      asked.largest = Math.max(asked.largest, into.length);
      into.fill('x', at, at + got);
      for (const special of [0, 1, 2 + lineBytes, size - 2, size - 1]) {
        if (special >= from && special < from + got)
          into.write(byteAt(special), at + special - from);
      }
      return got;
    };
    return { size, asked, readSync: readSync as typeof fs.readSync };
  }

  test('is known by its length only, and takes no memory', () => {
    const { size, asked, readSync } = fake(MAX_RECORD_BYTES + 1);
    const reader = new RangeReader({ readSync });
    const job = { kind: 'range', fd: 0, fileEnd: size } as const;
    const first = reader.read({ ...job, start: 0, end: 1_000, atLineStart: true });
    expect(first).toMatchObject({ from: 0, to: 2, offset: 0, last: false });
    expect(first?.overlong).toEqual({ bytes: MAX_RECORD_BYTES + 2, ended: true });
    expect(reader.read({ ...job, start: 1_000, end: 2_000, atLineStart: false })).toBe(null);
    const rest = reader.read({ ...job, start: size - 100, end: size, atLineStart: false });
    expect(rest?.bytes.toString('latin1', rest.from, rest.to)).toBe('b\n');
    expect(asked.largest).toBeLessThan(2 * 1024 * 1024);
  });

  test('one byte shorter is read', () => {
    const { size, readSync } = fake(MAX_RECORD_BYTES);
    const reader = new RangeReader({ readSync });
    const job = { kind: 'range', fd: 0, start: 0, end: 1_000, fileEnd: size } as const;
    const stretch = reader.read({ ...job, atLineStart: true });
    expect([stretch?.to, stretch?.overlong]).toEqual([2 + MAX_RECORD_BYTES + 1, null]);
  });
});
