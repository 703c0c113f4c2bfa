/** Reading logs: each call once in its life, whatever happens to its file. */
import { appendFileSync, copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { counts, flatLine, flatLog, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

async function failure(run: Promise<unknown>): Promise<UserError> {
  return run.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    },
  );
}

describe('the same log again', () => {
  test('adds nothing, and is known', async () => {
    const path = world.file('a.jsonl', flatLog(1, 5));
    expect(counts(await world.ingest(path))).toEqual({ new: 5, known: 0, replaced: 0, rejected: 0 });
    expect(counts(await world.ingest(path))).toEqual({ new: 0, known: 5, replaced: 0, rejected: 0 });
    expect(world.inputs()).toEqual(upTo(5));
  });

  test('named twice in one command is read once', async () => {
    const path = world.file('a.jsonl', flatLog(1, 5));
    const result = await world.ingest([path, './a.jsonl', world.folder]);
    expect(result.sourceIds).toHaveLength(1);
    expect(world.inputs()).toEqual(upTo(5));
  });

  test('grown: only the new lines, in as many steps as you like, lines counted on', async () => {
    const path = world.file('a.jsonl', '');
    for (let n = 1; n <= 40; n++) {
      appendFileSync(path, `${flatLine(n)}\n`);
      if (n % 3 === 1 || n === 40) await world.ingest(path);
    }
    expect(world.inputs()).toEqual(upTo(40));
    expect(world.lines()).toEqual(upTo(40));
    expect(world.db.prepare('SELECT count(*) FROM source').pluck().get()).toBe(1);
  });

  test('grown from below to beyond the 64 KiB that identify it', async () => {
    const path = world.file('a.jsonl', flatLog(1, 10));
    await world.ingest(path);
    appendFileSync(path, flatLog(11, 2_000));
    expect(counts(await world.ingest(path))).toEqual({ new: 1_990, known: 10, replaced: 0, rejected: 0 });
    appendFileSync(path, flatLog(2_001, 2_003));
    expect(counts(await world.ingest(path))).toEqual({ new: 3, known: 2_000, replaced: 0, rejected: 0 });
    expect(world.inputs()).toEqual(upTo(2_003));
  });

  test('grown after a last line without a newline: line numbers stay true', async () => {
    const path = world.file('a.jsonl', flatLog(1, 2).trimEnd());
    await world.ingest(path);
    appendFileSync(path, `\n${flatLine(3)}\n${flatLine(4)}\n`);
    await world.ingest(path);
    expect(world.inputs()).toEqual(upTo(4));
    expect(world.lines()).toEqual(upTo(4));
  });

  test('moved: its new path is shown', async () => {
    const path = world.file('a.jsonl', flatLog(1, 5));
    await world.ingest(path);
    renameSync(path, join(world.folder, 'moved.jsonl'));
    expect(counts(await world.ingest('moved.jsonl'))).toEqual({ new: 0, known: 5, replaced: 0, rejected: 0 });
    expect(world.db.prepare('SELECT path FROM source').pluck().all()).toEqual([join(world.folder, 'moved.jsonl')]);
  });

  test('copied, and copied with gzip: the same source', async () => {
    const path = world.file('a.jsonl', flatLog(1, 5));
    copyFileSync(path, join(world.folder, 'copy.jsonl'));
    world.file('a.jsonl.gz', gzipSync(flatLog(1, 5)));
    const first = await world.ingest(path);
    for (const name of ['copy.jsonl', 'a.jsonl.gz']) {
      const again = await world.ingest(name);
      expect(counts(again)).toEqual({ new: 0, known: 5, replaced: 0, rejected: 0 });
      expect(again.sourceIds).toEqual(first.sourceIds);
    }
  });

  test('rotated: another log under the old name is another source, and the old one is known by its new name', async () => {
    const path = world.file('app.log', flatLog(1, 5));
    await world.ingest(path);
    renameSync(path, `${path}.1`);
    writeFileSync(path, flatLog(6, 8));
    const result = await world.ingest(['app.log', 'app.log.1']);
    expect(counts(result)).toEqual({ new: 3, known: 5, replaced: 0, rejected: 0 });
    expect(result.sourceIds).toHaveLength(2);
    expect(world.inputs()).toEqual(upTo(8));
    expect(world.inputs([result.sourceIds[0]!])).toEqual([6, 7, 8]);
  });

  test('cut and written anew: what was in it stays', async () => {
    const path = world.file('app.log', flatLog(1, 50));
    await world.ingest(path);
    writeFileSync(path, flatLog(60, 61));
    expect(counts(await world.ingest(path))).toEqual({ new: 2, known: 0, replaced: 0, rejected: 0 });
    expect(world.inputs()).toEqual([...upTo(50), 60, 61]);
  });

  test('changed in the middle: a new source, its known calls known by their ids', async () => {
    const path = world.file('a.jsonl', flatLog(1, 50));
    await world.ingest(path);
    writeFileSync(path, `${flatLog(1, 30)}${flatLine(999)}\n${flatLog(31, 50)}`);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 1, known: 50 });
    expect(world.inputs()).toEqual([...upTo(50), 999]);
  });
});

