/**
 * `aicost prices diff`: what the calls of a ledger cost under two price tables.
 *
 * Takes two tables, each by name, file or either with a day (`catalogue@2026-01-01`), gives the cost
 * of the same calls by model and in all. Never a difference from a call that only one can price.
 */
import type { CostPairRow } from '../compare/cost-pairs.ts';
import { diffPrices, type PriceDiff } from '../compare/diff-prices.ts';
import { displayUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import { readCalls } from '../ledger/read.ts';
import type { PriceBook } from '../pricing/price.ts';
import { countColumn, loggedColumns, moneyColumn } from '../report/columns.ts';
import { displayOf } from '../report/numbers.ts';
import {
  fieldsOf,
  renderSections,
  type SectionColumn,
  type Sections,
  sectionOf,
} from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { instantOf } from './instant.ts';
import {
  bookOn,
  type Downloaded,
  declareOwnPrices,
  downloadedOnce,
  openNamedBook,
} from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';
import { atLedger, eachCall, WHOLE_LEDGER } from './read-ledger.ts';
import { withLedger } from './with-ledger.ts';

interface Flags {
  readonly on?: string;
}

/** What a narrow terminal can do without: the notes, CSV and JSON have it. */
const optional = true;
const isFurther = true;
const count = countColumn<CostPairRow>;
const usd = moneyColumn<CostPairRow>;
const FIGURES: SectionColumn<CostPairRow>[] = [
  count('calls', 'Calls', (row) => row.calls),
  { ...count('compared_calls', '', (row) => row.bothPriced), isFurther },
  usd('before_usd', 'A', (row) => row.beforePico),
  usd('after_usd', 'B', (row) => row.afterPico),
  usd('difference_usd', 'B − A', (row) => row.differencePico),
  { ...count('only_before_calls', 'Only in A', (row) => row.onlyBefore.calls), optional },
  { ...usd('only_before_usd', '', (row) => row.onlyBefore.pico), isFurther },
  { ...count('only_after_calls', 'Only in B', (row) => row.onlyAfter.calls), optional },
  { ...usd('only_after_usd', '', (row) => row.onlyAfter.pico), isFurther },
  { ...count('unpriced_calls', 'In neither', (row) => row.neither), optional },
];
const COLUMNS: SectionColumn<CostPairRow>[] = [...loggedColumns<CostPairRow>(), ...FIGURES];

/** Declares `diff`. */
export function buildDiff(command: CliCommand): void {
  command
    .description(
      'Shows what the calls of a ledger cost under two price tables, by model and in all. Calls that only one table can price are counted apart and are in no difference. Works offline and changes no call.',
    )
    .argument('<a>', 'a price table: a name or a file; with @DAY as it was on that UTC day')
    .argument('<b>', 'the table to compare it with')
    .option('--on <ledger>', 'the ledger whose calls are priced (--ledger)');
  declareOwnPrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices diff catalogue my-prices.csv                 a contract against list prices
  $ aicost prices diff catalogue@2026-01-01 catalogue          what price changes did to this log
  $ aicost prices diff flat-2026 gateway-2026 --on aicost.db --csv
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<void> {
  const [a = '', b = ''] = args;
  const downloaded = downloadedOnce(deps);
  const before = await openAsOf(deps, a, downloaded);
  const after = await openAsOf(deps, b, downloaded);
  await withLedger(atLedger(deps, flags.on), 'refuse', async (db) => {
    const differ = diffPrices(before, after);
    await eachCall(readCalls(db, WHOLE_LEDGER, before), deps, (call) => differ.add(call));
    const answer = answerOf(differ.result(), [a, b], deps.clock.now());
    await deps.write([renderSections(answer, deps.output)]);
  });
}

const AT_HINT = 'give a UTC day such as catalogue@2026-01-01';

/** A table, as it was at the time after `@` if there is one. */
async function openAsOf(deps: Deps, spec: string, downloaded: Downloaded): Promise<PriceBook> {
  const parts = /^(.+)@([^@]+)$/.exec(spec);
  const table = parts?.[1] ?? spec;
  const asked = { value: table, origin: `prices diff ${spec}` };
  const book = await openNamedBook(deps, asked, downloaded);
  if (parts === null) return book;
  const day = parts[2] ?? '';
  return bookOn(book, instantOf(day, `'${day}' after @`, AT_HINT));
}

function answerOf(diff: PriceDiff, names: readonly [string, string], nowMs: EpochMs): Sections {
  const { before, after, total, models } = diff;
  const [a, b] = names;
  const difference = displayUsd(total.differencePico);
  return {
    schema: 'aicost.prices-diff/1',
    head: {
      a: { asked: a, ...tableFields(before, nowMs) },
      b: { asked: b, ...tableFields(after, nowMs) },
      total: fieldsOf(total, FIGURES),
    },
    headline: `${displayOf(total.bothPriced, 'call')}: ${displayUsd(total.beforePico)} under ${a}, ${displayUsd(total.afterPico)} under ${b}, difference ${difference}`,
    sections: [sectionOf('models', '', models, COLUMNS)],
    notes: [`A: ${tableLine(before, nowMs)}`, `B: ${tableLine(after, nowMs)}`, ...apart(total)],
  };
}

function apart({ onlyBefore, onlyAfter, neither }: CostPairRow): string[] {
  const only = (calls: number, pico: bigint, table: string): string[] =>
    calls === 0 ? [] : [`${displayOf(calls, 'call')} priced in ${table} only: ${displayUsd(pico)}`];
  return [
    ...only(onlyBefore.calls, onlyBefore.pico, 'A'),
    ...only(onlyAfter.calls, onlyAfter.pico, 'B'),
    ...(neither === 0 ? [] : [`${displayOf(neither, 'call')} priced in neither`]),
  ];
}
