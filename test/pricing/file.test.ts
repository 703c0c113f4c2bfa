import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { EXIT, UserError } from '../../src/errors.ts';
import type { PriceBook, Schedule } from '../../src/pricing/book.ts';
import { type PriceFileOptions, parsePriceFile } from '../../src/pricing/file.ts';
import { loadPriceBook, priceBookFromFile } from '../../src/pricing/price.ts';

const fixture = (name: string): { name: string; text: string } => ({
  name,
  text: readFileSync(new URL(`../../fixtures/prices/${name}`, import.meta.url), 'utf8'),
});
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });
const at = (text: string): number => Date.parse(text);
const catalogue = await loadPriceBook('catalogue');
const book: PriceBook = priceBookFromFile(fixture('contract.csv'), catalogue);

function schedule(
  from: PriceBook,
  provider: string,
  model: string,
  tier: Tier = 'standard',
  region = '',
): Schedule {
  return from.schedule({ provider, model, modelRequested: '', operation: 'chat', tier, region });
}

function refusal(text: string, options: PriceFileOptions = {}, name = 'p.csv'): UserError {
  try {
    parsePriceFile({ name, text }, options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a table in CSV', () => {
  const june = at('2026-06-15T12:00:00Z');

  it('wins over the catalogue for its models and their spellings', () => {
    // 1000 × $2.40 and 1000 × $0.24
    const sonnet = schedule(book, 'anthropic', 'claude-sonnet-4-5-20250929');
    expect(sonnet.cost(usage({ input: 1000, cacheRead: 1000 }), june)).toBe(2_640_000_000);
    expect(schedule(book, 'openai', 'gpt-4o').cost(usage({ input: 1000 }), june)).toBe(
      2_000_000_000,
    );
  });

  it('leaves all others to the catalogue, also its model at another provider', () => {
    expect(schedule(book, 'openai', 'gpt-4.1').cost(usage({ input: 1000 }), june)).toBe(
      2_000_000_000,
    );
    const bedrock = schedule(book, 'bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0');
    expect(bedrock.match).toMatchObject({ provider: 'aws' });
    expect(schedule(book, '', 'nonsense').match).toMatchObject({ reason: 'unknown_model' });
  });

  it('has context tiers, strictly above', () => {
    const sonnet = schedule(book, 'anthropic', 'claude-sonnet-4-5');
    expect(sonnet.cost(usage({ input: 199_999 }), june)).toBe(199_999 * 2_400_000);
    expect(sonnet.cost(usage({ input: 200_000 }), june)).toBe(200_000 * 2_400_000);
    expect(sonnet.cost(usage({ input: 200_001 }), june)).toBe(200_001 * 4_800_000);
  });

  it('holds from `from` until just before `until`, and has no price before the first', () => {
    const sonnet = schedule(book, 'anthropic', 'claude-sonnet-4-5');
    const one = usage({ input: 1000 });
    expect(sonnet.cost(one, at('2025-12-31T23:59:59.999Z'))).toBe('not_valid_at_date');
    expect(sonnet.cost(one, at('2026-01-01T00:00:00Z'))).toBe(2_400_000_000);
    expect(sonnet.cost(one, at('2026-06-30T23:59:59.999Z'))).toBe(2_400_000_000);
    expect(sonnet.cost(one, at('2026-07-01T00:00:00Z'))).toBe(2_100_000_000);
    expect(sonnet.cost(one, null)).toBe(2_100_000_000);
  });

  it('takes a row for a tier before the published ratio', () => {
    const call = usage({ input: 1000 });
    expect(schedule(book, 'openai', 'gpt-4o', 'batch').cost(call, june)).toBe(900_000_000);
    // anthropic publishes half: $2.40 ÷ 2
    expect(schedule(book, 'anthropic', 'claude-sonnet-4-5', 'batch').cost(call, june)).toBe(
      1_200_000_000,
    );
    expect(schedule(book, '', 'house-llama-70b', 'batch').cost(call, june)).toBe(
      'unknown_tier_rate',
    );
  });

  it('has fees per request and per search', () => {
    expect(schedule(book, 'cohere', 'rerank-3').cost(usage({}), june)).toBe(2_000_000_000);
    const search = usage({ webSearches: 3 });
    expect(schedule(book, 'anthropic', 'claude-sonnet-4-5').cost(search, june)).toBe(
      30_000_000_000,
    );
  });

  it('turns an empty cell into no price, never into 0', () => {
    const none = schedule(book, '', 'price-on-request');
    expect(none.cost(usage({ input: 1 }), june)).toBe('no_price');
    expect(none.cost(usage({}), june)).toBe('no_price');
    const rows = parsePriceFile({ name: 'p.csv', text: 'model,input,output\nm,1,\nfree,0,0' }).rows;
    expect(rows[0]?.rates).toEqual({ input: 1_000_000_000_000n });
    expect(rows[1]?.rates).toEqual({ input: 0n, output: 0n });
  });

  it('can stand alone', () => {
    const alone = priceBookFromFile(fixture('contract.csv'), null);
    expect(schedule(alone, 'openai', 'gpt-4.1').match).toMatchObject({ reason: 'unknown_model' });
    expect(alone.info).toMatchObject({ id: 'file:contract', name: 'contract' });
    expect(alone.info.version).toMatch(/^sha256:[0-9a-f]{12}$/);
    expect(book.info.source).toContain('genai-prices');
  });

  it('reads Excel’s forms: BOM, CRLF, semicolons, quotes, upper-case headers', () => {
    const text = '\uFEFFModel;Input;Output\r\n"my; model";1.5;2\r\n';
    const [row] = parsePriceFile({ name: 'p.csv', text }).rows;
    expect(row).toMatchObject({ model: 'my; model', rates: { input: 1_500_000_000_000n } });
  });

  it('asks who sends the invoice if rows differ by provider and the log does not say', () => {
    const text = 'model,provider,input,output\nm,azure,1,1\nm,openai,2,2';
    const two = priceBookFromFile({ name: 'p.csv', text }, catalogue);
    expect(schedule(two, '', 'm').match).toMatchObject({ reason: 'ambiguous_provider' });
    expect(schedule(two, 'azure', 'm').cost(usage({ input: 1 }), null)).toBe(1_000_000);
    expect(schedule(two, 'groq', 'm').match).toMatchObject({ reason: 'unknown_model' });
  });

  describe('with a row for one provider', () => {
    const azure = priceBookFromFile(
      { name: 'p.csv', text: 'model,provider,input,output\ngpt-4o,azure,1,1\nhouse,acme,3,3' },
      catalogue,
    );
    // The row's $1 a million, or the list's $2.50.
    it.each([
      ['azure', 'gpt-4o', 1_000_000],
      ['openai', 'gpt-4o', 2_500_000],
      ['', 'gpt-4o', 2_500_000],
      ['', 'gpt-4o-2024-08-06', 2_500_000],
      ['', 'openai/gpt-4o', 2_500_000],
      ['', 'azure/gpt-4o', 1_000_000],
      // Nobody knows who made it: the one row there is.
      ['', 'house', 3_000_000],
    ])("'%s' %s", (provider, model, pico) => {
      expect(schedule(azure, provider, model).cost(usage({ input: 1 }), null)).toBe(pico);
    });

    it('takes the row of the maker, then the row for any', () => {
      const text =
        'model,provider,input,output\ngpt-4o,azure,1,1\ngpt-4o,openai,2,2\no3,azure,1,1\no3,,4,4';
      const both = priceBookFromFile({ name: 'p.csv', text }, catalogue);
      expect(schedule(both, '', 'gpt-4o').cost(usage({ input: 1 }), null)).toBe(2_000_000);
      expect(schedule(both, '', 'o3').cost(usage({ input: 1 }), null)).toBe(4_000_000);
    });
  });

  it('prefers the row of the call’s region', () => {
    const text = 'model,region,input,output\nm,,1,1\nm,eu,2,2\nonly-eu,eu,3,3';
    const regions = priceBookFromFile({ name: 'p.csv', text }, null);
    const one = usage({ input: 1 });
    expect(schedule(regions, '', 'm', 'standard', 'EU').cost(one, null)).toBe(2_000_000);
    expect(schedule(regions, '', 'm', 'standard', 'us').cost(one, null)).toBe(1_000_000);
    expect(schedule(regions, '', 'only-eu').cost(one, null)).toBe('no_price');
  });
});

describe('a table in JSON', () => {
  it('has a name, a version, a date and a multiplier', () => {
    const json = priceBookFromFile(fixture('contract.json'), null);
    expect(json.info).toEqual({
      id: 'file:contract-2026',
      name: 'contract-2026',
      version: '3',
      source: 'your table contract.json',
      asOf: '2026-10-01',
    });
    // 0.8 × $2 and 0.8 × $8
    const call = usage({ input: 1000, output: 1000 });
    expect(schedule(json, 'openai', 'gpt-4.1').cost(call, null)).toBe(8_000_000_000);
    expect(schedule(json, '', 'house-llama-70b').cost(call, null)).toBe('no_price');
  });

  it('converts another currency at a stated rate', () => {
    const text =
      '{"name":"cn","currency":"cny","models":[{"model":"m","input":7.3,"output":14.6}]}';
    const book = priceBookFromFile({ name: 'cn.json', text }, null, { perUsd: { CNY: '7.3' } });
    // ¥7.3 ÷ 7.3 = $1
    expect(schedule(book, '', 'm').cost(usage({ input: 1, output: 1 }), null)).toBe(3_000_000);
  });

  it.each([
    ['{"name":', /not valid JSON/],
    ['[{"model":"m","input":1,"output":1}]', /p\.json holds a list/],
    ['null', /p\.json holds null/],
    [' 7', /p\.json holds a number/],
    [
      '{"name":"x","models":[\n{"model":"m","input":1,"input":9,"output":1}]}',
      /p\.json line 2 has the key 'input' twice/,
    ],
    [
      '{"name":"x","models":[{"model":"m","input":1,"output":1,"\\u006dodel":"n"}]}',
      /has the key 'model' twice/,
    ],
    ['{"name":"x","name":"y","models":[]}', /has the key 'name' twice/],
    [
      '{"name":"x","models":[{"model":"m","input":1,"output":1,"per_usd":2}]}',
      /per_usd is '2', and the prices are in USD/,
    ],
    ['{"models":[]}', /no 'name'/],
    ['{"name":"x"}', /no list 'models'/],
    ['{"name":"x","models":[]}', /no prices/],
    ['{"name":"x","modles":[]}', /unknown key 'modles'/],
    ['{"name":"x","as_of":"May","models":[]}', /'as_of' is 'May'/],
    [
      '{"name":"x","multiplier":0,"models":[{"model":"m","input":1,"output":1}]}',
      /multiplier is '0'/,
    ],
    [
      '{"name":"x",\n"models":[\n{"model":"m","input":1,"output":1},\n7]}',
      /models\[1\]\) is not an object/,
    ],
    [
      '{"name":"x",\n"models":[\n{"model":"m","input":1}]}',
      /p\.json line 3 \(models\[0\]\) has no 'output'/,
    ],
    [
      '{"name":"x",\n"models":[{"model":"{","input":1,"output":1},\n\n{"model":"m","input":-1,"output":1}]}',
      /p\.json line 4 \(models\[1\]\): input is '-1', which is negative/,
    ],
    [
      '{"name":"x","models":[{"model":"m","input":1,"output":1,"inptu":2}]}',
      /unknown column 'inptu'/,
    ],
    ['{"name":"x","models":[{"model":"m","input":[1],"output":1}]}', /'input' is \[1\]/],
  ])('refuses %s', (text, message) => {
    const error = refusal(text, {}, 'p.json');
    expect(error.message).toMatch(message);
    expect(error.code).toBe(EXIT.usage);
  });
});

