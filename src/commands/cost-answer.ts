/**
 * The answer of `aicost cost`: one answer's cost, counts and arithmetic for every format.
 *
 * Takes what was priced and how, gives sections. Never a figure that is not in the JSON.
 */
import type { ChargedCall, CostedCall, CostOfCalls } from '../compare/cost-of-calls.ts';
import { formatUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { inputTotal, type Usage } from '../domain/tokens.ts';
import type { StoredCall } from '../ledger/call-at.ts';
import type { ModelMatch } from '../pricing/book.ts';
import type { CostExplanation, CostLine } from '../pricing/explain.ts';
import { formatRatio } from '../pricing/explain.ts';
import { countColumn } from '../report/columns.ts';
import type { Cell } from '../report/csv.ts';
import type { OutputFormat } from '../report/format.ts';
import type { PriceTableNote } from '../report/model.ts';
import type { Column } from '../report/rows.ts';
import { type Section, type Sections, sectionOf } from '../report/sections.ts';
import { lineOf } from './price-note.ts';

/** What was priced. */
export interface CostSubject {
  /** `FILE:LINE`, for a call of the ledger. */
  readonly place: string | null;
  readonly stored: readonly StoredCall[] | null;
  readonly calls: readonly (ChargedCall & {
    readonly billedPico: bigint | null;
    readonly notes?: readonly string[];
  })[];
  readonly cost: CostOfCalls;
  readonly prices: PriceTableNote;
  readonly isExplained: boolean;
  readonly format: OutputFormat;
}

/** Makes the answer. JSON has the fields at its top; CSV has them as its one row. */
export function costAnswer(subject: CostSubject): Sections {
  const { cost, prices, isExplained, format } = subject;
  const fields = fieldsOfCost(subject);
  const lines = linesOf(cost);
  return {
    schema: 'aicost.cost/1',
    head: {
      ...fields,
      prices,
      ...(isExplained ? { explanation: cost.calls.map(explanationFields) } : {}),
    },
    headline: headlineOf(cost),
    sections:
      format === 'table'
        ? [isExplained && lines.length > 0 ? lineSection(lines) : countSection(cost.usage)]
        : format === 'csv'
          ? [rowSection(fields), ...(isExplained ? [lineSection(lines)] : [])]
          : isExplained
            ? [lineSection(lines)]
            : [],
    notes: [
      ...subject.calls.flatMap(({ notes = [] }) => notes),
      ...(isExplained ? cost.calls.flatMap(notesOf) : []),
      `prices: ${lineOf(prices)}`,
    ],
  };
}

function headlineOf({ calls, cost }: CostOfCalls): string {
  const names = calls.map(({ call, match }) => nameOf(call, match)).join('; ');
  // Exact: rounding for people would hide the digits that one call is about.
  return typeof cost === 'string'
    ? `no price (${cost}): ${names}`
    : `$${formatUsd(cost)}: ${names}`;
}

function nameOf({ target }: ChargedCall, match: ModelMatch): string {
  const asked = target.model || target.modelRequested;
  if (match.how === 'none') return asked;
  const payer = match.provider === '' ? '' : ` of ${match.provider}`;
  return `${asked}, ${match.model}${payer} (${match.how})`;
}

function fieldsOfCost({ place, stored, calls, cost }: CostSubject): Record<string, Cell> {
  const [first] = cost.calls;
  const target = first?.call.target;
  const match = first?.match;
  const found = match === undefined || match.how === 'none' ? null : match;
  return {
    cost_usd: typeof cost.cost === 'string' ? null : formatUsd(cost.cost),
    reason: typeof cost.cost === 'string' ? cost.cost : null,
    place,
    calls: cost.calls.length,
    provider: target?.provider ?? '',
    model: target?.model || target?.modelRequested || '',
    price_provider: found?.provider ?? null,
    price_model: found?.model ?? null,
    match: match?.how ?? 'none',
    at: first === undefined ? null : instantText(first.call.startedAtMs),
    tier: target?.tier ?? 'standard',
    region: target?.region ?? '',
    format: target?.format ?? '',
    basis: target?.usageBasis ?? 'missing',
    ...countFields(cost.usage),
    billed_usd: sumText(calls.map(({ billedPico }) => billedPico)),
    stored_usd: stored === null ? null : wholeSum(stored.map(({ storedPico }) => storedPico)),
  };
}

function instantText(atMs: number | null): string | null {
  return atMs === null ? null : formatInstant(atMs);
}

/** The sum of all; null if one is not known. */
function wholeSum(amounts: readonly (number | null)[]): string | null {
  let sum = 0n;
  for (const amount of amounts) {
    if (amount === null) return null;
    sum += BigInt(amount);
  }
  return formatUsd(sum);
}

/** The sum of those that are known. */
function sumText(amounts: readonly (bigint | null)[]): string | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : formatUsd(known.reduce((sum, amount) => sum + amount, 0n));
}