describe('the last line', () => {
  test('cut off: a reject until it is complete', async () => {
    const line = flatLine(3);
    const path = world.file('a.jsonl', flatLog(1, 2) + line.slice(0, 30));
    expect(counts(await world.ingest(path))).toEqual({ new: 2, known: 0, replaced: 0, rejected: 1 });
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'incomplete_line' }]);
    await world.ingest(path);
    expect(world.rejects()).toHaveLength(1);
    appendFileSync(path, `${line.slice(30)}\n${flatLine(4)}\n`);
    expect(counts(await world.ingest(path))).toEqual({ new: 2, known: 2, replaced: 0, rejected: 0 });
    expect(world.rejects()).toEqual([]);
    expect(world.lines()).toEqual(upTo(4));
  });

  test('without a newline is a line', async () => {
    expect(counts(await world.ingest(world.file('a.jsonl', flatLog(1, 3).trimEnd())))).toMatchObject({ new: 3 });
  });

  test('damaged but ended by a newline stays a reject', async () => {
    const path = world.file('a.jsonl', `${flatLog(1, 2)}{"model":"gpt-4o","prom\n`);
    await world.ingest(path);
    appendFileSync(path, flatLog(4, 4));
    await world.ingest(path);
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'invalid_json' }]);
    expect(world.lines()).toEqual([1, 2, 4]);
  });
});

describe('bytes', () => {
  test('CRLF, blank lines, a byte-order mark and lines of NUL bytes', async () => {
    const path = world.file('a.jsonl', `\uFEFF${flatLine(1)}\r\n\r\n${flatLine(2)}\r\n${'\0'.repeat(20)}\n${flatLine(3)}\r\n`);
    expect(counts(await world.ingest(path))).toEqual({ new: 3, known: 0, replaced: 0, rejected: 0 });
    expect(world.lines()).toEqual([1, 3, 5]);
  });

  test('invalid UTF-8 in a text costs nothing; NUL inside a record costs that line', async () => {
    const bad = Buffer.from(flatLine(2, { prompt: 'caf?' }));
    bad[bad.indexOf('?')] = 0xe9;
    const path = world.file('a.jsonl', Buffer.concat([Buffer.from(flatLog(1, 1)), bad, Buffer.from(`\n\0${flatLine(3)}\n${flatLog(4, 4)}`)]));
    expect(counts(await world.ingest(path))).toEqual({ new: 3, known: 0, replaced: 0, rejected: 1 });
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'invalid_json' }]);
  });

  test('places are bytes of the log: each record is found again', async () => {
    const text = `\uFEFF${flatLog(1, 3, { user: 'Köln' })}oops\n${flatLog(4, 4)}`;
    await world.ingest(world.file('a.jsonl', text));
    const bytes = Buffer.from(text);
    const places = world.db.prepare('SELECT byte_offset, byte_length, input_tokens FROM call').raw().all() as number[][];
    for (const [offset = 0, length = 0, input = 0] of places) {
      expect(JSON.parse(bytes.toString('utf8', offset, offset + length))).toMatchObject({ prompt_tokens: input });
    }
    expect(places).toHaveLength(4);
  });

  test('more than one range of a megabyte', async () => {
    const path = world.file('a.jsonl', flatLog(1, 20_000, { prompt: 'x'.repeat(120) }));
    expect(counts(await world.ingest(path))).toMatchObject({ new: 20_000, rejected: 0 });
    expect(world.inputs()).toEqual(upTo(20_000));
    expect(world.lines()).toEqual(upTo(20_000));
  });

  test('a line of 50 MB beside small ones', async () => {
    const path = world.file('a.jsonl', `${flatLine(1)}\n${flatLine(2, { prompt: 'y'.repeat(50 * 1024 * 1024) })}\n${flatLine(3)}\n`);
    expect(counts(await world.ingest(path))).toEqual({ new: 3, known: 0, replaced: 0, rejected: 0 });
    expect(world.calls()[1]?.promptBytes).toBe(50 * 1024 * 1024);
  });
});