describe('a table with a mistake', () => {
  it.each([
    ['', /p\.csv is empty/],
    ['model,input\nm,1', /line 1 has no column 'output'/],
    ['model,input,output', /has no prices/],
    ['model,input,output,input_per_1k\nm,1,1,1', /unknown column 'input_per_1k'/],
    ['model,input,output,input\nm,1,1,1', /column 'input' twice/],
    ['model,input,output\n,1,1', /p\.csv line 2 has no model/],
    ['model,input,output\nm,1,1\nn,-2,1', /p\.csv line 3: input is '-2', which is negative/],
    ['model,input,output\nm,1e-13,1', /line 2: input is '1e-13', which is too small to hold/],
    ['model,input,output\nm,$3.00,1', /line 2: input is '\$3\.00', which is not a decimal number/],
    ['model;input;output\nm;1,50;1', /line 2: input is '1,50', which is not a decimal number/],
    ['model,input,output\nm,1,1,1', /line 2 has 4 cells and the header 3/],
    ['model,input,output\n"m,1,1', /not valid CSV/],
    [
      'model,input,output\nm,1,1\nM,2,2',
      /p\.csv line 3: a second price for 'M' for the same days \(the first: p\.csv line 2\)/,
    ],
    [
      'model,input,output,from,until\nm,1,1,2026-01-01,2026-07-01\nm,2,2,2026-06-30,',
      /line 3: a second price for 'm' on 2026-06-30 \(the first: p\.csv line 2\)/,
    ],
    [
      'model,input,output,from,until\nm,1,1,2026-02-01,2026-01-01',
      /until '2026-01-01' is not after from '2026-02-01'/,
    ],
    ['model,input,output,from\nm,1,1,1.2.2026', /from is '1\.2\.2026', which is not a date/],
    ['model,input,output,from\nm,1,1,2026-02-30', /from is '2026-02-30', which is not a date/],
    ['model,input,output,tier\nm,1,1,cheap', /tier is 'cheap'/],
    ['model,input,output,above_input_tokens\nm,1,1,\nm,2,2,200k', /above_input_tokens is '200k'/],
    [
      'model,input,output,above_input_tokens\nm,2,2,200000',
      /'m' above 200000 tokens has no row without/,
    ],
    ['model,input,output,currency\nm,1,1,EUR', /line 2: prices in EUR without a rate/],
    ['model,input,output,currency,per_usd\nm,1,1,EUR,0', /line 2: the rate of EUR is '0'/],
    ['model,input,output,unit\nm,1,1,per word', /line 2: unit is 'per word'/],
    ['model,input,output,multiplier\nm,1,1,-1', /line 2: multiplier is '-1'/],
    ['model,input,output,time_of_day\nm,1,1,night', /line 2: time_of_day is 'night'/],
    [
      'model,input,output,time_of_day\nm,1,1,01:00-04:00\nm,2,2,03:59-05:00',
      /line 3: a second price for 'm'/,
    ],
    // Above 100 tokens on weekdays only, and no price for the rest of those weekday hours.
    [
      'model,input,output,time_of_day,above_input_tokens\n' +
        'm,1,1,01:00-04:00,\nm,2,2,01:00-04:00 mon-fri,100',
      /line 3|above 100 tokens has no row without/,
    ],
    [
      'model,input,output,alias_of\nprod,1,1,gpt-4o',
      /line 2: 'prod' is an alias of 'gpt-4o' and has/,
    ],
    ['model,input,output,alias_of\ngpt-4o,,,GPT-4o', /line 2 maps 'gpt-4o' to itself/],
  ])('%j', (text, message) => {
    const error = refusal(text);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(EXIT.usage);
    expect(error.hint).not.toBe('');
  });

  it('accepts the same model for days, tiers and providers that do not overlap', () => {
    const text = [
      'model,provider,input,output,from,until,tier',
      'm,openai,1,1,,2026-07-01,',
      'm,openai,2,2,2026-07-01,,',
      'm,azure,3,3,,,',
      'm,openai,4,4,,,batch',
    ].join('\n');
    expect(parsePriceFile({ name: 'p.csv', text }).rows).toHaveLength(4);
  });
});

describe('the examples in docs/pricing.md', () => {
  const docs = readFileSync(new URL('../../docs/pricing.md', import.meta.url), 'utf8');
  it.each(['csv', 'json'])('%s is a valid table', (kind) => {
    const text = new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(docs)?.[1] ?? '';
    expect(parsePriceFile({ name: `docs.${kind}`, text }).rows.length).toBeGreaterThan(1);
  });
});
