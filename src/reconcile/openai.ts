/**
 * OpenAI's invoices: the costs and usage APIs, and the exports of the dashboard.
 *
 * Takes rows of their sheets, gives invoice rows. Amounts are dollars; the input tokens of a usage
 * row include the cached ones, which are taken out here.
 */
import type { Tier } from '../domain/call.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { invoiceError } from './refuse.ts';
import { amountRow, BLANK_ROW, type Cells, isSearch, type ReadRow, type Shape } from './shape.ts';

const BUCKET = { start: 'start_time', end: 'end_time' } as const;
const COST_QUANTITIES = new Set(['amount.value', 'amount_value', 'quantity']);
const TIER_AT_END = /[ _](batch|flex|priority)$/i;

/** `/v1/organization/costs` and the dashboard's cost export. */
export const OPENAI_COSTS: Shape = {
  id: 'openai_costs',
  provider: 'openai',
  hasAmounts: true,
  fits: (columns) => columns.has('amount.value') || columns.has('amount_value'),
  isQuantity: (column) => COST_QUANTITIES.has(column),
  time: BUCKET,
  read: readCost,
};

/** `/v1/organization/usage/…` and the dashboard's activity export. */
export const OPENAI_USAGE: Shape = {
  id: 'openai_usage',
  provider: 'openai',
  hasAmounts: false,
  fits: (columns) => columns.has('num_model_requests'),
  isQuantity: (column) => /(_tokens|_requests|^images|^characters|^seconds)$/.test(column),
  time: BUCKET,
  read: readUsage,
};

function readCost(cells: Cells): ReadRow | null {
  const inCsv = cells.row.cells.has('amount_value');
  const column = inCsv ? 'amount_value' : 'amount.value';
  if (cells.text(column) === '') return null;
  const currency = cells.text(inCsv ? 'amount_currency' : 'amount.currency');
  const amount = cells.amount(column, currency);
  const lineItem = cells.text('line_item');
  if (isSearch(lineItem)) return amountRow(amount, { kind: 'search', item: lineItem });
  return amountRow(amount, lineItemOf(lineItem, cells));
}

/** `gpt-4o-2024-08-06, cached input` names a model; `Text models` is a kind of cost. */
function lineItemOf(lineItem: string, { options }: Cells): Partial<ReadRow> {
  const comma = lineItem.indexOf(', ');
  const name = comma === -1 ? lineItem : lineItem.slice(0, comma);
  const item = comma === -1 ? '' : lineItem.slice(comma + 2);
  const model = name.replace(TIER_AT_END, '');
  if (comma === -1 && !options.isModel(model)) return { item: lineItem };
  const tier = /\b(batch|flex|priority)\b/i.exec(item)?.[1] ?? TIER_AT_END.exec(name)?.[1];
  return { model, item, tier: (tier?.toLowerCase() as Tier | undefined) ?? null };
}

function readUsage(cells: Cells): ReadRow | null {
  const model = cells.text('model');
  const requests = cells.maybeCount('num_model_requests');
  if (requests === null && model === '') return null;
  const isBatch = cells.text('batch').toLowerCase();
  const tier =
    isBatch === 'true'
      ? 'batch'
      : (cells.tier('service_tier') ?? (isBatch === 'false' ? 'standard' : null));
  const row = { ...BLANK_ROW, tier, requests, usage: usageOf(cells) };
  return model === '' ? { ...row, kind: 'other' } : { ...row, model };
}

function usageOf(cells: Cells): Usage | null {
  if (cells.text('input_tokens') === '') return null;
  const cacheRead = cells.count('input_cached_tokens');
  const cacheWrite5m = cells.count('input_cache_write_tokens');
  const inputAudio = cells.count('input_audio_tokens');
  const inputImage = cells.count('input_image_tokens');
  const outputAudio = cells.count('output_audio_tokens');
  const outputImage = cells.count('output_image_tokens');
  const fresh =
    cells.maybeCount('input_uncached_tokens') ??
    cells.count('input_tokens') - cacheRead - cacheWrite5m;
  const input = fresh - inputAudio - inputImage;
  const output = cells.count('output_tokens') - outputAudio - outputImage;
  if (input < 0 || output < 0) {
    throw invoiceError(
      `${cells.where}: the parts of input_tokens '${cells.text('input_tokens')}' or output_tokens ` +
        `'${cells.text('output_tokens')}' are more than the whole`,
      'export the usage again',
    );
  }
  return {
    ...emptyUsage(),
    ...{ input, cacheRead, cacheWrite5m, output, inputAudio, inputImage, outputAudio, outputImage },
  };
}
