import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as audit from '../../src/commands/audit.ts';
import * as ingest from '../../src/commands/ingest.ts';
import * as report from '../../src/commands/report.ts';
import type { AuditReport } from '../../src/report/model.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

async function reportOf(module: typeof audit, args: string[]): Promise<AuditReport> {
  return (await world.json(module, args)) as AuditReport;
}

describe('flags are checked before any work', () => {
  test.each([
    [['--by', 'week'], '--by week is not known', 'model, task, day, user'],
    [['--by', 'model', '--by', 'day'], '--by is given twice: model and day', 'once for each'],
    [['--since', 'tomorrow'], "--since 'tomorrow' is no day and no time", '2026-03-01'],
    [['--until', '2026-02-30'], "--until '2026-02-30' is no day and no time", '2026-03-01'],
    [['--since', '2026-03-02', '--until', '2026-03-01'], '--since is not before --until', 'turn'],
    [['--since', '2026-03-02T00:00:00Z', '--until', '2026-03-02T00:00:00Z'], 'not before', 'turn'],
    [['--top', '0'], "--top '0' is no whole number from 1 on", '10'],
    [['--top', '-1'], "--top '-1' is no whole number from 1 on", '10'],
    [['--top', '1.5'], "--top '1.5' is no whole number from 1 on", '10'],
    [['--top', ''], "--top '' is no whole number from 1 on", '10'],
    [['--policy', 'none-such'], 'none-such', 'conservative'],
    [['--prices', 'none-such'], 'none-such', 'catalogue'],
    [['--prices', 'none-such.csv'], 'cannot read', 'catalogue'],
  ])('%j', async (args, message, hint) => {
    const run = world.run(audit, [...args.slice(0, 1), ...args.slice(1), 'gone.jsonl']);
    await expect(run).rejects.toMatchObject({
      code: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});

describe('audit', () => {
  test('reports on the logs named, in dollars: 3 × $0.00035', async () => {
    world.file('a.jsonl', line(1) + line(2) + line(3));
    const first = await reportOf(audit, ['a.jsonl']);
    expect(first.totals).toMatchObject({ calls: 3, cost_usd: '0.00105' });
    expect(first.ingest).toEqual({
      new_calls: 3,
      known_calls: 0,
      replaced_calls: 0,
      rejected_lines: 0,
    });
    const again = await reportOf(audit, ['a.jsonl']);
    expect(again.ingest).toMatchObject({ new_calls: 0, known_calls: 3 });
    expect({ ...again, ingest: null }).toEqual({ ...first, ingest: null });
  });

  test('on these alone; without a name on the whole ledger', async () => {
    world.file('a.jsonl', line(1) + line(2));
    world.file('b.jsonl', line(3));
    await world.run(audit, ['a.jsonl']);
    expect((await reportOf(audit, ['b.jsonl'])).totals.calls).toBe(1);
    expect((await reportOf(audit, [])).totals.calls).toBe(3);
    expect((await reportOf(report, [])).totals.calls).toBe(3);
  });

  test('--until takes the whole day, an instant ends before itself', async () => {
    world.file('a.jsonl', line(1) + line(86_400) + line(86_401));
    const until = async (text: string) => {
      return (await reportOf(audit, ['a.jsonl', '--until', text])).totals.calls;
    };
    expect(await until('2026-03-02')).toBe(1);
    expect(await until('2026-03-03')).toBe(3);
    expect(await until('2026-03-03T00:00:01Z')).toBe(2);
  });

  test('a call without a time is said to be left out, once', async () => {
    world.file('a.jsonl', line(1) + line(2, { timestamp: undefined }));
    const { notes } = await world.run(audit, ['a.jsonl', '--since', '2026-03-01']);
    expect(notes).toEqual(['1 call without a time is left out by --since and --until']);
    expect((await world.run(audit, ['a.jsonl'])).notes).toEqual([]);
  });

  test('also when it was read in another log first', async () => {
    world.file('a.jsonl', line(2, { timestamp: undefined }));
    world.file('b.jsonl', line(2, { timestamp: undefined }) + line(1));
    await world.run(ingest, ['a.jsonl']);
    const { notes } = await world.run(audit, ['b.jsonl', '--since', '2026-03-01']);
    expect(notes).toEqual(['1 call without a time is left out by --since and --until']);
  });

  test('--strict gives 3 for an unpriced call and for a rejected line, else 0', async () => {
    world.file('good.jsonl', line(1));
    world.file('unpriced.jsonl', line(2, { model: 'house-llm-7b' }));
    world.file('rejected.jsonl', `${line(3)}no call\n`);
    expect((await world.run(audit, ['good.jsonl', '--strict'])).code).toBe(0);
    expect((await world.run(audit, ['unpriced.jsonl', '--strict'])).code).toBe(3);
    expect((await world.run(audit, ['rejected.jsonl', '--strict'])).code).toBe(3);
    expect((await world.run(audit, ['rejected.jsonl'])).code).toBe(0);
  });

  test('an input that cannot be read is a note and a 3; the others are reported on', async () => {
    world.file('good.jsonl', line(1));
    world.file('empty.jsonl', '');
    const { code, notes, stdout } = await world.run(audit, ['good.jsonl', 'empty.jsonl']);
    expect([code, notes]).toEqual([3, [expect.stringContaining('empty.jsonl is empty')]]);
    expect(stdout).toContain('\r\ntotals,all,1,');
  });

  test('interrupted: exit 130, no report, a note how to go on', async () => {
    world.file('a.jsonl', line(1));
    world.controller.abort();
    const { code, stdout, notes } = await world.run(audit, ['a.jsonl']);
    expect([code, stdout]).toEqual([130, '']);
    expect(notes).toEqual([
      expect.stringMatching(/^interrupted: .* \| run the same command again/),
    ]);
  });

  test('never overwrites the ledger or a log', async () => {
    const log = world.file('a.csv', 'x');
    const refused = { code: 2, message: expect.stringContaining('--out would overwrite') };
    await expect(world.run(audit, ['a.csv', '--out', 'a.csv'])).rejects.toMatchObject(refused);
    await expect(world.run(report, ['--out', 'aicost.db'])).rejects.toMatchObject(refused);
    expect(readFileSync(log, 'utf8')).toBe('x');
  });

  test('a price file lies over the catalogue', async () => {
    world.file('a.jsonl', line(1) + line(2, { model: 'claude-sonnet-4-5' }));
    world.file('mine.csv', 'model,input,output\ngpt-4o,1,2\n');
    const mine = await reportOf(audit, ['a.jsonl', '--prices', 'mine.csv']);
    expect(mine.prices.table).toBe('mine');
    // 100 × $1/M + 10 × $2/M; 100 × $3/M + 10 × $15/M.
    expect(mine.spend.by_model.map(({ cost_usd }) => cost_usd)).toEqual(['0.00045', '0.00012']);
  });
});

test('report without a ledger says how to make one', async () => {
  await expect(world.run(report, [])).rejects.toMatchObject({
    code: 1,
    hint: expect.stringContaining('aicost ingest'),
  });
});
