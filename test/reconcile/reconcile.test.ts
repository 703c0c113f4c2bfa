/** Invoices held against calls; every figure worked out by hand. */
import { describe, expect, test } from 'vitest';
import type { Usage } from '../../src/domain/tokens.ts';
import type { PriceSource } from '../../src/reconcile/reconcile.ts';
import { amountOf } from '../../src/report/numbers.ts';
import type { ReconcileReport } from '../../src/report/reconcile-model.ts';
import { call, calls, compare, openaiCosts, PRICES, partsOf } from './world.ts';

const DAY = '2026-04-01';

/** One row of a plain table. */
function bill(amount: string, model = 'gpt-4o', day = DAY): string {
  return `day,model,amount\n${day},${model},${amount}\n`;
}

/** A table with further columns. */
function table(columns: string, ...rows: readonly string[]): string {
  return [`day,model,amount,${columns}`, ...rows].join('\n');
}

/** The parts and the rest of every row, and of all, come to the difference. */
function addsUp(report: ReconcileReport): boolean {
  const total = (texts: readonly string[]): bigint =>
    texts.reduce((sum, text) => sum + amountOf(text), 0n);
  const rows = report.rows.every(
    (row) =>
      total([...Object.values(row.parts), row.rest_usd]) === amountOf(row.difference_usd) &&
      amountOf(row.invoice_usd) - amountOf(row.log_usd) === amountOf(row.difference_usd),
  );
  const all = [...report.parts.map(({ amount_usd }) => amount_usd), report.totals.rest_usd];
  const bounds = report.parts.every(
    ({ low_usd, amount_usd, high_usd }) =>
      amountOf(low_usd) <= amountOf(amount_usd) && amountOf(amount_usd) <= amountOf(high_usd),
  );
  return rows && bounds && total(all) === amountOf(report.totals.difference_usd);
}

