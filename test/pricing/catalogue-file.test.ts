import { waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { UserError } from '../../src/errors.ts';
import { parseCatalogue } from '../../src/pricing/catalogue-file.ts';
import { tableAgeDays } from '../../src/pricing/list.ts';
import { openPriceBook } from '../../src/pricing/price.ts';

const model = (prices: unknown, more: object = {}): unknown => [
  { id: 'openai', models: [{ id: 'gpt-x', match: { equals: 'gpt-x' }, prices, ...more }] },
];
const file = (root: unknown, fetchedOn = '2026-11-20') => ({
  name: 'data.json',
  text: typeof root === 'string' ? root : JSON.stringify(root),
  fetchedOn,
});

describe('parseCatalogue', () => {
  it('reads a downloaded catalogue and prices with it', async () => {
    const catalogue = file(
      model([
        { prices: { input_mtok: 1, output_mtok: 2 } },
        {
          constraint: { type: 'start_date', start_date: '2026-11-01' },
          prices: { input_mtok: { base: 3, tiers: [{ start: 1000, price: 6 }] }, output_mtok: 2 },
        },
      ]),
    );
    const book = await openPriceBook({ catalogue });
    const schedule = book.schedule({
      ...{ provider: 'openai', model: 'gpt-x', modelRequested: '', region: '' },
      ...({ operation: 'chat', tier: 'standard' } as const),
    });
    const call = { ...emptyUsage(), input: 1001 };
    // 1,001 × 1 and, since November, 1,001 × 6 µ$
    expect(schedule.cost(call, Date.parse('2026-10-31'))).toBe(1_001_000_000);
    expect(schedule.cost(call, Date.parse('2026-11-01'))).toBe(6_006_000_000);
    expect(book.info).toMatchObject({ id: 'catalogue', asOf: '2026-11-20' });
    expect(book.info.version).toMatch(/^sha256:[0-9a-f]{12}$/);
  });

  it('reads the bundled one from its own text', async () => {
    const { providers } = parseCatalogue(file(await waitForUpdate()));
    expect(providers).toHaveLength(43);
  });

  it.each([
    ['{', /data\.json is not valid JSON/],
    [{}, /is no list of providers/],
    [[], /is no list of providers/],
    [[{ id: 'x' }], /provider 1 has no 'id' or no 'models'/],
    [model({ input_mtok: -1 }), /model 1 \(gpt-x\): input_mtok is -1/],
    [model({ input_mtok: '1' }), /input_mtok is "1"/],
    [model({ input_mtok: { base: 1 } }), /input_mtok is \{"base":1\}/],
    [model([]), /\(gpt-x\) has no prices/],
    [model({ input_mtok: 1 }, { match: { like: 3 } }), /has no 'id' or no 'match'/],
    [
      model([{ prices: {}, constraint: { type: 'time_of_date', start_time: '1', end_time: '2' } }]),
      /\(gpt-x\): the catalogue has a time of day/,
    ],
  ])('refuses %j', (root, message) => {
    expect(() => parseCatalogue(file(root))).toThrow(UserError);
    expect(() => parseCatalogue(file(root))).toThrow(message);
  });

  it('wants the day it was fetched', () => {
    const root = model({ input_mtok: 1 });
    expect(() => parseCatalogue(file(root, 'today'))).toThrow(/fetched is 'today'/);
  });
});

describe('tableAgeDays', () => {
  it('counts whole days since the list was true', () => {
    const { info } = parseCatalogue(file(model({ input_mtok: 1 })));
    expect(tableAgeDays(info, Date.parse('2026-11-20T00:00:00Z'))).toBe(0);
    expect(tableAgeDays(info, Date.parse('2026-11-22T23:00:00Z'))).toBe(2);
    expect(tableAgeDays({ ...info, asOf: '' }, 0)).toBeNull();
  });
});