describe('gzip', () => {
  const log = flatLog(1, 3_000);

  test('whole, and in several members', async () => {
    const half = log.indexOf('\n', log.length / 2) - 40;
    world.file('a.gz', Buffer.concat([gzipSync(log.slice(0, half)), gzipSync(log.slice(half))]));
    expect(counts(await world.ingest('a.gz'))).toMatchObject({ new: 3_000, rejected: 0 });
  });

  test('cut off: what came before is read, and the rest when it is whole', async () => {
    const packed = gzipSync(log);
    const path = world.file('a.gz', packed.subarray(0, packed.length * 0.6));
    const cut = await world.ingest(path);
    expect(cut.newCalls).toBeGreaterThan(1_000);
    expect(cut.newCalls).toBeLessThan(3_000);
    expect(cut.problems[0]?.message).toContain('the gzip data ends too early');
    expect(world.rejects()).toMatchObject([{ reason: 'corrupt_input' }]);
    writeFileSync(path, packed);
    const whole = await world.ingest(path);
    expect(whole.newCalls).toBe(3_000 - cut.newCalls);
    expect(world.inputs()).toEqual(upTo(3_000));
    expect(world.rejects()).toEqual([]);
  });

  test('damaged in the middle: what came before is read', async () => {
    // Ids that do not compress, so that the archive is larger than what is decompressed at a time.
    const ids = upTo(20_000).map((n) => flatLine(n, { session_id: Math.imul(n, 0x9e3779b1).toString(36) }));
    const packed = gzipSync(ids.join('\n'));
    const at = Math.floor(packed.length * 0.7);
    packed.fill(0xff, at, at + 40);
    const result = await world.ingest(world.file('a.gz', packed));
    expect(result.problems[0]?.message).toContain('the gzip data is damaged');
    expect(result.newCalls).toBeGreaterThan(5_000);
    expect(result.newCalls).toBeLessThan(20_000);
    expect(world.inputs()).toEqual(upTo(result.newCalls));
  });

  test('cut within its header, or empty inside', async () => {
    const error = await failure(world.ingest(world.file('a.gz', gzipSync(log).subarray(0, 6))));
    expect([error.code, error.message]).toEqual([1, expect.stringContaining('the gzip data ends too early')]);
    const noise = await failure(world.ingest(world.file('c.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))));
    expect([noise.code, noise.message]).toEqual([1, expect.stringContaining('the gzip data is damaged')]);
    const empty = await failure(world.ingest(world.file('b.gz', gzipSync(''))));
    expect(empty.message).toContain('is empty');
  });
});

describe('standard input', () => {
  async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test.each([1, 7, 1000, 1_000_000])('in chunks of %i bytes', async (size) => {
    const stdin = chunksOf(Buffer.from(flatLog(1, 60)), size);
    expect(counts(await world.ingest('-', { stdin }))).toEqual({ new: 60, known: 0, replaced: 0, rejected: 0 });
    expect(world.lines()).toEqual(upTo(60));
  });

  test('packed, and the same twice', async () => {
    const packed = gzipSync(flatLog(1, 2_000));
    expect(counts(await world.ingest('-', { stdin: chunksOf(packed, 999) }))).toMatchObject({ new: 2_000 });
    expect(counts(await world.ingest('-', { stdin: chunksOf(packed, 50) }))).toMatchObject({ new: 0, known: 2_000 });
  });

  test('packed and cut off: what came before is read, and the cut is told', async () => {
    const packed = gzipSync(flatLog(1, 3_000));
    const cut = packed.subarray(0, Math.floor(packed.length * 0.6));
    const result = await world.ingest('-', { stdin: chunksOf(cut, 999) });
    expect(result.newCalls).toBeGreaterThan(500);
    expect(world.inputs()).toEqual(upTo(result.newCalls));
    expect(result.problems.map((problem) => problem.message)).toEqual(['-: the gzip data ends too early']);
    const nothing = await failure(world.ingest('-', { stdin: chunksOf(packed.subarray(0, 6), 2) }));
    expect(nothing.message).toBe('cannot read -: the gzip data ends too early');
  });

  test('nothing', async () => {
    expect((await failure(world.ingest('-'))).message).toContain('is empty');
  });
});

describe('CSV', () => {
  const HEAD = 'timestamp,model,prompt_tokens,completion_tokens,request_id,note\n';
  const row = (n: number, note = 'x'): string => `2026-03-02T00:00:${String(n % 60).padStart(2, '0')}Z,gpt-4o,${n},1,r-${n},${note}\n`;
  const rows = (from: number, to: number): string => upTo(to).slice(from - 1).map((n) => row(n)).join('');

  test.each([
    ['commas', HEAD + rows(1, 3)],
    ['semicolons', (HEAD + rows(1, 3)).replaceAll(',', ';')],
    ['tabs', (HEAD + rows(1, 3)).replaceAll(',', '\t')],
    ['a byte-order mark and CRLF', `\uFEFF${(HEAD + rows(1, 3)).replaceAll('\n', '\r\n')}`],
    ['no newline at the end', (HEAD + rows(1, 3)).trimEnd()],
    ['quotes', HEAD.replace('model', '"model"') + rows(1, 3).replaceAll('gpt-4o', '"gpt-4o"')],
  ])('with %s', async (_, text) => {
    expect(counts(await world.ingest(world.file('a.csv', text)))).toEqual({ new: 3, known: 0, replaced: 0, rejected: 0 });
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
    expect(world.inputs()).toEqual([1, 2, 3]);
    expect(result.rejectedLines).toBe(1);
    expect(world.rejects()).toMatchObject([{ line: 6, reason: 'negative_tokens' }]);
  });

  test('grown, again and again', async () => {
    const path = world.file('a.csv', HEAD + rows(1, 3));
    await world.ingest(path);
    for (const [from, to] of [[4, 4], [5, 20]] as const) {
      appendFileSync(path, rows(from, to));
      expect(counts(await world.ingest(path))).toMatchObject({ new: to - from + 1, known: from - 1 });
    }
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 20 });
    expect(world.lines()).toEqual(upTo(20).map((n) => n + 1));
  });

  test('a header alone holds no calls', async () => {
    expect(counts(await world.ingest(world.file('a.csv', HEAD)))).toEqual({ new: 0, known: 0, replaced: 0, rejected: 0 });
  });

  test('JSON in a cell is read as what it is', async () => {
    const body = { id: 'c', object: 'chat.completion', model: 'gpt-4o', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } };
    const cell = `"${JSON.stringify(body).replaceAll('"', '""')}"`;
    await world.ingest(world.file('a.csv', `id,response\n1,${cell}\n`));
    expect(world.calls()).toMatchObject([{ usage: { input: 9, output: 2 }, target: { format: 'openai_chat' } }]);
  });
});

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
    expect(counts(await world.ingest(path))).toEqual({ new: 3, known: 0, replaced: 0, rejected: 0 });
    expect(world.inputs()).toEqual([1, 2, 3]);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 0, known: 3 });
  });

  test('lines and places in an array', async () => {
    const text = JSON.stringify(calls, null, 2);
    await world.ingest(world.file('a.json', text));
    const places = world.db.prepare('SELECT line, byte_offset, byte_length FROM call ORDER BY id').raw().all() as number[][];
    expect(places.map(([line]) => line)).toEqual([2, 9, 16]);
    for (const [i, [, offset = 0, length = 0]] of places.entries()) {
      expect(JSON.parse(text.slice(offset, offset + length))).toEqual(calls[i]);
    }
  });

  test('an array that is not closed yet, and then is', async () => {
    const whole = JSON.stringify(calls);
    const path = world.file('a.json', whole.slice(0, -20));
    expect(counts(await world.ingest(path))).toEqual({ new: 2, known: 0, replaced: 0, rejected: 1 });
    writeFileSync(path, whole);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 1, known: 2, rejected: 0 });
    expect(world.rejects()).toEqual([]);
  });

  test('a large array, read in pieces', async () => {
    const many = upTo(9_000).map((n) => JSON.parse(flatLine(n, { prompt: `a } and a ] in "text" ${'z'.repeat(200)}` })) as object);
    await world.ingest(world.file('a.json', JSON.stringify(many, null, 1)));
    expect(world.inputs()).toEqual(upTo(9_000));
  });
});

