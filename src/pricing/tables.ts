/**
 * Price tables: short lists of models with their prices, from the articles or from the user.
 *
 * Takes rows, gives a price book. A table stands alone unless it is laid over another book. Never
 * matches another model: only spellings and dated snapshots of a listed name.
 */
import type { Tier } from '../domain/call.ts';
import { modelKey, type ParsedName, parseModelName } from '../domain/model-names.ts';
import { FIRST_PARTY, providerId } from '../domain/providers.ts';
import type { EpochMs } from '../domain/time.ts';
import { adjustedSchedule } from './adjust.ts';
import type { Aliases } from './aliases.ts';
import type {
  DatedCard,
  DayWindow,
  ListedPrice,
  ModelMatch,
  PriceBook,
  PriceTableInfo,
  Schedule,
  TargetPriceKey,
  UnpricedReason,
} from './book.ts';
import { type ContextTier, type Factor, type Rates, rateCard } from './card.ts';
import { fillRates, usualWebSearch } from './fallback.ts';
import { memoised } from './memo.ts';
import { scheduleOf, unpriced } from './schedule.ts';
import { PUBLISHED_RATIOS } from './service-tiers.ts';

/** One price of one model in a table. */
export interface TableRow {
  readonly model: string;
  /** Who must send the invoice; empty: whoever does. */
  readonly provider: string;
  readonly region: string;
  readonly tier: Tier;
  /** Valid from (inclusive) and until (exclusive); null without limit. */
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  readonly rates: Rates;
  readonly tiers: readonly ContextTier[];
  readonly webSearch: bigint | null;
  readonly perRequest: bigint;
  /** A time of day in which the row holds; absent: all day. */
  readonly window?: DayWindow;
  /** From the listed rates to US dollars; absent: they are US dollars. */
  readonly factors?: readonly Factor[];
}

/** A table and where it comes from. */
export interface PriceTable {
  readonly info: PriceTableInfo;
  /** Stands for an unknown time; null: the newest row. */
  readonly asOfMs: EpochMs | null;
  readonly rows: readonly TableRow[];
  /** Names in logs → models, as the user maps them. */
  readonly aliases?: Aliases;
}

/** Why a table has no row for a target. */
export type Miss = ModelMatch & { how: 'none' };
/** The rows of a table that a target means. */
export type Hit = { match: Exclude<ModelMatch, { how: 'none' }>; rows: readonly TableRow[] };

/** A price book of one table alone: models outside it are unpriced. */
export function tableBook(table: PriceTable): PriceBook {
  const ask = asker(table);
  return {
    info: table.info,
    layers: [table.info, PUBLISHED_RATIOS],
    schedule: memoised((target) => {
      const answer = ask(target);
      return 'rows' in answer ? scheduleOfRows(table, answer, target) : unpriced(answer);
    }),
    listed: () => listedRows(table),
  };
}

/** A table laid over a book: a model in the table has the table's prices, all others the book's. */
export function layeredBook(top: PriceTable, below: PriceBook): PriceBook {
  const ask = asker(top);
  return {
    info: { ...top.info, source: `${top.info.source}; other models: ${below.info.source}` },
    layers: [...below.layers, top.info],
    schedule: memoised((target) => {
      const answer = ask(target);
      if ('rows' in answer) return scheduleOfRows(top, answer, target);
      return answer.reason === 'ambiguous_provider' ? unpriced(answer) : below.schedule(target);
    }),
    *listed() {
      yield* listedRows(top);
      yield* below.listed();
    },
  };
}

/** Finds the rows of a table that a target means, or says why there are none. */
export function asker({ info, rows }: PriceTable): (target: TargetPriceKey) => Hit | Miss {
  const byName = grouped(rows, (model) => model.toLowerCase());
  const byKey = grouped(rows, coreKey);
  return ({ provider, model, modelRequested }) => {
    let first: Miss | null = null;
    for (const asked of new Set([model, modelRequested])) {
      const answer = find({ table: info.id, byName, byKey }, provider, asked);
      if ('rows' in answer) return answer;
      if (asked !== '') first ??= answer;
    }
    return first ?? { how: 'none', reason: 'no_model', asked: model, steps: [] };
  };
}

