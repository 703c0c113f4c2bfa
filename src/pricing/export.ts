/**
 * Price tables as text that `parsePriceFile` reads back to the same rows.
 *
 * Takes a table, or a book's whole list; gives CSV or JSON. Never a rate that a rule filled in: what
 * nobody published is an empty cell, and is filled in again when the file is read.
 */
import { formatUsd } from '../domain/money.ts';
import type { ListedPrice, PriceBook } from './book.ts';
import { type Factor, RATE_CLASSES, type RateClass, type Rates } from './card.ts';
import { formatDayWindow } from './day-window.ts';
import { COLUMN_OF_CLASS, COLUMNS } from './file-cells.ts';
import { formatLimit, isWanted, type PriceFilter } from './list.ts';
import type { PriceTable, TableRow } from './tables.ts';

/** A book's list as a table of published prices. */
export function tableOf(book: PriceBook, filter: PriceFilter = {}): PriceTable {
  const rows: TableRow[] = [];
  for (const listed of book.listed()) if (isWanted(listed, filter)) rows.push(publishedRow(listed));
  const { asOf } = book.info;
  return { info: book.info, asOfMs: asOf === '' ? null : Date.parse(asOf), rows };
}

function publishedRow({ provider, model, tier, region, dated }: ListedPrice): TableRow {
  const { from, until, window, card } = dated;
  const assumed = new Set(card.assumed.map(({ rateClass }) => rateClass));
  const published = (rates: Rates): Rates =>
    Object.fromEntries(
      Object.entries(rates).filter(([name]) => !assumed.has(name as RateClass)),
    ) as Rates;
  return {
    ...{ model, provider, tier, region, from, until },
    ...(window === null ? {} : { window }),
    rates: published(card.rates),
    tiers: card.tiers.map((tier) => ({ ...tier, rates: published(tier.rates) })),
    webSearch: assumed.has('webSearch') ? null : card.webSearch,
    perRequest: card.perRequest,
    ...(card.factors.length === 0 ? {} : { factors: card.factors }),
  };
}

/** Formats a table; the same rows come out when the text is read. */
export function formatPriceTable(table: PriceTable, format: 'csv' | 'json'): string {
  const lines = [...table.rows.flatMap(rowCells), ...aliasCells(table)];
  return format === 'csv' ? csvText(lines) : jsonText(table, lines);
}

type Cells = Record<string, string>;

function rowCells(row: TableRow): Cells[] {
  const common: Cells = {
    model: row.model,
    provider: row.provider,
    tier: row.tier === 'standard' ? '' : row.tier,
    region: row.region,
    from: row.from === null ? '' : formatLimit(row.from),
    until: row.until === null ? '' : formatLimit(row.until),
    time_of_day: row.window === undefined ? '' : formatDayWindow(row.window),
    ...factorCells(row.factors ?? []),
  };
  const fees: Cells = {
    per_request: row.perRequest === 0n ? '' : formatUsd(row.perRequest),
    web_search: row.webSearch === null ? '' : formatUsd(row.webSearch),
  };
  const tiers = row.tiers.map((tier) => ({
    ...common,
    ...rateCells(tier.rates),
    above_input_tokens: String(tier.aboveInputTokens),
  }));
  return [{ ...common, ...rateCells(row.rates), ...fees }, ...tiers];
}

function rateCells(rates: Rates): Cells {
  const cells: Cells = {};
  for (const name of RATE_CLASSES) {
    const rate = rates[name];
    if (rate !== undefined) cells[COLUMN_OF_CLASS[name]] = formatUsd(rate);
  }
  return cells;
}

/** A currency's rate and a multiplier, as they were stated. */
function factorCells(factors: readonly Factor[]): Cells {
  const cells: Cells = {};
  for (const { kind, source } of factors) {
    const stated = /^1 USD = (\S+) (\S+)$/.exec(source);
    if (kind === 'multiplier') cells.multiplier = source.replace('multiplier ', '');
    if (kind === 'currency' && stated !== null) {
      cells.per_usd = stated[1]!;
      cells.currency = stated[2]!;
    }
  }
  return cells;
}

function aliasCells({ aliases }: PriceTable): Cells[] {
  return Object.entries(aliases ?? {}).map(([model, alias_of]) => ({ model, alias_of }));
}

function csvText(lines: readonly Cells[]): string {
  const used = COLUMNS.filter(
    (column) => REQUIRED.has(column) || lines.some((cells) => (cells[column] ?? '') !== ''),
  );
  const rows = lines.map((cells) => used.map((column) => quoted(cells[column] ?? '')).join(','));
  return `${[used.join(','), ...rows].join('\n')}\n`;
}

const REQUIRED = new Set(['model', 'input', 'output']);

function quoted(text: string): string {
  return /[",;\t\n\r#]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonText({ info }: PriceTable, lines: readonly Cells[]): string {
  const models = lines.map((cells) =>
    Object.fromEntries(
      COLUMNS.filter((column) => REQUIRED.has(column) || (cells[column] ?? '') !== '').map(
        (column) => [column, (cells[column] ?? '') === '' ? null : cells[column]],
      ),
    ),
  );
  const head = { name: info.name, version: info.version, as_of: info.asOf || null };
  const entries = models.map((model) => `    ${JSON.stringify(model)}`).join(',\n');
  const fields = Object.entries(head).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)},`,
  );
  return `{\n${fields.join('\n')}\n  "models": [\n${entries}\n  ]\n}\n`;
}
