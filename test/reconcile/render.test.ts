/** A reconciliation as text: what each format has, and that none is led astray by a file's text. */
import { describe, expect, test } from 'vitest';
import type { OutputFormat } from '../../src/report/format.ts';
import { renderReconcile } from '../../src/report/reconcile.ts';
import type { ReconcileReport } from '../../src/report/reconcile-model.ts';
import { calls, compare } from './world.ts';

const TEXT =
  'day,model,amount\n2026-04-01,gpt-4o,0.40\n2026-04-01,\u001b[31mred,2\n2026-04-02,=cmd(),1\n' +
  '2026-04-02,gpt-4o,-0.5\n';

function render(report: ReconcileReport, format: OutputFormat, top = 10): string {
  const shared = { colour: false, width: 100, bom: false, delimiter: ',' };
  return renderReconcile(report, { ...shared, format, top });
}

describe('a table', () => {
  const report = compare(TEXT, calls(1), { tolerance: '1%' });
  const lines = render(report, 'table').split('\n');

  test('opens with both sides, and shows every part with its basis, the rest last', () => {
    // 0.40 + 2 + 1 - 0.50 billed, 0.35 logged.
    expect(lines[0]).toBe(
      'invoice $2.90, log $0.350: difference $2.55 (87.9 %)  2026-04-01 to 2026-04-02 (UTC)',
    );
    expect(lines).toContain('  log: 1 call, at test 1, 7 days old');
    const table = lines.slice(lines.indexOf('What explains the difference') + 3);
    expect(table.slice(0, 5).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['calls not in the log', '$3.00', '$3.00', '$3.00', 'measured'],
      ['rounding', '$0.00', '-$0.0150', '$0.0150', 'estimated'],
      ['credits', '-$0.500', '-$0.500', '-$0.500', 'measured'],
      ['rest, not explained', '$0.0500'],
      // 0.05 without a reason, and 2 + 1 for a model and a day without a call.
      [expect.stringContaining('beyond the tolerance of 1% ($0.0290): $3.05 unexplained, of it')],
    ]);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      'of it $3.00 billed for calls the log lacks; days and models added up without their signs',
    );
  });

  test('shows the largest differences, and how many more there are', () => {
    const short = render(report, 'table', 1);
    expect(short).toContain('… 3 more: see --csv');
    expect(short).toContain('\\x1b[31mred');
    expect(short).not.toContain('\u001b');
  });

  test('fits its width', () => {
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('agreeing sides have no rows to show', () => {
    const same = compare('day,model,amount\n2026-04-01,gpt-4o,0.35\n', calls(1));
    expect(render(same, 'table')).not.toContain('Days and models that differ');
  });

  test('nothing billed has no share', () => {
    const none = compare('day,model,amount\n2026-04-01,gpt-4o,0\n', calls(1));
    expect(none.totals.difference_share).toBeNull();
    expect(render(none, 'table')).toMatch(
      /^invoice \$0\.00, log \$0\.350: difference -\$0\.350 {2}/,
    );
  });
});

test('CSV neutralises formulas, JSON is the report, JSON lines name their section', () => {
  const report = compare(TEXT, calls(1));
  expect(render(report, 'csv')).toContain("\r\n2026-04-02,'=cmd(),0,0,0,,1,0,1,");
  expect(JSON.parse(render(report, 'json'))).toEqual(report);
  const sections = render(report, 'ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).section);
  expect([...new Set(sections)]).toEqual(['report', 'invoice', 'totals', 'part', 'row']);
});
