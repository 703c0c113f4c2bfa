/**
 * What changed between two lists of prices: models that came, went, or cost something else.
 *
 * Takes two books, gives rows. Never a change because of a model's place in the list.
 */
import { listPrices, type PriceRow } from '../pricing/list.ts';
import type { PriceBook } from '../pricing/price.ts';

/** One model whose prices differ. Prices are those of the newest entry, in USD per million tokens. */
export interface PriceChange {
  readonly change: 'added' | 'removed' | 'repriced';
  readonly provider: string;
  readonly model: string;
  readonly inputBefore: string | null;
  readonly inputAfter: string | null;
  readonly outputBefore: string | null;
  readonly outputAfter: string | null;
}

/** Models that differ between two lists: added first, then removed, then repriced, by name. */
export function priceChanges(before: PriceBook, after: PriceBook): PriceChange[] {
  const [old, next] = [rowsByModel(before), rowsByModel(after)];
  const added = [...next].filter(([key]) => !old.has(key));
  const removed = [...old].filter(([key]) => !next.has(key));
  const repriced = [...next].filter(([key, rows]) => {
    const known = old.get(key);
    return known !== undefined && pricesIn(known) !== pricesIn(rows);
  });
  return [
    ...added.map(([, rows]) => changeOf('added', [], rows)),
    ...removed.map(([, rows]) => changeOf('removed', rows, [])),
    ...repriced.map(([key, rows]) => changeOf('repriced', old.get(key) ?? [], rows)),
  ];
}

function rowsByModel(book: PriceBook): Map<string, PriceRow[]> {
  const models = new Map<string, PriceRow[]>();
  for (const row of listPrices(book)) {
    const key = `${row.provider}\n${row.model}`;
    const rows = models.get(key);
    if (rows === undefined) models.set(key, [row]);
    else rows.push(row);
  }
  return new Map([...models].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything a price depends on; where it comes from and how it was filled in are no prices. */
function pricesIn(rows: readonly PriceRow[]): string {
  const priced = rows.map(({ source: _, assumed: __, factors: ___, ...row }) => row);
  return JSON.stringify(priced);
}

function changeOf(
  change: PriceChange['change'],
  before: readonly PriceRow[],
  after: readonly PriceRow[],
): PriceChange {
  const [old, next] = [newestOf(before), newestOf(after)];
  const { provider, model } = (next ?? old) as PriceRow;
  return {
    change,
    provider,
    model,
    inputBefore: old?.input ?? null,
    inputAfter: next?.input ?? null,
    outputBefore: old?.output ?? null,
    outputAfter: next?.output ?? null,
  };
}

/** The base rates of the card that began last and holds all day. */
function newestOf(rows: readonly PriceRow[]): PriceRow | undefined {
  const base = rows.filter((row) => row.aboveInputTokens === null && row.timeOfDay === null);
  return base.toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1)).at(-1) ?? rows[0];
}