describe('lining up', () => {
  test('the same on both sides: nothing to explain', () => {
    // Two calls of $0.35.
    const report = compare(bill('0.70'), calls(2));
    expect(report.totals).toMatchObject({
      invoice_usd: '0.7',
      log_usd: '0.7',
      difference_usd: '0',
      rest_usd: '0',
      unexplained_usd: '0',
      calls: 2,
    });
    expect(report.rows).toHaveLength(1);
    expect(partsOf(report)).toEqual({ rest: '0' });
  });

  test('spellings of one model are one row, a longer name is another model', () => {
    const text = table('x', `${DAY},gpt-4o-2024-08-06,0.35,`, `${DAY},gpt-4o-mini,0.07,`);
    const report = compare(text, [call(), call({ model: 'gpt-4o-mini-2024-07-18' })]);
    expect(report.rows.map(({ model, difference_usd }) => [model, difference_usd])).toEqual([
      ['gpt-4o', '0'],
      ['gpt-4o-mini', '0'],
    ]);
  });

  test('an unknown name only equals itself, in any case', () => {
    const report = compare(bill('1', 'My-Model'), calls(1, { model: 'my-model' }));
    expect(report.rows).toHaveLength(1);
    const other = compare(bill('1', 'my-model-2'), calls(1, { model: 'my-model' }));
    expect(other.rows).toHaveLength(2);
  });

  test('an invoice without models is compared by day', () => {
    const text = 'day,amount\n2026-04-01,0.42\n';
    const report = compare(text, [call(), call({ model: 'gpt-4o-mini' })]);
    // 0.35 + 0.07.
    expect(report.rows).toMatchObject([{ model: null, calls: 2, difference_usd: '0' }]);
  });

  test('costs without models beside tokens with models are compared by day', () => {
    const costs = openaiCosts({ [DAY]: [[null, '0.42']] });
    const usage =
      'start_time,end_time,num_model_requests,model,input_tokens,output_tokens\n' +
      ['gpt-4o', 'gpt-4o-mini']
        .map(
          (model) =>
            `${Date.parse(DAY) / 1000},${Date.parse(DAY) / 1000 + 86_400},1,${model},100000,10000\n`,
        )
        .join('');
    const report = compare([costs, usage], [call(), call({ model: 'gpt-4o-mini' })]);
    expect(report.rows).toMatchObject([{ model: null, invoice_requests: 2, difference_usd: '0' }]);
    // Nobody can say which model the missing tokens are of: the mean call, 0.35 of one.
    const less = compare([costs, usage], [call()]);
    expect(partsOf(less)).toEqual({ not_in_log: '0.07', rest: '0' });
  });

  test('days are UTC, or of the zone asked for', () => {
    const late = call({ at: '2026-04-01T23:30:00Z' });
    expect(compare(bill('0.35'), [late]).totals.difference_usd).toBe('0');
    const berlin = compare(bill('0.35', 'gpt-4o', '2026-04-02'), [late], {
      timezone: 'Europe/Berlin',
    });
    expect(berlin.totals.difference_usd).toBe('0');
    expect(() => compare(bill('1'), [], { timezone: 'Mars/Olympus' })).toThrow(
      "no time zone 'Mars/Olympus'",
    );
  });

  test('days before, after and between are the period of the invoice', () => {
    const text = table('x', `2026-04-01,gpt-4o,0.35,`, `2026-04-03,gpt-4o,0.35,`);
    const logged = ['03-31', '04-01', '04-02', '04-03', '04-04'].map((day) =>
      call({ at: `2026-${day}T00:00:00Z` }),
    );
    const report = compare(text, [...logged, call({ at: null })]);
    expect(report.period).toEqual({ from: '2026-04-01', to: '2026-04-03', timezone: 'UTC' });
    expect(report.rows.map(({ day }) => day)).toEqual(['2026-04-01', '2026-04-02', '2026-04-03']);
    // The day between was not billed.
    expect(partsOf(report)).toEqual({ not_on_invoice: '-0.35', rest: '0' });
    const first = compare(text, logged, { until: '2026-04-01' });
    expect(first.totals).toMatchObject({ invoice_usd: '0.35', log_usd: '0.35' });
    expect(() => compare(text, [], { since: '2026-05-01', until: '2026-05-02' })).toThrow(
      'bills 2026-04-01 to 2026-04-03, no day from 2026-05-01 to 2026-05-02',
    );
  });

  test('calls of another provider are left out, and said', () => {
    const page = openaiCosts({ [DAY]: [['gpt-4o, input', '0.35']] });
    const report = compare(page, [
      call({ provider: 'OpenAI' }),
      call({ provider: '' }),
      call({ provider: 'anthropic', model: 'claude-opus-4-6' }),
      call({ provider: '', model: 'claude-opus-4-6' }),
      call({ provider: 'azure' }),
    ]);
    expect(report.totals.calls).toBe(2);
    // Opus: 100,000 × 5 + 10,000 × 25 per million = 0.75, twice; and 0.35.
    expect(report.left_out).toMatchObject({
      other_provider_calls: 3,
      other_provider_usd: '1.85',
    });
    const azure = compare(bill('0.35'), [call({ provider: 'azure' }), call()], {
      provider: 'azure',
    });
    expect(azure.totals.calls).toBe(1);
  });

  test('two files: each day once', () => {
    const days = ['2026-04-01', '2026-04-02'].map((day) => bill('0.35', 'gpt-4o', day));
    expect(compare(days, calls(1)).totals.invoice_usd).toBe('0.7');
    expect(() => compare([bill('1'), bill('2')], [])).toThrow(
      'inv1 bills 2026-04-01, which inv bills too',
    );
  });

  test('web searches billed apart are taken out of the models', () => {
    const page = openaiCosts({
      [DAY]: [
        ['gpt-4o, input', '0.25'],
        ['gpt-4o, output', '0.1'],
        ['web search tool calls', '0.03'],
      ],
    });
    // One call of $0.35 and two searches of $0.01: $0.37.
    const report = compare(page, [call({ searches: 2 })]);
    expect(report.totals).toMatchObject({ log_usd: '0.37', difference_usd: '0.01' });
    expect(report.rows.map(({ model, difference_usd }) => [model, difference_usd])).toEqual([
      ['(web searches)', '0.01'],
      ['gpt-4o', '0'],
    ]);
    // Its fee stands apart; the call is one all the same.
    expect(report.totals).toMatchObject({ calls: 1, priced_calls: 1 });
    // One search too many is a rest, one too few as well: there is no call more or less.
    expect(partsOf(report)).toEqual({ rest: '0.01' });
    const more = compare(page, [call({ searches: 4 })]);
    expect(partsOf(more)).toEqual({ rest: '-0.01' });
  });

  test('a fee that cannot be told from its call stays with the call', () => {
    const page = openaiCosts({
      [DAY]: [
        ['gpt-4o, input', '0.35'],
        ['web search tool calls', '0.02'],
      ],
    });
    const prices: PriceSource = {
      schedule: (key) => {
        const rates = PRICES.schedule(key);
        const cost = (usage: Usage) =>
          usage.webSearches === 0 ? 'no_price' : rates.cost(usage, null);
        return { match: rates.match, cost };
      },
    };
    const report = compare(page, [call({ searches: 2 })], { prices });
    expect(report.rows.map(({ model, calls: n, log_usd }) => [model, n, log_usd])).toEqual([
      ['(web searches)', 0, '0'],
      ['gpt-4o', 1, '0.37'],
    ]);
  });

  test('calls without a price are calls, also those of another provider', () => {
    const page = openaiCosts({ [DAY]: [['gpt-4o, input', '0.35']] });
    const report = compare(page, [
      call(),
      call({ model: 'own-model' }),
      call({ provider: 'anthropic', model: 'own-model' }),
      call({ provider: 'anthropic', model: 'claude-opus-4-6' }),
    ]);
    expect(report.totals).toMatchObject({ calls: 2, priced_calls: 1, unpriced_calls: 1 });
    expect(report.rows.map(({ model, calls: n, unpriced_calls: un }) => [model, n, un])).toEqual([
      ['gpt-4o', 1, 0],
      ['own-model', 1, 1],
    ]);
    // 100,000 × $5 + 10,000 × $25 a million; the other one is not $0.
    expect(report.left_out).toMatchObject({
      other_provider_calls: 2,
      other_provider_usd: '0.75',
      other_provider_unpriced_calls: 1,
    });
  });
});