function grouped(
  rows: readonly TableRow[],
  keyOf: (model: string) => string,
): Map<string, TableRow[]> {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    const key = keyOf(row.model);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** The key of a listed name: without its known prefixes, one spelling for all. */
function coreKey(model: string): string {
  const spellings = parseModelName(model)?.spellings ?? [];
  const core = spellings.findLast(({ steps }) =>
    steps.every((step) => step === 'without the prefix'),
  );
  return modelKey(core?.name ?? model);
}

interface Names {
  readonly table: string;
  readonly byName: ReadonlyMap<string, TableRow[]>;
  readonly byKey: ReadonlyMap<string, TableRow[]>;
}

function find({ table, byName, byKey }: Names, provider: string, asked: string): Hit | Miss {
  const none = (reason: UnpricedReason, steps: readonly string[]): Miss => ({
    how: 'none',
    reason,
    asked,
    steps,
  });
  const parsed = parseModelName(asked);
  if (parsed === null) return none('no_model', []);
  const payer = payerOf(provider, parsed);
  for (const { name, steps } of parsed.spellings) {
    if (parsed.variant === 'free' && steps.length > 0) break;
    const exact = steps.length === 0 ? byName.get(name) : undefined;
    const rows = ofPayer(exact ?? byKey.get(modelKey(name)) ?? [], payer);
    if (rows.length === 0) continue;
    const payers = new Set(rows.map((row) => payerName(row.provider)));
    if (payers.size > 1)
      return none('ambiguous_provider', [`listed for ${[...payers].join(', ')}`]);
    const row = rows[0]!;
    const how = exact === undefined ? 'normalised' : 'exact';
    const note = how === 'normalised' && steps.length === 0 ? [`spelled ${row.model}`] : steps;
    const { model } = row;
    const found = { how, provider: row.provider, model, asked, spelling: name, table } as const;
    return { match: { ...found, steps: note }, rows };
  }
  return none(parsed.isFineTune ? 'fine_tune' : 'unknown_model', [`not in this list: ${asked}`]);
}

/**
 * Whoever sends the invoice: the provider that the log or the name's prefix names, else the maker,
 * as in the catalogue. Empty: nobody knows, and rows of one provider are taken.
 */
function payerOf(provider: string, { hints, spellings }: ParsedName): string {
  if (provider !== '') return payerName(provider);
  const hinted = hints.map(providerId).find((id) => id !== '');
  return hinted ?? spellings.map(({ name }) => makerOf(name)).find((id) => id !== '') ?? '';
}

function payerName(provider: string): string {
  return providerId(provider) || provider.toLowerCase();
}

/** Rows for the payer; rows without a provider only if there are no others. */
function ofPayer(rows: readonly TableRow[], payer: string): readonly TableRow[] {
  if (payer === '') return rows;
  const own = rows.filter((row) => payerName(row.provider) === payer);
  return own.length > 0 ? own : rows.filter((row) => row.provider === '');
}

/** The schedule of the rows that were found, for the tier and region of a target. */
export function scheduleOfRows(table: PriceTable, hit: Hit, target: TargetPriceKey): Schedule {
  const { match } = hit;
  const region = target.region.toLowerCase();
  const local = hit.rows.filter((row) => row.region.toLowerCase() === region);
  const rows = local.length > 0 ? local : hit.rows.filter((row) => row.region === '');
  const own = rows.filter((row) => row.tier === target.tier);
  if (own.length > 0 && target.tier !== 'standard') {
    return scheduleOf({
      match,
      cards: datedCards(own),
      asOfMs: table.asOfMs,
      otherwise: 'not_valid_at_date',
    });
  }
  const standard = rows.filter((row) => row.tier === 'standard');
  if (standard.length === 0) {
    const reason = rows.length === 0 ? 'no_price' : 'unknown_tier_rate';
    return unpriced({ how: 'none', reason, asked: match.asked, steps: match.steps });
  }
  return adjustedSchedule({
    match,
    cards: datedCards(standard),
    asOfMs: table.asOfMs,
    provider: providerId(target.provider) || providerId(match.provider) || makerOf(match.model),
    tier: target.tier,
    // The table has its own regions; a published surcharge on top would be a second one.
    region: '',
  });
}

/** The maker of a model by its family name; empty if unknown. */
function makerOf(model: string): string {
  const name = modelKey(model);
  return FIRST_PARTY.find((id) => FAMILIES[id]?.test(name)) ?? '';
}

const FAMILIES: Readonly<Record<string, RegExp>> = {
  openai: /^(?:ft:)?(?:(?:chat)?gpt-|codex-|o[134](?:-|$)|text-embedding-)/,
  anthropic: /^claude-/,
  google: /^gemini-/,
  deepseek: /^deepseek-(?:chat|reasoner|v\d)/,
  'x-ai': /^grok-/,
  mistral: /^(?:mistral|codestral|ministral|magistral)-/,
  cohere: /^command-/,
  perplexity: /^sonar(?:-|$)/,
  voyageai: /^voyage-/,
};

/** Windows go last: later cards win while they are open. */
function datedCards(rows: readonly TableRow[]): DatedCard[] {
  return [
    ...rows.filter(({ window }) => window === undefined),
    ...rows.filter(({ window }) => window !== undefined),
  ].map(datedCard);
}

function datedCard(row: TableRow): DatedCard {
  const { rates, assumed } = fillRates(row.rates, row.model);
  const search = row.webSearch === null ? usualWebSearch(row.model) : null;
  const card = rateCard({
    rates,
    tiers: row.tiers.map((tier) => ({ ...tier, rates: fillRates(tier.rates, row.model).rates })),
    webSearch: row.webSearch ?? search?.fee ?? null,
    perRequest: row.perRequest,
    assumed: search === null ? assumed : [...assumed, search.assumed],
    factors: row.factors ?? [],
  });
  return { from: row.from, until: row.until, window: row.window ?? null, card };
}

function* listedRows({ info, rows }: PriceTable): Iterable<ListedPrice> {
  for (const row of rows) {
    const { provider, model, tier, region } = row;
    yield { provider, model, tier, region, dated: datedCard(row), source: info.source };
  }
}
