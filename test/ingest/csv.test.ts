/** CSV: rows, quotes, and files that grow. */
import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashBytes } from '../../src/formats/hash.ts';
import { readCsv } from '../../src/ingest/csv.ts';
import { Packer } from '../../src/ingest/pack.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { C, WIDTH } from '../../src/ledger/columns.ts';
import { listSources } from '../../src/ledger/sources.ts';
import { counts, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('CSV', () => {
  const HEAD = 'timestamp,model,prompt_tokens,completion_tokens,request_id,note\n';
  const row = (n: number, note = 'x'): string =>
    `2026-03-02T00:00:${String(n % 60).padStart(2, '0')}Z,gpt-4o,${n},1,r-${n},${note}\n`;
  const rows = (from: number, to: number): string =>
    upTo(to)
      .slice(from - 1)
      .map((n) => row(n))
      .join('');

  test.each([
    ['commas', HEAD + rows(1, 3)],
    ['semicolons', (HEAD + rows(1, 3)).replaceAll(',', ';')],
    ['tabs', (HEAD + rows(1, 3)).replaceAll(',', '\t')],
    ['a byte-order mark and CRLF', `\uFEFF${(HEAD + rows(1, 3)).replaceAll('\n', '\r\n')}`],
    ['no newline at the end', (HEAD + rows(1, 3)).trimEnd()],
    ['quotes', HEAD.replace('model', '"model"') + rows(1, 3).replaceAll('gpt-4o', '"gpt-4o"')],
  ])('with %s', async (_, text) => {
    expect(counts(await world.ingest(world.file('a.csv', text)))).toEqual({
      new: 3,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(world.inputs()).toEqual([1, 2, 3]);
    expect(world.lines()).toEqual([2, 3, 4]);
  });

  test('cells over several lines, with delimiters and quotes in them', async () => {
    const text = HEAD + row(1, '"two\nlines, and ""quotes"""') + row(2);
    await world.ingest(world.file('a.csv', text));
    expect(world.inputs()).toEqual([1, 2]);
    expect(world.lines()).toEqual([2, 4]);
  });

  test('a stray quote costs its row and not the next', async () => {
    const text = HEAD + row(1) + row(2, 'a "stray" quote') + row(3) + row(4);
    const result = await world.ingest(world.file('a.csv', text));
    expect(world.inputs()).toEqual([1, 3, 4]);
    expect(result.rejectedLines).toBe(1);
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'invalid_csv' }]);
  });

  test('rows too short and too long, empty ones, and bad counts', async () => {
    const text = `${HEAD}${row(1)}\n2026-03-02T00:00:02Z,gpt-4o,2\n2026-03-02T00:00:03Z,gpt-4o,3,1,r-3,x,y,z\nx,gpt-4o,-4,1,r-4,x\n`;
    const result = await world.ingest(world.file('a.csv', text));
    expect(world.inputs()).toEqual([1]);
    expect(result.rejectedLines).toBe(3);
    expect(world.rejects()).toMatchObject([
      { line: 4, reason: 'invalid_csv', detail: '3 cells under 6 columns' },
      { line: 5, reason: 'invalid_csv', detail: '8 cells under 6 columns' },
      { line: 6, reason: 'negative_tokens' },
    ]);
  });

  test('grown, again and again', async () => {
    const path = world.file('a.csv', HEAD + rows(1, 3));
    await world.ingest(path);
    for (const [from, to] of [
      [4, 4],
      [5, 20],
    ] as const) {
      appendFileSync(path, rows(from, to));
      expect(counts(await world.ingest(path))).toMatchObject({
        new: to - from + 1,
        known: from - 1,
      });
    }
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 20 });
    expect(world.lines()).toEqual(upTo(20).map((n) => n + 1));
  });

  test('a call seen elsewhere too stays there while its unended row is read again', async () => {
    const csv = world.file('a.csv', HEAD + rows(1, 3).trimEnd());
    const other = world.file('b.csv', HEAD + row(3));
    expect(counts(await world.ingest(csv))).toMatchObject({ new: 3, known: 0 });
    expect(counts(await world.ingest(other))).toMatchObject({ new: 0, known: 1 });
    const callsOf = () => listSources(world.db, null).map(({ calls }) => calls);
    expect(callsOf()).toEqual([3, 1]);
    appendFileSync(csv, `\n${row(4)}`);
    expect(counts(await world.ingest(csv))).toMatchObject({ new: 1, known: 3 });
    expect(callsOf()).toEqual([4, 1]);
    expect(world.inputs()).toEqual([1, 2, 3, 4]);
    expect(counts(await world.ingest(other))).toMatchObject({ new: 0, known: 1 });
    expect(callsOf()).toEqual([4, 1]);
  });

  test('a header alone holds no calls', async () => {
    expect(counts(await world.ingest(world.file('a.csv', HEAD)))).toEqual({
      new: 0,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
  });

  test('JSON in a cell is read as what it is', async () => {
    const body = {
      id: 'c',
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    };
    const cell = `"${JSON.stringify(body).replaceAll('"', '""')}"`;
    await world.ingest(world.file('a.csv', `id,response\n1,${cell}\n`));
    expect(world.calls()).toMatchObject([
      { usage: { input: 9, output: 2 }, target: { format: 'openai_chat' } },
    ]);
  });

  test.each([
    ['a quote that is never closed', row(3, '"open')],
    ['a quote closed too early', row(3, '"a" b')],
    ['a quote open over a line', row(3, '"open\nand on')],
  ])('%s costs its row and not those after it', async (_, broken) => {
    const path = world.file('a.csv', HEAD + rows(1, 2) + broken + rows(4, 9));
    await world.ingest(path);
    expect(world.inputs()).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
    expect(world.rejects()).toMatchObject([{ line: 4, reason: 'invalid_csv' }]);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 8 });
  });

  test('a quote that is never closed, rows with quotes after it', async () => {
    const quoted = upTo(5).map((n) => row(n + 3, '"said ""no"", twice"'));
    await world.ingest(
      world.file('a.csv', `${HEAD}${rows(1, 2)}${row(3, '"open')}${quoted.join('')}`),
    );
    expect(world.inputs()).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(world.rejects()).toHaveLength(1);
  });

  test('a last row cut within quotes is read when it is complete', async () => {
    const path = world.file('a.csv', HEAD + rows(1, 2) + row(3, '"two\nli'));
    await world.ingest(path);
    expect(world.rejects()).toMatchObject([{ line: 4, reason: 'incomplete_line' }]);
    appendFileSync(path, 'nes"\n');
    await world.ingest(path);
    expect(world.inputs()).toEqual([1, 2, 3]);
    expect(world.rejects()).toEqual([]);
  });
});

