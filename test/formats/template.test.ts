/** Templates that count repeated values as part of a shape, against JSON.parse, line by line. */
import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { readPlainly, WarmReader } from './reading.ts';

const SAME =
  '{"id":"a","model":"gpt-4o","note":"n","tier":"default","status":200,"cost":0.5,"cached":false,"user":"u1","prompt_tokens":7,"completion_tokens":3,"prompt":"Hi"}';

/** Lines that are all the same but for `changes`, which come after `before` of them. */
function lines(before: number, changes: readonly [string, string][]): Buffer[] {
  const changed = changes.flatMap(([from, to]) => {
    expect(SAME).toContain(from);
    return [SAME.replace(from, to), SAME];
  });
  return [...new Array<string>(before).fill(SAME), ...changed].map((line) => Buffer.from(line));
}

function expectPlain(log: readonly Buffer[]): void {
  const warm = new WarmReader().readAll(log);
  expect(warm).toEqual(log.map(readPlainly));
}

const CHANGES: readonly [string, string][] = [
  ['"gpt-4o"', '"gpt-4o-mini"'],
  ['"gpt-4o"', '"gpt\\u002d4o"'],
  ['"gpt-4o"', '"gpt-4ö"'],
  ['"gpt-4o"', 'null'],
  ['"n"', '"other"'],
  ['"n"', '[1,{"a":2}]'],
  ['"default"', '"flex"'],
  ['200', '429'],
  ['200', '2000'],
  ['200', '"timeout"'],
  ['0.5', '0.25'],
  ['0.5', '0.50'],
  ['0.5', '5e-1'],
  ['false', 'true'],
  ['"u1"', '"u2"'],
  ['"u1"', '"u1 "'],
  ['7', '70'],
  ['7', '7.0'],
  ['7', '-7'],
  ['7', '07'],
  ['3', '3,"x":1'],
  ['"Hi"}', '"Hi"} '],
  ['"Hi"}', '"Hi"}}'],
];

// 64 lines make the values that repeat a part of the shape: one before, at and after that.
test.each([0, 1, 63, 64, 65, 66, 200])('values that change after %i equal lines', (before) => {
  expectPlain(lines(before, CHANGES));
});

test('values that keep changing after they seemed constant', () => {
  const many = Array.from({ length: 400 }, (_, i) => CHANGES[i % CHANGES.length]!);
  expectPlain(lines(100, many));
});

test('two shapes in turn keep their own constants', () => {
  const other = SAME.replace('"note":"n"', '"other":"n"').replace('gpt-4o', 'o3');
  const log = Array.from({ length: 300 }, (_, i) => Buffer.from(i % 2 === 0 ? SAME : other));
  expectPlain([...log, ...lines(0, CHANGES), ...log]);
});

test('zero bytes in a value that is skipped are no constant', () => {
  const raw = (last: number): Buffer => {
    const line = Buffer.from(SAME.replace('"n"', '"00000000000000000000000"'));
    const at = line.indexOf('"0') + 1;
    line.fill(0, at, at + 23);
    line[at + 15] = last;
    return line;
  };
  const warm = new WarmReader().readAll([...new Array<Buffer>(80).fill(raw(0)), raw(0x80)]);
  expect(warm.at(-1)).toEqual(warm[0]);
});
