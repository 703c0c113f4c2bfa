/**
 * Rates nobody published for a model, filled from its vendor's usual ratios and marked.
 *
 * Takes published rates and a model's name; gives full rates and the list of what was assumed.
 * Never fills the plain input or output rate, and never with zero.
 */
import { divideHalfEven } from '../domain/money.ts';
import type { Assumption, RateClass, Rates, Ratio } from './card.ts';

type Filled = { rates: Rates; assumed: Assumption[] };

/** Models with a `-` in the column for cached input of OpenAI's pricing page. */
const NO_CACHE_PRICE =
  /^(?:gpt-4o-2024-05-13|gpt-5(?:\.\d)?-pro|o[13]-pro|gpt-4o(?:-mini)?-search-preview)(?:$|-20)/;

/** Cache reads as a share of the input rate; the first family that fits. Source: vendors' price pages. */
const CACHE_READ: readonly (readonly [family: RegExp, ratio: Ratio, text: string])[] = [
  [/claude/, [1n, 10n], '0.1 × input (Claude)'],
  [/gemini-(?:1|2\.0|2-0|pro$|flash-1)/, [1n, 4n], '0.25 × input (Gemini before 2.5)'],
  [/gemini/, [1n, 10n], '0.1 × input (Gemini)'],
  [NO_CACHE_PRICE, [1n, 1n], 'input rate: OpenAI gives no cache discount'],
  [/gpt-[5-9]/, [1n, 10n], '0.1 × input (gpt-5 and later)'],
  [/gpt-4\.1|\bo3(?!-mini)|\bo4/, [1n, 4n], '0.25 × input (gpt-4.1, o3, o4)'],
  [/gpt-4o|\bo1|\bo3-mini/, [1n, 2n], '0.5 × input (gpt-4o, o1)'],
];

/** One web search in pico-USD, by family. */
const WEB_SEARCH: readonly (readonly [family: RegExp, fee: bigint, text: string])[] = [
  [/claude/, 10_000_000_000n, '$10 per 1,000 searches (Anthropic)'],
  [/^gpt-4o(?:-mini)?-search-preview/, 25_000_000_000n, '$25 per 1,000 searches (preview models)'],
  [/^(?:gpt-|o\d|chatgpt)/, 10_000_000_000n, '$10 per 1,000 searches (OpenAI)'],
  [/^gemini-[12]/, 35_000_000_000n, '$35 per 1,000 grounded prompts (Gemini 2)'],
  [/^gemini-3/, 14_000_000_000n, '$14 per 1,000 searches (Gemini 3)'],
  [/^grok-/, 5_000_000_000n, '$5 per 1,000 tool calls (xAI)'],
];

/** The model's own name, for the families above: lower case, without paths and vendor prefixes. */
function familyName(model: string): string {
  return model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z-]+\.)+(?=[a-z])/, '');
}

/** Completes rates: cache and other modalities from the text rates by the vendor's usual ratios. */
export function fillRates(published: Rates, model: string): Filled {
  const name = familyName(model);
  const rates: { [K in RateClass]?: bigint } = { ...published };
  const assumed: Assumption[] = [];
  const fill = (
    rateClass: RateClass,
    base: bigint | undefined,
    ratio: Ratio,
    rule: string,
  ): void => {
    if (rates[rateClass] !== undefined || base === undefined) return;
    rates[rateClass] = divideHalfEven(base * ratio[0], ratio[1]);
    assumed.push({ rateClass, rule });
  };
  const read = CACHE_READ.find(([family]) => family.test(name));
  fill(
    'cacheRead',
    rates.input,
    read?.[1] ?? [1n, 1n],
    read?.[2] ?? 'input rate: no cache price known',
  );
  if (name.includes('claude')) {
    fill('cacheWrite5m', rates.input, [5n, 4n], '1.25 × input (Claude)');
    fill('cacheWrite1h', rates.input, [2n, 1n], '2 × input (Claude)');
  }
  if (/gpt-(?:5\.[6-9]|[6-9])/.test(name)) {
    fill('cacheWrite5m', rates.input, [5n, 4n], '1.25 × input (gpt-5.6 and later)');
  }
  fill('cacheWrite5m', rates.input, [1n, 1n], 'input rate: no surcharge known');
  fill('cacheWrite1h', rates.cacheWrite5m, [1n, 1n], 'rate of a 5-minute write');
  fill('inputAudio', rates.input, [1n, 1n], 'text input rate');
  fill('inputImage', rates.input, [1n, 1n], 'text input rate');
  fill('outputAudio', rates.output, [1n, 1n], 'text output rate');
  fill('outputImage', rates.output, [1n, 1n], 'text output rate');
  fill('cacheReadAudio', rates.cacheRead, [1n, 1n], 'rate of text read from the cache');
  fill('cacheReadImage', rates.cacheRead, [1n, 1n], 'rate of text read from the cache');
  return { rates, assumed };
}

/** The usual price of one web search for a model's family; null if there is none. */
export function usualWebSearch(model: string): { fee: bigint; assumed: Assumption } | null {
  const name = familyName(model);
  const found = WEB_SEARCH.find(([family]) => family.test(name));
  return found === undefined
    ? null
    : { fee: found[1], assumed: { rateClass: 'webSearch', rule: found[2] } };
}