describe('inputs', () => {
  test('a folder, its folders, a glob; hidden files and other kinds are passed over', async () => {
    mkdirSync(join(world.folder, 'logs', 'deep'), { recursive: true });
    world.file('logs/a.jsonl', flatLog(1, 1));
    world.file('logs/deep/b.jsonl.gz', gzipSync(flatLog(2, 2)));
    world.file('logs/.hidden.jsonl', flatLog(3, 3));
    world.file('logs/image.png', 'x');
    await world.ingest('logs');
    expect(world.inputs()).toEqual([1, 2]);
    world.file('logs/c.jsonl', flatLog(4, 4));
    await world.ingest('logs/*.jsonl');
    expect(world.inputs()).toEqual([1, 2, 4]);
  });

  test.each([
    ['none.jsonl', 'there is no file none.jsonl'],
    ['none/*.jsonl', 'no file matches none/*.jsonl'],
  ])('%s', async (input, message) => {
    const error = await failure(world.ingest(input));
    expect([error.code, error.message]).toEqual([1, message]);
  });

  test('a folder without logs', async () => {
    mkdirSync(join(world.folder, 'empty'));
    expect((await failure(world.ingest('empty'))).message).toBe('the folder empty holds no logs');
  });

  test('an empty file alone fails; beside another it is a problem of its own', async () => {
    world.file('empty.jsonl', '');
    expect((await failure(world.ingest('empty.jsonl'))).message).toContain('empty.jsonl is empty');
    world.file('a.jsonl', flatLog(1, 1));
    const result = await world.ingest(['empty.jsonl', 'a.jsonl']);
    expect(result.newCalls).toBe(1);
    expect(result.problems.map((problem) => problem.message)).toEqual([expect.stringContaining('empty.jsonl is empty')]);
  });

  test.each([
    ['lines', `${JSON.stringify({ zip: 1, town: 'x' })}\n`.repeat(3), '"zip", "town"'],
    ['an array', JSON.stringify([{ zip: 1, town: 'x' }]), '"zip", "town"'],
    ['an indented object', JSON.stringify({ zip: 1, town: 'x' }, null, 2), '"zip", "town"'],
    ['another table', 'name,age\nx,1\n', '"name", "age"'],
  ])('an unknown format, %s: what was looked for, and the first keys', async (_, text, keys) => {
    const error = await failure(world.ingest(world.file('a.json', text)));
    expect(error.code).toBe(1);
    expect(error.message).toContain(`its format is unknown; its first keys are ${keys}`);
    expect(error.hint).toMatch(/looked for .*litellm.*pair.*flat/);
    expect(world.calls()).toEqual([]);
  });

  test('an input format that does not exist is wrong usage', async () => {
    const error = await failure(world.ingest(world.file('a.jsonl', flatLog(1, 1)), { inputFormat: 'xml' }));
    expect([error.code, error.hint]).toEqual([2, expect.stringContaining('litellm')]);
  });

  test('a forced format rejects every other record', async () => {
    const path = world.file('a.jsonl', flatLog(1, 2));
    expect(counts(await world.ingest(path, { inputFormat: 'litellm' }))).toMatchObject({ new: 0, rejected: 2 });
  });

  test('mixed shapes: each line by its own', async () => {
    const chat = { id: 'c', object: 'chat.completion', model: 'gpt-4o', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } };
    const path = world.file('a.jsonl', `${flatLine(1)}\n${JSON.stringify(chat)}\noops\n${JSON.stringify({ request: {}, response: chat })}\n`);
    expect(counts(await world.ingest(path))).toEqual({ new: 2, known: 1, replaced: 0, rejected: 1 });
    expect(world.calls().map((call) => call.target.format).sort()).toEqual(['flat', 'openai_chat']);
  });
});

