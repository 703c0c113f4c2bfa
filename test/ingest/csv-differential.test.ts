/** Rows of random tables, read as csv-parse reads them. */
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { RowReader } from '../../src/formats/csv-row.ts';

const PIECES = ['a', '7', ' ', 'ä', '你', '"', ',', ';', '\n', '\r', '\r\n', '=', "'", '\t', ''];

/** A linear congruential generator (Numerical Recipes): numbers from 0 to `below` - 1. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function cellOf(pick: (below: number) => number): string {
  const text = Array.from({ length: pick(6) }, () => PIECES[pick(PIECES.length)]).join('');
  // Quoted where it must be, and sometimes where it need not.
  const mustQuote = /[",;\r\n]/.test(text) || text !== text.trim();
  return mustQuote || pick(4) === 0 ? `"${text.replaceAll('"', '""')}"` : text;
}

function rowsOf(bytes: Buffer, delimiter: string): string[][] {
  const reader = new RowReader({ delimiter: delimiter.charCodeAt(0), newline: 0x0a });
  const rows: string[][] = [];
  for (let at = 0; at < bytes.length; at = reader.end) {
    expect(reader.read(bytes, at, true)).toBe('row');
    if (!reader.isBlank) rows.push(reader.cells);
  }
  return rows;
}

test.each([
  [',', '\n'],
  [',', '\r\n'],
  [';', '\n'],
])('1,000 tables with %j and %j', (delimiter, newline) => {
  const pick = numbersFrom(20_261_122);
  for (let table = 0; table < 1_000; table++) {
    const columns = 1 + pick(4);
    const lines = Array.from({ length: 1 + pick(5) }, () =>
      Array.from({ length: columns }, () => cellOf(pick)).join(delimiter),
    );
    const text = lines.join(newline) + (pick(2) === 0 ? newline : '');
    const expected: string[][] = parse(text, { delimiter, record_delimiter: newline });
    const blank = (row: string[]) => row.length === 1 && row[0] === '';
    expect(rowsOf(Buffer.from(text), delimiter), JSON.stringify(text)).toEqual(
      expected.filter((row) => !blank(row)),
    );
  }
});
