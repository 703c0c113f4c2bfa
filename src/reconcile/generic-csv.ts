/**
 * A table of day, model and amount, under any of the usual names.
 *
 * Takes the names of the columns, gives the shape that reads them. Never chooses between two
 * columns that could be the amount.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { invoiceError } from './refuse.ts';
import { amountRow, BLANK_ROW, type Cells, modelOf, type ReadRow, type Shape } from './shape.ts';

const DAYS = ['day', 'date', 'usage_date', 'usage_day', 'day_utc', 'date_utc', 'usage_date_utc'];
const TIMES = ['timestamp', 'time', 'created_at'];
const MODELS = ['model', 'model_name', 'model_id', 'model_version', 'slug'];
const AMOUNT =
  /^(?:total[ _])?(?:amount|cost|costs|price|spend|charge|total)(?:[ _]?\(?([a-z]{3})\)?)?$/;
const CURRENCIES = ['currency', 'currency_code', 'amount_currency', 'cost_currency'];
const REQUESTS = ['requests', 'calls', 'num_requests', 'request_count'];
const INPUTS = ['input_tokens', 'prompt_tokens'];
const OUTPUTS = ['output_tokens', 'completion_tokens'];
const ITEMS = ['item', 'line_item', 'description', 'sku', 'token_type'];
const TIER_COLUMNS = ['tier', 'service_tier'];
const REGIONS = ['region', 'inference_geo'];

/** The columns that were found; empty: there is none. */
interface Layout {
  readonly day: string;
  readonly model: string;
  readonly amount: string;
  readonly currency: string;
  /** The currency in the amount's own heading. */
  readonly headed: string;
}

/** The shape of a table with these columns; null if it has no day or no amount. */
export function genericShape(file: string, columns: readonly string[]): Shape | null {
  const amounts = columns.filter((column) => column === 'usd' || AMOUNT.test(column));
  const day = pick(file, columns, DAYS) || pick(file, columns, TIMES);
  const [amount, second] = amounts;
  if (amount === undefined || day === '') return null;
  if (second !== undefined) {
    throw invoiceError(
      `${file} line 1: '${amount}' and '${second}' could both be the amount`,
      'keep the one to compare with',
    );
  }
  const layout: Layout = {
    day,
    amount,
    model: pick(file, columns, MODELS),
    currency: pick(file, columns, CURRENCIES),
    headed: amount === 'usd' ? 'usd' : (AMOUNT.exec(amount)?.[1] ?? ''),
  };
  const quantities = new Set([amount, ...REQUESTS, ...INPUTS, ...OUTPUTS]);
  return {
    id: 'generic_csv',
    provider: '',
    hasAmounts: true,
    fits: () => true,
    isQuantity: (column) => quantities.has(column),
    time: { start: layout.day, end: null },
    read: (cells) => readRow(cells, layout),
  };
}

function pick(file: string, columns: readonly string[], names: readonly string[]): string {
  const [found = '', second] = columns.filter((column) => names.includes(column));
  if (second === undefined) return found;
  throw invoiceError(
    `${file} line 1: '${found}' and '${second}' mean the same`,
    'keep the one to compare with',
  );
}

function readRow(cells: Cells, layout: Layout): ReadRow {
  const currency = layout.currency === '' ? '' : cells.text(layout.currency);
  const amount = cells.amount(layout.amount, currency || layout.headed);
  const first = (names: readonly string[]): string =>
    names.find((name) => cells.row.cells.has(name)) ?? '';
  return amountRow(amount, {
    ...BLANK_ROW,
    model: layout.model === '' ? null : modelOf(cells.text(layout.model)),
    item: cells.text(first(ITEMS)),
    tier: cells.tier(first(TIER_COLUMNS)),
    region: cells.region(first(REGIONS)),
    requests: cells.maybeCount(first(REQUESTS)),
    usage: tokens(cells, first(INPUTS), first(OUTPUTS)),
  });
}

function tokens(cells: Cells, input: string, output: string): Usage | null {
  if (cells.text(input) === '' || cells.text(output) === '') return null;
  return { ...emptyUsage(), input: cells.count(input), output: cells.count(output) };
}
