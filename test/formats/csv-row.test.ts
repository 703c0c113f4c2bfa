import { expect, test } from 'vitest';
import { RowReader } from '../../src/formats/csv-row.ts';

const marks = { delimiter: 0x2c, newline: 0x0a };

test.each([
  ['a,b\nnext', ['a', 'b'], 4, 1],
  ['a,b\r\nnext', ['a', 'b'], 5, 1],
  [',\n', ['', ''], 2, 1],
  ['\n', [''], 1, 1],
  ['"a ""b"", c",d\n', ['a "b", c', 'd'], 15, 1],
  ['"two\nlines",d\n', ['two\nlines', 'd'], 14, 2],
  ['"",""\r\n', ['', ''], 7, 1],
  ['ä,"ö"\n', ['ä', 'ö'], 8, 1],
])('%j', (text, cells, end, lines) => {
  const rows = new RowReader(marks);
  expect(rows.read(Buffer.from(text), 0, false)).toBe('row');
  expect(rows).toMatchObject({ cells, end, lines, isEnded: true, hasStrayQuote: false });
});

test.each(['a,b', 'a,', 'a,"b', 'a,"b"', 'a,"b"\r', 'a,"b""', ''])('%j may go on', (text) => {
  expect(new RowReader(marks).read(Buffer.from(text), 0, false)).toBe('more');
});

test.each([
  ['a,b', ['a', 'b']],
  ['a,', ['a', '']],
  ['a,"b"', ['a', 'b']],
  ['a,"b"\r', ['a', 'b']],
])('%j is a row at the end of a log', (text, cells) => {
  const rows = new RowReader(marks);
  expect([rows.read(Buffer.from(text), 0, true), rows.cells, rows.isEnded]).toEqual([
    'row',
    cells,
    false,
  ]);
});

test('quotes in the wrong place', () => {
  const rows = new RowReader(marks);
  expect(rows.read(Buffer.from('"a" b,c\n'), 0, false)).toBe('broken');
  expect(rows.read(Buffer.from('"a,b\n'), 0, true)).toBe('broken');
  expect(rows.read(Buffer.from('a "b",c\n'), 0, false)).toBe('row');
  expect(rows.hasStrayQuote).toBe(true);
});
