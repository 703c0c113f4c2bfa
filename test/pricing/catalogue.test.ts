import { readFileSync } from 'node:fs';
import { type ConditionalPrice, calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FIRST_PARTY, KNOWN_PROVIDERS } from '../../src/domain/providers.ts';
import { emptyUsage, inputTotal, outputTotal, type Usage } from '../../src/domain/tokens.ts';
import type { DatedCard, PriceBook, Schedule, TargetPriceKey } from '../../src/pricing/book.ts';
import { CATALOGUE, loadCatalogue } from '../../src/pricing/catalogue.ts';
import { datedCards } from '../../src/pricing/catalogue-cards.ts';
import { scheduleOf } from '../../src/pricing/schedule.ts';

const root = new URL('../../', import.meta.url);
const book: PriceBook = await loadCatalogue();
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });
const at = (text: string): number => Date.parse(text);

function schedule(provider: string, model: string, more: Partial<TargetPriceKey> = {}): Schedule {
  return book.schedule({
    provider,
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
    ...more,
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the package', () => {
  it('is the version that the table claims', () => {
    const path = new URL('node_modules/@pydantic/genai-prices/package.json', root);
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    expect(CATALOGUE.version).toBe(version);
    // The day 0.1.8 was published. A new version needs a new day here and in the constant.
    expect([CATALOGUE.version, CATALOGUE.asOf]).toEqual(['0.1.8', '2026-09-23']);
    expect(CATALOGUE.source).toContain(version);
  });

  it('gives its providers without any request', async () => {
    const fetch = vi.fn();
    vi.stubGlobal('fetch', fetch);
    expect(await waitForUpdate()).toHaveLength(43);
    await loadCatalogue();
    expect(fetch).not.toHaveBeenCalled();
  });

  it('has every provider that this version knows by name', async () => {
    const ids = new Set((await waitForUpdate())!.map(({ id }) => id));
    for (const id of [...KNOWN_PROVIDERS, ...FIRST_PARTY]) expect(ids).toContain(id);
  });

  it('converts from first to last', () => {
    expect([...book.listed()].length).toBeGreaterThan(1_694);
  });

  it('gives equal targets the same schedule', () => {
    expect(schedule('openai', 'gpt-4o')).toBe(schedule('openai', 'gpt-4o'));
    expect(schedule('openai', 'gpt-4o', { tier: 'batch' })).not.toBe(schedule('openai', 'gpt-4o'));
  });
});

describe('prices in time', () => {
  it('changes on the day of the change', () => {
    const o3 = schedule('openai', 'o3');
    const thousand = usage({ input: 1000 });
    // $10/M before 2025-06-10, $2/M from then on
    expect(o3.cost(thousand, at('2025-06-09T23:59:59.999Z'))).toBe(10_000_000_000);
    expect(o3.cost(thousand, at('2025-06-10T00:00:00Z'))).toBe(2_000_000_000);
    expect(o3.cost(thousand, null)).toBe(2_000_000_000);
  });

  it('gives a call without a time the newest card that was valid on the list’s own day', () => {
    // gemini-3.6-flash costs $0.75/M until the end of 2026 and $1.50/M from 2027-01-01
    const flash = schedule('google', 'gemini-3.6-flash');
    expect(flash.cost(usage({ input: 1000 }), null)).toBe(750_000_000);
    expect(flash.cost(usage({ input: 1000 }), at('2027-01-01T00:00:00Z'))).toBe(1_500_000_000);
  });

  it('knows times of day', () => {
    const chat = schedule('deepseek', 'deepseek-chat');
    const million = usage({ input: 1_000_000 });
    // $0.135 off-peak, $0.27 from 00:30 to 16:30 UTC
    expect(chat.cost(million, at('2025-06-02T00:29:59Z'))).toBe(135_000_000_000);
    expect(chat.cost(million, at('2025-06-02T00:30:00Z'))).toBe(270_000_000_000);
    expect(chat.cost(million, at('2025-06-02T16:29:59Z'))).toBe(270_000_000_000);
    expect(chat.cost(million, at('2025-06-02T16:30:00Z'))).toBe(135_000_000_000);
  });

  it('opens the windows of DeepSeek V4 on their own date, and not at weekends', () => {
    const pro = schedule('deepseek', 'deepseek-v4-pro');
    const million = usage({ input: 1_000_000 });
    // before 2026-08-17 flat $0.435; then $0.66, and $1.32 from 01:00 to 04:00 UTC
    expect(pro.cost(million, at('2026-08-16T02:00:00Z'))).toBe(435_000_000_000);
    expect(pro.cost(million, at('2026-08-17T00:59:59Z'))).toBe(660_000_000_000);
    expect(pro.cost(million, at('2026-08-17T01:00:00Z'))).toBe(1_320_000_000_000);
    expect(pro.cost(million, at('2026-08-17T04:00:00Z'))).toBe(660_000_000_000);
    // Saturday the 22nd and Sunday the 23rd are not peak, Monday the 24th is
    expect(pro.cost(million, at('2026-08-22T02:00:00Z'))).toBe(660_000_000_000);
    expect(pro.cost(million, at('2026-08-23T02:00:00Z'))).toBe(660_000_000_000);
    expect(pro.cost(million, at('2026-08-24T02:00:00Z'))).toBe(1_320_000_000_000);
  });
});

describe('context tiers', () => {
  it('is strict for Anthropic and Google, inclusive for xAI', () => {
    const sonnet = schedule('anthropic', 'claude-sonnet-4-5');
    expect(sonnet.cost(usage({ input: 200_000 }), null)).toBe(600_000_000_000);
    expect(sonnet.cost(usage({ input: 200_001 }), null)).toBe(1_200_006_000_000);
    const pro = schedule('google', 'gemini-2.5-pro');
    // $1.25/M up to 200,000, $2.50/M above
    expect(pro.cost(usage({ input: 199_999 }), null)).toBe(249_998_750_000);
    expect(pro.cost(usage({ input: 200_000 }), null)).toBe(250_000_000_000);
    expect(pro.cost(usage({ input: 200_001 }), null)).toBe(500_002_500_000);
    const grok = schedule('xai', 'grok-4.3').cardAt(null);
    expect(typeof grok === 'string' ? grok : grok.tiers[0]?.aboveInputTokens).toBe(199_999);
  });

  it('ends for Sonnet 4.6 on 2026-03-13', () => {
    const sonnet = schedule('anthropic', 'claude-sonnet-4-6');
    const long = usage({ input: 300_000 });
    expect(sonnet.cost(long, at('2026-03-12T23:59:59Z'))).toBe(1_800_000_000_000);
    expect(sonnet.cost(long, at('2026-03-13T00:00:00Z'))).toBe(900_000_000_000);
  });
});

describe('amounts seen on bills', () => {
  it('gpt-4.1-mini with one web search', () => {
    // 8,174 × 0.4 + 30 × 1.6 = 3,317.6 µ$, and $0.01 for the search
    const call = usage({ input: 8_174, output: 30, webSearches: 1 });
    expect(schedule('openai', 'gpt-4.1-mini').cost(call, null)).toBe(13_317_600_000);
  });

  it('grok-4-fast and grok-4.20, reasoning beside completion', () => {
    // 14 × 0.2 + 151 × 0.05 + 161 × 0.5 = 90.85 µ$
    const fast = usage({ input: 14, cacheRead: 151, output: 161, reasoning: 121 });
    expect(schedule('xai', 'grok-4-fast-reasoning').cost(fast, null)).toBe(90_850_000);
    // 9,992 × 1.25 + 128 × 0.2 + 4,308 × 2.5 = 23,285.6 µ$
    const large = usage({ input: 9_992, cacheRead: 128, output: 4_308, reasoning: 2_809 });
    expect(schedule('xai', 'grok-4.20').cost(large, null)).toBe(23_285_600_000);
  });
});

describe('what the list does not say', () => {
  it('fills cache and modality rates by the vendor’s ratios, and marks them', () => {
    // gpt-4o-2024-05-13: $5/M, and OpenAI gives it no cache discount
    const old = schedule('openai', 'gpt-4o-2024-05-13');
    expect(old.cost(usage({ cacheRead: 1000 }), null)).toBe(5_000_000_000);
    const card = old.cardAt(null);
    expect(typeof card === 'string' ? [] : card.assumed).toContainEqual({
      rateClass: 'cacheRead',
      rule: 'input rate: OpenAI gives no cache discount',
    });
    // the list has no 1-hour rate for Claude on Bedrock: 2 × $3.30
    const haiku = schedule('bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0').cardAt(null);
    expect(typeof haiku === 'string' ? null : haiku.rates.cacheWrite1h).toBe(6_600_000_000_000n);
  });

  it('has no price for models billed by the hour or page, nor for those listed without any price', () => {
    expect(schedule('openai', 'whisper-1').cost(usage({}), null)).toBe('no_price');
    expect(schedule('cerebras', 'qwen-3-coder-480b').cost(usage({ input: 5 }), null)).toBe(
      'no_price',
    );
    expect(schedule('openai', 'text-embedding-3-small').cost(usage({ output: 1 }), null)).toBe(
      'no_price',
    );
  });

  it('costs 0 where the maker charges nothing, and for a known model without tokens', () => {
    expect(schedule('openai', 'omni-moderation-latest').cost(usage({ input: 9 }), null)).toBe(0);
    expect(schedule('openrouter', 'a/b:free').cost(usage({ input: 9 }), null)).toBe(0);
    expect(schedule('openai', 'gpt-4o').cost(usage({}), null)).toBe(0);
    expect(schedule('openai', 'gpt-4o-superfake-9000').cost(usage({}), null)).toBe('unknown_model');
  });
});

/** The same usage in the catalogue's overlapping terms. */
function theirs(own: Usage): Record<string, number> {
  return {
    input_tokens: inputTotal(own),
    cache_read_tokens: own.cacheRead,
    cache_write_tokens: own.cacheWrite5m + own.cacheWrite1h,
    cache_write_1h_tokens: own.cacheWrite1h,
    output_tokens: outputTotal(own),
    web_searches: own.webSearches,
  };
}

/**
 * Differences on purpose, left out here: rates the catalogue fills with the input rate or with 0
 * (ours: the vendor's ratio, or no price), models that a correction replaces or completes
 * (corrections.ts), models without any token price, reasoning tokens (not in this usage).
 */
function comparable(entries: readonly ConditionalPrice[], cards: readonly DatedCard[]): boolean {
  return (
    cards.every(({ source, window }) => source === undefined && window === null) &&
    entries.every(
      ({ prices }) => prices.input_mtok !== undefined && prices.output_mtok !== undefined,
    )
  );
}

describe('against calcPrice of the package', () => {
  it('agrees on 400 random calls of random models and dates', async () => {
    const providers = (await waitForUpdate())!;
    const models = providers.flatMap((provider) =>
      provider.models.map((info) => ({ provider: provider.id, info })),
    );
    let seed = 20_260_923;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    let compared = 0;
    while (compared < 400) {
      const model = models[next(models.length)]!;
      const { prices, id } = model.info;
      const entries = Array.isArray(prices) ? prices : [{ prices }];
      if (!comparable(entries, datedCards(model))) continue;
      const has = (key: string): boolean =>
        entries.every((entry) => entry.prices[key] !== undefined);
      const own = usage({
        input: 1 + next(300_000),
        output: next(20_000),
        cacheRead: has('cache_read_mtok') ? next(100_000) : 0,
        cacheWrite5m: has('cache_write_mtok') ? next(10_000) : 0,
        cacheWrite1h: has('cache_write_1h_mtok') ? next(10_000) : 0,
        webSearches: has('web_searches_kcount') ? next(4) : 0,
      });
      const when = at('2025-01-01T00:00:00Z') + next(700) * 86_400_000 + next(86_400) * 1000;
      // The model alone, without name matching: ids are not always accepted by their own rules.
      const info = { ...model.info, match: { equals: 'm' } };
      const provider = { id: 'p', name: 'p', api_pattern: 'x', models: [info] };
      const expected = calcPrice(theirs(own), 'm', { provider, timestamp: new Date(when) })!;
      const cards = datedCards(model);
      const cost = scheduleOf({
        match: {
          ...{ how: 'exact', provider: 'p', model: id, asked: id, spelling: id, table: 't' },
          steps: [],
        },
        cards,
        asOfMs: null,
        otherwise: 'not_valid_at_date',
      }).cost(own, when);
      const context = `${model.provider}/${id} ${JSON.stringify(own)} ${new Date(when).toISOString()}`;
      expect(typeof cost, context).toBe('number');
      const usd = Number(cost) / 1e12;
      // ours is rounded to a whole pico-USD
      const tolerance = 1e-9 * expected.total_price + 1e-12;
      expect(Math.abs(usd - expected.total_price), context).toBeLessThanOrEqual(tolerance);
      compared++;
    }
  });

  it('agrees through names, too', () => {
    const own = usage({ input: 12_345, cacheRead: 2_000, output: 678 });
    for (const [provider, model] of [
      ['openai', 'gpt-4o'],
      ['openai', 'gpt-5.4-2026-03-05'],
      ['anthropic', 'claude-opus-4-7'],
      ['google', 'gemini-2.5-flash'],
      ['azure', 'gpt-4.1-mini-2025-04-14'],
      ['aws', 'us.anthropic.claude-sonnet-4-6'],
      ['x-ai', 'grok-4'],
      ['groq', 'openai/gpt-oss-120b'],
    ] as const) {
      const timestamp = new Date('2026-09-01T12:00:00Z');
      const expected = calcPrice(theirs(own), model, { providerId: provider, timestamp })!;
      const cost = schedule(provider, model).cost(own, timestamp.getTime());
      expect(Number(cost) / 1e12, model).toBeCloseTo(expected.total_price, 12);
    }
  });
});
