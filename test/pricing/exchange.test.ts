import { describe, expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { UserError } from '../../src/errors.ts';
import { explainCost } from '../../src/pricing/explain.ts';
import { type PriceFileOptions, parsePriceFile } from '../../src/pricing/file.ts';
import { priceBookFromFile } from '../../src/pricing/price.ts';

const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });

function priced(text: string, options: PriceFileOptions, counts: Partial<Usage>, at?: string) {
  const name = text.startsWith('{') ? 'p.json' : 'p.csv';
  const book = priceBookFromFile({ name, text }, null, options);
  const target = {
    ...{ provider: '', model: 'm', modelRequested: '', region: '' },
    ...({ operation: 'chat', tier: 'standard' } as const),
  };
  return book.schedule(target).cost(usage(counts), at === undefined ? null : Date.parse(at));
}

function refusal(text: string, options: PriceFileOptions = {}): string {
  try {
    parsePriceFile({ name: text.startsWith('{') ? 'p.json' : 'p.csv', text }, options);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a currency', () => {
  const yuan = 'model,input,output,currency,per_request\nm,7,14,CNY,0.73';

  it('is kept as a ratio to the end and rounded once', () => {
    // 1,000,003 × ¥7/M ÷ 7.3 = $0.95890698630136986… → pico, half to even
    expect(
      priced(
        yuan.replace(',per_request', '').replace(',0.73', ''),
        { perUsd: { CNY: '7.3' } },
        { input: 1_000_003 },
      ),
    ).toBe(958_906_986_301);
    // 3 + 1 tokens: 35 µ¥ ÷ 7.3 = 4.794520547945…µ$; each apart would round twice
    expect(priced(yuan, { perUsd: { CNY: '7.3' } }, { input: 3, output: 1 })).toBe(
      100_000_000_000 + 4_794_521,
    );
  });

  it('has rates by day, half-open', () => {
    const perUsd = {
      CNY: [
        { perUsd: '7', from: null, until: '2026-02-01' },
        { perUsd: '14', from: '2026-02-01', until: null },
      ],
    };
    const text = 'model,input,output,currency\nm,7,7,cny';
    const at = (day: string): unknown => priced(text, { perUsd }, { input: 10 }, day);
    // ¥7 ÷ 7 and ÷ 14
    expect(at('2026-01-31T23:59:59.999Z')).toBe(10_000_000);
    expect(at('2026-02-01T00:00:00.000Z')).toBe(5_000_000);
  });

  it('can be stated in the file, by row or for the whole', () => {
    expect(priced('model,input,output,currency,per_usd\nm,1,1,EUR,0.5', {}, { input: 1 })).toBe(
      2_000_000,
    );
    const json = `{"name":"x","currency":"EUR","exchange_rates":{"EUR":[{"per_usd":"0.5"}]},
      "models":[{"model":"m","input":1,"output":1}]}`;
    expect(priced(json, {}, { input: 1 })).toBe(2_000_000);
  });

  it('is refused without a rate, for any day of the row', () => {
    expect(refusal('model,input,output,currency\nm,1,1,EUR')).toBe(
      'p.csv line 2: prices in EUR without a rate',
    );
    const from = { EUR: [{ perUsd: '0.9', from: '2026-01-01' }] };
    expect(refusal('model,input,output,currency\nm,1,1,EUR', { perUsd: from })).toMatch(
      /no rate of EUR before 2026-01-01/,
    );
    const gap = {
      EUR: [
        { perUsd: '0.9', until: '2026-01-01' },
        { perUsd: '0.8', from: '2026-01-03' },
      ],
    };
    expect(refusal('model,input,output,currency\nm,1,1,EUR', { perUsd: gap })).toMatch(
      /no rate of EUR on 2026-01-01/,
    );
    const twice = { EUR: [{ perUsd: '0.9' }, { perUsd: '0.8' }] };
    expect(refusal('model,input,output,currency\nm,1,1,EUR', { perUsd: twice })).toMatch(
      /two rates of EUR/,
    );
    const ends = { EUR: [{ perUsd: '0.9', until: '2026-05-01' }] };
    expect(refusal('model,input,output,currency\nm,1,1,EUR', { perUsd: ends })).toMatch(
      /no rate of EUR from 2026-05-01 on/,
    );
  });
});

describe('a multiplier', () => {
  it('multiplies tokens and fees, exactly', () => {
    // 0.015 × (1,000,000 × $8/M + $1) = $0.135
    const text = 'model,input,output,per_request,multiplier\nm,8,8,1,0.015';
    expect(priced(text, {}, { input: 1_000_000 })).toBe(135_000_000_000);
    // a markup of 5.5 %: 10 × 1.055
    expect(priced('model,input,output,multiplier\nm,1,1,1.055', {}, { input: 10 })).toBe(
      10_550_000,
    );
  });
});

describe('units and times of day', () => {
  it('reads prices per thousand and per token', () => {
    expect(priced('model,input,output,unit\nm,0.0025,0.01,ktok', {}, { input: 1 })).toBe(2_500_000);
    expect(priced('model,input,output,unit\nm,2.5e-6,1e-5,token', {}, { input: 1 })).toBe(
      2_500_000,
    );
  });

  it('lets a window win over the day, also with context tiers', () => {
    const text = [
      'model,input,output,time_of_day,above_input_tokens',
      'm,2,2,,',
      'm,1,1,22:00-06:00,',
      'm,3,3,22:00-06:00,100',
    ].join('\n');
    const at = (time: string, input = 10): unknown =>
      priced(text, {}, { input }, `2026-03-02T${time}Z`);
    expect([at('21:59:59'), at('22:00:00'), at('05:59:59'), at('06:00:00')]).toEqual([
      20_000_000, 10_000_000, 10_000_000, 20_000_000,
    ]);
    expect(at('23:00:00', 101)).toBe(303_000_000);
    expect(at('12:00:00', 101)).toBe(202_000_000);
  });
});

describe('an explanation of a price in another currency', () => {
  it('shows the ratio and the digits that never end', () => {
    const book = priceBookFromFile(
      { name: 'p.csv', text: 'model,input,output,currency\nm,1,1,CNY' },
      null,
      { perUsd: { CNY: '7.3' } },
    );
    const target = {
      ...{ provider: '', model: 'm', modelRequested: '', region: '' },
      ...({ operation: 'chat', tier: 'standard' } as const),
    };
    const shown = explainCost(book.schedule(target), usage({ input: 1 }), null);
    // 1 µ¥ ÷ 7.3 = 0.136986301369863013698630… µ$
    expect(shown.lines[0]).toMatchObject({
      listRate: '1',
      factor: '10/73',
      amountUsd: '0.000000136986301369863013698630…',
    });
    expect(shown).toMatchObject({ cost: 136_986, roundedUsd: '0.000000136986' });
  });
});
