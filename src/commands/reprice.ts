/**
 * `aicost reprice`: the costs in the ledger at other prices.
 *
 * Takes a price table and maybe a day, gives the stored cost beside the new one, by model and in all.
 * Never writes without --write, and then all of it or nothing.
 */
import { type RepriceRow, RepriceTally } from '../compare/reprice-tally.ts';
import { displayUsd, formatUsd } from '../domain/money.ts';
import { type EpochMs, formatInstant, parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Ledger } from '../ledger/open.ts';
import { repriceCalls } from '../ledger/reprice.ts';
import type { PriceBook } from '../pricing/price.ts';
import { displayCount, displayOf, loggedName } from '../report/numbers.ts';
import {
  fieldsOf,
  renderSections,
  type SectionColumn,
  type Sections,
  sectionOf,
} from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { bookOn, declarePrices, openBook } from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';
import { withLedger } from './with-ledger.ts';

interface Flags {
  readonly asOf?: string;
  readonly write?: boolean;
}

const right = 'right' as const;
const usd = (key: string, amount: (row: RepriceRow) => bigint) => ({
  key,
  align: right,
  value: (row: RepriceRow) => formatUsd(amount(row)),
  display: (row: RepriceRow) => displayUsd(amount(row)),
});
const count = (key: string, title: string, value: (row: RepriceRow) => number) => ({
  key,
  title,
  align: right,
  value,
});
/** What a narrow terminal can do without: the notes, CSV and JSON have it. */
const optional = true;
const FIGURES: SectionColumn<RepriceRow>[] = [
  count('calls', 'Calls', (row) => row.calls),
  { ...count('changed_calls', 'Changed', (row) => row.changedCalls), optional },
  { title: 'Stored', ...usd('stored_usd', (row) => row.storedPico) },
  { title: 'New', ...usd('new_usd', (row) => row.newPico) },
  { title: 'Difference', ...usd('difference_usd', (row) => row.newPico - row.storedPico) },
  { ...count('newly_priced_calls', 'Newly priced', (row) => row.newlyPriced.calls), optional },
  { title: '', ...usd('newly_priced_usd', (row) => row.newlyPriced.pico), isFurther: true },
  { ...count('no_longer_priced_calls', 'No longer', (row) => row.noLongerPriced.calls), optional },
  { title: '', ...usd('no_longer_priced_usd', (row) => row.noLongerPriced.pico), isFurther: true },
  { ...count('unpriced_calls', 'Unpriced', (row) => row.unpriced), optional: 'if_zero' },
];
const COLUMNS: SectionColumn<RepriceRow>[] = [
  { key: 'provider', title: '', value: (row) => row.provider, isFurther: true },
  { key: 'model', title: 'Model', isName: true, value: (row) => row.model, display: loggedName },
  ...FIGURES,
];

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
  const asOfMs = flags.asOf === undefined ? null : instantOf(flags.asOf);
  const table = await openBook(deps);
  const book = asOfMs === null ? table : bookOn(table, asOfMs);
  const isWritten = flags.write === true;
  await withLedger(deps, 'refuse', async (db) => {
    const tally = await repriced(db, deps, { book, isWritten });
    const answer = answerOf(tally, { book, isWritten, asOfMs, nowMs: deps.clock.now() });
    await deps.write([renderSections(answer, deps.output)]);
  });
}

function instantOf(text: string): EpochMs {
  const atMs = parseInstant(text);
  if (atMs !== null) return atMs;
  const hint = 'give a UTC day such as 2026-01-01, or a time such as 2026-01-01T12:00:00Z';
  throw new UserError(EXIT.usage, `--as-of '${text}' is no day and no time`, hint);
}

async function repriced(
  db: Ledger,
  deps: Deps,
  { book, isWritten }: { readonly book: PriceBook; readonly isWritten: boolean },
): Promise<RepriceTally> {
  const tally = new RepriceTally();
  const progress = deps.progress('repricing');
  let calls = 0;
  await repriceCalls(db, {
    book,
    isWritten,
    async onPage(page) {
      for (const call of page) tally.add(call);
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

function answerOf(tally: RepriceTally, subject: Subject): Sections {
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
    headline: `${displayCount(total.changedCalls)} of ${displayOf(total.calls, 'call')} cost something else: ${displayUsd(total.newPico)} instead of ${displayUsd(total.storedPico)}`,
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

function apart({ newlyPriced, noLongerPriced }: RepriceRow): string[] {
  const line = (calls: number, pico: bigint, what: string): string[] =>
    calls === 0
      ? []
      : [`${displayOf(calls, 'call')} ${what}: ${displayUsd(pico)}, in no difference`];
  return [
    ...line(newlyPriced.calls, newlyPriced.pico, 'without a price before'),
    ...line(noLongerPriced.calls, noLongerPriced.pico, 'without a price now'),
  ];
}
