import { expect, test } from 'vitest';
import { Memo } from '../../src/formats/memo.ts';

test('keeps what it is given, up to its limit', () => {
  const memo = new Memo<string, number>(2);
  expect(memo.get('a')).toBeUndefined();
  expect(memo.keep('a', 1)).toBe(1);
  expect(memo.keep('b', 2)).toBe(2);
  expect([memo.get('a'), memo.get('b'), memo.get('a')]).toEqual([1, 2, 1]);
  memo.keep('c', 3);
  expect([memo.get('c'), memo.get('a'), memo.get('b')]).toEqual([3, undefined, undefined]);
});

test('an answer of "nothing known" is forgotten when something is kept', () => {
  const memo = new Memo<string, string | null>(9);
  expect(memo.get('a')).toBeUndefined();
  memo.keep('a', null);
  expect(memo.get('a')).toBeNull();
});
