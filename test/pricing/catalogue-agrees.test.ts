/**
 * The whole catalogue against the package's own calculation: what differs is corrected on purpose, or
 * has no token price at all.
 */
import { calcPrice, type ModelInfo, waitForUpdate } from '@pydantic/genai-prices';
import { expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { datedCards } from '../../src/pricing/catalogue-cards.ts';
import { scheduleOf } from '../../src/pricing/schedule.ts';

/** At 272,000 itself the catalogue follows a table header, and this the text (corrections.ts). */
const INPUTS = [1_000, 127_999, 128_000, 200_000, 200_001, 271_999, 272_001, 600_000];
const TIMES = ['2025-03-01T12:00Z', '2026-02-01T20:00Z', '2026-09-25T02:00Z'].map(Date.parse);
const match = {
  ...{ how: 'exact', provider: 'p', model: 'm', asked: 'm', spelling: 'm', table: 't' },
  steps: [],
} as const;

/** A call that uses every class of which the model lists a price, and no other. */
function usageOf(keys: ReadonlySet<string>, whole: number): Usage {
  const some = (key: string, tokens: number): number => (keys.has(key) ? tokens : 0);
  const usage: Usage = {
    ...emptyUsage(),
    cacheRead: some('cache_read_mtok', 100),
    cacheWrite5m: some('cache_write_mtok', 90),
    cacheWrite1h: some('cache_write_1h_mtok', 50),
    output: some('output_mtok', 500),
    inputAudio: some('input_audio_mtok', 30),
    inputImage: some('input_image_mtok', 25),
    outputAudio: some('output_audio_mtok', 20),
    outputImage: some('output_image_mtok', 15),
    cacheReadAudio: some('cache_audio_read_mtok', 10),
    cacheReadImage: some('cache_image_read_mtok', 5),
    webSearches: some('web_searches_kcount', 2),
  };
  const { cacheRead, cacheWrite5m, cacheWrite1h, inputAudio, inputImage } = usage;
  const parts = cacheRead + cacheWrite5m + cacheWrite1h + inputAudio + inputImage;
  usage.input = some('input_mtok', whole - parts - usage.cacheReadAudio - usage.cacheReadImage);
  return usage;
}

/** The same in the package's overlapping terms, without zeros. */
function theirs(own: Usage): Record<string, number> {
  const read = own.cacheRead + own.cacheReadAudio + own.cacheReadImage;
  const written = own.cacheWrite5m + own.cacheWrite1h;
  const counts = {
    input_tokens: own.input + read + written + own.inputAudio + own.inputImage,
    cache_read_tokens: read,
    cache_write_tokens: written,
    cache_write_1h_tokens: own.cacheWrite1h,
    output_tokens: own.output + own.outputAudio + own.outputImage,
    input_audio_tokens: own.inputAudio + own.cacheReadAudio,
    cache_audio_read_tokens: own.cacheReadAudio,
    output_audio_tokens: own.outputAudio,
    input_image_tokens: own.inputImage + own.cacheReadImage,
    cache_image_read_tokens: own.cacheReadImage,
    output_image_tokens: own.outputImage,
    web_searches: own.webSearches,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function differs(provider: string, info: ModelInfo): boolean {
  const entries = Array.isArray(info.prices) ? info.prices : [{ prices: info.prices }];
  const keys = new Set(entries.flatMap((entry) => Object.keys(entry.prices)));
  const cards = datedCards({ provider, info });
  const ours = scheduleOf({ match, cards, asOfMs: null, otherwise: 'not_valid_at_date' });
  const alone = { ...info, match: { equals: 'm' } };
  const book = { id: 'p', name: 'p', api_pattern: 'x', models: [alone] };
  return INPUTS.some((whole) =>
    TIMES.some((atMs) => {
      const usage = usageOf(keys, whole);
      const cost = ours.cost(usage, atMs);
      const options = { provider: book, timestamp: new Date(atMs) };
      const expected = calcPrice(theirs(usage), 'm', options)!.total_price;
      return typeof cost === 'string' || Math.abs(cost / 1e12 - expected) > 1e-9 * expected + 1e-12;
    }),
  );
}

it('agrees on every model that is not corrected', async () => {
  const providers = (await waitForUpdate())!;
  const different = providers.flatMap(({ id, models }) =>
    models.filter((info) => differs(id, info)).map((info) => ({ id, info })),
  );
  const hasTokenPrice = ({ prices }: ModelInfo): boolean =>
    JSON.stringify(prices).includes('put_mtok');
  expect(
    different.filter(({ info }) => hasTokenPrice(info)).map(({ id, info }) => `${id}/${info.id}`),
  ).toEqual([
    'anthropic/claude-sonnet-4-0',
    'aws/global.anthropic.claude-opus-4-6-v1:0',
    'aws/global.anthropic.claude-sonnet-4-20250514-v1:0',
    'aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'aws/global.anthropic.claude-sonnet-4-6-v1:0',
    'aws/regional.anthropic.claude-opus-4-6-v1:0',
    'aws/regional.anthropic.claude-sonnet-4-20250514-v1:0',
    'aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'aws/regional.anthropic.claude-sonnet-4-6-v1:0',
    'deepseek/deepseek-chat',
    'deepseek/deepseek-reasoner',
    'deepseek/deepseek-v4-flash',
    'deepseek/deepseek-v4-pro',
    'google/claude-4-sonnet',
    'google/claude-opus-4-6',
    'google/claude-sonnet-4-6',
    'openai/o3',
    'openrouter/anthropic/claude-opus-4.6',
    'openrouter/anthropic/claude-sonnet-4',
    'openrouter/anthropic/claude-sonnet-4.6',
    'openrouter/openai/gpt-5.6-luna',
    'openrouter/openai/gpt-5.6-sol',
    'openrouter/openai/gpt-5.6-terra',
    'x-ai/grok-4-0709',
    'x-ai/grok-4-1-fast-non-reasoning',
    'x-ai/grok-4-1-fast-reasoning',
    'x-ai/grok-4-fast-non-reasoning',
    'x-ai/grok-4-fast-reasoning',
  ]);
});