describe('splitting', () => {
  test('a day and a model the log does not have', () => {
    const text = table('x', `${DAY},gpt-4o,0.35,`, `${DAY},gpt-4o-mini,2,`, `2026-04-02,gpt-4o,3,`);
    const report = compare(text, calls(1));
    expect(partsOf(report)).toEqual({ not_in_log: '5', rest: '0' });
    const known = { basis: 'measured', rows: 2, low_usd: '5', high_usd: '5' };
    expect(report.parts[0]).toMatchObject(known);
    expect(addsUp(report)).toBe(true);
  });

  test('no call has a price: all of it is theirs', () => {
    const report = compare(bill('2', 'my-model'), calls(3, { model: 'my-model' }));
    expect(partsOf(report)).toEqual({ unpriced: '2', rest: '0' });
    expect(report.parts[0]).toMatchObject({ basis: 'measured', calls: 3 });
    expect(report.totals).toMatchObject({ calls: 3, priced_calls: 0, unpriced_calls: 3 });
  });

  test('no call has a price, and the invoice has more calls', () => {
    // 4 requests for $2, 3 of them in the log: a quarter is not.
    const text = table('requests', `${DAY},my-model,2,4`);
    const report = compare(text, calls(3, { model: 'my-model' }));
    expect(partsOf(report)).toEqual({ unpriced: '1.5', not_in_log: '0.5', rest: '0' });
  });

  test('some calls have no price: as much as their tokens cost elsewhere, no more than is left', () => {
    // A `fast` call has no price; it has as many tokens as the priced one: $0.35.
    const logged = [call(), call({ tier: 'fast' })];
    expect(partsOf(compare(bill('1'), logged))).toEqual({ unpriced: '0.35', rest: '0.3' });
    expect(partsOf(compare(bill('0.50'), logged))).toEqual({ unpriced: '0.15', rest: '0' });
    const less = compare(bill('0.10'), logged);
    expect(partsOf(less)).toEqual({ rest: '-0.25' });
    expect(addsUp(less)).toBe(true);
  });

  test('the invoice counts more requests', () => {
    // Calls of 0.35 and 0.07 cost 0.21 on average, all days and models apart.
    const text = table('requests', `${DAY},gpt-4o,1.40,4`);
    const report = compare(text, [call(), call({ input: 20_000, output: 2_000 })]);
    // Two more calls: 2 × 0.21; the dearest are 0.35, the cheapest 0.07. 1.40 - 0.42 - 0.42 is left.
    expect(report.parts).toMatchObject([
      { part: 'not_in_log', amount_usd: '0.42', low_usd: '0.14', high_usd: '0.7', calls: 2 },
      { part: 'rounding' },
    ]);
    expect(report.totals.rest_usd).toBe('0.56');
    expect(addsUp(report)).toBe(true);
  });

  test('the invoice counts more tokens: they are priced', () => {
    // 40,000 more in and 1,000 more out: 0.10 + 0.01.
    const text = table('input_tokens,output_tokens', `${DAY},gpt-4o,0.46,140000,11000`);
    const report = compare(text, calls(1));
    expect(partsOf(report)).toEqual({ not_in_log: '0.11', rest: '0' });
  });

  test('the invoice counts as many: failed calls explain nothing', () => {
    const text = table('requests', `${DAY},gpt-4o,1,1`);
    const report = compare(text, [call(), call({ status: 'timeout', input: 0, output: 0 })]);
    expect(partsOf(report)).toEqual({ rest: '0.65' });
    expect(report.totals.uncertain_calls).toBe(1);
  });

  test('it counts nothing: time-outs, cancelled streams and server errors are a bound', () => {
    const none = { input: 0, output: 0 };
    const logged = [
      call(),
      call({ input: 200_000, output: 20_000 }),
      call({ ...none, status: 'timeout' }),
      call({ ...none, status: 'cancelled' }),
      call({ ...none, status: 'error', httpStatus: 502 }),
      call({ ...none, status: 'error', httpStatus: 429 }),
      call({ ...none, status: 'cached' }),
    ];
    // 0.35 + 0.70 is 1.05, 0.525 a call: three may be 1.575, at most 3 × 0.70.
    const report = compare(bill('5'), logged);
    expect(report.parts[0]).toMatchObject({
      part: 'not_in_log',
      amount_usd: '1.575',
      low_usd: '0',
      high_usd: '2.1',
      basis: 'estimated',
      calls: 3,
    });
    expect(report.totals.rest_usd).toBe('2.375');
    expect(partsOf(compare(bill('1.25'), logged))).toEqual({ not_in_log: '0.2', rest: '0' });
    expect(addsUp(report)).toBe(true);
  });

  test('a log of time-outs only', () => {
    const report = compare(bill('5'), [call({ status: 'timeout', input: 0, output: 0 })]);
    expect(partsOf(report)).toEqual({ not_in_log: '5', rest: '0' });
  });

  test('a call that stopped half-way is priced as it is, and may have cost more', () => {
    const report = compare(bill('0.50'), [call({ status: 'partial' })]);
    expect(report.totals).toMatchObject({ calls: 1, uncertain_calls: 1, log_usd: '0.35' });
    expect(partsOf(report)).toEqual({ not_in_log: '0.15', rest: '0' });
  });

  test('rounding: half of the last digit of each row, and no more', () => {
    // $0.0042 a call: 1,000 in, 170 out = 0.0025 + 0.0017.
    const small = { input: 1_000, output: 170 };
    const report = compare(bill('0.00'), [call(small)]);
    expect(report.parts).toMatchObject([
      { part: 'rounding', amount_usd: '-0.0042', low_usd: '-0.005', high_usd: '0.005' },
    ]);
    expect(report.totals.rest_usd).toBe('0');
    // Two such calls are 0.0084, 0.0016 below a cent.
    expect(partsOf(compare(bill('0.01'), calls(2, small)))).toEqual({
      rounding: '0.0016',
      rest: '0',
    });
    // At the bound: 0.005 is rounding; above it nothing is.
    const half = { input: 2_000, output: 0 };
    expect(partsOf(compare(bill('0.00'), [call(half)]))).toEqual({ rounding: '-0.005', rest: '0' });
    const over = { input: 2_001, output: 0 };
    expect(partsOf(compare(bill('0.00'), [call(over)]))).toEqual({ rest: '-0.0050025' });
  });

  test('credits are a line of their own, other charges too', () => {
    const text = table('x', `${DAY},gpt-4o,0.35,`, `${DAY},gpt-4o,-0.10,credit`, `${DAY},,5,seats`);
    const report = compare(text, calls(1));
    expect(partsOf(report)).toEqual({ credits: '-0.1', other_charges: '5', rest: '0' });
    expect(report.totals).toMatchObject({ invoice_usd: '5.25', difference_usd: '4.9' });
    expect(addsUp(report)).toBe(true);
  });

  test('a credit alone does not hide calls that were not billed', () => {
    const text = table('x', `${DAY},gpt-4o,-0.10,credit`, `${DAY},gpt-4o-mini,0.07,`);
    const report = compare(text, [call(), call({ model: 'gpt-4o-mini' })]);
    expect(partsOf(report)).toEqual({ not_on_invoice: '-0.35', credits: '-0.1', rest: '0' });
  });
});

