/** The same log again: each call once in its life, whatever happens to its file. */
import { appendFileSync, copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { counts, flatLine, flatLog, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the same log again', () => {
  test('adds nothing, and is known', async () => {
    const path = world.file('a.jsonl', flatLog(1, 5));
    expect(counts(await world.ingest(path))).toEqual({
      new: 5,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(counts(await world.ingest(path))).toEqual({
      new: 0,
      known: 5,
      replaced: 0,
      rejected: 0,
    });
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
    expect(counts(await world.ingest(path))).toEqual({
      new: 1_990,
      known: 10,
      replaced: 0,
      rejected: 0,
    });
    appendFileSync(path, flatLog(2_001, 2_003));
    expect(counts(await world.ingest(path))).toEqual({
      new: 3,
      known: 2_000,
      replaced: 0,
      rejected: 0,
    });
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
    expect(counts(await world.ingest('moved.jsonl'))).toEqual({
      new: 0,
      known: 5,
      replaced: 0,
      rejected: 0,
    });
    expect(world.db.prepare('SELECT path FROM source').pluck().all()).toEqual([
      join(world.folder, 'moved.jsonl'),
    ]);
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
    expect(counts(await world.ingest(path))).toEqual({
      new: 2,
      known: 0,
      replaced: 0,
      rejected: 0,
    });
    expect(world.inputs()).toEqual([...upTo(50), 60, 61]);
  });

  test('changed beyond the 64 KiB that identify it: a new source', async () => {
    const path = world.file('a.jsonl', flatLog(1, 2_000));
    const first = await world.ingest(path);
    writeFileSync(path, `${flatLog(1, 1_900)}${flatLog(3_001, 3_200)}`);
    const second = await world.ingest(path);
    expect(second.sourceIds).not.toEqual(first.sourceIds);
    expect(counts(second)).toMatchObject({ new: 200, known: 1_900 });
    expect(world.inputs(second.sourceIds)).toHaveLength(2_100);
  });

  test('grown by calls that are older: read back in the order of their times', async () => {
    const path = world.file('a.jsonl', flatLog(10, 12));
    await world.ingest(path);
    appendFileSync(path, flatLog(1, 2));
    await world.ingest(path);
    expect(world.inputs()).toEqual([1, 2, 10, 11, 12]);
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
    expect(counts(await world.ingest(path))).toEqual({
      new: 2,
      known: 0,
      replaced: 0,
      rejected: 1,
    });
    expect(world.rejects()).toMatchObject([{ line: 3, reason: 'incomplete_line' }]);
    await world.ingest(path);
    expect(world.rejects()).toHaveLength(1);
    appendFileSync(path, `${line.slice(30)}\n${flatLine(4)}\n`);
    expect(counts(await world.ingest(path))).toEqual({
      new: 2,
      known: 2,
      replaced: 0,
      rejected: 0,
    });
    expect(world.rejects()).toEqual([]);
    expect(world.lines()).toEqual(upTo(4));
  });

  test('without a newline is a line', async () => {
    expect(
      counts(await world.ingest(world.file('a.jsonl', flatLog(1, 3).trimEnd()))),
    ).toMatchObject({ new: 3 });
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
