import { expect, test } from 'vitest';
import { Resync } from '../../src/ingest/resync.ts';

function nextIn(text: string, good: string | null = null): string | null {
  const resync = new Resync();
  if (good !== null) resync.remember(Buffer.from(good), 0);
  const at = resync.next(Buffer.from(text), 0);
  return at < 0 ? null : text.slice(at);
}

test.each([
  ['at the start of a line', '{"a":"x\n{"b":1}', null, '{"b":1}'],
  ['with the same first key', '{"a":"x,{"b":1},{"a":2}', null, '{"a":2}'],
  ['with the first key of the last good one', '{x:1},{"c":1},{"a":2}', '{"a":0}', '{"a":2}'],
  ['with the same indentation', '{\n  "a": {\n    "a": 1, {\n  "a": 2}', null, '{\n  "a": 2}'],
  ['after an object, when nothing is known', '{x:1},{"c":1}', null, '{"c":1}'],
  ['nowhere', '{"a":1,"b":[{"c":2}', null, null],
])('the next record begins %s', (_, text, good, rest) => expect(nextIn(text, good)).toBe(rest));

test('objects that are whole within one that is not', () => {
  const text = Buffer.from('{"a":[{"a":1},{"a":2},{"a":');
  const found = [...new Resync().wholeObjects(text, 0)];
  expect(found.map(({ from, end }) => text.toString('utf8', from, end))).toEqual([
    '{"a":1}',
    '{"a":2}',
  ]);
});