describe('tier and region', () => {
  test('the invoice says nothing, and half the price fits: batch', () => {
    const report = compare(bill('0.35'), calls(2));
    expect(partsOf(report)).toEqual({ tier: '-0.35', rest: '0' });
    expect(report.parts[0]).toMatchObject({ basis: 'estimated', calls: 2 });
  });

  test('a tier that does not fit explains nothing', () => {
    expect(partsOf(compare(bill('0.40'), calls(2)))).toEqual({ rest: '-0.3' });
  });

  test('a tenth more fits the region', () => {
    expect(partsOf(compare(bill('0.77'), calls(2)))).toEqual({ region: '0.07', rest: '0' });
  });

  test('the region in the tier: no part is larger than the difference', () => {
    // 0.70 at half is 0.35, × 1.1 is 0.385: 0.315 less, of which the tier alone would be 0.35.
    expect(partsOf(compare(bill('0.385'), calls(2)))).toEqual({ tier: '-0.315', rest: '0' });
    // At priority 1.40, × 1.1 is 1.54.
    expect(partsOf(compare(bill('1.540'), calls(2)))).toEqual({
      tier: '0.7',
      region: '0.14',
      rest: '0',
    });
  });

  test('the invoice says the tier: measured, whatever is left', () => {
    const text = table('tier', `${DAY},gpt-4o,0.30,batch`);
    const report = compare(text, calls(2));
    // 0.70 at half is 0.35, 0.05 more than was billed.
    expect(partsOf(report)).toEqual({ tier: '-0.35', rest: '-0.05' });
    expect(report.parts[0]?.basis).toBe('measured');
  });

  test('the invoice says two tiers: the share of the calls that went to each', () => {
    // 0.60 at list and 0.20 at half: 60 % and 40 % of calls that cost 1.00 at list.
    const text = table('tier', `${DAY},gpt-4o,0.60,standard`, `${DAY},gpt-4o,0.20,batch`);
    const report = compare(text, calls(4, { input: 60_000, output: 10_000 }));
    // 4 × (0.15 + 0.10) = 1.00; 0.6 × 1.00 + 0.4 × 0.50 = 0.80.
    expect(report.totals.log_usd).toBe('1');
    expect(partsOf(report)).toEqual({ tier: '-0.2', rest: '0' });
    expect(report.parts[0]?.basis).toBe('estimated');
  });

  test('both sides say the same tiers: what differs is not the tier', () => {
    const text = table('tier', `${DAY},gpt-4o,0.40,standard`, `${DAY},gpt-4o,0.20,batch`);
    const report = compare(text, [call(), call({ tier: 'batch' })]);
    // 0.60 billed, 0.35 + 0.175 logged, both tiers more.
    expect(partsOf(report)).toEqual({ rest: '0.075' });
  });

  test('the tokens of a usage export say the tier of a cost export', () => {
    const costs = openaiCosts({ [DAY]: [['gpt-4o, input', '0.30']] });
    const usage = JSON.stringify({
      data: [
        {
          start_time: Date.parse(DAY) / 1000,
          end_time: Date.parse(DAY) / 1000 + 86_400,
          results: [
            {
              num_model_requests: 2,
              model: 'gpt-4o',
              batch: true,
              input_tokens: 200_000,
              output_tokens: 20_000,
            },
          ],
        },
      ],
    });
    const report = compare([costs, usage], calls(2));
    expect(partsOf(report)).toEqual({ tier: '-0.35', rest: '-0.05' });
    expect(report.rows).toMatchObject([{ invoice_requests: 2 }]);
  });

  test('the invoice says the region', () => {
    const text = table('region', `${DAY},gpt-4o,0.80,us`);
    expect(partsOf(compare(text, calls(2)))).toEqual({ region: '0.07', rest: '0.03' });
    const same = compare(text, calls(2, { region: 'us' }));
    // Logged at 0.77.
    expect(partsOf(same)).toEqual({ rest: '0.03' });
  });

  test('never more than the difference', () => {
    // Batch would take 0.35 away; the invoice is only 0.10 lower.
    const text = table('tier', `${DAY},gpt-4o,0.60,batch`);
    const report = compare(text, calls(2));
    expect(partsOf(report)).toEqual({ tier: '-0.1', rest: '0' });
    expect(addsUp(report)).toBe(true);
  });
});

