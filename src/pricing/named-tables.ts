/**
 * The named tables: five price lists as practitioners published them, kept apart from each other.
 *
 * Takes nothing, gives tables. They disagree with the providers' own prices and with one another on
 * purpose: a figure computed with one of them says which. Never merged, never corrected.
 */
import { divideHalfEven } from '../domain/money.ts';
import { parseRate, type Rates } from './card.ts';
import type { PriceTable, TableRow } from './tables.ts';

/** USD per million tokens as printed; null: the list names the model without this price. */
type Listed = readonly [model: string, input: string | null, output: string | null];

interface NamedTable {
  readonly id: string;
  readonly asOf: string;
  readonly source: string;
  /** One price for every kind of token; otherwise input and output only. */
  readonly isFlat: boolean;
  /** In thousandths of the printed price. */
  readonly thousandths: bigint;
  readonly models: readonly Listed[];
}

const FLAT_MODELS: readonly Listed[] = [
  ['gpt-4.1', '8.00', '8.00'],
  ['claude-sonnet-4.5', '15.00', '15.00'],
  ['gemini-2.5-flash', '2.50', '2.50'],
  ['deepseek-v3.2', '0.42', '0.42'],
];

const TABLES: readonly NamedTable[] = [
  {
    id: 'router-2026',
    asOf: '2026-01-01',
    source: 'an article on routing by priority and complexity, 2026',
    isFlat: false,
    thousandths: 1000n,
    models: [
      ['gpt-4.1', '8.00', '24.00'],
      ['claude-sonnet-4.5', '15.00', '75.00'],
      ['gemini-2.5-flash', '2.50', '10.00'],
      ['deepseek-v3.2', '0.42', '2.10'],
    ],
  },
  {
    id: 'flat-2026',
    asOf: '2026-01-01',
    source: 'two articles on task routing and token audits with one price for all tokens, 2026',
    isFlat: true,
    thousandths: 1000n,
    models: FLAT_MODELS,
  },
  {
    id: 'gateway-2026',
    asOf: '2026-01-01',
    source: 'the prices of flat-2026 × 0.015, as a gateway advertised them, 2026',
    isFlat: true,
    thousandths: 15n,
    models: FLAT_MODELS,
  },
  {
    id: 'tiered-2026-04',
    asOf: '2026-04-01',
    source: 'an article on keyword tiers with fallback, April 2026',
    isFlat: false,
    thousandths: 1000n,
    models: [
      ['claude-opus-4.7', '25.00', '75.00'],
      ['claude-sonnet-4.5', '15.00', '45.00'],
      ['gemini-2.5-flash', '2.50', '10.00'],
      ['deepseek-v4-pro', '3.48', '13.92'],
      ['deepseek-v3.2', '0.42', '1.68'],
    ],
  },
  {
    id: 'commodity-2026',
    asOf: '2026-01-01',
    source: 'an article on sampled audits and cheap models for commodity tasks, 2026',
    isFlat: false,
    thousandths: 1000n,
    models: [
      ['gpt-4o', null, '10.00'],
      ['deepseek-v4-flash', '0.10', '0.25'],
      ['Qwen/Qwen3-8B', '0.003', '0.01'],
      ['deepseek-coder', '0.10', '0.25'],
      ['Qwen/Qwen3-32B', '0.10', '0.28'],
      ['deepseek-reasoner', '0.55', '2.50'],
      ['Qwen-MT-Turbo', null, null],
    ],
  },
];

/** The ids of the named tables. */
export const NAMED_TABLE_IDS: readonly string[] = TABLES.map(({ id }) => id);

/** The named table with this id; null if there is none. */
export function namedTable(id: string): PriceTable | null {
  const table = TABLES.find((entry) => entry.id === id);
  if (table === undefined) return null;
  const { asOf, source } = table;
  return {
    info: { id, name: id, version: asOf.slice(0, id === 'tiered-2026-04' ? 7 : 4), source, asOf },
    asOfMs: null,
    rows: table.models.map((listed) => rowOf(table, listed)),
  };
}

function rowOf(table: NamedTable, [model, input, output]: Listed): TableRow {
  const rate = (price: string): bigint =>
    divideHalfEven(parseRate(price)! * table.thousandths, 1000n);
  const rates: Rates = {
    ...(input === null ? {} : { input: rate(input) }),
    ...(output === null ? {} : { output: rate(output) }),
  };
  return {
    model,
    provider: '',
    region: '',
    tier: 'standard',
    from: null,
    until: null,
    rates: table.isFlat ? flat(rates.input!) : rates,
    tiers: [],
    webSearch: null,
    perRequest: 0n,
  };
}

function flat(rate: bigint): Rates {
  return {
    input: rate,
    cacheRead: rate,
    cacheWrite5m: rate,
    cacheWrite1h: rate,
    output: rate,
    inputAudio: rate,
    inputImage: rate,
    outputAudio: rate,
    outputImage: rate,
  };
}
