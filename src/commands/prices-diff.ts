/**
 * `aicost prices diff`: what the calls of a ledger cost under two price tables.
 *
 * Takes two tables, each by name, file or either with a day (`catalogue@2026-01-01`), gives the cost
 * of the same calls by model and in all. Never a difference from a call that only one can price.
 */
import { displayUsd, formatUsd } from '../domain/money.ts';
import { type EpochMs, parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { readCalls } from '../ledger/read.ts';
import { type DiffRow, diffPrices, type PriceDiff } from '../pricing/diff.ts';
import type { PriceBook } from '../pricing/price.ts';
import { displayOf, loggedName } from '../report/numbers.ts';
import {
  fieldsOf,
  renderSections,
  type SectionColumn,
  type Sections,
  sectionOf,
} from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { bookOn, declareOwnPrices, openNamedBook } from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';
import { atLedger, eachCall, WHOLE_LEDGER } from './read-ledger.ts';
import { withLedger } from './with-ledger.ts';

interface Flags {
  readonly on?: string;
}

const right = 'right' as const;
const usd = (key: string, amount: (row: DiffRow) => bigint) => ({
  key,
  align: right,
  value: (row: DiffRow) => formatUsd(amount(row)),
  display: (row: DiffRow) => displayUsd(amount(row)),
});
const count = (key: string, title: string, value: (row: DiffRow) => number) => ({
  key,
  title,
  align: right,
  value,
});
/** What a narrow terminal can do without: the notes, CSV and JSON have it. */
const optional = true;
const FIGURES: SectionColumn<DiffRow>[] = [
  count('calls', 'Calls', (row) => row.calls),
  { ...count('compared_calls', '', (row) => row.bothPriced), isFurther: true },
  { title: 'A', ...usd('before_usd', (row) => row.beforePico) },
  { title: 'B', ...usd('after_usd', (row) => row.afterPico) },
  { title: 'B − A', ...usd('difference_usd', (row) => row.differencePico) },
  { ...count('only_before_calls', 'Only in A', (row) => row.onlyBefore.calls), optional },
  { title: '', ...usd('only_before_usd', (row) => row.onlyBefore.pico), isFurther: true },
  { ...count('only_after_calls', 'Only in B', (row) => row.onlyAfter.calls), optional },
  { title: '', ...usd('only_after_usd', (row) => row.onlyAfter.pico), isFurther: true },
  { ...count('unpriced_calls', 'In neither', (row) => row.neither), optional },
];
const COLUMNS: SectionColumn<DiffRow>[] = [
  { key: 'provider', title: '', value: (row) => row.provider, isFurther: true },
  { key: 'model', title: 'Model', isName: true, value: (row) => row.model, display: loggedName },
  ...FIGURES,
];

/** Declares `diff`. */
export function buildDiff(command: CliCommand): void {
  command
    .description(
      'Shows what the calls of a ledger cost under two price tables, by model and in all. Calls that only one table can price are counted apart and are in no difference. Works offline and writes nothing.',
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
  const before = await openAsOf(deps, a);
  const after = await openAsOf(deps, b);
  await withLedger(atLedger(deps, flags.on), 'refuse', async (db) => {
    const differ = diffPrices(before, after);
    await eachCall(readCalls(db, WHOLE_LEDGER, before), deps, (call) => differ.add(call));
    const answer = answerOf(differ.result(), [a, b], deps.clock.now());
    await deps.write([renderSections(answer, deps.output)]);
  });
}

/** A table, as it was at the time after `@` if there is one. */
async function openAsOf(deps: Deps, spec: string): Promise<PriceBook> {
  const parts = /^(.+)@([^@]+)$/.exec(spec);
  const table = parts?.[1] ?? spec;
  const book = await openNamedBook(deps, { value: table, origin: `prices diff ${spec}` });
  return parts === null ? book : bookOn(book, instantOf(parts[2] ?? ''));
}

function instantOf(text: string): EpochMs {
  const atMs = parseInstant(text);
  if (atMs !== null) return atMs;
  const hint = 'give a UTC day such as catalogue@2026-01-01';
  throw new UserError(EXIT.usage, `'${text}' after @ is no day and no time`, hint);
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

function apart({ onlyBefore, onlyAfter, neither }: DiffRow): string[] {
  const only = (calls: number, pico: bigint, table: string): string[] =>
    calls === 0 ? [] : [`${displayOf(calls, 'call')} priced in ${table} only: ${displayUsd(pico)}`];
  return [
    ...only(onlyBefore.calls, onlyBefore.pico, 'A'),
    ...only(onlyAfter.calls, onlyAfter.pico, 'B'),
    ...(neither === 0 ? [] : [`${displayOf(neither, 'call')} priced in neither`]),
  ];
}