describe('a usage export alone', () => {
  const usage = (model: string, tier = 'default'): string =>
    'start_time,end_time,num_model_requests,model,batch,service_tier,input_tokens,output_tokens\n' +
    `${Date.parse(DAY) / 1000},${Date.parse(DAY) / 1000 + 86_400},3,${model},False,${tier},300000,30000\n`;

  test('its tokens are priced, and that is said', () => {
    const report = compare(usage('gpt-4o'), calls(2));
    // Three calls of 0.35 against two.
    expect(report.totals).toMatchObject({ invoice_usd: '1.05', invoice_basis: 'estimated' });
    expect(partsOf(report)).toEqual({ not_in_log: '0.35', rest: '0' });
  });

  test('a model without a price is counted, not free', () => {
    const report = compare(usage('my-model'), calls(2, { model: 'my-model' }));
    expect(report.left_out.unpriced_invoice_rows).toBe(1);
    expect(report.totals).toMatchObject({ invoice_usd: '0', unpriced_calls: 2 });
  });
});

describe('tolerance', () => {
  // The invoice is 1.00, the rest is 0.30.
  const at = (tolerance: string): ReconcileReport['tolerance'] =>
    compare(bill('1'), calls(2), { tolerance }).tolerance;

  test.each([
    ['30%', '0.3', true],
    ['29.9%', '0.299', false],
    ['$0.3', '0.3', true],
    ['0.2999 USD', '0.2999', false],
    ['0', '0', false],
  ])('%s', (given, limit_usd, is_within) => {
    expect(at(given)).toEqual({ given, limit_usd, is_within });
  });

  test('two rests of different signs do not cancel out', () => {
    const text = table('x', `2026-04-01,gpt-4o,0.45,`, `2026-04-02,gpt-4o,0.25,`);
    const logged = [call(), call({ at: '2026-04-02T01:00:00Z' })];
    const { totals, tolerance } = compare(text, logged, { tolerance: '$0.1' });
    expect(totals).toMatchObject({ difference_usd: '0', rest_usd: '0', unexplained_usd: '0.2' });
    expect(tolerance?.is_within).toBe(false);
  });

  const none = { input: 0, output: 0 };
  const timeout = call({ ...none, status: 'timeout' });
  const gateOf = (text: string, logged: Parameters<typeof compare>[1]) => {
    const report = compare(text, logged, { tolerance: '10%' });
    expect(addsUp(report)).toBe(true);
    const { unexplained_usd, unlogged_usd, unbilled_usd } = report.totals;
    const rows = report.rows.reduce((sum, row) => sum + amountOf(row.unexplained_usd), 0n);
    expect(rows).toBe(amountOf(unexplained_usd));
    return [unexplained_usd, unlogged_usd, unbilled_usd, report.tolerance?.is_within];
  };

  test('an empty log explains nothing', () => {
    const report = compare(bill('0.498'), [], { tolerance: '1%' });
    expect(partsOf(report)).toEqual({ not_in_log: '0.498', rest: '0' });
    expect(report.parts[0]).toMatchObject({ explained_usd: '0', basis: 'measured' });
    expect(gateOf(bill('0.498'), [])).toEqual(['0.498', '0.498', '0', false]);
  });

  test('a day or a model the log lacks, beside days it has', () => {
    // 3.50 + 0.40 billed, 3.50 logged: 0.40 of 3.90 is 10.3 %.
    const text = table('x', `${DAY},gpt-4o,3.50,`, `${DAY},gpt-4o-mini,0.40,`);
    expect(gateOf(text, calls(10))).toEqual(['0.4', '0.4', '0', false]);
    // 0.35 of 3.85 is 9.1 %.
    const less = table('x', `${DAY},gpt-4o,3.50,`, `2026-04-02,gpt-4o,0.35,`);
    expect(gateOf(less, calls(10))).toEqual(['0.35', '0.35', '0', true]);
  });

  test('the doubts of the log explain up to its dearest call each', () => {
    // 0.35 logged and one time-out: up to 0.35 of the 0.65 more, mean and dearest alike.
    expect(gateOf(bill('1'), [call(), timeout])).toEqual(['0.3', '0', '0', false]);
    expect(gateOf(bill('0.70'), [call(), timeout])).toEqual(['0', '0', '0', true]);
  });

  test('a day of time-outs only: as dear as the dearest call of the model on another day', () => {
    const text = table('x', `${DAY},gpt-4o,0.35,`, `2026-04-02,gpt-4o,0.50,`);
    const late = call({ ...none, status: 'timeout', at: '2026-04-02T01:00:00Z' });
    // 0.50 billed, one call in doubt at 0.35: 0.15 is left.
    expect(gateOf(text, [call(), late])).toEqual(['0.15', '0.15', '0', false]);
    // Without any priced call nothing bounds it.
    expect(gateOf(bill('5'), [timeout])).toEqual(['5', '5', '0', false]);
  });

  test('requests the invoice has more: as many as were in doubt, no more', () => {
    const text = table('requests', `${DAY},gpt-4o,1.40,4`);
    // Four requests of 0.35, two logged: 0.70 for the others.
    expect(gateOf(text, calls(2))).toEqual(['0.7', '0.7', '0', false]);
    expect(gateOf(text, [...calls(2), timeout])).toEqual(['0.35', '0.35', '0', false]);
    expect(gateOf(text, [...calls(2), timeout, timeout, timeout])).toEqual(['0', '0', '0', true]);
  });

  test('tokens the invoice has more: a stream that broke off may have had them', () => {
    // 40,000 more in and 1,000 more out: 0.11.
    const text = table('input_tokens,output_tokens', `${DAY},gpt-4o,0.46,140000,11000`);
    expect(gateOf(text, calls(1))).toEqual(['0.11', '0.11', '0', false]);
    expect(gateOf(text, calls(1, { status: 'partial' }))).toEqual(['0', '0', '0', true]);
  });

  test('requests of a model without a price: the share that was in doubt', () => {
    // Four requests for $2, three in the log: 1.50 is theirs, 0.50 is of a call the log lacks.
    const text = table('requests', `${DAY},my-model,2,4`);
    const logged = calls(3, { model: 'my-model' });
    expect(gateOf(text, logged)).toEqual(['0.5', '0.5', '0', false]);
    const doubtful = call({ ...none, status: 'timeout', model: 'my-model' });
    expect(gateOf(text, [...logged, doubtful])).toEqual(['0', '0', '0', true]);
  });

  test('calls that were not billed are unexplained too; credits and other charges are not', () => {
    const text = table('x', `${DAY},gpt-4o,0.35,`, `${DAY},gpt-4o,-0.10,credit`, `${DAY},,5,seats`);
    // A mini call of 0.07 that the invoice lacks: 1.3 % of 5.25.
    expect(gateOf(text, [call(), call({ model: 'gpt-4o-mini' })])).toEqual([
      '0.07',
      '0',
      '0.07',
      true,
    ]);
  });

  test.each([['x'], ['-1%'], ['1 EUR'], ['%'], ['']])("'%s' is refused", (given) => {
    expect(() => at(given)).toThrow(`--tolerance '${given}' is no share and no amount`);
  });
});

