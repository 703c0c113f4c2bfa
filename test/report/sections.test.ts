import { describe, expect, test } from 'vitest';
import type { TextOptions } from '../../src/report/format.ts';
import { fieldsOf, renderSections, type Sections, sectionOf } from '../../src/report/sections.ts';

interface Row {
  readonly model: string;
  readonly usd: string | null;
}

const COLUMNS = [
  { key: 'model', title: 'Model', value: (row: Row) => row.model },
  {
    key: 'cost_usd',
    title: 'Cost',
    align: 'right' as const,
    value: (row: Row) => row.usd,
    display: (row: Row) => (row.usd === null ? '–' : `$${row.usd}`),
  },
  { key: 'detail', title: '', value: () => 'further', isFurther: true },
];

function answer(rows: readonly Row[], more: readonly Row[] = []): Sections {
  return {
    schema: 'aicost.test/1',
    head: { total: { cost_usd: '3' } },
    headline: 'Three dollars',
    sections: [
      sectionOf('models', 'By model', rows, COLUMNS),
      ...(more.length === 0 ? [] : [sectionOf('others', 'Others', more, COLUMNS.slice(0, 1))]),
    ],
    notes: ['a note'],
  };
}

const OPTIONS: TextOptions = {
  format: 'table',
  colour: false,
  width: 80,
  bom: false,
  delimiter: ',',
};
const render = (what: Sections, format: TextOptions['format']): string =>
  renderSections(what, { ...OPTIONS, format });

const ROWS: Row[] = [
  { model: 'a', usd: '1.5' },
  { model: 'b', usd: null },
];

describe('sections', () => {
  test('as JSON: schema first, exact values, null for what is unknown', () => {
    expect(JSON.parse(render(answer(ROWS), 'json'))).toEqual({
      schema: 'aicost.test/1',
      total: { cost_usd: '3' },
      models: [
        { model: 'a', cost_usd: '1.5', detail: 'further' },
        { model: 'b', cost_usd: null, detail: 'further' },
      ],
      notes: ['a note'],
    });
    expect(render(answer(ROWS), 'json')).toMatch(/^\{\n {2}"schema"/);
  });

  test('as JSON lines: the head, then every row with its section', () => {
    const lines = render(answer(ROWS, [{ model: 'c', usd: null }]), 'ndjson')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { section: 'report', schema: 'aicost.test/1', total: { cost_usd: '3' }, notes: ['a note'] },
      { section: 'models', model: 'a', cost_usd: '1.5', detail: 'further' },
      { section: 'models', model: 'b', cost_usd: null, detail: 'further' },
      { section: 'others', model: 'c' },
    ]);
  });

  test('as CSV: one section as it is, several told apart', () => {
    expect(render(answer(ROWS), 'csv')).toBe(
      'model,cost_usd,detail\r\na,1.5,further\r\nb,,further\r\n',
    );
    expect(render(answer(ROWS.slice(0, 1), [{ model: 'c', usd: null }]), 'csv')).toBe(
      'section,model,cost_usd,detail\r\nmodels,a,1.5,further\r\nothers,c,,\r\n',
    );
    expect(render(answer([]), 'csv')).toBe('model,cost_usd,detail\r\n');
  });

  test('as a table: headline, sections with rows, notes; further columns are for machines', () => {
    const text = render(answer(ROWS), 'table');
    expect(text).toContain('Three dollars\n\nBy model\n  Model  Cost\n');
    expect(text).toContain('  a      $1.5\n');
    expect(text).toContain('\n\n  a note\n');
    expect(text).not.toContain('further');
    expect(render(answer([]), 'table')).toBe('Three dollars\n\n  a note\n');
  });

  test('200 rows on a terminal, and how many more there are', () => {
    const many = Array.from({ length: 201 }, (_, n) => ({ model: `m${n}`, usd: '1' }));
    const text = render(answer(many), 'table');
    expect(text).toContain('… 1 more row: --csv or --json shows all');
    expect(text).toContain('m199');
    expect(text).not.toContain('m200');
    expect(render(answer(many), 'csv')).toContain('m200');
  });

  test('text of a log cannot move the cursor', () => {
    const text = render({ ...answer([]), headline: '\u001b[31mred' }, 'table');
    expect(text).toContain('\\x1b[31mred');
  });
});

test('one row as fields', () => {
  expect(fieldsOf(ROWS[0]!, COLUMNS)).toEqual({ model: 'a', cost_usd: '1.5', detail: 'further' });
});
