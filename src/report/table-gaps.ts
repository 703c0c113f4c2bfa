/**
 * The end of the terminal report: what the amounts leave out, and what they rest on.
 *
 * Takes the report, gives lines. Never silent about a gap.
 */
import type { AuditReport, Billed, Gaps, PriceTableNote } from './model.ts';
import { displayAmount, displayCount, displayOf, loggedName } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import { escapeUnsafe } from './text.ts';

const MODELS_SHOWN = 4;

/** Unpriced calls, rejected lines and missing counts; empty when there are none. */
export function renderGaps({ gaps, period }: AuditReport, page: Page): string {
  const lines = [
    ...unpriced(gaps, page),
    ...rejected(gaps),
    ...(gaps.calls_without_usage > 0
      ? [`${displayOf(gaps.calls_without_usage, 'call')} without token counts in the log`]
      : []),
    ...fromText(gaps),
    ...(period.calls_without_time > 0
      ? [`${displayOf(period.calls_without_time, 'call')} without a time, in no day`]
      : []),
  ];
  return section(
    page,
    'Gaps',
    lines.map((line) => page.style.yellow(paragraph(page, line))),
  );
}

function unpriced(gaps: Gaps, page: Page): string[] {
  if (gaps.unpriced_calls === 0) return [];
  const shown = page.explain ? Number.POSITIVE_INFINITY : MODELS_SHOWN;
  return [
    `${displayOf(gaps.unpriced_calls, 'call')} unpriced, counted but in no amount`,
    ...gaps.unpriced_by_reason.map(({ reason, calls, models }) => {
      const named = models.slice(0, shown).map(escapeUnsafe).join(', ');
      const more = models.length > shown ? ` and ${displayCount(models.length - shown)} more` : '';
      return `- ${displayCount(calls)} ${escapeUnsafe(reason)}${named === '' ? '' : `: ${named}`}${more}`;
    }),
  ];
}

/** Calls whose provider's counts are not in the log. */
function fromText({ tokenised_calls, estimated_calls }: Gaps): string[] {
  const calls = tokenised_calls + estimated_calls;
  if (calls === 0) return [];
  return [`${displayOf(calls, 'call')} with token counts from their text, not from the provider`];
}

function rejected(gaps: Gaps): string[] {
  if (gaps.rejected_lines === 0) return [];
  const reasons = gaps.rejected_by_reason.map(
    ({ reason, lines }) => `${displayCount(lines)} ${escapeUnsafe(reason)}`,
  );
  return [
    `${displayOf(gaps.rejected_lines, 'line')} rejected` +
      `${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}: aicost rejects lists them`,
  ];
}

/** What the provider billed beside what we compute; empty when the log does not tell. */
export function renderBilled({ billed }: AuditReport, page: Page): string {
  if (billed === null) return '';
  const shown = billed.largest.slice(0, page.explain ? billed.largest.length : MODELS_SHOWN);
  return section(page, 'Billed, as the log says it', [
    paragraph(page, `${displayOf(billed.calls, 'call')}: ${costsText(billed)}`),
    ...shown.flatMap((row) => [
      paragraph(page, `- ${escapeUnsafe(loggedName(row))}: ${costsText(row)}`),
      ...(page.explain ? row.examples.map((each) => exampleText(each, page)) : []),
    ]),
    ...(page.explain && shown.length > 0
      ? [paragraph(page, 'how one of these is computed: aicost cost FILE:LINE --explain')]
      : []),
  ]);
}

type Costs = Pick<Billed, 'billed_usd' | 'computed_usd' | 'difference_usd'>;

function costsText({ billed_usd, computed_usd, difference_usd }: Costs): string {
  return (
    `${displayAmount(billed_usd)} billed, ${displayAmount(computed_usd)} computed, ` +
    `difference ${displayAmount(difference_usd)}`
  );
}

/** The place stands alone on its line, whole, as a finding's does. */
function exampleText(each: Costs & { readonly place: string }, { style }: Page): string {
  const costs = `${displayAmount(each.billed_usd)} billed, ${displayAmount(each.computed_usd)} computed`;
  return style.dim(`    ${escapeUnsafe(each.place)}  ${costs}`);
}

/** The price table with its age, and where to look next. */
export function renderFoot({ prices }: AuditReport, page: Page): string {
  const name = [prices.table, prices.version].filter((part) => part !== '').join(' ');
  const lines = [
    `prices: ${escapeUnsafe(name)}${ageText(prices)}, ` + `${escapeUnsafe(prices.source)}`,
    page.explain
      ? 'exact amounts: --json or --csv'
      : 'methods and example lines: --explain; exact amounts: --json or --csv',
  ];
  return lines.map((line) => page.style.dim(paragraph(page, line))).join('\n');
}

function ageText({ as_of, age_days }: PriceTableNote): string {
  if (as_of === null || age_days === null) return ' (date unknown)';
  return ` of ${escapeUnsafe(as_of)} (${displayOf(age_days, 'day')} old)`;
}
