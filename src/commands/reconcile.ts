/**
 * `aicost reconcile`: an invoice held against the ledger.
 *
 * Takes the exports of a provider, gives the difference by day and model, split into what explains
 * it. Never reads a log, never writes the ledger.
 */
import { resolve } from 'node:path';
import { readSettingFile } from '../config.ts';
import { parseDecimal } from '../domain/money.ts';
import { providerId } from '../domain/providers.ts';
import { parseInstant } from '../domain/time.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countUndated } from '../ledger/lookup.ts';
import { loggedProviders } from '../ledger/models.ts';
import type { Ledger } from '../ledger/open.ts';
import { readCalls } from '../ledger/read.ts';
import type { PriceBook } from '../pricing/price.ts';
import { type ReconcileSettings, reconcile } from '../reconcile/reconcile.ts';
import { renderReconcile } from '../report/reconcile.ts';
import type { ReconcileReport } from '../report/reconcile-model.ts';
import { unexplainedText } from '../report/reconcile-verdict.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { collect, declarePrices, openBook } from './price-book.ts';
import { tableFields } from './price-note.ts';
import { eachCall, WHOLE_LEDGER } from './read-ledger.ts';
import { countOf } from './report-flags.ts';
import { withLedger } from './with-ledger.ts';

/** The flags, as typed. */
interface Flags {
  readonly since?: string;
  readonly until?: string;
  readonly tz: string;
  readonly provider?: string;
  readonly tolerance?: string;
  readonly currencyRate?: readonly string[];
  readonly top: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      `Holds an invoice against the ledger, by day and model, and splits the difference into what explains it: calls without a price, calls not in the log, tier, region, rounding, and a rest. Works offline; exits with 3 when more than --tolerance stays unexplained: the rest, and what was billed for calls the log lacks beyond what its time-outs and broken streams can have cost.`,
    )
    .argument(
      '<invoices...>',
      'usage or cost exports of OpenAI, Anthropic or OpenRouter, or a CSV of day, model, amount',
    )
    .option('--since <day>', "the first day to compare (the invoices' first)")
    .option('--until <day>', "the last day to compare (the invoices' last)")
    .option('--tz <zone>', 'the zone of the days', 'UTC')
    .option('--provider <name>', "only calls of this provider (the invoices' sender)")
    .option('--tolerance <limit>', 'what may stay unexplained: 1% of the invoice, or $5')
    .option(
      '--currency-rate <code=usd>',
      "dollars for one unit of the invoice's currency: EUR=1.08 (repeatable)",
      collect,
    )
    .option('--top <n>', 'days and models on a terminal', '10');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost reconcile fixtures/invoice.csv                  the difference, and what explains it
  $ aicost reconcile fixtures/invoice.csv --tolerance 10%  a check for a script: exit code 3 beyond 10 %
  $ aicost reconcile fixtures/invoice.csv --csv            every day and model, for a spreadsheet
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const top = countOf(flags.top, '--top');
  refuseOverwrite(
    deps.output,
    args.map((name) => resolve(deps.cwd, name)),
  );
  const book = await openBook(deps);
  const files = args.map((name) => {
    const hint = 'give the exports of a provider, or a CSV of day, model, amount';
    return { name, text: readSettingFile({ value: name, origin: 'invoice' }, deps.cwd, hint) };
  });
  const comparison = reconcile(files, settingsOf(flags, book, deps));
  return withLedger(deps, 'refuse', async (db) => {
    refuseUnknown(flags.provider, db);
    const selection = { ...WHOLE_LEDGER, ...comparison.period };
    await eachCall(readCalls(db, selection, book), deps, comparison.add);
    const report = comparison.report(deps.clock.now(), countUndated(db, null));
    await deps.write([renderReconcile(report, { ...deps.output, top })]);
    return verdictOf(report, deps);
  });
}

/** A name that is misspelt would leave every call out, and make the whole invoice unexplained. */
function refuseUnknown(provider: string | undefined, db: Ledger): void {
  if (provider === undefined || providerId(provider) !== '') return;
  const logged = loggedProviders(db).filter((name) => name !== '');
  if (logged.some((name) => name.toLowerCase() === provider.toLowerCase())) return;
  throw new UserError(
    EXIT.usage,
    `--provider '${provider}' is no provider known by name, nor one the ledger names`,
    logged.length === 0 ? 'leave it out' : `the ledger names: ${logged.sort().join(', ')}`,
  );
}

/** The exit code; beside rows of CSV, which have no place for it, the verdict is said. */
function verdictOf({ tolerance, totals, notes }: ReconcileReport, deps: Deps): ExitCode {
  const isSilent = deps.output.format === 'csv';
  if (isSilent) for (const text of notes) deps.note(text);
  if (tolerance?.is_within !== false) return EXIT.ok;
  if (isSilent) deps.note(`${unexplainedText(totals)}, beyond the tolerance of ${tolerance.given}`);
  return EXIT.gaps;
}

function settingsOf(flags: Flags, book: PriceBook, { clock }: Deps): ReconcileSettings {
  const since = dayOf(flags.since, '--since');
  const until = dayOf(flags.until, '--until');
  if (since !== null && until !== null && since > until) {
    throw new UserError(EXIT.usage, '--since is after --until', 'turn them round');
  }
  return {
    prices: book,
    pricesNote: tableFields(book.info, clock.now()),
    providerId,
    provider: flags.provider ?? null,
    since,
    until,
    timezone: flags.tz,
    usdPer: Object.fromEntries((flags.currencyRate ?? []).map(rateOf)),
    tolerance: flags.tolerance ?? null,
  };
}

function dayOf(text: string | undefined, flag: string): string | null {
  if (text === undefined) return null;
  if (DAY.test(text) && parseInstant(text) !== null) return text;
  const hint = 'an invoice is compared by whole days: give one such as 2026-03-01';
  throw new UserError(EXIT.usage, `${flag} '${text}' is no day`, hint);
}

/** `EUR=1.08` → the currency and what one unit is in dollars. */
function rateOf(text: string): [code: string, rate: string] {
  const [, code = '', rate = ''] = /^([A-Za-z]{3})=(.+)$/.exec(text.trim()) ?? [];
  if ((parseDecimal(rate, 12) ?? 0n) > 0n) return [code.toUpperCase(), rate];
  throw new UserError(
    EXIT.usage,
    `--currency-rate '${text}' is no rate`,
    'give a currency and the dollars of one unit, such as EUR=1.08',
  );
}
