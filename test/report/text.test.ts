import { describe, expect, test } from 'vitest';
import { displayShare, displayTokens } from '../../src/report/numbers.ts';
import { renderRowPages, renderRows } from '../../src/report/rows.ts';
import { escapeUnsafe, fitText, textWidth, wrapText } from '../../src/report/text.ts';
import { HOSTILE_NAMES } from './fixture.ts';

describe('text', () => {
  test.each([
    ['\u001b[31mx', '\\x1b[31mx'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u009b31m', '\\x9b31m'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['\ud800', '\\u{d800}'],
    ['👩‍💻 é 模', '👩‍💻 é 模'],
  ])('escapes %j', (text, safe) => {
    expect(escapeUnsafe(text)).toBe(safe);
  });

  test.each([
    ['abc', 3],
    ['模型', 4],
    ['e\u0301', 1],
    ['🧾', 2],
    ['\u001b[1mab\u001b[22m', 2],
    ['', 0],
  ])('width of %j is %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test('cuts at, not above, the width', () => {
    expect(fitText('abcd', 4)).toBe('abcd');
    expect(fitText('abcde', 4)).toBe('abc…');
    expect(textWidth(fitText('模型名称', 5))).toBeLessThanOrEqual(5);
    for (const name of HOSTILE_NAMES) {
      expect(textWidth(fitText(escapeUnsafe(name), 12))).toBeLessThanOrEqual(12);
    }
  });

  test('wraps at spaces and keeps every word', () => {
    expect(wrapText('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrapText('', 5)).toEqual(['']);
  });
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.00k'],
    [12_345, '12.3k'],
    [999_600, '1.00M'],
    [123_456_789, '123M'],
    [5e9, '5.00G'],
  ])('%i tokens are %s', (tokens, text) => {
    expect(displayTokens(tokens)).toBe(text);
  });

  test.each([
    [1, '100.0 %'],
    [0.9999, '99.9 %'],
    [0.29, '29.0 %'],
    [0.0001, '<0.1 %'],
    [0, '0.0 %'],
  ])('the share %d is %s', (share, text) => {
    expect(displayShare(share)).toBe(text);
  });
});

describe('renderRows', () => {
  const columns = [
    { key: 'name', title: 'name', value: (row: { name: string; n: number }) => row.name },
    {
      key: 'n',
      title: 'number',
      align: 'right',
      value: (row: { name: string; n: number }) => row.n,
      display: (row: { name: string; n: number }) => `${row.n}!`,
    },
  ] as const;
  const options = { bom: false, delimiter: ',', colour: false, width: 60 } as const;
  const rows = [
    { name: '\u001b[2Jx', n: 1 },
    { name: '=1+1', n: 22 },
  ];

  test('as a table', () => {
    const text = renderRows(rows, columns, { ...options, format: 'table' });
    expect(text).toBe(
      [
        '  name      number',
        '  ────────────────',
        '  \\x1b[2Jx      1!',
        '  =1+1         22!',
        '',
      ].join('\n'),
    );
  });

  test('a long table says how much it leaves out', () => {
    const many = Array.from({ length: 203 }, (_, n) => ({ name: 'x', n }));
    const text = renderRows(many, columns, { ...options, format: 'table' });
    expect(text).toContain('3 more rows');
    expect(text.split('\n')).toHaveLength(200 + 2 + 2);
  });

  test('as CSV, JSON and JSON lines', () => {
    expect(renderRows(rows, columns, { ...options, format: 'csv' })).toBe(
      "name,n\r\n\\x1b[2Jx,1\r\n'=1+1,22\r\n",
    );
    expect(JSON.parse(renderRows(rows, columns, { ...options, format: 'json' }))).toEqual(rows);
    const lines = renderRows(rows, columns, { ...options, format: 'ndjson' })
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  });

  test('rows in pages give the same text, in pieces', () => {
    const many = Array.from({ length: 450 }, (_, n) => ({ name: `x\u2028${n}`, n }));
    const pages = [many.slice(0, 200), [], many.slice(200, 399), many.slice(399)];
    for (const format of ['table', 'csv', 'json', 'ndjson'] as const) {
      const options_ = { ...options, bom: format === 'csv', format };
      const pieces = [...renderRowPages(pages, columns, options_)];
      expect(pieces.length).toBeGreaterThanOrEqual(pages.length);
      expect(pieces.join('')).toBe(renderRows(many, columns, options_));
    }
    const json = renderRows(many, columns, { ...options, format: 'json' });
    expect(json).toBe(`${JSON.stringify(many, null, 2)}\n`);
  });

  test('no rows', () => {
    expect(renderRows([], columns, { ...options, format: 'csv' })).toBe('name,n\r\n');
    expect(renderRows([], columns, { ...options, format: 'json' })).toBe('[]\n');
    expect(renderRows([], columns, { ...options, format: 'ndjson' })).toBe('');
    expect(renderRows([], columns, { ...options, format: 'table' })).toContain('name');
  });
});
