import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { costOf, parseRate, rateCard } from '../../src/pricing/card.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const path = new URL('../../../shared/data/formats/golden_costs.jsonl', import.meta.url);
const isHere = existsSync(path);

interface Vector {
  readonly provider: string;
  readonly model: string;
  readonly usage: Record<string, number | Record<string, number>>;
  readonly price_per_mtok: Record<string, number>;
  readonly expected_token_cost_usd: number;
}

const vectors: Vector[] = isHere
  ? readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Vector)
  : [];

function usageOf({ usage, provider }: Vector): Usage {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const details = (usage.prompt_tokens_details ?? usage.input_tokens_details ?? {}) as Record<
    string,
    number
  >;
  const cacheRead = number(details.cached_tokens) + number(usage.cached_prompt_text_tokens);
  const cacheWrite5m = number(details.cache_write_tokens);
  const prompt = number(usage.prompt_tokens) + number(usage.input_tokens);
  const reasoning = provider === 'xai' ? number(usage.reasoning_tokens) : 0;
  const output = number(usage.completion_tokens) + number(usage.output_tokens) + reasoning;
  return {
    ...emptyUsage(),
    input: prompt - cacheRead - cacheWrite5m,
    cacheRead,
    cacheWrite5m,
    output,
    reasoning,
  };
}

/** Pico-USD of a cost printed in USD. */
const pico = (usd: number): number => Math.round(usd * 1e12);

describe.skipIf(!isHere)(
  'amounts that providers really billed (skipped: needs ../shared/data)',
  () => {
    it.each(vectors.map((vector) => [vector.model, vector] as const))(
      '%s at its own rates',
      (_, vector) => {
        const price = (key: string): bigint => parseRate(String(vector.price_per_mtok[key] ?? 0))!;
        const card = rateCard({
          rates: {
            input: price('input'),
            output: price('output'),
            cacheRead: price('cache_read'),
            cacheWrite5m: price('cache_write'),
            cacheWrite1h: 0n,
            inputAudio: 0n,
            inputImage: 0n,
            outputAudio: 0n,
            outputImage: 0n,
          },
          tiers: [],
          webSearch: 0n,
          perRequest: 0n,
          assumed: [],
        });
        expect(costOf(card, usageOf(vector))).toBe(pico(vector.expected_token_cost_usd));
      },
    );

    // They are older than the price cuts of gpt-5.6 on 2026-07-30 and 2026-08-21.
    const at = Date.parse('2026-07-29T00:00:00Z');
    it.each(vectors.map((vector) => [vector.model, vector] as const))(
      '%s by its name',
      async (_, vector) => {
        const { provider, model } = vector;
        const book = await loadPriceBook('catalogue');
        const schedule = book.schedule({
          provider,
          model,
          modelRequested: '',
          operation: 'chat',
          tier: 'standard',
          region: '',
        });
        expect(schedule.cost(usageOf(vector), at)).toBe(pico(vector.expected_token_cost_usd));
      },
    );
  },
);
