/** Runs that are cut short: going on gives the ledger of one run. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flatLine, flatLog, LogWorld } from './world.ts';

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
