import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as classify from '../../src/commands/classify.ts';
import * as ingest from '../../src/commands/ingest.ts';
import * as prices from '../../src/commands/prices.ts';
import * as rejects from '../../src/commands/rejects.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

function lines(count: number, of: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => of(n)).join('');
}

describe('ingest', () => {
  test('says what was new, known, replaced and rejected', async () => {
    world.file('a.jsonl', `${line(1)}${line(2)}no call\n`);
    const columns = 'new_calls,known_calls,replaced_calls,rejected_lines\r\n';
    expect((await world.run(ingest, ['a.jsonl'])).stdout).toBe(`${columns}2,0,0,1\r\n`);
    expect((await world.run(ingest, ['a.jsonl'])).stdout).toBe(`${columns}0,2,0,0\r\n`);
  });

  test('reads standard input', async () => {
    const { stdout } = await world.run(ingest, ['-'], line(1));
    expect(stdout).toContain('\r\n1,0,0,0\r\n');
  });

  test('needs a log', async () => {
    await expect(world.run(ingest, [])).rejects.toThrow(/paths/);
  });

  test('exits 130 after Ctrl-C, with the counts so far', async () => {
    world.file('a.jsonl', line(1));
    world.controller.abort();
    const { code, stdout } = await world.run(ingest, ['a.jsonl']);
    expect([code, stdout.split('\r\n')[1]]).toEqual([130, '0,0,0,0']);
  });
});

describe('rejects', () => {
  test('lists file, line and reason in order; a text narrows it to some files', async () => {
    const a = world.file('a.jsonl', `${line(1)}no call\n{"x":1}\n`);
    const b = world.file('b.jsonl', `${line(2)}nor this\n`);
    await world.run(ingest, ['a.jsonl', 'b.jsonl']);
    const all = (await world.json(rejects, [])) as { path: string; line: number }[];
    expect(all.map(({ path, line }) => [path, line])).toEqual([
      [a, 2],
      [a, 3],
      [b, 2],
    ]);
    expect(await world.json(rejects, ['b.jsonl'])).toHaveLength(1);
    expect(await world.json(rejects, ['%'])).toEqual([]);
  });

  test('none is an empty list', async () => {
    world.file('a.jsonl', line(1));
    await world.run(ingest, ['a.jsonl']);
    expect((await world.run(rejects, [])).stdout).toBe('path,line,reason,detail\r\n');
    expect((await world.run(rejects, ['--json'])).stdout).toBe('[]\n');
  });

  test('5,000 come in pages, all of them, in every format', async () => {
    world.file('a.jsonl', line(1) + lines(5000, (n) => `no call ${n}\n`));
    await world.run(ingest, ['a.jsonl']);
    const csv = await world.run(rejects, []);
    // A header, 4,096 rows, 904 rows.
    expect(world.pieces.map((piece) => piece.split('\r\n').length - 1)).toEqual([1, 4096, 904]);
    expect(csv.stdout.split('\r\n')[5000]).toMatch(/,5001,invalid_json,/);
    const list = (await world.json(rejects, [])) as { line: number }[];
    expect(list.map((row) => row.line)).toEqual(Array.from({ length: 5000 }, (_, n) => n + 2));
    const ndjson = await world.run(rejects, ['--format', 'ndjson']);
    expect(ndjson.stdout.trim().split('\n')).toHaveLength(5000);
    const table = await world.run(rejects, ['--format', 'table']);
    expect(table.stdout).toContain('… 4,800 more rows: --csv or --json shows all');
  });
});

describe('classify', () => {
  test('counts every call once, and lists each', async () => {
    const path = world.file(
      'a.jsonl',
      lines(4100, (n) => line(n)),
    );
    const tasks = (await world.json(classify, ['a.jsonl'])) as { calls: number }[];
    expect(tasks.reduce((sum, { calls }) => sum + calls, 0)).toBe(4100);
    const calls = (await world.json(classify, ['--calls'])) as { path: string; line: number }[];
    expect(calls).toHaveLength(4100);
    expect(calls[4099]).toMatchObject({ path, line: 4100, model: 'gpt-4o' });
  });

  test('a reader that goes away in the middle leaves the ledger usable', async () => {
    world.file(
      'a.jsonl',
      lines(4100, (n) => line(n)),
    );
    await world.run(ingest, ['a.jsonl']);
    for (const format of ['csv', 'json', 'ndjson', 'table']) {
      world.onPause = () => world.controller.abort(new Error('gone'));
      const run = world.run(classify, ['--calls', '--format', format]);
      await expect(run).rejects.toThrow('gone');
      expect(world.pieces.length).toBeLessThan(2);
      world.onPause = () => {};
      world.controller = new AbortController();
    }
    expect(await world.json(classify, ['--calls'])).toHaveLength(4100);
  });

  test('only the calls of the logs named', async () => {
    world.file('a.jsonl', line(1));
    world.file('b.jsonl', line(2) + line(3));
    await world.run(ingest, ['a.jsonl']);
    expect(await world.json(classify, ['b.jsonl', '--calls'])).toHaveLength(2);
    expect(await world.json(classify, ['--calls'])).toHaveLength(3);
  });
});

describe('prices', () => {
  test('lists by a part of the name, and says of which day the table is', async () => {
    const { stdout, notes } = await world.run(prices, ['list', 'gpt-4o', '--json']);
    const rows = JSON.parse(stdout) as { model: string }[];
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.every(({ model }) => model.includes('gpt-4o'))).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/^catalogue .*, as of \d{4}-\d{2}-\d{2}: /)]);
  });

  test('shows how a name is resolved; a name without a price is an error', async () => {
    const { notes } = await world.run(prices, ['show', 'gpt-4o', '--json']);
    expect(notes[0]).toMatch(/^gpt-4o is gpt-4o of openai \(\w+\)/);
    await expect(world.run(prices, ['show', 'house-llm-7b'])).rejects.toMatchObject({
      code: 1,
      message: expect.stringContaining('house-llm-7b has no price in catalogue'),
    });
  });
});
