/**
 * A small price list and calls for it: round prices, so that figures can be worked out by hand.
 *
 * USD per million tokens: gpt-4o 2.50 in, 10 out; gpt-4o-mini 0.50 in, 2 out; opus 5 in, 25 out.
 * Batch and flex cost half, priority twice; `us` costs 1.1 times. A web search is $0.01.
 */
import type { Status, Target } from '../../src/domain/call.ts';
import { emptyUsage, inputTotal, outputTotal, type Usage } from '../../src/domain/tokens.ts';
import { daysOf } from '../../src/reconcile/days.ts';
import { parseInvoice } from '../../src/reconcile/invoice.ts';
import type { Invoice } from '../../src/reconcile/invoice-row.ts';
import {
  type LoggedCall,
  type PriceSource,
  type ReconcileSettings,
  reconcile,
} from '../../src/reconcile/reconcile.ts';
import type { ReconcileReport } from '../../src/report/reconcile-model.ts';

interface Price {
  readonly provider: string;
  readonly model: string;
  /** Pico-USD per token. */
  readonly input: number;
  readonly output: number;
}

const GPT_4O: Price = { provider: 'openai', model: 'gpt-4o', input: 2_500_000, output: 10_000_000 };
const MINI: Price = { ...GPT_4O, model: 'gpt-4o-mini', input: 500_000, output: 2_000_000 };
const OPUS: Price = {
  provider: 'anthropic',
  model: 'claude-opus-4-6',
  input: 5_000_000,
  output: 25_000_000,
};
const NAMES: Readonly<Record<string, Price>> = {
  'gpt-4o': GPT_4O,
  'gpt-4o-2024-08-06': GPT_4O,
  'gpt-4o-mini': MINI,
  'gpt-4o-mini-2024-07-18': MINI,
  'claude-opus-4-6': OPUS,
  'claude opus 4.6': OPUS,
};
const SEARCH = 10_000_000_000;
const TIER_FACTOR: Readonly<Record<string, number>> = {
  standard: 1,
  batch: 0.5,
  flex: 0.5,
  priority: 2,
};

/** The price list. */
export const PRICES: PriceSource = {
  schedule: ({ model, tier, region }) => {
    const price = NAMES[model.toLowerCase()];
    const factor = TIER_FACTOR[tier];
    if (price === undefined) return { match: { how: 'none' }, cost: () => 'unknown_model' };
    return {
      match: { how: 'exact', provider: price.provider, model: price.model },
      cost: (usage) => {
        if (factor === undefined) return 'unknown_tier_rate';
        const tokens = inputTotal(usage) * price.input + outputTotal(usage) * price.output;
        const tenths = region === 'us' ? 11 : 10;
        return (tokens * factor * tenths) / 10 + usage.webSearches * SEARCH;
      },
    };
  },
};

/** What a call is made of; the default is a gpt-4o call of 100,000 in and 10,000 out: $0.35. */
export interface CallParts extends Partial<Pick<Target, 'provider' | 'model' | 'tier' | 'region'>> {
  readonly at?: string | null;
  readonly input?: number;
  readonly output?: number;
  readonly searches?: number;
  readonly status?: Status;
  readonly httpStatus?: number;
}

/** A call, priced by the list. */
export function call(parts: CallParts = {}): LoggedCall {
  const { at = '2026-04-01T12:00:00Z', status = 'ok' } = parts;
  const usage: Usage = {
    ...emptyUsage(),
    input: parts.input ?? 100_000,
    output: parts.output ?? 10_000,
    webSearches: parts.searches ?? 0,
  };
  const target: Target = {
    provider: parts.provider ?? 'openai',
    model: parts.model ?? 'gpt-4o',
    modelRequested: '',
    operation: 'chat',
    tier: parts.tier ?? 'standard',
    region: parts.region ?? '',
    format: 'flat',
    usageBasis: inputTotal(usage) + outputTotal(usage) === 0 ? 'missing' : 'measured',
    timeSource: 'start',
  };
  const cost = PRICES.schedule(target).cost(usage, null);
  const outcome = { status, httpStatus: parts.httpStatus ?? null, errorType: '', stopReason: '' };
  const startedAtMs = at === null ? null : Date.parse(at);
  const priced =
    typeof cost === 'number' ? { costPico: cost } : { costPico: null, unpricedReason: cost };
  return { startedAtMs, target, outcome, usage, ...priced };
}

/** The same call several times. */
export function calls(count: number, parts: CallParts = {}): LoggedCall[] {
  return Array.from({ length: count }, () => call(parts));
}

/** Reads one invoice. */
export function read(text: string, usdPer: Record<string, string> = {}): Invoice {
  const isModel = (name: string): boolean => NAMES[name] !== undefined;
  return parseInvoice({ name: 'inv', text }, { dayOf: daysOf('UTC'), usdPer, isModel });
}

/** Compares an invoice, or several, with calls. */
export function compare(
  text: string | readonly string[],
  logged: readonly LoggedCall[],
  settings: Partial<ReconcileSettings> = {},
): ReconcileReport {
  const texts = typeof text === 'string' ? [text] : text;
  const comparison = reconcile(
    texts.map((each, i) => ({ name: `inv${i || ''}`, text: each })),
    {
      prices: PRICES,
      pricesNote: { table: 'test', version: '1', as_of: null, age_days: 7, source: 'by hand' },
      providerId: (name) => (name === 'OpenAI' ? 'openai' : name),
      provider: null,
      since: null,
      until: null,
      timezone: 'UTC',
      usdPer: {},
      tolerance: null,
      ...settings,
    },
  );
  for (const each of logged) comparison.add(each);
  return comparison.report(Date.UTC(2026, 4, 1), 0);
}

/** The parts that are not zero, with the rest: what a difference came to. */
export function partsOf(report: ReconcileReport): Record<string, string> {
  const parts = report.parts
    .filter(({ amount_usd }) => amount_usd !== '0')
    .map(({ part, amount_usd }) => [part, amount_usd] as const);
  return Object.fromEntries([...parts, ['rest', report.totals.rest_usd] as const]);
}

/** An OpenAI costs page: one bucket a day. */
export function openaiCosts(
  days: Record<string, readonly (readonly [lineItem: string | null, value: unknown])[]>,
): string {
  return JSON.stringify(
    {
      object: 'page',
      data: Object.entries(days).map(([day, items]) => ({
        object: 'bucket',
        start_time: Date.parse(day) / 1000,
        end_time: Date.parse(day) / 1000 + 86_400,
        results: items.map(([line_item, value]) => ({
          object: 'organization.costs.result',
          amount: { value, currency: 'usd' },
          line_item,
          project_id: null,
        })),
      })),
      has_more: false,
      next_page: null,
    },
    null,
    1,
  );
}
