/**
 * Anthropic's invoices: the cost and usage reports of the Admin API, and the Console's exports.
 *
 * Takes rows of their sheets, gives invoice rows. The amounts of the cost report are cents; input
 * tokens leave out both cache classes. Never a cost of the priority tier: the report has none.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import {
  amountRow,
  BLANK_ROW,
  type Cells,
  isSearch,
  modelOf,
  type ReadRow,
  type Shape,
} from './shape.ts';

const BUCKET = { start: 'starting_at', end: 'ending_at' } as const;
const CONSOLE_DAY = { start: 'usage_date_utc', end: null } as const;

/** `GET /v1/organizations/cost_report`. */
export const ANTHROPIC_COSTS: Shape = {
  id: 'anthropic_costs',
  provider: 'anthropic',
  hasAmounts: true,
  fits: (columns) => columns.has('starting_at') && columns.has('amount'),
  isQuantity: (column) => column === 'amount',
  time: BUCKET,
  read: (cells) => {
    const amount = cells.amount('amount', cells.text('currency'), true);
    return charge(cells, amountRow(amount, costFields(cells, 'service_tier')));
  },
};

/** `GET /v1/organizations/usage_report/messages`. */
export const ANTHROPIC_USAGE: Shape = {
  id: 'anthropic_usage',
  provider: 'anthropic',
  hasAmounts: false,
  fits: (columns) => columns.has('uncached_input_tokens'),
  isQuantity: (column) => /_tokens$|_requests$/.test(column),
  time: BUCKET,
  read: (cells) =>
    usageRow(cells, cells.text('model'), 'service_tier', {
      ...emptyUsage(),
      input: cells.count('uncached_input_tokens'),
      cacheRead: cells.count('cache_read_input_tokens'),
      cacheWrite5m: cells.count('cache_creation.ephemeral_5m_input_tokens'),
      cacheWrite1h: cells.count('cache_creation.ephemeral_1h_input_tokens'),
      output: cells.count('output_tokens'),
      webSearches: cells.count('server_tool_use.web_search_requests'),
    }),
};

/** The Console's export of costs. */
export const CONSOLE_COSTS: Shape = {
  id: 'anthropic_console_costs',
  provider: 'anthropic',
  hasAmounts: true,
  fits: (columns) => columns.has('usage_date_utc') && columns.has('cost_usd'),
  isQuantity: (column) => column === 'cost_usd' || column === 'list_price_usd',
  time: CONSOLE_DAY,
  read: (cells) => {
    const row = amountRow(cells.amount('cost_usd', 'USD'), costFields(cells, 'usage_type'));
    return charge(cells, row);
  },
};

/** The Console's export of tokens; the day may have an hour. */
export const CONSOLE_TOKENS: Shape = {
  id: 'anthropic_console_tokens',
  provider: 'anthropic',
  hasAmounts: false,
  fits: (columns) => columns.has('usage_input_tokens_no_cache'),
  isQuantity: (column) => column.startsWith('usage_input_') || /_tokens$|_count$/.test(column),
  time: CONSOLE_DAY,
  read: (cells) =>
    usageRow(cells, cells.text('model_version'), 'usage_type', {
      ...emptyUsage(),
      input: cells.count('usage_input_tokens_no_cache'),
      cacheRead: cells.count('usage_input_tokens_cache_read'),
      cacheWrite5m: cells.count('usage_input_tokens_cache_write_5m'),
      cacheWrite1h: cells.count('usage_input_tokens_cache_write_1h'),
      output: cells.count('usage_output_tokens'),
      webSearches: cells.count('web_search_count'),
    }),
};

function costFields(cells: Cells, tierColumn: string): Partial<ReadRow> {
  return {
    model: modelOf(cells.text('model')),
    item: cells.text('token_type') || cells.text('description') || cells.text('cost_type'),
    tier: tierOf(cells, tierColumn),
    region: cells.region('inference_geo'),
    longContext: isLong(cells),
  };
}

/** Searches are billed without a model. */
function charge(cells: Cells, row: ReadRow): ReadRow {
  return row.kind !== 'credit' && isSearch(cells.text('cost_type'))
    ? { ...row, kind: 'search', model: null }
    : row;
}

function usageRow(cells: Cells, model: string, tierColumn: string, usage: Usage): ReadRow {
  return {
    ...BLANK_ROW,
    kind: model === '' ? 'other' : 'model',
    model: modelOf(model),
    tier: tierOf(cells, tierColumn),
    region: cells.region('inference_geo'),
    longContext: isLong(cells),
    usage,
  };
}

function tierOf(cells: Cells, column: string): ReadRow['tier'] {
  return cells.text('speed').toLowerCase() === 'fast' ? 'fast' : cells.tier(column);
}

function isLong(cells: Cells): boolean {
  const window = cells.text('context_window');
  return window.startsWith('200k') || window.startsWith('>');
}
