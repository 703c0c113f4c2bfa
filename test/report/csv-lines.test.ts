import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { formatCsv } from '../../src/report/csv.ts';

const PLAIN = { bom: false, delimiter: ',' };

describe('line breaks in cells', () => {
  test.each(['x\n=1+1', 'x\r=1+1', 'x\r\n=1+1', 'a,b\nc', 'say "hi"\nthere'])(
    '%j stays one cell',
    (text) => {
      const csv = formatCsv(['name', 'calls'], [[text, 1]], PLAIN);
      expect(parse(csv, { record_delimiter: '\r\n' })).toEqual([
        ['name', 'calls'],
        [text, '1'],
      ]);
      expect(csv).toBe(`name,calls\r\n"${text.replaceAll('"', '""')}",1\r\n`);
    },
  );
});
