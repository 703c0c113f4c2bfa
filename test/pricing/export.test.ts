import { describe, expect, it } from 'vitest';
import { formatPriceTable, tableOf } from '../../src/pricing/export.ts';
import { parsePriceFile } from '../../src/pricing/file.ts';
import { loadPriceBook, PRICE_TABLE_IDS } from '../../src/pricing/price.ts';
import type { PriceTable } from '../../src/pricing/tables.ts';

const FULL = [
  'model,provider,tier,region,from,until,time_of_day,above_input_tokens,input,output,cache_read,' +
    'cache_write_5m,cache_write_1h,reasoning,input_audio,input_image,output_audio,output_image,' +
    'cache_read_audio,cache_read_image,per_request,web_search,multiplier,currency,per_usd,alias_of',
  'a,openai,,,2026-01-01,2026-07-01,,,2.50,10,0.3,1,2,7,4,5,6,8,0.1,0.2,0.001,0.01,0.8,,,',
  'a,openai,,,2026-01-01,2026-07-01,,200000,5,20,,,,,,,,,,,,,0.8,,,',
  'a,openai,batch,,2026-01-01,2026-07-01T12:00:00Z,,,0.000000000001,10,,,,,,,,,,,,,,,,',
  'b,,,eu,,,22:00-06:00 mon-fri except 2026-10-01,,1,2,,,,,,,,,,,,,,CNY,7.3,',
  '"c, the third",,,,,,,,,,,,,,,,,,,,0.5,,,,,',
  'prod,,,,,,,,,,,,,,,,,,,,,,,,,a',
].join('\n');

describe('formatPriceTable', () => {
  const table = parsePriceFile({ name: 'full.csv', text: FULL });

  it.each(['csv', 'json'] as const)('comes back the same from %s', (format) => {
    const text = formatPriceTable(table, format);
    const back = parsePriceFile({ name: `full.${format}`, text });
    expect(back.rows).toEqual(table.rows);
    expect(back.aliases).toEqual({ prod: 'a' });
    expect(formatPriceTable(back, format)).toBe(text);
  });

  it('keeps name, version and day in JSON', () => {
    const dated: PriceTable = {
      ...table,
      info: { ...table.info, name: 'mine', version: '3', asOf: '2026-10-01' },
    };
    const back = parsePriceFile({ name: 'x.json', text: formatPriceTable(dated, 'json') });
    expect(back.info).toMatchObject({ name: 'mine', version: '3', asOf: '2026-10-01' });
  });

  it('writes a missing price as an empty cell or null, never as 0', () => {
    const { rows } = table;
    const empty = { ...table, rows: rows.slice(-1), aliases: {} };
    expect(formatPriceTable(empty, 'csv')).toBe(
      'model,input,output,per_request\n"c, the third",,,0.5\n',
    );
    expect(JSON.parse(formatPriceTable(empty, 'json'))).toMatchObject({
      models: [{ model: 'c, the third', input: null, output: null, per_request: '0.5' }],
    });
  });
});

describe('tableOf', () => {
  it.each(PRICE_TABLE_IDS)('exports %s so that it comes back the same', async (id) => {
    const table = tableOf(await loadPriceBook(id));
    const back = parsePriceFile({ name: 'x.csv', text: formatPriceTable(table, 'csv') });
    const key = ({ provider, model, from, window }: PriceTable['rows'][number]): string =>
      [provider, model, from, window?.startMinute].join(' ').toLowerCase();
    const sorted = (rows: PriceTable['rows']) =>
      [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(sorted(back.rows)).toEqual(sorted(table.rows));
  });

  it('leaves out rates that a rule filled in', async () => {
    const filter = { provider: 'openai', text: 'gpt-4o-2024-05-13' };
    const { rows } = tableOf(await loadPriceBook('catalogue'), filter);
    expect(rows).toHaveLength(1);
    expect(Object.keys(rows[0]!.rates)).toEqual(['input', 'output']);
  });
});