describe('in chunks', () => {
  async function read(text: string, size: number, maxRowBytes?: number): Promise<CallBatch[]> {
    const bytes = Buffer.from(text);
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const batches: CallBatch[] = [];
    const input = {
      chunks: chunks(),
      delimiter: ',',
      from: 0,
      linesBefore: 0,
      packer: new Packer(false),
      forced: null,
      isDamaged: () => false,
      ...(maxRowBytes === undefined ? {} : { maxRowBytes }),
    };
    for await (const batch of readCsv(input)) batches.push(batch);
    return batches;
  }

  const lines = upTo(30).map((n) => `gpt-4o,${n},1,"a ""note"", ${n}\r\nof two lines"\r\n`);
  const text = `\uFEFFmodel,prompt_tokens,completion_tokens,note\r\n${lines.join('')}`;

  test.each([1, 2, 5, 33, 1_000_000])(
    'of %i bytes: rows, and the tail of what was read',
    async (size) => {
      const batches = await read(text, size);
      const inputs = batches.flatMap((batch) =>
        Array.from({ length: batch.count }, (_, i) => batch.rows[i * WIDTH + C.input_tokens]),
      );
      expect(inputs).toEqual(upTo(30));
      const bytes = Buffer.from(text);
      // Every byte is read, and the tail is that of the last 4,096 of them (here: of all).
      expect(batches.at(-1)).toMatchObject({
        endOffset: bytes.length,
        rejects: [],
        lines: 61,
        tail: { bytes: bytes.length, hash: hashBytes(bytes, 0, bytes.length) },
      });
    },
  );

  test('a row beyond the limit is a reject, with and without a line break in it', async () => {
    const head = 'model,prompt_tokens,completion_tokens,note\n';
    for (const note of ['x'.repeat(900), `"${'x'.repeat(50)}\n${'y'.repeat(900)}`]) {
      const batches = await read(`${head}m,1,1,a\nm,2,1,${note}\nm,3,1,c\nm,4,1,d\n`, 40, 200);
      const rows = batches.flatMap((batch) =>
        [...batch.rows].filter((_, i) => i % WIDTH === C.input_tokens),
      );
      expect(rows).toEqual([1, 3, 4]);
      expect(batches.flatMap((batch) => batch.rejects).length).toBeGreaterThan(0);
    }
  });
});
