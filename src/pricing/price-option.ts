/**
 * Prices given as an option: `gpt-4o:input=2.5,output=10`, in USD per million tokens.
 *
 * Takes the text, gives a price; or takes a book and gives it with that price on top. Never touches
 * a class that is not named, unless input and output are given: that is the model's whole price.
 */
import { createHash } from 'node:crypto';
import type { DatedCard, PriceBook, PriceTableInfo, Schedule, TargetPriceKey } from './book.ts';
import { RATE_CLASSES, type RateCard, type RateClass, type Rates, rateCard } from './card.ts';
import { fillRates } from './fallback.ts';
import { COLUMN_OF_CLASS, mistake } from './file-cells.ts';
import { tableRows } from './file-rows.ts';
import { memoised } from './memo.ts';
import { scheduleOf } from './schedule.ts';
import { asker, layeredBook, type PriceTable, scheduleOfRows, type TableRow } from './tables.ts';

const EXAMPLE = 'write it as gpt-4o:input=2.5,output=10 (USD per million tokens)';
const PRICES = [...Object.values(COLUMN_OF_CLASS), 'per_request', 'web_search'];
const KEYS = [...PRICES, 'provider', 'tier', 'region', 'unit'];

/** A price of one model; what is not named is undefined in its rates. */
export interface PriceOption {
  readonly text: string;
  readonly row: TableRow;
  /** Whether input and output are given: the model's whole price. */
  readonly isWhole: boolean;
  readonly setsRequestFee: boolean;
}

/** Parses the text of one option. Throws UserError naming the value. */
export function parsePriceOption(text: string): PriceOption {
  const where = `--price '${text}'`;
  const parts = /^(.+):([a-z0-9_]+=.*)$/s.exec(text.trim());
  if (parts === null) throw mistake(`${where} has no model and price`, EXAMPLE);
  const cells = new Map([['model', parts[1]!.trim()]]);
  for (const part of parts[2]!.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(at, 0)).trim();
    const value = part.slice(at + 1).trim();
    if (!KEYS.includes(key)) throw mistake(`${where}: unknown '${part.trim()}'`, EXAMPLE);
    if (value === '') throw mistake(`${where}: ${key} is empty`, EXAMPLE);
    if (cells.has(key)) throw mistake(`${where} has ${key} twice`, 'remove one of them');
    cells.set(key, value);
  }
  if (!PRICES.some((key) => cells.has(key))) throw mistake(`${where} has no price`, EXAMPLE);
  const [row] = tableRows([{ where, cells }], { perUsd: {}, currency: 'USD', multiplier: '1' });
  const isWhole = cells.has('input') && cells.has('output');
  return { text, row: row!, isWhole, setsRequestFee: cells.has('per_request') };
}

/** A book with prices on top; later ones win. */
export function pricedByOptions(book: PriceBook, options: readonly PriceOption[]): PriceBook {
  if (options.length === 0) return book;
  const info = infoOf(book, options);
  const priced = options.reduce((below, option) => withOption(below, option), book);
  return { ...priced, info, layers: [...book.layers, ...options.map(layerOf)] };
}

function infoOf(book: PriceBook, options: readonly PriceOption[]): PriceTableInfo {
  const text = options.map((option) => option.text).join('\n');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const { id, name, version, source, asOf } = book.info;
  return {
    id: `${id}+price`,
    name: `${name} with --price`,
    version: `${version}+sha256:${hash}`,
    source: `--price ${options.map((option) => option.text).join(' ')}; other models: ${source}`,
    asOf,
  };
}

function layerOf({ text }: PriceOption): PriceTableInfo {
  return { id: 'price-option', name: `--price ${text}`, version: '', source: '--price', asOf: '' };
}

function withOption(below: PriceBook, option: PriceOption): PriceBook {
  const table: PriceTable = { info: layerOf(option), asOfMs: null, rows: [option.row] };
  return option.isWhole ? layeredBook(table, below) : patchedBook(table, option, below);
}

/** The book below, with single classes of one model replaced. */
function patchedBook(table: PriceTable, option: PriceOption, below: PriceBook): PriceBook {
  const ask = asker(table);
  return {
    ...below,
    schedule: memoised((target) => {
      const answer = ask(target);
      const schedule = below.schedule(target);
      if (!('rows' in answer)) return schedule;
      if (schedule.match.how === 'none') return scheduleOfRows(table, answer, target);
      return isPatched(schedule, target, option) ? patched(schedule, option) : schedule;
    }),
  };
}

/** A price of the standard tier says nothing of a tier whose price is listed apart. */
function isPatched({ cards }: Schedule, { tier }: TargetPriceKey, { row }: PriceOption): boolean {
  return (
    tier === row.tier || cards.every(({ card }) => card.factors.some(({ kind }) => kind === 'tier'))
  );
}

function patched(schedule: Schedule, option: PriceOption): Schedule {
  const { match } = schedule;
  if (match.how === 'none') return schedule;
  const classes = RATE_CLASSES.filter((name) => option.row.rates[name] !== undefined);
  const named = classes.map((name) => COLUMN_OF_CLASS[name]).join(', ') || 'fees';
  return scheduleOf({
    ...schedule,
    cards: schedule.cards.map((dated) => patchedCard(dated, match.model, option)),
    match: { ...match, steps: [...match.steps, `${named} from --price`] },
  });
}

function patchedCard(dated: DatedCard, model: string, option: PriceOption): DatedCard {
  const { card } = dated;
  const { row, setsRequestFee } = option;
  const assumedFees = card.assumed.filter(
    ({ rateClass }) => rateClass === 'webSearch' && row.webSearch === null,
  );
  const { rates, assumed } = patchedRates(card.rates, card, model, option);
  const next = rateCard({
    ...card,
    rates,
    tiers: card.tiers.map((tier) => ({
      ...tier,
      rates: patchedRates(tier.rates, card, model, option).rates,
    })),
    webSearch: row.webSearch ?? card.webSearch,
    perRequest: setsRequestFee ? row.perRequest : card.perRequest,
    lacksRequestFee: card.lacksRequestFee === true && !setsRequestFee,
    assumed: [...assumed, ...assumedFees],
  });
  return { ...dated, card: next };
}

/** Rates that were filled in by a rule are filled in again, from the new ones. */
function patchedRates(
  rates: Rates,
  { assumed }: RateCard,
  model: string,
  { row }: PriceOption,
): ReturnType<typeof fillRates> {
  const filled = new Set(assumed.map(({ rateClass }) => rateClass));
  const listed = Object.entries(rates).filter(([name]) => !filled.has(name as RateClass));
  return fillRates({ ...Object.fromEntries(listed), ...row.rates }, model);
}
