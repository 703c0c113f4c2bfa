import { describe, expect, it } from 'vitest';
import { matchModel } from '../../src/pricing/match-explain.ts';
import { loadPriceBook, openPriceBook } from '../../src/pricing/price.ts';

const book = await loadPriceBook('catalogue');

describe('matchModel', () => {
  it('lists the forms that were tried, up to the one that is listed', () => {
    const found = matchModel(book, 'anthropic/claude-4.6-sonnet-20260217');
    expect(found).toMatchObject({
      how: 'normalised',
      table: 'catalogue',
      priceProvider: 'anthropic',
      model: 'claude-sonnet-4-6',
      reason: null,
      nearest: [],
    });
    expect(found.trials).toEqual([
      {
        step: 'as logged',
        name: 'anthropic/claude-4.6-sonnet-20260217',
        outcome: 'not listed',
      },
      { step: 'without the prefix', name: 'claude-4.6-sonnet-20260217', outcome: 'not listed' },
      {
        step: 'spelled claude-sonnet-4-6-20260217',
        name: 'claude-sonnet-4-6-20260217',
        outcome: 'found',
      },
    ]);
  });

  it.each([
    ['', 'gpt-4o', 'exact', 'gpt-4o'],
    ['openai', 'gpt-5-nano-2025-08-07', 'rule', 'gpt-5-nano'],
    ['openai', 'gpt-4o-2099-01-01', 'normalised', 'gpt-4o'],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme:x:1', 'rule', 'ft:gpt-4o-mini'],
    [
      'bedrock',
      'eu.anthropic.claude-opus-4-6-v1',
      'rule',
      'regional.anthropic.claude-opus-4-6-v1:0',
    ],
    ['openrouter', 'a/b:free', 'free', 'a/b:free'],
    [
      'openrouter',
      'anthropic/claude-sonnet-4.5:online',
      'normalised',
      'anthropic/claude-sonnet-4.5',
    ],
  ])('%s %s is %s', (provider, name, how, model) => {
    const found = matchModel(book, name, provider);
    expect(found).toMatchObject({ how, model });
    if (how !== 'free') expect(found.trials.at(-1)?.outcome).toBe('found');
  });

  it('says why not, with names that look alike but are never used', () => {
    const typo = matchModel(book, 'gpt-4o-minni');
    expect(typo).toMatchObject({ how: 'none', reason: 'unknown_model', table: '', model: '' });
    expect(typo.nearest[0]).toBe('gpt-4o-mini');
    expect(typo.trials.every(({ outcome }) => outcome === 'not listed')).toBe(true);
    expect(matchModel(book, 'zzzzzzzzzzzzzzzzzz').nearest).toEqual([]);
    expect(matchModel(book, '')).toMatchObject({ reason: 'no_model', trials: [] });
    expect(matchModel(book, 'ft:gpt-4.1:acme::x', 'openai').reason).toBe('fine_tune');
  });

  it('names the list that has the model, and an alias', async () => {
    const layered = await openPriceBook({
      files: [{ name: 'mine.csv', text: 'model,input,output\ngpt-4o,1,1' }],
      aliases: { prod: 'gpt-4o' },
    });
    expect(matchModel(layered, 'gpt-4o').table).toBe('file:mine');
    expect(matchModel(layered, 'o3').table).toBe('catalogue');
    expect(matchModel(layered, 'prod')).toMatchObject({ how: 'alias', model: 'gpt-4o' });
  });

  it('says where a provider does not list the model', () => {
    expect(matchModel(book, 'gpt-4o', 'azure')).toMatchObject({
      providerId: 'azure',
      priceProvider: 'openai',
      notes: ['not listed by azure: list price of openai'],
    });
  });
});