function countFields(usage: Usage): Record<string, number> {
  return {
    input_tokens: inputTotal(usage),
    uncached_input_tokens: usage.input,
    cache_read_tokens: usage.cacheRead,
    cache_write_5m_tokens: usage.cacheWrite5m,
    cache_write_1h_tokens: usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    input_audio_tokens: usage.inputAudio,
    input_image_tokens: usage.inputImage,
    cache_read_audio_tokens: usage.cacheReadAudio,
    cache_read_image_tokens: usage.cacheReadImage,
    output_audio_tokens: usage.outputAudio,
    output_image_tokens: usage.outputImage,
    web_searches: usage.webSearches,
  };
}

function rowSection(fields: Record<string, Cell>): Section {
  const columns: Column<Record<string, Cell>>[] = Object.keys(fields).map((key) => ({
    key,
    title: key,
    value: (row) => row[key] ?? null,
  }));
  return sectionOf('cost', '', [fields], columns);
}

/** On a terminal the counts that are there, one below the other. */
function countSection(usage: Usage): Section {
  const rows = Object.entries(countFields(usage)).filter(([, tokens]) => tokens > 0);
  return sectionOf('counts', '', rows, [
    { key: 'count', title: 'Count', value: ([name]) => name.replaceAll('_', ' ') },
    countColumn('quantity', 'Quantity', ([, tokens]) => tokens),
  ]);
}

interface Line extends CostLine {
  readonly call: number;
}

function linesOf({ calls }: CostOfCalls): Line[] {
  return calls.flatMap(({ explanation }, index) =>
    (explanation?.lines ?? []).map((line) => ({ ...line, call: index + 1 })),
  );
}

function lineSection(lines: readonly Line[]): Section {
  return sectionOf('lines', '', lines, [
    countColumn('call', 'Call', (row) => row.call),
    { key: 'item', title: 'Item', value: (row) => snake(row.item) },
    countColumn('quantity', 'Quantity', (row) => row.quantity),
    { key: 'unit', title: 'Unit', value: (row) => row.unit, isFurther: true },
    { key: 'list_rate', title: '× list rate', align: 'right', value: (row) => row.listRate },
    {
      key: 'per',
      title: 'per',
      align: 'right',
      value: (row) => row.per,
      display: (row) => (row.per === 1 ? '1' : '1M'),
    },
    { key: 'factor', title: '× factor', align: 'right', value: (row) => row.factor },
    { key: 'amount_usd', title: '= USD', align: 'right', value: (row) => row.amountUsd },
    { key: 'assumed', title: 'Assumed', value: (row) => row.assumed },
  ]);
}

function snake(name: string): string {
  return name.replace(/[A-Z]|\d+[mh]$/g, (part) => `_${part.toLowerCase()}`);
}

function explanationFields({ call, cost, match, explanation }: CostedCall): object {
  return {
    model: call.target.model,
    steps: match.steps,
    cost_usd: typeof cost === 'string' ? null : formatUsd(BigInt(cost)),
    reason: typeof cost === 'string' ? cost : null,
    exact_usd: explanation?.exactUsd ?? null,
    rounded_usd: explanation?.roundedUsd ?? null,
    above_input_tokens: explanation?.contextTier ?? null,
    factors: (explanation?.factors ?? []).map(({ kind, ratio, appliesTo, source }) => ({
      kind,
      ratio: formatRatio(ratio),
      applies_to: appliesTo,
      source,
    })),
    valid_from: explanation?.validFrom ?? null,
    valid_until: explanation?.validUntil ?? null,
    time_of_day: explanation?.timeOfDay ?? null,
    source: explanation?.source ?? null,
  };
}

function notesOf({ call, match, cost, explanation }: CostedCall): string[] {
  const steps = match.steps.map((step) => `name: ${step}`);
  if (explanation === null) {
    return [...steps, `status ${call.outcome.status}: nothing is charged by tokens`];
  }
  if (typeof cost === 'string') return steps;
  return [...steps, ...sumNotes(explanation), ...cardNotes(explanation)];
}

function sumNotes({ exactUsd, roundedUsd }: CostExplanation): string[] {
  return [`sum $${exactUsd}, rounded once at 1e-12, half to even: $${roundedUsd}`];
}

function cardNotes(explanation: CostExplanation): string[] {
  const { contextTier, inputTokens, factors, validFrom, validUntil, timeOfDay } = explanation;
  const validity = [
    validFrom === null ? '' : `from ${validFrom}`,
    validUntil === null ? '' : `until ${validUntil}`,
    timeOfDay === null ? '' : `at ${timeOfDay} UTC`,
  ].filter((part) => part !== '');
  return [
    ...(contextTier === null
      ? []
      : [`rates of inputs above ${contextTier} tokens: the whole input is ${inputTokens}`]),
    ...factors.map(({ kind, ratio, source }) => `${kind} × ${formatRatio(ratio)}: ${source}`),
    ...(validity.length === 0 ? [] : [`this price holds ${validity.join(' ')}`]),
    ...(explanation.source === null ? [] : [`source: ${explanation.source}`]),
  ];
}
