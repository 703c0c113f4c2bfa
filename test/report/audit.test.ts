import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { type AuditOptions, renderAudit } from '../../src/report/audit.ts';
import { textWidth } from '../../src/report/text.ts';
import { emptyReport, HOSTILE_NAMES, hostileReport, ordinaryReport } from './fixture.ts';

const PLAIN: AuditOptions = {
  format: 'table',
  bom: false,
  delimiter: ',',
  colour: false,
  width: 80,
  by: null,
  top: 10,
  explain: false,
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('the audit in every format', () => {
  const GOLDEN: Record<string, Partial<AuditOptions>> = {
    'table-80.txt': {},
    'table-120-explained.txt': { width: 120, explain: true },
    'table-80-by-model.txt': { by: 'model' },
    'audit.csv': { format: 'csv' },
    'by-day.csv': { format: 'csv', by: 'day', delimiter: ';' },
    'audit.json': { format: 'json' },
    'audit.ndjson': { format: 'ndjson' },
  };
  test.each(Object.entries(GOLDEN))('%s', async (file, over) => {
    const text = renderAudit(ordinaryReport(), { ...PLAIN, ...over });
    await expect(text).toMatchFileSnapshot(`golden/${file}`);
  });

  test('hostile names', async () => {
    const text = renderAudit(hostileReport(), { ...PLAIN, top: 20, explain: true });
    await expect(text).toMatchFileSnapshot('golden/table-80-hostile.txt');
  });

  test('no calls at all', async () => {
    await expect(renderAudit(emptyReport(), PLAIN)).toMatchFileSnapshot('golden/table-empty.txt');
    expect(renderAudit(emptyReport(), { ...PLAIN, format: 'csv' })).toContain('totals,all,0,');
  });
});

describe('table', () => {
  test('hostile text neither breaks a line nor reaches the terminal', () => {
    for (const width of [40, 80, 120]) {
      const text = renderAudit(hostileReport(), { ...PLAIN, width, top: 20, explain: true });
      expect(text).not.toMatch(CONTROL);
    }
  });

  test('every line fits the width', () => {
    for (const width of [40, 60, 80, 120, 300]) {
      const text = renderAudit(hostileReport(), { ...PLAIN, width, top: 20 });
      const longest = Math.max(...text.split('\n').map(textWidth));
      expect(longest).toBeLessThanOrEqual(width);
    }
  });

  test('has no ANSI without colour, and the same words with it', () => {
    const coloured = renderAudit(ordinaryReport(), { ...PLAIN, colour: true });
    expect(coloured).toContain('\u001b[1m$120.50 for 1,000 calls');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI is the subject
    const stripped = coloured.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '');
    expect(stripped).toBe(renderAudit(ordinaryReport(), PLAIN));
  });

  test('--top sums what it hides, so that the rows still add up', () => {
    // 1 + 2 + … + 14 calls; the 3 dearest are the first three, the other eleven sum to 99.
    const text = renderAudit(hostileReport(), { ...PLAIN, top: 3, by: null });
    expect(text).toMatch(/11 more +99 /);
  });

  test('savings are rounded down, an unpriced row is not $0.00', () => {
    const text = renderAudit(ordinaryReport(), PLAIN);
    expect(text).toContain('$19.99');
    expect(text).not.toContain('$20.00');
    expect(text).toMatch(/house-7b +10 .* unpriced/);
  });
});

describe('CSV', () => {
  const csv = renderAudit(hostileReport(), { ...PLAIN, format: 'csv' });

  test('is RFC 4180 and reads back', () => {
    const rows: string[][] = parse(csv, { relax_column_count: false });
    expect(rows[0]?.[0]).toBe('section');
    expect(rows.filter(([section]) => section === 'by_user')).toHaveLength(HOSTILE_NAMES.length);
    expect(csv.endsWith('\r\n')).toBe(true);
  });

  test('no cell starts a formula, numbers stay numbers', () => {
    const rows: string[][] = parse(csv);
    for (const cell of rows.flat()) {
      if (/^[+-]?\d+(\.\d+)?$/.test(cell)) continue;
      expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
    }
    const negative = ordinaryReport();
    const report = { ...negative, savings: { ...negative.savings, saved_usd: '-0.5' } };
    expect(renderAudit(report, { ...PLAIN, format: 'csv' })).toContain(
      'savings,saved,,,,,,,,-0.5,',
    );
  });

  /** The first row of that key, by column. */
  function named(key: string): Record<string, string> | undefined {
    const text = renderAudit(ordinaryReport(), { ...PLAIN, format: 'csv' });
    const rows: Record<string, string>[] = parse(text, { columns: true });
    return rows.find((row) => row.key === key);
  }

  test('a wholly unpriced row has no cost rather than 0', () => {
    expect(named('house-7b')).toMatchObject({ calls: '10', unpriced_calls: '10', cost_usd: '' });
    expect(named('text-embedding-3-small')).toMatchObject({ cost_usd: '0' });
  });

  test('has every kind of token, and lines are counted apart from calls', () => {
    const { totals } = ordinaryReport();
    expect(named('all')).toMatchObject({
      cache_write_tokens: String(totals.cache_write_tokens),
      reasoning_tokens: String(totals.reasoning_tokens),
    });
    const { rejected_lines } = ordinaryReport().gaps;
    expect(named('rejected_lines')).toMatchObject({ calls: '', count: String(rejected_lines) });
  });

  test('byte-order mark and delimiter', () => {
    const text = renderAudit(ordinaryReport(), {
      ...PLAIN,
      format: 'csv',
      by: 'model',
      bom: true,
      delimiter: ';',
    });
    expect(text.startsWith('\ufeffmodel;calls;')).toBe(true);
  });
});

describe('JSON', () => {
  test('is the report itself', () => {
    const report = hostileReport();
    const text = renderAudit(report, { ...PLAIN, format: 'json', by: 'model' });
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  test('lines each name their section; --by leaves only that table', () => {
    const lines = renderAudit(ordinaryReport(), { ...PLAIN, format: 'ndjson' })
      .trim()
      .split('\n');
    const sections = lines.map((line) => JSON.parse(line).section);
    expect(sections[0]).toBe('report');
    expect(sections.filter((section) => section === 'lever')).toHaveLength(2);
    const byTask = renderAudit(ordinaryReport(), { ...PLAIN, format: 'ndjson', by: 'task' });
    expect(byTask.trim().split('\n')).toHaveLength(2);
  });
});
