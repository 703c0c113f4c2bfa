/**
 * The end of the terminal report: what the amounts leave out, and what they rest on.
 *
 * Takes the report, gives lines. Never silent about a gap.
 */
import { DAY_MS, parseInstant } from '../domain/time.ts';
import type { AuditReport, Gaps } from './model.ts';
import { displayAmount, displayCount, displayOf } from './numbers.ts';
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
    ...(gaps.estimated_calls > 0
      ? [`${displayOf(gaps.estimated_calls, 'call')} with token counts estimated from the text`]
      : []),
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
  const largest = billed.largest
    .slice(0, MODELS_SHOWN)
    .map(
      (row) =>
        `- ${escapeUnsafe(row.model)}: ${displayAmount(row.billed_usd)} billed, ` +
        `${displayAmount(row.computed_usd)} computed, difference ${displayAmount(row.difference_usd)}`,
    );
  return section(page, 'Billed, as the log says it', [
    paragraph(
      page,
      `${displayOf(billed.calls, 'call')}: ${displayAmount(billed.billed_usd)} billed, ` +
        `${displayAmount(billed.computed_usd)} computed, difference ${displayAmount(billed.difference_usd)}`,
    ),
    ...largest.map((line) => paragraph(page, line)),
  ]);
}

/** The price table with its age, and where to look next. */
export function renderFoot({ prices, generated_at }: AuditReport, page: Page): string {
  const name = [prices.table, prices.version].filter((part) => part !== '').join(' ');
  const lines = [
    `prices: ${escapeUnsafe(name)}${ageText(prices.as_of, generated_at)}, ` +
      `${escapeUnsafe(prices.source)}`,
    page.explain
      ? 'exact amounts: --json or --csv'
      : 'methods and example lines: --explain; exact amounts: --json or --csv',
  ];
  return lines.map((line) => page.style.dim(paragraph(page, line))).join('\n');
}

function ageText(asOf: string | null, generatedAt: string): string {
  if (asOf === null) return ' (date unknown)';
  const [then, now] = [parseInstant(asOf), parseInstant(generatedAt)];
  if (then === null || now === null || now < then) return ` of ${escapeUnsafe(asOf)}`;
  return ` of ${escapeUnsafe(asOf)} (${displayOf(Math.floor((now - then) / DAY_MS), 'day')} old)`;
}