test('parts add up whatever is billed and logged', () => {
  // A fixed sequence instead of dice.
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 200; round++) {
    const logged = Array.from({ length: next(6) }, () =>
      call({
        model: ['gpt-4o', 'gpt-4o-mini', 'my-model'][next(3)]!,
        tier: (['standard', 'batch', 'fast'] as const)[next(3)]!,
        region: ['', 'us'][next(2)]!,
        status: (['ok', 'ok', 'timeout', 'partial'] as const)[next(4)]!,
        input: next(3) * 50_000,
        output: next(3) * 5_000,
        searches: next(2),
      }),
    );
    const rows = ['gpt-4o', 'gpt-4o-mini', 'my-model', ''].map(
      (model) =>
        `${DAY},${model},${(next(200) - 20) / 100},${['', 'batch', 'standard'][next(3)]},` +
        `${['', 'us'][next(2)]},${['', '2', '9'][next(3)]}`,
    );
    const report = compare(table('tier,region,requests', ...rows), logged);
    expect(addsUp(report)).toBe(true);
    // Credits apart, which are known, no part is beyond its row's difference or against it.
    for (const { parts, difference_usd } of report.rows) {
      const whole = amountOf(difference_usd) - amountOf(parts.credits);
      for (const [name, text] of Object.entries(parts)) {
        const amount = amountOf(text);
        if (name === 'credits' || amount === 0n) continue;
        expect(amount > 0n === whole > 0n).toBe(true);
        expect(amount > 0n ? amount <= whole : amount >= whole).toBe(true);
      }
    }
  }
});
