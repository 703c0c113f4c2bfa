/**
 * Lining up: rows of invoices and calls of a log on the same day and model.
 *
 * Takes invoices that were read and calls in any order, gives both sides row by row, the difference
 * split. Never a name matched by a part of it, never a call of another provider.
 */
import type { Target, Tier } from '../domain/call.ts';
import { PicoSum } from '../domain/money.ts';
import { daysBetween } from './days.ts';
import type { Invoice } from './invoice-row.ts';
import { ALL_MODELS, type InvoiceSide, SEARCH_KEY, sumInvoices } from './invoice-side.ts';
import { type Alternative, type LoggedCall, LogSide } from './log-side.ts';
import { refuseSharedDays } from './overlap.ts';
import { keyFor, ModelNames, type PriceSource } from './prices.ts';
import { invoiceError } from './refuse.ts';
import { type Split, splitDifference } from './split.ts';

/** How to line up. */
export interface LineUpOptions {
  readonly prices: PriceSource;
  dayOf(ms: number): string;
  /** The catalogue's id of a provider; empty if the spelling is not known. */
  providerId(spelling: string): string;
  /** Only the calls of this provider; null: of whoever sent the invoices. */
  readonly provider: string | null;
  /** First and last day, both included; null: from the invoices' first day, to their last. */
  readonly since: string | null;
  readonly until: string | null;
}

/** One day and model of both sides. */
export interface ReconciledRow extends Split {
  readonly day: string;
  /** The price list's name of the model, or what stands in its place. */
  readonly model: string;
  readonly billed: bigint;
  readonly logged: bigint;
  /** Those without a price too. */
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly uncertainCalls: number;
  readonly billedRequests: number | null;
}

/** Both sides lined up. */
export interface Reconciliation {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly ReconciledRow[];
  readonly invoice: InvoiceSide;
  readonly billed: bigint;
  readonly logged: bigint;
  /** Calls that someone else sends the invoice for, and what those with a price cost. */
  readonly otherProviders: {
    readonly calls: number;
    readonly unpricedCalls: number;
    readonly cost: bigint;
  };
}

const TIERS: readonly Tier[] = ['standard', 'batch', 'flex', 'priority', 'fast'];
const MIXED_TIERS: readonly Tier[] = ['batch', 'flex', 'priority'];
/** A surcharge that invoices often do not name. */
const USUAL_SURCHARGE = 'us';

/** Takes the calls of a log one by one and holds them against invoices. */
export class LineUp {
  /** First and last day that are compared. */
  readonly from: string;
  readonly to: string;
  readonly #names: ModelNames;
  readonly #invoice: InvoiceSide;
  readonly #log: LogSide;
  readonly #alternatives: readonly Alternative[];
  readonly #senders: ReadonlySet<string>;
  readonly #inScope = new Map<Target, boolean>();
  readonly #days: ReadonlySet<string>;
  readonly #otherCost = new PicoSum();
  #otherCalls = 0;
  #otherUnpriced = 0;

