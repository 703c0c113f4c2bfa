import { waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { UserError } from '../../src/errors.ts';
import { datedCards } from '../../src/pricing/catalogue-cards.ts';
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
    const catalogue = parseCatalogue(
      file(
        model([
          { prices: { input_mtok: 1, output_mtok: 2 } },
          {
            constraint: { type: 'start_date', start_date: '2026-11-01' },
            prices: { input_mtok: { base: 3, tiers: [{ start: 1000, price: 6 }] }, output_mtok: 2 },
          },
        ]),
      ),
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
    [model({ input_mtok: 1 }, { match: { like: 3 } }), /has the match \{"like":3\}/],
    [model({ input_mtok: 1 }, { match: { like: 'gpt' } }), /has the match \{"like":"gpt"\}/],
    [model({ input_mtok: 1 }, { match: { contains: '' } }), /has the match/],
    [model({ input_mtok: 1 }, { match: { equals: 'a', contains: 'b' } }), /has the match/],
    [
      model({ input_mtok: 1 }, { match: { regex: '(' } }),
      /the regex "\(" is no regular expression/,
    ],
    [model({ input_mtok: 1 }, { match: { or: [{ regex: '^(a+)+$' }] } }), /repeats a group/],
    [model({ input_mtok: 1e300 }), /input_mtok is 1e\+300, and a price is 0, or from/],
    [model({ input_mtok: 1e-300 }), /input_mtok is 1e-300/],
    [model({ input_mtok: null }), /input_mtok is null/],
    [model({ input_mtok: { base: 1, tiers: [{ start: 0.5, price: 1 }] } }), /input_mtok is/],
    [model([{ prices: {}, constraint: { start_date: '2026-99-99' } }]), /is no day from 2000/],
    [model([{ prices: {}, constraint: { start_date: '9999-12-31' } }]), /is no day from 2000/],
    [model([{ prices: {}, constraint: { end_date: '2026-01-01' } }]), /has the constraint/],
    [
      model([{ prices: {}, constraint: { start_time: '24:00:00Z', end_time: '02:00:00Z' } }]),
      /a time of day/,
    ],
    [
      model([{ prices: {}, constraint: { type: 'time_of_date', start_time: '1', end_time: '2' } }]),
      /\(gpt-x\): the catalogue has a time of day/,
    ],
  ])('refuses %j', (root, message) => {
    expect(() => parseCatalogue(file(root))).toThrow(UserError);
    expect(() => parseCatalogue(file(root))).toThrow(message);
  });

  it.each(['match', 'prices'])('says where %s is nested without end, and does not break', (key) => {
    const depth = 9000;
    const nested = `${'{"or":['.repeat(depth)}{"equals":"m"}${']}'.repeat(depth)}`;
    const other = key === 'match' ? '"prices":{}' : '"match":{"equals":"m"}';
    const value = key === 'match' ? nested : `{"input_mtok":${nested}}`;
    const text = `[{"id":"p","models":[{"id":"m","${key}":${value},${other}}]}]`;
    expect(() => parseCatalogue(file(text))).toThrow(
      key === 'match' ? /a match of more than 8 levels/ : /input_mtok is \{"or":"…"\}/,
    );
  });

  it('reads a constraint that does not name its kind', () => {
    const prices = [
      { prices: { input_mtok: 1, output_mtok: 1 } },
      { constraint: { start_date: '2026-11-01' }, prices: { input_mtok: 3, output_mtok: 3 } },
    ];
    const { providers } = parseCatalogue(file(model(prices)));
    const cards = datedCards({ provider: 'openai', info: providers[0]!.models[0]! });
    expect(cards.map(({ from }) => from)).toEqual([null, Date.parse('2026-11-01')]);
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
