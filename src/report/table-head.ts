/**
 * The top of the terminal report: what was spent, on how much, and what was read.
 *
 * Takes the report, gives lines. Never a cost without the share of calls it covers.
 */
import type { UsageBasis } from '../domain/tokens.ts';
import type { AuditReport } from './model.ts';
import { displayAmount, displayCount, displayOf, displayShare, displayTokens } from './numbers.ts';
import { type Page, paragraph } from './page.ts';
import { escapeUnsafe } from './text.ts';

/** The headline and the lines under it. */
export function renderHead(report: AuditReport, page: Page): string {
  const { totals, period } = report;
  if (totals.calls === 0) return renderNothing(report, page);
  const headline = `${displayAmount(totals.cost_usd)} for ${displayOf(totals.calls, 'call')}`;
  const lines = [
    ...headlines(headline, periodText(period), page),
    paragraph(page, coverage(report)),
    ...basisText(report).map((text) => paragraph(page, text)),
    paragraph(page, tokensText(totals)),
    ...exceptions(totals).map((text) => paragraph(page, text)),
    ...provenance(report, page),
  ];
  return lines.join('\n');
}

/** Both on one line where they fit. */
function headlines(headline: string, when: string, { style, width }: Page): string[] {
  const fits = headline.length + 2 + when.length <= width;
  const [first, second] = [style.bold(headline), style.dim(`  ${when}`)];
  return fits ? [`${first}${second}`] : [first, second];
}

function renderNothing(report: AuditReport, page: Page): string {
  return [page.style.bold('No calls, nothing to audit'), ...provenance(report, page)].join('\n');
}

function provenance({ sources, ingest }: AuditReport, page: Page): string[] {
  return [
    ...(sources.length === 0 ? [] : [paragraph(page, sourcesText(sources))]),
    ...(ingest === null ? [] : [paragraph(page, ingestText(ingest))]),
  ];
}

function periodText({ from, to, timezone }: AuditReport['period']): string {
  if (from === null || to === null) return 'no call has a time';
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)];
  if (first !== last) return `${first} to ${last} (${timezone})`;
  return `${first}, ${from.slice(11, 16)} to ${to.slice(11, 16)} (${timezone})`;
}

function coverage({ totals, gaps }: AuditReport): string {
  const share = `${displayShare(totals.priced_share)} of calls priced`;
  const counts = hasCounted(gaps) ? '' : '; token counts measured';
  if (gaps.unpriced_calls === 0) return `${share}${counts}`;
  return `${share}, ${displayCount(gaps.unpriced_calls)} unpriced and in no amount${counts}`;
}

const BASIS_WORDS: Readonly<Record<UsageBasis, string>> = {
  measured: 'measured',
  tokenised: 'counted from their text',
  estimated: 'estimated from their text',
  missing: 'without counts',
};

/** Whether tokens of some calls were counted from their text. */
function hasCounted({ tokenised_calls, estimated_calls }: AuditReport['gaps']): boolean {
  return tokenised_calls + estimated_calls > 0;
}

/** What the cost rests on, where not all of it on counts of the provider. */
function basisText({ totals, gaps }: AuditReport): string[] {
  if (!hasCounted(gaps)) return [];
  const parts = totals.by_basis
    .filter(({ basis }) => basis !== 'missing')
    .map(({ basis, calls, cost_usd }) => {
      return `${displayAmount(cost_usd)} for ${displayOf(calls, 'call')} ${BASIS_WORDS[basis]}`;
    });
  return [`token counts: ${parts.join(', ')}`];
}

function tokensText(totals: AuditReport['totals']): string {
  const cache = [
    totals.cached_input_tokens > 0
      ? `${displayTokens(totals.cached_input_tokens)} read from the provider's cache`
      : '',
    totals.cache_write_tokens > 0
      ? `${displayTokens(totals.cache_write_tokens)} written to it`
      : '',
  ].filter((part) => part !== '');
  const reasoning =
    totals.reasoning_tokens > 0 ? ` (${displayTokens(totals.reasoning_tokens)} reasoning)` : '';
  return (
    `tokens: ${displayTokens(totals.input_tokens)} input` +
    `${cache.length > 0 ? ` (${cache.join(', ')})` : ''}, ` +
    `${displayTokens(totals.output_tokens)} output${reasoning}`
  );
}

function exceptions(totals: AuditReport['totals']): string[] {
  const parts = [
    totals.failed_calls > 0 ? `${displayOf(totals.failed_calls, 'failed call')}` : '',
    totals.cached_calls > 0
      ? `${displayOf(totals.cached_calls, 'call')} answered from your own cache, not billed`
      : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? [] : [parts.join('; ')];
}

function sourcesText(sources: AuditReport['sources']): string {
  const named = sources.slice(0, 3).map(({ path }) => escapeUnsafe(path));
  const more = sources.length - named.length;
  return `from ${named.join(', ')}${more > 0 ? ` and ${displayOf(more, 'more file')}` : ''}`;
}

function ingestText(ingest: NonNullable<AuditReport['ingest']>): string {
  return (
    `read: ${displayCount(ingest.new_calls)} new, ${displayCount(ingest.known_calls)} already known, ` +
    `${displayCount(ingest.replaced_calls)} replaced, ` +
    `${displayOf(ingest.rejected_lines, 'line')} rejected`
  );
}