describe('stopping', () => {
  test('in the middle, then going on: the same ledger as in one run', async () => {
    const path = world.file('a.jsonl', flatLog(1, 30_000, { prompt: 'x'.repeat(120) }));
    const csv = world.file('b.csv', `model,prompt_tokens,completion_tokens\n${'gpt-4o,5,5\n'.repeat(9_000)}`);
    const json = world.file('c.json', JSON.stringify(upTo(9_000).map((n) => JSON.parse(flatLine(n + 40_000)) as object)));
    const inputs = [path, csv, json];
    let onWrite = (): void => {};
    world.db.function('written', () => {
      onWrite();
      return 0;
    });
    world.db.exec('CREATE TEMP TRIGGER told AFTER INSERT ON main.call BEGIN SELECT written(); END');
    let stops = 0;
    for (let round = 0; round < 200; round++) {
      const stop = new AbortController();
      let written = 0;
      onWrite = () => {
        if (++written === 100) stop.abort();
      };
      const result = await world.ingest(inputs, { signal: stop.signal });
      if (!result.interrupted) break;
      stops++;
    }
    expect(stops).toBeGreaterThan(3);
    const other = new LogWorld();
    await other.ingest(inputs);
    expect(world.dump()).toEqual(other.dump());
    expect(world.db.prepare('SELECT lines, calls, ingested_bytes FROM source').all()).toEqual(
      other.db.prepare('SELECT lines, calls, ingested_bytes FROM source').all(),
    );
    other.close();
  });

  test('before anything was read', async () => {
    const stop = new AbortController();
    stop.abort();
    const result = await world.ingest(world.file('a.jsonl', flatLog(1, 3)), { signal: stop.signal });
    expect([result.interrupted, result.newCalls]).toEqual([true, 0]);
  });

  test('by a failure of the ledger: nothing is kept that would be read twice', async () => {
    const path = world.file('a.jsonl', flatLog(1, 20).replace(/"request_id":"[^"]*"/g, '"x":1'));
    world.db.exec("CREATE TRIGGER stop BEFORE INSERT ON call WHEN NEW.input_tokens = 15 BEGIN SELECT RAISE(ABORT, 'stop'); END");
    await expect(world.ingest(path)).rejects.toThrow('stop');
    world.db.exec('DROP TRIGGER stop');
    await world.ingest(path);
    expect(world.inputs()).toEqual(upTo(20));
  });
});

test('text is stored only when asked for, as it was', async () => {
  const text = flatLog(1, 2, { prompt: 'Grüße 🙂' });
  await world.ingest(world.file('a.jsonl', text));
  expect(world.db.prepare('SELECT count(*) FROM call_text').pluck().get()).toBe(0);
  const other = new LogWorld();
  await other.ingest(other.file('a.jsonl', text), { storeText: true });
  expect(other.db.prepare('SELECT record FROM call_text ORDER BY call_id').pluck().all()).toEqual(text.trim().split('\n'));
  other.close();
});

test('no text of a prompt is anywhere in the ledger', async () => {
  const secret = 'correct horse battery staple';
  const body = { id: 'c', object: 'chat.completion', model: 'gpt-4o', choices: [{ message: { content: secret } }], usage: { prompt_tokens: 1, completion_tokens: 1 } };
  const pair = JSON.stringify({ request: { messages: [{ role: 'user', content: secret }] }, response: body });
  await world.ingest(world.file('a.jsonl', `${flatLine(1, { prompt: secret, output: secret })}\n${pair}\n${pair.slice(0, 90)}\n{"prompt":"${secret}"}\n${pair.replace('gpt-4o', '')}\n`));
  for (const table of world.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()) {
    expect(JSON.stringify(world.db.prepare(`SELECT * FROM ${String(table)}`).all())).not.toMatch(/horse|battery/);
  }
  expect(world.rejects().length).toBeGreaterThan(1);
});
