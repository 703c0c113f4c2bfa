/**
 * The savings of the terminal report: from what was paid, lever by lever, to what would be left.
 *
 * Takes the report, gives a table. Never rounds a saving up, never adds levers that were not
 * replayed on each other's remainder.
 */
import { displayUsd, parseUsd, shareBp } from '../domain/money.ts';
import { type GridRow, renderGrid } from './grid.ts';
import type { AuditReport, LeverRow } from './model.ts';
import { displayCount, displayOf, displayShare } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import { usd } from './table-head.ts';
import { escapeUnsafe } from './text.ts';

/** The waterfall, the sum by certainty, what was skipped and how large the sample is. */
export function renderSavings({ savings }: AuditReport, page: Page): string {
  const title = `What could be saved, replayed in time order (policy: ${escapeUnsafe(savings.policy)})`;
  const grid = renderGrid(
    [
      { title: 'lever', shrinks: true },
      { title: 'calls', align: 'right' },
      { title: 'sure', align: 'right' },
      { title: 'likely', align: 'right' },
      { title: 'needs a test', align: 'right' },
      { title: 'then left', align: 'right' },
    ],
    waterfall(savings, page),
    page,
  );
  return section(page, title, [
    grid,
    page.style.green(paragraph(page, sumText(savings))),
    ...savings.skipped.map(({ lever, reason }) =>
      page.style.dim(
        paragraph(page, `not replayed: ${escapeUnsafe(lever)}, ${escapeUnsafe(reason)}`),
      ),
    ),
    page.style.dim(paragraph(page, sampleText(savings))),
    ...(page.explain ? methods(savings.levers, page) : []),
  ]);
}

function waterfall(savings: AuditReport['savings'], { style }: Page): GridRow[] {
  let left = parseUsd(savings.baseline_usd) ?? 0n;
  const rows: GridRow[] = [{ cells: ['as paid', '', '', '', '', displayUsd(left)] }];
  for (const lever of savings.levers) {
    left -= parseUsd(lever.saved_usd) ?? 0n;
    rows.push({
      cells: [
        escapeUnsafe(lever.lever),
        displayCount(lever.calls),
        saved(lever.sure_usd),
        saved(lever.likely_usd),
        saved(lever.needs_test_usd),
        displayUsd(left),
      ],
    });
  }
  const { sure_usd, likely_usd, needs_test_usd } = savings.by_certainty;
  const sums = [saved(sure_usd), saved(likely_usd), saved(needs_test_usd)];
  return [...rows, { cells: ['in all', '', ...sums, usd(savings.after_usd)], style: style.bold }];
}

function saved(text: string): string {
  return text === '0' ? '-' : usd(text, 'down');
}

function sumText({ saved_usd, baseline_usd, by_certainty }: AuditReport['savings']): string {
  const whole = parseUsd(saved_usd) ?? 0n;
  if (whole <= 0n) return 'these levers would have saved nothing';
  const share = shareBp(whole, parseUsd(baseline_usd) ?? 0n) / 10_000;
  const parts = [
    `${usd(by_certainty.sure_usd, 'down')} sure`,
    `${usd(by_certainty.likely_usd, 'down')} likely`,
    `${usd(by_certainty.needs_test_usd, 'down')} needs a test`,
  ];
  return `saves ${usd(saved_usd, 'down')} (${displayShare(share)}): ${parts.join(', ')}; estimated`;
}

function sampleText({ sample }: AuditReport['savings']): string {
  return `from ${displayOf(sample.priced_calls, 'priced call')} over ${displayOf(sample.days, 'day')}`;
}

function methods(levers: readonly LeverRow[], page: Page): string[] {
  return levers.flatMap((lever) => [
    '',
    page.style.cyan(`  ${escapeUnsafe(lever.lever)}`),
    paragraph(page, escapeUnsafe(lever.method)),
  ]);
}
