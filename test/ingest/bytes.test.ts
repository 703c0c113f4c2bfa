/** Odd bytes, gzip and standard input. */
import { writeFileSync } from 'node:fs';
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

describe('bytes', () => {
  test('CRLF, blank lines, a byte-order mark and lines of NUL bytes', async () => {
    const path = world.file(
      'a.jsonl',
      `\uFEFF${flatLine(1)}\r\n\r\n${flatLine(2)}\r\n${'\0'.repeat(20)}\n${flatLine(3)}\r\n`,
    );
    expect(counts(await world.ingest(path))).toEqual({
      new: 3,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(world.lines()).toEqual([1, 3, 5]);
  });

  test('invalid UTF-8 in a text costs nothing; NUL inside a record costs that line', async () => {
    const bad = Buffer.from(flatLine(2, { prompt: 'caf?' }));
    bad[bad.indexOf('?')] = 0xe9;
    const path = world.file(
      'a.jsonl',
      Buffer.concat([
        Buffer.from(flatLog(1, 1)),
        bad,
        Buffer.from(`\n\0${flatLine(3)}\n${flatLog(4, 4)}`),
      ]),
    );
    expect(counts(await world.ingest(path))).toEqual({
      new: 3,
      known: 0,
      replaced: 0,
      rejected: 1,
    });
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'invalid_json' }]);
  });

  test('places are bytes of the log: each record is found again', async () => {
    const text = `\uFEFF${flatLog(1, 3, { user: 'Köln' })}oops\n${flatLog(4, 4)}`;
    await world.ingest(world.file('a.jsonl', text));
    const bytes = Buffer.from(text);
    const places = world.db
      .prepare('SELECT byte_offset, byte_length, input_tokens FROM call')
      .raw()
      .all() as number[][];
    for (const [offset = 0, length = 0, input = 0] of places) {
      expect(JSON.parse(bytes.toString('utf8', offset, offset + length))).toMatchObject({
        prompt_tokens: input,
      });
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
    const path = world.file(
      'a.jsonl',
      `${flatLine(1)}\n${flatLine(2, { prompt: 'y'.repeat(50 * 1024 * 1024) })}\n${flatLine(3)}\n`,
    );
    expect(counts(await world.ingest(path))).toEqual({
      new: 3,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
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
    const ids = upTo(20_000).map((n) =>
      flatLine(n, { session_id: Math.imul(n, 0x9e3779b1).toString(36) }),
    );
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
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringContaining('the gzip data ends too early'),
    ]);
    const noise = await failure(
      world.ingest(
        world.file('c.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
      ),
    );
    expect([noise.code, noise.message]).toEqual([
      1,
      expect.stringContaining('the gzip data is damaged'),
    ]);
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
    expect(counts(await world.ingest('-', { stdin }))).toEqual({
      new: 60,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(world.lines()).toEqual(upTo(60));
  });

  test('packed, and the same twice', async () => {
    const packed = gzipSync(flatLog(1, 2_000));
    expect(counts(await world.ingest('-', { stdin: chunksOf(packed, 999) }))).toMatchObject({
      new: 2_000,
    });
    expect(counts(await world.ingest('-', { stdin: chunksOf(packed, 50) }))).toMatchObject({
      new: 0,
      known: 2_000,
    });
  });

  test('packed and cut off: what came before is read, and the cut is told', async () => {
    const packed = gzipSync(flatLog(1, 3_000));
    const cut = packed.subarray(0, Math.floor(packed.length * 0.6));
    const result = await world.ingest('-', { stdin: chunksOf(cut, 999) });
    expect(result.newCalls).toBeGreaterThan(500);
    expect(world.inputs()).toEqual(upTo(result.newCalls));
    expect(result.problems.map((problem) => problem.message)).toEqual([
      '-: the gzip data ends too early',
    ]);
    const nothing = await failure(world.ingest('-', { stdin: chunksOf(packed.subarray(0, 6), 2) }));
    expect(nothing.message).toBe('cannot read -: the gzip data ends too early');
  });

  test('nothing', async () => {
    expect((await failure(world.ingest('-'))).message).toContain('is empty');
  });
});
