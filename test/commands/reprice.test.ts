import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as ingest from '../../src/commands/ingest.ts';
import * as reprice from '../../src/commands/reprice.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

type Json = Record<string, unknown>;

/** 100 in and 10 out: $0.00012 before March 2026, $0.00034 from then on. The calls are of 2 March. */
const OWN = 'model,input,output,from,until\nours,1,2,,2026-03-01\nours,3,4,2026-03-01,\n';

async function ledger(count: number): Promise<void> {
  world.file('own.csv', OWN);
  const lines = Array.from({ length: count }, (_, n) => line(n, { model: 'ours' }));
  world.file('a.jsonl', lines.join(''));
  await world.run(ingest, ['a.jsonl', '--prices', 'own.csv']);
}

function stored(): { cost: number; tables: string[] } {
  const db = new Database(`${world.folder}/aicost.db`, { readonly: true });
  const cost = db.prepare('SELECT sum(cost_pico) FROM call').pluck().get() as number;
  const tables = db
    .prepare(
      `SELECT DISTINCT p.name || ' ' || p.version FROM call c
       JOIN price_table p ON p.id = c.price_table_id ORDER BY 1`,
    )
    .pluck()
    .all() as string[];
  db.close();
  return { cost, tables };
}

describe('reprice', () => {
  test('is a dry run: stored and new cost by model and in all, nothing written', async () => {
    await ledger(3);
    const before = stored();
    const answer = (await world.json(reprice, [
      '--as-of',
      '2026-02-01',
      '--prices',
      'own.csv',
    ])) as Json;
    expect(answer).toMatchObject({
      schema: 'aicost.reprice/1',
      as_of: '2026-02-01T00:00:00.000Z',
      written: false,
      total: {
        calls: 3,
        changed_calls: 3,
        stored_usd: '0.00102', // 3 × $0.00034
        new_usd: '0.00036', // 3 × $0.00012
        difference_usd: '-0.00066',
      },
    });
    expect(answer.models).toMatchObject([{ model: 'ours', calls: 3 }]);
    expect(stored()).toEqual(before);
    const { stdout } = await world.run(reprice, ['--prices', 'own.csv', '--format', 'table']);
    expect(stdout).toContain('0 of 3 calls cost something else: $0.00102 instead of $0.00102');
    expect(stdout).toContain('a dry run, nothing was written');
  });

  test('--write replaces cost and table, and the version says the day', async () => {
    await ledger(2);
    await world.run(reprice, ['--as-of', '2026-02-01', '--prices', 'own.csv', '--write']);
    const { cost, tables } = stored();
    expect(cost).toBe(240_000_000); // 2 × $0.00012
    expect(tables).toEqual([expect.stringMatching(/^own sha256:[0-9a-f]{12}@2026-02-01$/)]);
    const again = (await world.json(reprice, [
      '--as-of',
      '2026-02-01',
      '--prices',
      'own.csv',
    ])) as Json;
    expect(again.total).toMatchObject({ changed_calls: 0, difference_usd: '0' });
  });

  test('calls that have a price only before, or only now, are in no difference', async () => {
    await ledger(2);
    // The catalogue does not know `ours`.
    const answer = (await world.json(reprice, ['--write'])) as Json;
    expect(answer.total).toMatchObject({
      changed_calls: 2,
      no_longer_priced_calls: 2,
      no_longer_priced_usd: '0.00068',
      stored_usd: '0',
      difference_usd: '0',
    });
    const back = (await world.json(reprice, ['--prices', 'own.csv'])) as Json;
    expect(back.total).toMatchObject({ newly_priced_calls: 2, newly_priced_usd: '0.00068' });
  });

  test('interrupted in the middle, nothing is written', async () => {
    await ledger(5_000); // two pages
    const before = stored();
    let pages = 0;
    world.onPause = () => {
      if (++pages === 2) world.controller.abort(new Error('stopped'));
    };
    const run = world.run(reprice, ['--as-of', '2026-02-01', '--prices', 'own.csv', '--write']);
    await expect(run).rejects.toThrow('stopped');
    expect(pages).toBe(2);
    expect(stored()).toEqual(before);
    world.onPause = () => {};
    world.controller = new AbortController();
    await world.run(reprice, ['--as-of', '2026-02-01', '--prices', 'own.csv', '--write']);
    expect(stored().cost).toBe(5_000 * 120_000_000);
  });

  test('an empty ledger, and a day that is none', async () => {
    openLedger(`${world.folder}/aicost.db`).close();
    expect(await world.json(reprice, [])).toMatchObject({ total: { calls: 0 }, models: [] });
    await expect(world.run(reprice, ['--as-of', '2026-02-30'])).rejects.toMatchObject({ code: 2 });
  });
});
