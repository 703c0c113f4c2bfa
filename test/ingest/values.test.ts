/** JSON arrays and objects over several lines. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordParser } from '../../src/formats/parse.ts';
import { Packer } from '../../src/ingest/pack.ts';
import { readValues } from '../../src/ingest/values.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { C, WIDTH } from '../../src/ledger/columns.ts';
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

describe('one broken object does not take those after it', () => {
  const calls = upTo(6).map((n) => JSON.parse(flatLine(n, { prompt: 'a "b" { c' })) as object);
  const compact = JSON.stringify(calls);
  const pretty = JSON.stringify(calls, null, 2);
  const lines = calls.map((call) => JSON.stringify(call)).join(',\n');

  test.each([
    ['no closing brace, on one line', compact.replace('"r-3","prompt":"a \\"b\\" { c"}', '"r-3"')],
    ['no closing brace, over lines', pretty.replace(/("r-3",\n.*\n) {2}\}/, '$1')],
    ['no closing quote, on one line', compact.replace('"r-3"', '"r-3')],
    ['no closing quote, over lines', pretty.replace('"r-3"', '"r-3')],
    ['no opening quote', compact.replace('"r-3"', 'r-3"')],
    [
      'no closing brace, an object a line',
      `[\n${lines.replace('"r-3","prompt":"a \\"b\\" { c"}', '"r-3"')}\n]`,
    ],
    ['a bracket that does not fit', compact.replace('"request_id":"r-3"', '"request_id":[3}')],
  ])('%s', async (_, text) => {
    expect(text).not.toBe(compact);
    const path = world.file('a.json', text);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 5, rejected: 1 });
    expect(world.inputs()).toEqual([1, 2, 4, 5, 6]);
    expect(world.rejects()).toMatchObject([{ reason: 'invalid_json' }]);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 5 });
  });

  test('a bracket that is never closed, so that all others seem to be in it', async () => {
    const open = compact.replace('"request_id":"r-3"', '"messages":[{"role":"user"}');
    const path = world.file(
      'a.json',
      open.replace(
        ',"prompt":"a \\"b\\" { c"},{"timestamp":"2026-03-02T00:00:04',
        ',{"timestamp":"2026-03-02T00:00:04',
      ),
    );
    await world.ingest(path);
    expect(world.inputs()).toEqual([1, 2, 4, 5, 6]);
  });
});

describe('in chunks', () => {
  const text = JSON.stringify(
    upTo(40).map((n) => JSON.parse(flatLine(n, { prompt: 'x\\"\\\\'.repeat(9) })) as object),
    null,
    1,
  );

  async function read(log: string, size: number, maxRecordBytes?: number): Promise<CallBatch[]> {
    const bytes = Buffer.from(log);
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const batches: CallBatch[] = [];
    const options = maxRecordBytes === undefined ? {} : { maxRecordBytes };
    const reader = new RecordParser(null);
    const input = { chunks: chunks(), from: 0, reader, packer: new Packer(false), ...options };
    for await (const batch of readValues({ ...input, isDamaged: () => false })) batches.push(batch);
    return batches;
  }

  const inputsOf = (batches: readonly CallBatch[]): (number | undefined)[] =>
    batches.flatMap((batch) =>
      Array.from({ length: batch.count }, (_, row) => batch.rows[row * WIDTH + C.input_tokens]),
    );

  test.each([1, 2, 3, 7, 64, 1_000, 1_000_000])('of %i bytes', async (size) => {
    const batches = await read(text, size);
    expect(inputsOf(batches)).toEqual(upTo(40));
    expect(batches.at(-1)).toMatchObject({ endOffset: text.length, rejects: [] });
  });

  test.each([1, 50, 1_000_000])('of %i bytes, one object broken', async (size) => {
    const batches = await read(text.replace('"r-20"', '"r-20'), size);
    expect(inputsOf(batches)).toEqual(upTo(40).filter((n) => n !== 20));
    expect(batches.flatMap((batch) => batch.rejects)).toHaveLength(1);
  });

  test('an object beyond the limit is a reject, and is not kept', async () => {
    const long = `[${flatLine(1)},${flatLine(2, { prompt: 'x'.repeat(5_000) })},${flatLine(3)}]`;
    const batches = await read(long, 100, 1_000);
    expect(inputsOf(batches)).toEqual([1, 3]);
    expect(batches.flatMap((batch) => batch.rejects)).toMatchObject([
      { reason: 'line_too_long', byteLength: flatLine(2).length + 5_000 + ',"prompt":""'.length },
    ]);
  });
});

test('an array on one line takes time in proportion to its size', async () => {
  // 60,000 small objects without a line break: counting lines from each to the end took minutes.
  const many = `[${upTo(60_000)
    .map((n) => flatLine(n))
    .join(',')}]`;
  await world.ingest(world.file('a.json', many));
  expect(world.lines()).toEqual(upTo(60_000).map(() => 1));
});
