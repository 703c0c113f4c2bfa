import { expect, test } from 'vitest';
import { candidatesOf } from '../../src/compare/candidates.ts';
import { priceBookFromFile } from '../../src/pricing/price.ts';

/** `gpt-x` at two providers, `solo` at one. */
const BOOK = priceBookFromFile(
  { name: 'x.csv', text: 'model,provider,input,output\ngpt-x,p,2,8\ngpt-x,q,1,2\nsolo,p,1,3\n' },
  null,
);

const named = (...names: string[]) =>
  names.map((name) => {
    const [provider = '', model = ''] = name.split('/');
    return { provider, model };
  });
const kept = (...names: string[]) =>
  candidatesOf(BOOK, named(...names)).map(({ provider, model }) => `${provider}/${model}`);

test('a model logged with and without its provider is one, under its provider', () => {
  expect(kept('/solo', 'p/solo')).toEqual(['p/solo']);
  expect(kept('p/solo', '/solo')).toEqual(['p/solo']);
  // In the place of the one that was called more.
  expect(kept('/solo', 'p/gpt-x', 'p/solo')).toEqual(['p/solo', 'p/gpt-x']);
});

test('other providers, names and unknown models stay apart', () => {
  expect(kept('p/gpt-x', 'q/gpt-x')).toEqual(['p/gpt-x', 'q/gpt-x']);
  expect(kept('/unknown', 'p/unknown')).toEqual(['/unknown', 'p/unknown']);
  expect(kept()).toEqual([]);
});
