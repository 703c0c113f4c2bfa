/** Runs that are cut short: going on gives the ledger of one run. */
import { renameSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { counts, flatLine, flatLog, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('stopping', () => {
  test('in the middle, then going on: the same ledger as in one run', async () => {
    const path = world.file('a.jsonl', flatLog(1, 30_000, { prompt: 'x'.repeat(120) }));
    const csv = world.file(
      'b.csv',
      `model,prompt_tokens,completion_tokens\n${'gpt-4o,5,5\n'.repeat(9_000)}`,
    );
    const json = world.file(
      'c.json',
      JSON.stringify(upTo(9_000).map((n) => JSON.parse(flatLine(n + 40_000)) as object)),
    );
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
    const result = await world.ingest(world.file('a.jsonl', flatLog(1, 3)), {
      signal: stop.signal,
    });
    expect([result.interrupted, result.newCalls]).toEqual([true, 0]);
  });

  test('by a failure of the ledger: nothing is kept that would be read twice', async () => {
    const path = world.file('a.jsonl', flatLog(1, 20).replace(/"request_id":"[^"]*"/g, '"x":1'));
    world.db.exec(
      "CREATE TRIGGER stop BEFORE INSERT ON call WHEN NEW.input_tokens = 15 BEGIN SELECT RAISE(ABORT, 'stop'); END",
    );
    await expect(world.ingest(path)).rejects.toThrow('stop');
    world.db.exec('DROP TRIGGER stop');
    await world.ingest(path);
    expect(world.inputs()).toEqual(upTo(20));
  });
});

describe('a log that changes while it is read', () => {
  /** Something happens to the log when its 100th call is written. */
  function at100(happens: () => void): void {
    let written = 0;
    world.db.function('written', () => {
      if (++written === 100) happens();
      return 0;
    });
    world.db.exec('CREATE TEMP TRIGGER told AFTER INSERT ON main.call BEGIN SELECT written(); END');
  }

  // Three stretches of 4 MiB: the second is read after the first is written.
  const log = flatLog(1, 12_000, { prompt: 'x'.repeat(900) });

  test('renamed, and another put in its place: the one that was opened is read', async () => {
    const path = world.file('app.log', log);
    at100(() => {
      renameSync(path, `${path}.1`);
      writeFileSync(path, flatLog(90_001, 99_000, { prompt: 'y'.repeat(1_500) }));
    });
    expect(counts(await world.ingest(path))).toMatchObject({ new: 12_000, rejected: 0 });
    expect(world.inputs()).toEqual(upTo(12_000));
  });

  test('cut: what came before is kept, and it is not said to be whole', async () => {
    const path = world.file('app.log', log);
    at100(() => truncateSync(path, 5_000_000));
    const result = await world.ingest(path);
    expect(result.problems.map((problem) => problem.message)).toEqual([
      `${path} became shorter while it was read`,
    ]);
    expect(result.newCalls).toBeGreaterThan(3_000);
    expect(world.inputs()).toEqual(upTo(result.newCalls));
  });

  test('overwritten: nothing of the mixture is kept, and the next log is read', async () => {
    const path = world.file('app.log', log);
    const next = world.file('b.log', flatLog(50_001, 50_003, { user: 'ada' }));
    at100(() => writeFileSync(path, flatLog(20_001, 40_000, { prompt: 'y'.repeat(900) })));
    const result = await world.ingest([path, next], { observer: () => {} });
    expect(result.problems.map((problem) => problem.message)).toEqual([
      `${path} was overwritten while it was read`,
    ]);
    expect(counts(result)).toMatchObject({ new: 3, rejected: 0 });
    expect(world.inputs()).toEqual([50_001, 50_002, 50_003]);
    expect(result.observed).toBe(false);
    expect(world.calls().every((call) => call.target.model === 'gpt-4o')).toBe(true);
  });

  test('cut, and then what came before cannot be kept: both failures are told, nothing stays', async () => {
    const path = world.file('app.log', log);
    let isFull = 0;
    world.db.function('is_full', { directOnly: false }, () => isFull);
    world.db.exec(
      "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.source WHEN is_full() BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    at100(() => {
      truncateSync(path, 5_000_000);
      isFull = 1;
    });
    const failure: unknown = await world.ingest(path).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'disk full', cause: { name: 'Error' } });
    expect(world.db.inTransaction).toBe(false);
    expect(world.inputs()).toEqual([]);
    world.db.exec('DROP TRIGGER full');
    writeFileSync(path, log);
    expect(counts(await world.ingest(path))).toMatchObject({ new: 12_000, known: 0 });
  });
});
