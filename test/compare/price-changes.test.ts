import { expect, test } from 'vitest';
import { contextWindows, latestChange } from '../../src/compare/catalogue-facts.ts';
import { priceChanges } from '../../src/compare/price-changes.ts';
import { priceBookFromFile } from '../../src/pricing/price.ts';

const book = (rows: string) =>
  priceBookFromFile({ name: 'x.csv', text: `model,input,output,from,until\n${rows}` }, null);

test('added, removed and repriced models, by name; the order of the list is no change', () => {
  const before = book('same,1,2,,\ngone,1,2,,\ncut,4,8,,\n');
  const after = book('new,3,4,,\ncut,2,8,,\nsame,1,2,,\n');
  expect(priceChanges(before, after)).toEqual([
    row('added', 'new', [null, '3', null, '4']),
    row('removed', 'gone', ['1', null, '2', null]),
    row('repriced', 'cut', ['4', '2', '8', '8']),
  ]);
  expect(priceChanges(before, before)).toEqual([]);
});

test('a price from a later day on is a change, and is the one shown', () => {
  const changes = priceChanges(book('a,4,8,,\n'), book('a,4,8,,2026-10-01\na,2,4,2026-10-01,\n'));
  expect(changes).toEqual([row('repriced', 'a', ['4', '2', '8', '4'])]);
});

function row(change: string, model: string, prices: readonly (string | null)[]) {
  const [inputBefore, inputAfter, outputBefore, outputAfter] = prices;
  return { change, provider: '', model, inputBefore, inputAfter, outputBefore, outputAfter };
}

const providers = [
  {
    id: 'p',
    name: 'P',
    api_pattern: '',
    models: [
      { id: 'm', match: { equals: 'm' }, context_window: 1000, prices: {} },
      {
        id: 'dated',
        match: { equals: 'dated' },
        prices: [
          { prices: { input_mtok: 1 } },
          { constraint: { start_date: '2026-08-31' }, prices: { input_mtok: 2 } },
          { constraint: { start_date: '2026-02-01' }, prices: { input_mtok: 3 } },
        ],
      },
    ],
  },
] as unknown as Parameters<typeof contextWindows>[0];

test('context windows are those of the very model', () => {
  const windowOf = contextWindows(providers);
  expect([windowOf('p', 'm'), windowOf('p', 'dated'), windowOf('q', 'm')]).toEqual([
    1000,
    null,
    null,
  ]);
});

test('the latest change that has a day', () => {
  expect(latestChange(providers)).toBe('2026-08-31');
  expect(latestChange([])).toBeNull();
});