  /** Throws UserError when two invoices bill the same days, or none bills a day of the period. */
  constructor(
    invoices: readonly Invoice[],
    readonly options: LineUpOptions,
  ) {
    refuseSharedDays(invoices);
    const days = invoices.flatMap((invoice) => invoice.days).sort();
    this.from = options.since ?? days[0] ?? '';
    this.to = options.until ?? days.at(-1) ?? '';
    this.#days = new Set(daysBetween(this.from, this.to));
    if (!days.some((day) => this.#days.has(day))) {
      throw invoiceError(
        `the invoice bills ${days[0]} to ${days.at(-1)}, no day from ${this.from} to ${this.to}`,
        'change --since and --until',
      );
    }
    this.#names = new ModelNames(options.prices);
    const named = options.provider === null ? null : options.providerId(options.provider);
    this.#senders = new Set(
      named === null
        ? invoices.map(({ provider }) => provider)
        : [named || options.provider!.toLowerCase()],
    );
    const side = { provider: this.#sender, days: this.#days };
    this.#invoice = sumInvoices(invoices, this.#names, side);
    this.#alternatives = alternativesOf(this.#invoice);
    this.#log = new LogSide({
      prices: options.prices,
      alternatives: this.#alternatives,
      dayOf: options.dayOf,
      keyOf: (target) =>
        this.#invoice.byDayOnly
          ? ALL_MODELS
          : this.#names.keyOf(this.#senderOf(target), target.model),
      searchKey: this.#invoice.searchesApart ? SEARCH_KEY : null,
      isMixed: this.#invoice.byDayOnly,
    });
  }

  /** Counts one call; one of another provider is left out, one of another day or none passed over. */
  readonly add = (call: LoggedCall): void => {
    const { startedAtMs, target } = call;
    if (startedAtMs === null || !this.#days.has(this.options.dayOf(startedAtMs))) return;
    if (this.#isInScope(target)) this.#log.add(call, startedAtMs);
    else {
      this.#otherCalls++;
      if (call.costPico === null) this.#otherUnpriced++;
      else this.#otherCost.add(call.costPico);
    }
  };

  /** The one provider all invoices are from; empty if there is none or more than one. */
  get #sender(): string {
    const [only = '', more] = this.#senders;
    return more === undefined ? only : '';
  }

  /** Whose list a call's name is looked up in: the invoices' sender, so that both sides agree. */
  #senderOf({ provider }: Target): string {
    if (this.#senders.size === 1) return this.#sender;
    return this.options.providerId(provider);
  }

  #isInScope(target: Target): boolean {
    let found = this.#inScope.get(target);
    if (found === undefined) {
      found = this.#senders.has('') || this.#senders.has(this.#payerOf(target));
      this.#inScope.set(target, found);
    }
    return found;
  }

  /** Who is paid for a call: who the log names, else who lists the model or is billed for it. */
  #payerOf(target: Target): string {
    const named = this.options.providerId(target.provider) || target.provider.toLowerCase();
    if (named !== '') return named;
    const { match } = this.options.prices.schedule(keyFor('', target.model, 'standard', ''));
    if ('provider' in match) return match.provider;
    const key = this.#names.keyOf(this.#sender, target.model);
    const billed = [...this.#invoice.cells.keys()].some((id) => id.endsWith(`\n${key}`));
    return billed ? this.#sender : '?';
  }

  /** The difference so far, split. */
  result(): Reconciliation {
    const ids = [...new Set([...this.#invoice.cells.keys(), ...this.#log.cells.keys()])].sort();
    const dearest = this.#log.dearest();
    const rows = ids.map((id) => this.#row(id, dearest));
    const sum = (value: (row: ReconciledRow) => bigint): bigint =>
      rows.reduce((total, row) => total + value(row), 0n);
    return {
      from: this.from,
      to: this.to,
      rows,
      invoice: this.#invoice,
      billed: sum((row) => row.billed),
      logged: sum((row) => row.logged),
      otherProviders: {
        calls: this.#otherCalls,
        unpricedCalls: this.#otherUnpriced,
        cost: this.#otherCost.total,
      },
    };
  }

  #row(id: string, dearest: ReadonlyMap<string, number>): ReconciledRow {
    const [day = '', model = ''] = id.split('\n');
    const invoice = this.#invoice.cells.get(id) ?? null;
    const log = this.#log.cells.get(id) ?? null;
    const { prices } = this.options;
    const dearestPico = dearest.get(model) ?? 0;
    const context = { day, prices, alternatives: this.#alternatives, dearestPico };
    return {
      day,
      model,
      ...splitDifference(invoice, log, context),
      billed: (invoice?.amount ?? 0n) + (invoice?.credit ?? 0n),
      logged: log?.cost.total ?? 0n,
      calls: (log?.calls ?? 0) + (log?.unpriced ?? 0),
      unpricedCalls: log?.unpriced ?? 0,
      uncertainCalls: log?.uncertain ?? 0,
      billedRequests: invoice?.requests ?? null,
    };
  }
}

function alternativesOf(invoice: InvoiceSide): Alternative[] {
  const said = [...invoice.cells.values()].flatMap(({ byRegion }) => [...byRegion.keys()]);
  const regions = [...new Set(['', ...said, USUAL_SURCHARGE])];
  return [
    ...TIERS.map((tier) => ({ tier, region: null })),
    ...regions.map((region) => ({ tier: null, region })),
    ...MIXED_TIERS.flatMap((tier) =>
      regions.filter((region) => region !== '').map((region) => ({ tier, region })),
    ),
  ];
}
