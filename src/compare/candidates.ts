/**
 * The models of a log as candidates of a comparison.
 *
 * Takes models as logged, gives each of them once. Never merges two names, or two providers whose
 * prices are lists of their own.
 */
import type { PriceBook } from '../pricing/price.ts';
import type { Candidate } from './compare.ts';

/**
 * The models in their order, but one that some lines log with its provider and some without only
 * once, with the provider: both are the same list price.
 */
export function candidatesOf(book: PriceBook, logged: readonly Candidate[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { provider, model } of logged) {
    const key = keyOf(book, { provider, model });
    const known = found.get(key);
    if (known === undefined || known.provider === '') found.set(key, { provider, model });
  }
  return [...found.values()];
}

function keyOf(book: PriceBook, { provider, model }: Candidate): string {
  const { match } = book.schedule({
    provider,
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
  });
  const payer = match.how === 'none' ? [provider] : [match.table, match.provider, match.model];
  return [...payer, model.toLowerCase()].join('\n');
}
