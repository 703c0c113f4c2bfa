/** JSON arrays and objects over several lines. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { counts, flatLine, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('JSON that is no line', () => {
  const calls = upTo(3).map((n) => JSON.parse(flatLine(n)) as object);

  test.each([
    ['an array on one line', JSON.stringify(calls)],
    ['an array over lines', JSON.stringify(calls, null, 2)],
    ['an array of lines', `[\n${calls.map((call) => JSON.stringify(call)).join(',\n')}\n]\n`],
    ['objects over several lines', calls.map((call) => JSON.stringify(call, null, 2)).join('\n')],
    ['an object around a list', JSON.stringify({ object: 'list', data: calls }, null, 2)],
    ['an object around a list on one line', JSON.stringify({ data: calls })],
    ['with a byte-order mark', `\uFEFF${JSON.stringify(calls)}`],
  ])('%s', async (_, text) => {
    const path = world.file('a.json', text);
    expect(counts(await world.ingest(path))).toEqual({
      new: 3,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(world.inputs()).toEqual([1, 2, 3]);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 3 });
  });

  test('lines and places in an array', async () => {
    const text = JSON.stringify(calls, null, 2);
    await world.ingest(world.file('a.json', text));
    const places = world.db
      .prepare('SELECT line, byte_offset, byte_length FROM call ORDER BY id')
      .raw()
      .all() as number[][];
    expect(places.map(([line]) => line)).toEqual([2, 9, 16]);
    for (const [i, [, offset = 0, length = 0]] of places.entries()) {
      expect(JSON.parse(text.slice(offset, offset + length))).toEqual(calls[i]);
    }
  });

  test('an array that is not closed yet, and then is', async () => {
    const whole = JSON.stringify(calls);
    const path = world.file('a.json', whole.slice(0, -20));
    expect(counts(await world.ingest(path))).toEqual({
      new: 2,
      known: 0,
      replaced: 0,
      rejected: 1,
    });
    writeFileSync(path, whole);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 1, known: 2, rejected: 0 });
    expect(world.rejects()).toEqual([]);
  });

  test('a large array, read in pieces', async () => {
    const many = upTo(9_000).map(
      (n) =>
        JSON.parse(flatLine(n, { prompt: `a } and a ] in "text" ${'z'.repeat(200)}` })) as object,
    );
    await world.ingest(world.file('a.json', JSON.stringify(many, null, 1)));
    expect(world.inputs()).toEqual(upTo(9_000));
  });
});
