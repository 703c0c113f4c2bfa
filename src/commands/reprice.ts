/**
 * `aicost reprice`: the costs in the ledger at other prices.
 *
 * Takes a price table and maybe a day, gives the stored cost beside the new one, by model and in all.
 * Never writes without --write, and then all of it or nothing.
 */
import { type CostPairRow, CostPairTally } from '../compare/cost-pairs.ts';
import { displayUsd } from '../domain/money.ts';
import { type EpochMs, formatInstant } from '../domain/time.ts';
import type { Ledger } from '../ledger/open.ts';
import { repriceCalls } from '../ledger/reprice.ts';
import type { PriceBook } from '../pricing/price.ts';
import { countColumn, loggedColumns, moneyColumn } from '../report/columns.ts';
import { displayCount, displayOf } from '../report/numbers.ts';
import {
  fieldsOf,
  renderSections,
  type SectionColumn,
  type Sections,
  sectionOf,
} from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { instantOf } from './instant.ts';
import { bookOn, declarePrices, openBook } from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';
import { withLedger } from './with-ledger.ts';

interface Flags {
  readonly asOf?: string;
  readonly write?: boolean;
}

/** What a narrow terminal can do without: the notes, CSV and JSON have it. */
const optional = true;
const isFurther = true;
const count = countColumn<CostPairRow>;
const usd = moneyColumn<CostPairRow>;
const FIGURES: SectionColumn<CostPairRow>[] = [
  count('calls', 'Calls', (row) => row.calls),
  { ...count('changed_calls', 'Changed', (row) => row.changedCalls), optional },
  usd('stored_usd', 'Stored', (row) => row.beforePico),
  usd('new_usd', 'New', (row) => row.afterPico),
  usd('difference_usd', 'Difference', (row) => row.differencePico),
  { ...count('newly_priced_calls', 'Newly priced', (row) => row.onlyAfter.calls), optional },
  { ...usd('newly_priced_usd', '', (row) => row.onlyAfter.pico), isFurther },
  { ...count('no_longer_priced_calls', 'No longer', (row) => row.onlyBefore.calls), optional },
  { ...usd('no_longer_priced_usd', '', (row) => row.onlyBefore.pico), isFurther },
  { ...count('unpriced_calls', 'Unpriced', (row) => row.neither), optional: 'if_zero' },
];
const COLUMNS: SectionColumn<CostPairRow>[] = [...loggedColumns<CostPairRow>(), ...FIGURES];

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      'Shows what the costs kept in the ledger would be at other prices, by model and in all, without writing anything. Each call is priced at its own time, with --as-of at the prices of one day. --write replaces the costs and notes the table, all of them or none. Reports need none of this: they always price anew. Works offline.',
    )
    .option('--as-of <day>', 'price every call as on this UTC day')
    .option('--write', 'replace the costs in the ledger');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost reprice                              at the current table, each call at its own time
  $ aicost reprice --as-of 2026-01-01           as if all calls had been made on that day
  $ aicost reprice --prices my-prices.csv --write
`,
    )
    .runs<Flags>(run);
}

async function run({ flags }: Invocation<Flags>, deps: Deps): Promise<void> {
  const asOfMs = flags.asOf === undefined ? null : instantOf(flags.asOf, `--as-of '${flags.asOf}'`);
  const table = await openBook(deps);
  const book = asOfMs === null ? table : bookOn(table, asOfMs);
  const isWritten = flags.write === true;
  await withLedger(deps, 'refuse', async (db) => {
    const tally = await repriced(db, deps, { book, isWritten });
    const answer = answerOf(tally, { book, isWritten, asOfMs, nowMs: deps.clock.now() });
    await deps.write([renderSections(answer, deps.output)]);
  });
}

async function repriced(
  db: Ledger,
  deps: Deps,
  { book, isWritten }: { readonly book: PriceBook; readonly isWritten: boolean },
): Promise<CostPairTally> {
  const tally = new CostPairTally();
  const progress = deps.progress('repricing');
  let calls = 0;
  await repriceCalls(db, {
    book,
    isWritten,
    async onPage(page) {
      for (const { provider, model, storedPico, newPico } of page) {
        tally.add({ provider, model, beforePico: storedPico, afterPico: newPico });
      }
      calls += page.length;
      progress.update(calls, null, displayOf(calls, 'call'));
      await deps.pause();
      deps.signal.throwIfAborted();
    },
  });
  progress.end();
  return tally;
}

interface Subject {
  readonly book: PriceBook;
  readonly isWritten: boolean;
  readonly asOfMs: EpochMs | null;
  readonly nowMs: EpochMs;
}

function answerOf(tally: CostPairTally, subject: Subject): Sections {
  const { book, isWritten, asOfMs, nowMs } = subject;
  const { total } = tally;
  return {
    schema: 'aicost.reprice/1',
    head: {
      as_of: asOfMs === null ? null : formatInstant(asOfMs),
      written: isWritten,
      prices: tableFields(book.info, nowMs),
      total: fieldsOf(total, FIGURES),
    },
    headline: `${displayCount(total.changedCalls)} of ${displayOf(total.calls, 'call')} cost something else: ${displayUsd(total.afterPico)} instead of ${displayUsd(total.beforePico)}`,
    sections: [sectionOf('models', '', tally.models, COLUMNS)],
    notes: [
      `prices: ${tableLine(book.info, nowMs)}`,
      ...apart(total),
      isWritten
        ? 'written: cost and price table of every call that differed'
        : 'a dry run, nothing was written: --write replaces the costs',
    ],
  };
}

function apart({ onlyAfter, onlyBefore }: CostPairRow): string[] {
  const line = (calls: number, pico: bigint, what: string): string[] =>
    calls === 0
      ? []
      : [`${displayOf(calls, 'call')} ${what}: ${displayUsd(pico)}, in no difference`];
  return [
    ...line(onlyAfter.calls, onlyAfter.pico, 'without a price before'),
    ...line(onlyBefore.calls, onlyBefore.pico, 'without a price now'),
  ];
}
