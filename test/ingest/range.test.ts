/** Ranges tile a file: whatever their size, each line is in exactly one. */
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRange } from '../../src/ingest/range.ts';
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
  const found: { offset: number; text: string; last: boolean }[] = [];
  for (let start = from; start < content.length; start += size) {
    const end = Math.min(start + size, content.length);
    const job = {
      kind: 'range' as const,
      path,
      start,
      end,
      fileEnd: content.length,
      atLineStart: start === from,
    };
    const { bytes, from: first, to, offset, last } = readRange(job, fs);
    if (to > first)
      found.push({ offset: offset + first, text: bytes.toString('latin1', first, to), last });
  }
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
