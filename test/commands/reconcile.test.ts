/** `aicost reconcile` on a ledger and invoices of its own: flags, formats, exit codes. */
import { afterAll, describe, expect, test } from 'vitest';
import * as ingest from '../../src/commands/ingest.ts';
import * as reconcile from '../../src/commands/reconcile.ts';
import type { ReconcileReport } from '../../src/report/reconcile-model.ts';
import { CommandWorld } from './world.ts';

const world = new CommandWorld();
afterAll(() => world.close());

/** Two gpt-4o calls at $2.50 and $10 per million: 100,000 and 10,000 tokens are $0.35 each. */
const LINES = ['2026-04-01T12:00:00Z', '2026-04-02T12:00:00Z'].map((time, i) =>
  JSON.stringify({
    id: `c-${i}`,
    time,
    provider: 'openai',
    model: 'gpt-4o-2024-08-06',
    prompt_tokens: 100_000,
    completion_tokens: 10_000,
  }),
);
const LOG = world.file('log.jsonl', `${LINES.join('\n')}\n`);
await world.run(ingest, [LOG]);
world.file('same.csv', 'day,model,amount\n2026-04-01,gpt-4o,0.35\n2026-04-02,gpt-4o,0.35\n');
world.file('more.csv', 'day,model,amount\n2026-04-01,gpt-4o,0.40\n');
world.file(
  'lacking.csv',
  'day,model,amount\n2026-04-01,gpt-4o-mini,0.50\n2026-04-01,gpt-4o,0.35\n',
);
world.file('euro.csv', 'day,model,amount,currency\n2026-04-01,gpt-4o,0.28,EUR\n');

async function report(...args: string[]): Promise<ReconcileReport> {
  return (await world.json(reconcile, args)) as ReconcileReport;
}

describe('the comparison', () => {
  test('an invoice that agrees', async () => {
    const { totals, period, prices, schema, generated_at } = await report('same.csv');
    expect(totals).toMatchObject({ invoice_usd: '0.7', log_usd: '0.7', difference_usd: '0' });
    expect(period).toEqual({ from: '2026-04-01', to: '2026-04-02', timezone: 'UTC' });
    expect(prices.table).toBe('catalogue');
    expect(schema).toBe('aicost.reconcile/1');
    expect(generated_at).toBe('2026-04-01T00:00:00.000Z');
  });

  test("only the invoice's days, or those asked for", async () => {
    expect((await report('more.csv')).totals.calls).toBe(1);
    expect((await report('more.csv', '--until', '2026-04-02')).totals.calls).toBe(2);
    expect((await report('same.csv', '--since', '2026-04-02')).totals.calls).toBe(1);
  });

  test('another currency at the rate given', async () => {
    // 0.28 × 1.25 is 0.35.
    const { totals, invoices } = await report('euro.csv', '--currency-rate', 'eur=1.25');
    expect(totals.difference_usd).toBe('0');
    expect(invoices[0]?.rates).toEqual({ EUR: '1.25' });
  });

  test('another price table, another provider', async () => {
    expect((await report('more.csv', '--provider', 'anthropic')).totals.calls).toBe(0);
    expect((await report('more.csv', '--provider', 'azure-openai')).totals.calls).toBe(0);
    expect((await report('more.csv', '--provider', 'OpenAI')).totals.calls).toBe(1);
  });
});

test('a provider that only the ledger names will do, in any case', async () => {
  const lines = LINES.map((line) => line.replace('"openai"', '"House-GPU"'));
  const path = world.file('house.jsonl', `${lines.join('\n').replaceAll('"c-', '"h-')}\n`);
  await world.run(ingest, [path, '--ledger', 'house.db']);
  const args = ['same.csv', '--ledger', 'house.db', '--provider'];
  expect((await report(...args, 'House-GPU')).totals.calls).toBe(2);
  expect((await report(...args, 'house-gpu')).totals.calls).toBe(2);
  await expect(world.run(reconcile, [...args, 'House'])).rejects.toMatchObject({ code: 2 });
});

describe('--tolerance gates the exit code', () => {
  test.each([
    // 0.40 billed, 0.05 unexplained: 12.5 %.
    ['12.5%', 0],
    ['12.4%', 3],
    ['$0.05', 0],
    ['$0.0499', 3],
  ])('%s', async (tolerance, code) => {
    const ran = await world.run(reconcile, ['more.csv', '--tolerance', tolerance]);
    expect(ran.code).toBe(code);
    expect(ran.notes.join()).toBe(
      code === 0 ? '' : `$0.0500 unexplained, beyond the tolerance of ${tolerance}`,
    );
  });

  test('calls the log lacks do not pass as explained', async () => {
    // 0.85 billed, 0.50 of it (58.8 %) for a model the ledger has no call of.
    const ran = await world.run(reconcile, ['lacking.csv', '--tolerance', '58%']);
    expect(ran.code).toBe(3);
    expect(ran.notes).toEqual([
      '$0.500 unexplained, of it $0.500 billed for calls the log lacks, beyond the tolerance of 58%',
    ]);
    expect((await world.run(reconcile, ['lacking.csv', '--tolerance', '59%'])).code).toBe(0);
  });

  test('without it a difference is an answer', async () => {
    expect((await world.run(reconcile, ['more.csv'])).code).toBe(0);
  });
});

test('CSV has a row for each day and model', async () => {
  const { stdout } = await world.run(reconcile, ['more.csv']);
  expect(stdout.split('\r\n').slice(0, 2)).toEqual([
    'day,model,calls,unpriced_calls,uncertain_calls,invoice_requests,invoice_usd,log_usd,' +
      'difference_usd,unpriced_usd,not_in_log_usd,not_on_invoice_usd,tier_usd,region_usd,' +
      'rounding_usd,credits_usd,other_charges_usd,rest_usd,unexplained_usd',
    '2026-04-01,gpt-4o,1,0,0,,0.4,0.35,0.05,0,0,0,0,0,0,0,0,0.05,0.05',
  ]);
});

describe('refused', () => {
  test.each([
    [['gone.csv'], 'cannot read'],
    [['euro.csv'], "euro.csv line 2: amount: '0.28' is in EUR, and there is no rate for it"],
    [['same.csv', 'more.csv'], 'more.csv bills 2026-04-01, which same.csv bills too'],
    [['same.csv', '--since', 'April'], "--since 'April' is no day"],
    [['same.csv', '--since', '2026-04-01T10:00:00Z'], 'is no day'],
    [['same.csv', '--since', '2026-04-02', '--until', '2026-04-01'], '--since is after --until'],
    [['same.csv', '--currency-rate', 'EUR'], "--currency-rate 'EUR' is no rate"],
    [['same.csv', '--currency-rate', 'EUR=0'], "--currency-rate 'EUR=0' is no rate"],
    [['same.csv', '--tolerance', 'some'], "--tolerance 'some' is no share and no amount"],
    [['same.csv', '--tz', 'Mars'], "there is no time zone 'Mars'"],
    [['same.csv', '--provider', 'nope'], "--provider 'nope' is no provider known by name"],
    [['same.csv', '--top', '0'], "--top '0' is no whole number"],
    [['same.csv', '--ledger', 'gone.db'], 'gone.db'],
    [['same.csv', '--out', 'same.csv'], '--out would overwrite'],
  ])('%j', async (args, message) => {
    await expect(world.run(reconcile, args)).rejects.toThrow(message);
  });
});
