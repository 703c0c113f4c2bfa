/** Holds docs/reconcile.md to the program: shapes, parts and fields. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INVOICE_SHAPES } from '../../src/reconcile/invoice-row.ts';
import { RECONCILE_PARTS, RECONCILE_SCHEMA } from '../../src/report/reconcile-model.ts';
import { calls, compare } from './world.ts';

const text = readFileSync(new URL('../../docs/reconcile.md', import.meta.url), 'utf8');

/** The names in the first cells of the table under a heading. */
function firstCells(heading: string): string[] {
  const [, after = ''] = text.split(`\n## ${heading}\n`);
  const [own = ''] = after.split('\n## ');
  return [...own.matchAll(/^\| `([\w[\]]+)`/gm)].map(([, name = '']) => name);
}

test('every shape and every part is listed, in order', () => {
  expect(firstCells('Invoices it reads')).toEqual(INVOICE_SHAPES);
  expect(firstCells('What explains a difference')).toEqual(RECONCILE_PARTS);
});

test('every field of a real report is listed', () => {
  const report = compare('day,model,amount\n2026-04-01,gpt-4o,0.40\n', calls(1), {
    tolerance: '1%',
  });
  const { schema, generated_at: _, ...fields } = report;
  expect(text).toContain(schema);
  expect(schema).toBe(RECONCILE_SCHEMA);
  for (const [name, value] of Object.entries(fields)) {
    const line = text
      .split('\n')
      .find((each) => new RegExp(`^\\| \`${name}(\\[\\])?\``).test(each));
    expect(line, name).toBeDefined();
    const inner = Array.isArray(value) ? value[0] : value;
    if (typeof inner !== 'object' || inner === null) continue;
    for (const key of Object.keys(inner)) expect(line, name).toContain(`\`${key}\``);
  }
});
