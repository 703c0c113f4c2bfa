/** Two columns of one name: only rows whose cells agree can be read. */
import { expect, test } from 'vitest';
import { clashIn, columnsTwice } from '../../src/ingest/csv-columns.ts';

test('names are compared as everywhere, those without meaning are not', () => {
  const columns = ['Model', 'Prompt Tokens', 'note', 'prompt_tokens', 'note'];
  expect(columnsTwice(columns)).toEqual([{ name: 'Prompt Tokens', first: 1, second: 3 }]);
  expect(columnsTwice(['model', 'prompt_tokens', 'completion_tokens'])).toEqual([]);
});

test('a row is refused where the two differ, and the column named', () => {
  const twice = columnsTwice(['model', 'prompt_tokens', 'prompt_tokens']);
  expect(clashIn(['m', '4', '4'], twice)).toBeNull();
  expect(clashIn(['m', '4', '5'], twice)).toContain('prompt_tokens');
});
