/** Where objects end, against JSON.parse. */
import { describe, expect, test } from 'vitest';
import { BROKEN, MORE, ObjectScanner } from '../../src/ingest/object-scanner.ts';
import { Random } from '../formats/random.ts';

const random = new Random(11);

function value(depth: number): unknown {
  const kind = random.between(0, depth > 3 ? 3 : 5);
  if (kind === 0) return random.between(-9, 9e9);
  if (kind === 1) return random.pick([true, false, null, 1.5e-7]);
  if (kind <= 3)
    return random.pick([
      '',
      'a',
      '"',
      '\\',
      '{[',
      '}]',
      '\n\t',
      'é🙂',
      'x'.repeat(90),
      `${'\\'.repeat(41)}"`,
    ]);
  if (kind === 4) return Array.from({ length: random.between(0, 3) }, () => value(depth + 1));
  return object(depth + 1);
}

function object(depth = 0): object {
  const entries = Array.from({ length: random.between(0, 4) }, (_, i) => [`k"${i}`, value(depth)]);
  return Object.fromEntries(entries) as object;
}

/** Scans in chunks that end anywhere; gives the end of the first object. */
function scanInChunks(bytes: Buffer, size: number): number {
  const scanner = new ObjectScanner();
  for (let at = 0; at < bytes.length; at += size) {
    const end = scanner.scan(bytes.subarray(0, Math.min(at + size, bytes.length)), at);
    if (end !== MORE) return end;
  }
  return MORE;
}

test('objects of all kinds end where they end, in chunks of any size', () => {
  for (let round = 0; round < 300; round++) {
    const text = JSON.stringify(object(), null, random.pick([0, 2]));
    const bytes = Buffer.from(`${text},{"next":1}`);
    for (const size of [1, 2, 13, bytes.length]) {
      expect(scanInChunks(bytes, size)).toBe(Buffer.byteLength(text));
    }
  }
});

test('what is cut off goes on', () => {
  const bytes = Buffer.from('{"a":"b\\"c","d":[1,{"e":null}]}');
  for (let end = 1; end < bytes.length; end++) {
    expect(new ObjectScanner().scan(bytes.subarray(0, end), 0)).toBe(MORE);
  }
});

describe('broken', () => {
  test.each([
    ['a brace is missing before a comma', '{"a":1,{"b":2}', 7],
    ['a brace is missing before a line', '{"a":1\n{"b":2}', 7],
    ['a bracket is missing', '{"a":[1}', 7],
    ['a quote is missing at the end', '{"a":"x,"b":1}', 9],
    ['a line break in a short text', '{"a":"x\n"}', 7],
    ['a line break in a long text', `{"a":"${'x'.repeat(60)}\n"}`, 66],
    ['a word for a key', '{a:1}', 1],
  ])('%s', (_, text, at) => {
    const scanner = new ObjectScanner();
    expect([scanner.scan(Buffer.from(text), 0), scanner.brokenAt]).toEqual([BROKEN, at]);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  test('nested beyond reason', () => {
    expect(new ObjectScanner().scan(Buffer.from(`{"a":${'['.repeat(20_000)}`), 0)).toBe(BROKEN);
  });
});
