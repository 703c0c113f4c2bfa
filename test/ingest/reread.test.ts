/** A log read again from its beginning: with places, to where it is wanted, without labelling. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchesAgain, eachCallAgain } from '../../src/ingest/reread.ts';
import { flatLine, flatLog, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

test('calls come with their lines and offsets until nobody wants more', async () => {
  const path = world.file('a.jsonl', `${flatLine(1)}\n\nno call\n${flatLine(2)}\n${flatLine(3)}\n`);
  const seen: [number, number, number][] = [];
  await eachCallAgain(path, null, ({ parsed, line, byteOffset }) => {
    seen.push([parsed.call.usage.input, line, byteOffset]);
    return parsed.call.usage.input < 2;
  });
  const first = flatLine(1).length + 1;
  expect(seen).toEqual([
    [1, 1, 0],
    [2, 4, first + 1 + 'no call\n'.length],
  ]);
});

test('lines count on from batch to batch', async () => {
  const path = world.file('a.jsonl', flatLog(1, 20_000));
  let last = 0;
  await eachCallAgain(path, null, ({ parsed, line }) => {
    expect(line).toBe(parsed.call.usage.input);
    last = line;
    return true;
  });
  expect(last).toBe(20_000);
});

test('with a tap no call is labelled or packed; without one, all are', async () => {
  const messages = [{ role: 'user', content: 'Hello' }];
  const path = world.file('a.jsonl', flatLog(1, 3, { messages }));
  // Whoever labels with this model fails.
  const labelling = { rules: [], own: { path: `${path}.none`, id: 1 } };
  const options = { inputFormat: null, labelling, threads: 0 };
  const seen: number[] = [];
  for await (const batch of batchesAgain(path, options, ({ call }) => {
    seen.push(call.usage.input);
  })) {
    expect(batch.count).toBe(0);
  }
  expect(seen).toEqual([1, 2, 3]);
  await expect(batchesAgain(path, options).next()).rejects.toThrow('is not there');
});

test('another log than the one that is meant is not read', async () => {
  const path = world.file('a.jsonl', flatLog(1, 3));
  const counts = async (isSame: boolean) => {
    let calls = 0;
    const options = { inputFormat: null, threads: 0, isSame: () => isSame };
    for await (const { count } of batchesAgain(path, options)) calls += count;
    return calls;
  };
  expect(await counts(true)).toBe(3);
  expect(await counts(false)).toBe(0);
});
