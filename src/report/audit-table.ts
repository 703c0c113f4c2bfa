/**
 * The audit on a terminal.
 *
 * Takes the report and a page, gives the text. Never prints text from a log unescaped.
 */
import type { AuditReport } from './model.ts';
import type { Page } from './page.ts';
import { renderFindings } from './table-findings.ts';
import { renderBilled, renderFoot, renderGaps } from './table-gaps.ts';
import { renderHead } from './table-head.ts';
import { renderSavings } from './table-savings.ts';
import { renderSpend } from './table-spend.ts';

/** The whole report, or with `page.by` its head, one spend table, its gaps and its foot. */
export function renderAuditTable(report: AuditReport, page: Page): string {
  const parts = [
    renderHead(report, page),
    ...renderSpend(report, page),
    ...(page.by === null && report.totals.calls > 0
      ? [renderFindings(report, page), renderSavings(report, page), renderBilled(report, page)]
      : []),
    renderGaps(report, page),
    renderFoot(report, page),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
