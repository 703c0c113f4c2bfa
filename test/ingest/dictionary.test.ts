import { expect, test } from 'vitest';
import { Dictionary, NameDictionary } from '../../src/ingest/dictionary.ts';

test('equal values share a number; each is new once', () => {
  const words = new Dictionary<{ word: string }>(
    ({ word }) => word[0] ?? '',
    (a, b) => a.word === b.word,
  );
  const list = ['a', 'ab', 'a', 'b', ...Array.from({ length: 30 }, (_, i) => `c${i}`), 'a', 'ab'];
  // a, ab, b, then 30 of c from 3 on.
  const numbers = [0, 1, 0, 2, ...Array.from({ length: 30 }, (_, i) => i + 3), 0, 1];
  expect(list.map((word) => words.idOf({ word }))).toEqual(numbers);
  expect(words.takeNew()).toHaveLength(33);
  expect(words.takeNew()).toEqual([]);
});

test('cleared, numbers start at 0 again, and what was new and not taken is forgotten', () => {
  const names = new NameDictionary();
  const values = new Dictionary<string>(
    (value) => value,
    (a, b) => a === b,
  );
  for (const part of [names, values]) {
    part.idOf('a');
    part.idOf('b');
    part.clear();
    expect([part.idOf('b'), part.takeNew(), part.size]).toEqual([0, ['b'], 1]);
  }
});
