import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { Hasher, hashBytes, hashString, mix } from '../../src/formats/hash.ts';
import { Text, treeOf } from '../../src/formats/json.ts';
import { Random } from './random.ts';

describe('hashes of bytes', () => {
  const random = new Random(3);
  const bytes = Buffer.from(Array.from({ length: 200 }, () => random.between(0, 255)));

  test('every bit of every byte counts, at all lengths', () => {
    for (let length = 1; length <= 70; length++) {
      const seen = new Set([hashBytes(bytes, 0, length)]);
      for (let bit = 0; bit < length * 8; bit++) {
        const copy = Buffer.from(bytes);
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7));
        seen.add(hashBytes(copy, 0, length));
      }
      expect(seen.size).toBe(length * 8 + 1);
    }
  });

  test('the place in the buffer does not count', () => {
    const text = Buffer.from('The same text, wherever it stands in a log, is one text.');
    const wanted = hashBytes(text, 0, text.length);
    for (let before = 0; before < 20; before++) {
      const log = Buffer.concat([bytes.subarray(0, before), text, bytes]);
      expect(hashBytes(log, before, before + text.length)).toBe(wanted);
      expect(new Hasher().bytes(new Text(log, before, before + text.length, false))).toBe(wanted);
    }
  });

  test('the length counts, also of zeros', () => {
    const zeros = new Uint8Array(300);
    const seen = new Set(Array.from(zeros, (_, length) => hashBytes(zeros, 0, length)));
    expect(seen.size).toBe(300);
  });

  test('200,000 texts that differ in two numbers: safe integers, none twice', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 200_000; i++) {
      const text = Buffer.from(`Order ${i} of 9999: where is the parcel that was number ${i * 7}?`);
      seen.add(hashBytes(text, 0, text.length));
    }
    expect(seen.size).toBe(200_000);
    for (const hash of seen)
      if (!Number.isSafeInteger(hash) || hash < 0) throw new Error(`${hash}`);
  });
});

describe('hashes of values', () => {
  const hasher = new Hasher();
  const hashed = (value: unknown): number => hasher.json(treeOf(value, true), 0);

  test('order, kind and nesting count', () => {
    const values = [
      0,
      1,
      -1,
      0.5,
      1e300,
      true,
      false,
      null,
      [],
      [1],
      [[1]],
      [1, 2],
      [2, 1],
      {},
    ].map((value) => hashed({ max_tokens: value }));
    expect(new Set(values).size).toBe(values.length);
    expect(hashed({ max_tokens: 1, temperature: 2 })).not.toBe(
      hashed({ max_tokens: 2, temperature: 1 }),
    );
  });

  test('1, 1.0 and -0 are the numbers they equal', () => {
    expect(hashed({ n: JSON.parse('1.0') })).toBe(hashed({ n: 1 }));
    expect(hashed({ temperature: -0 })).toBe(hashed({ temperature: 0 }));
  });

  test('seeds matter, large ones too', () => {
    expect(mix(2 ** 40, 1)).not.toBe(mix(2 ** 41, 1));
    expect(mix(1, 2 ** 40)).not.toBe(mix(1, 2 ** 41));
    expect(hashString('a', 2 ** 40)).not.toBe(hashString('a', 2 ** 41));
  });
});
