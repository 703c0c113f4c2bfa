/**
 * The findings of the terminal report: waste as it happened.
 *
 * Takes the report, gives a table and, on request, methods and example lines. Never adds findings
 * up: they may overlap.
 */
import { renderGrid } from './grid.ts';
import type { AuditReport, FindingRow } from './model.ts';
import { displayAmount, displayCount, displayShare } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import { escapeUnsafe } from './text.ts';

/** The findings, dearest first as the report has them; a line saying so when there are none. */
export function renderFindings({ findings }: AuditReport, page: Page): string {
  const title = 'Wasted as it happened (findings may overlap and are not added up)';
  const found = findings.filter((finding) => finding.calls > 0);
  const notes = findings.flatMap((finding) => noteOf(finding, page));
  if (found.length === 0) {
    return section(page, 'Wasted as it happened', [paragraph(page, 'nothing found'), ...notes]);
  }
  const grid = renderGrid(
    [
      { title: 'finding', shrinks: true },
      { title: 'calls', align: 'right' },
      { title: 'cost', align: 'right' },
      { title: 'share', align: 'right', optional: true },
      { title: 'basis', optional: true },
    ],
    found.map((finding) => ({ cells: cellsOf(finding) })),
    page,
  );
  return section(page, title, [grid, ...notes, ...(page.explain ? explained(found, page) : [])]);
}

/** What a finding could not judge, also where it found nothing. */
function noteOf({ title, note }: FindingRow, page: Page): string[] {
  if (note === null) return [];
  return [page.style.dim(paragraph(page, `${escapeUnsafe(title)}: ${escapeUnsafe(note)}`))];
}

function cellsOf(finding: FindingRow): string[] {
  const priced = finding.calls === 0 || finding.unpriced_calls < finding.calls;
  return [
    escapeUnsafe(finding.title),
    displayCount(finding.calls),
    priced ? displayAmount(finding.cost_usd) : 'unpriced',
    displayShare(finding.share),
    finding.basis,
  ];
}

function explained(findings: readonly FindingRow[], page: Page): string[] {
  return findings.flatMap((finding) => {
    const unpriced =
      finding.unpriced_calls > 0 ? ` (${displayCount(finding.unpriced_calls)} calls unpriced)` : '';
    const counts = Object.entries(finding.counts).map(countText).join(', ');
    return [
      '',
      page.style.cyan(`  ${escapeUnsafe(finding.title)}`),
      paragraph(page, `${escapeUnsafe(finding.method)}${unpriced}`),
      ...(counts === '' ? [] : [paragraph(page, `counted: ${counts}`)]),
      ...finding.examples.map((example) => page.style.dim(`    ${escapeUnsafe(example)}`)),
    ];
  });
}

/** `1,200 retry calls`: the name ends in its unit, a plural. */
function countText([name, count]: [string, number]): string {
  const words = escapeUnsafe(name.replaceAll('_', ' '));
  return `${displayCount(count)} ${count === 1 ? words.replace(/s$/, '') : words}`;
}
