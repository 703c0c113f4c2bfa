import { describe, expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { EXIT, UserError } from '../../src/errors.ts';
import { parseAlias } from '../../src/pricing/aliases.ts';
import type { PriceBook, Schedule, TargetPriceKey } from '../../src/pricing/book.ts';
import { loadPriceBook, openPriceBook } from '../../src/pricing/price.ts';
import { parsePriceOption } from '../../src/pricing/price-option.ts';

const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });

function schedule(book: PriceBook, model: string, more: Partial<TargetPriceKey> = {}): Schedule {
  return book.schedule({
    provider: '',
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
    ...more,
  });
}

function refusal(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const million = usage({ input: 1_000_000 });
const DOLLAR = 1_000_000_000_000;

describe('--price', () => {
  it('sets the whole price of a model when input and output are given', async () => {
    const book = await openPriceBook({ prices: ['gpt-4o:input=1,output=3'] });
    expect(schedule(book, 'gpt-4o').cost(million, null)).toBe(DOLLAR);
    // the cache at the vendor's usual half of the new price, and a batch at half
    expect(schedule(book, 'gpt-4o').cost(usage({ cacheRead: 1_000_000 }), null)).toBe(DOLLAR / 2);
    expect(schedule(book, 'gpt-4o', { tier: 'batch' }).cost(million, null)).toBe(DOLLAR / 2);
    // dated snapshots and prefixes are the same model, others are not
    expect(schedule(book, 'openai/gpt-4o-2024-08-06').cost(million, null)).toBe(DOLLAR);
    expect(schedule(book, 'gpt-4o-mini').cost(million, null)).toBe(0.15 * DOLLAR);
  });

  it('replaces only the class that is named, in every context tier, and says so', async () => {
    const book = await openPriceBook({ prices: ['claude-sonnet-4-5:cache_read=0.1'] });
    const sonnet = schedule(book, 'claude-sonnet-4-5', { provider: 'anthropic' });
    // 10 × $0.1 + 10 × $3; above 200,000: 200,001 × $0.1 + 1 × $22.5
    expect(sonnet.cost(usage({ cacheRead: 10, input: 10 }), null)).toBe(31_000_000);
    expect(sonnet.cost(usage({ cacheRead: 200_001, output: 1 }), null)).toBe(20_022_600_000);
    expect(sonnet.match.steps).toContain('cache_read from --price');
    // a published ratio applies to it as well
    const batch = schedule(book, 'claude-sonnet-4-5', { provider: 'anthropic', tier: 'batch' });
    expect(batch.cost(usage({ cacheRead: 10 }), null)).toBe(500_000);
  });

  it('derives filled-in rates from the new one', async () => {
    // gpt-4.1 lists no audio rate: it follows the text rate, now $4
    const book = await openPriceBook({ prices: ['gpt-4.1:input=4'] });
    const audio = schedule(book, 'gpt-4.1').cost(usage({ inputAudio: 1_000_000 }), null);
    expect(audio).toBe(4 * DOLLAR);
    expect(schedule(book, 'gpt-4.1').cost(usage({ output: 1_000_000 }), null)).toBe(8 * DOLLAR);
  });

  it('prices an unknown model in the classes given, and only those', async () => {
    const book = await openPriceBook({ prices: ['house-llama:8b:output=0.5'] });
    expect(schedule(book, 'house-llama:8b').cost(usage({ output: 2 }), null)).toBe(1_000_000);
    expect(schedule(book, 'house-llama:8b').cost(usage({ input: 1 }), null)).toBe('no_price');
  });

  it('lets the later of two win, has fees, tiers and providers', async () => {
    const book = await openPriceBook({
      prices: [
        'm:input=1,output=1',
        'm:input=2,output=2,per_request=0.5',
        'gpt-4o:input=7,output=7,tier=batch',
      ],
    });
    // $2 and half a dollar for the request
    expect(schedule(book, 'm').cost(million, null)).toBe(2.5 * DOLLAR);
    expect(schedule(book, 'gpt-4o', { tier: 'batch' }).cost(million, null)).toBe(7 * DOLLAR);
  });

  it('names itself in the table that is stored with the result', async () => {
    const one = await openPriceBook({ prices: ['m:input=1,output=1'] });
    const two = await openPriceBook({ prices: ['m:input=2,output=1'] });
    expect(one.info.id).toBe('catalogue+price');
    expect(one.info.version).not.toBe(two.info.version);
    expect(one.layers.map(({ id }) => id)).toEqual([
      'catalogue',
      'published-ratios',
      'price-option',
    ]);
  });

  it.each([
    ['gpt-4o', /'gpt-4o' has no model and price/],
    [':input=1', /has no model and price/],
    ['gpt-4o:input=-1', /input is '-1', which is negative/],
    ['gpt-4o:input=1,5', /unknown '5'/],
    ['gpt-4o:input=', /input is empty/],
    ['gpt-4o:input=1,input=2', /has input twice/],
    ['gpt-4o:inptu=1', /unknown 'inptu=1'/],
    ['gpt-4o:tier=batch', /has no price/],
    ['gpt-4o:input=1,tier=cheap', /tier is 'cheap'/],
    ['gpt-4o:input=1,unit=word', /unit is 'word'/],
  ])('refuses %s', (text, message) => {
    const error = refusal(() => parsePriceOption(text));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(EXIT.usage);
  });
});

describe('aliases', () => {
  it('maps a deployment, after what the lists know by name', async () => {
    const book = await openPriceBook({ aliases: { 'Prod-Chat': 'gpt-4o', 'gpt-4.1': 'gpt-4o' } });
    const chat = schedule(book, 'prod-chat', { provider: 'azure' });
    expect(chat.cost(million, null)).toBe(2.5 * DOLLAR);
    expect(chat.match).toMatchObject({ how: 'alias', asked: 'prod-chat', model: 'gpt-4o' });
    expect(chat.match.steps[0]).toBe('your alias for gpt-4o');
    // gpt-4.1 is a listed name and keeps its meaning: $2
    expect(schedule(book, 'gpt-4.1').cost(million, null)).toBe(2 * DOLLAR);
  });

  it('goes before a listed name where it is given for that provider', async () => {
    const book = await openPriceBook({ aliases: { 'azure/gpt-4o': 'gpt-4o-mini' } });
    expect(schedule(book, 'gpt-4o', { provider: 'azure-openai' }).cost(million, null)).toBe(
      0.15 * DOLLAR,
    );
    expect(schedule(book, 'gpt-4o', { provider: 'openai' }).cost(million, null)).toBe(2.5 * DOLLAR);
  });

  it('is never a substring, and never an alias of an alias', async () => {
    const book = await openPriceBook({ aliases: { prod: 'gpt-4o', live: 'prod' } });
    expect(schedule(book, 'prod-2').match).toMatchObject({ reason: 'unknown_model' });
    expect(schedule(book, 'live').match).toMatchObject({ how: 'none', asked: 'live' });
  });

  it('works for the model asked for, and with prices of files and options', async () => {
    const file = { name: 'p.csv', text: 'model,input,output,alias_of\ngpt-4o,1,1,\nprod,,,gpt-4o' };
    const book = await openPriceBook({ files: [file] });
    expect(schedule(book, '', { modelRequested: 'prod' }).cost(million, null)).toBe(DOLLAR);
    const more = await openPriceBook({ files: [file], prices: ['gpt-4o:input=4'] });
    expect(schedule(more, 'prod').cost(million, null)).toBe(4 * DOLLAR);
  });

  it('is parsed from NAME=MODEL, and refuses less', () => {
    expect(parseAlias('Prod Chat=gpt-4o')).toEqual(['prod chat', 'gpt-4o']);
    expect(refusal(() => parseAlias('gpt-4o')).message).toMatch(/has no name/);
    expect(refusal(() => parseAlias('prod=')).message).toMatch(/has no model for 'prod'/);
    expect(refusal(() => parseAlias('a=A')).message).toMatch(/maps 'a' to itself/);
  });
});

describe('layers', () => {
  it('lets later sources win, model by model', async () => {
    const files = [
      { name: 'a.csv', text: 'model,input,output\ngpt-4o,1,1\no3,1,1' },
      { name: 'b.csv', text: 'model,input,output\ngpt-4o,2,2' },
    ];
    const book = await openPriceBook({ files, prices: ['o1:input=5,output=5'] });
    const input = (model: string): unknown => schedule(book, model).cost(million, null);
    // the second file, the first file, the option, the catalogue
    expect([input('gpt-4o'), input('o3'), input('o1'), input('o3-mini')]).toEqual([
      2 * DOLLAR,
      DOLLAR,
      5 * DOLLAR,
      1.1 * DOLLAR,
    ]);
    expect(book.layers.map(({ id }) => id)).toEqual([
      ...['catalogue', 'published-ratios', 'file:a', 'file:b', 'price-option'],
    ]);
  });

  it('takes a named table as the lowest', async () => {
    const book = await openPriceBook({ table: 'flat-2026', prices: ['x:input=1,output=1'] });
    expect(schedule(book, 'gpt-4.1').cost(million, null)).toBe(8 * DOLLAR);
    expect(schedule(book, 'gpt-4o').match).toMatchObject({ reason: 'unknown_model' });
  });

  it('is the list itself when nothing is laid on it', async () => {
    expect(await openPriceBook({})).toBe(await loadPriceBook('catalogue'));
  });
});
