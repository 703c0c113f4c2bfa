/**
 * What a price book says of the models of a policy.
 *
 * Takes a book, gives prices and providers by name. Never a price for a name that has none.
 */
import { emptyUsage } from '../domain/tokens.ts';
import type { HasPrice } from '../policy/check-policy.ts';
import type { ExportWorld } from '../policy/export-plan.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { PriceBook } from '../pricing/price.ts';

/** Three tokens in to one out, of a size that no step of a price begins at. */
const TYPICAL = { ...emptyUsage(), input: 3000, output: 1000 };

function scheduleOf(book: PriceBook, model: string, provider: string) {
  const target = { provider, model, modelRequested: model, region: '' };
  return book.schedule({ ...target, operation: 'chat', tier: 'standard' });
}

/** Whether a book has a price for a model. */
export function hasPriceIn(book: PriceBook): HasPrice {
  return (model, provider) =>
    typeof scheduleOf(book, model, provider).cost(emptyUsage(), null) !== 'string';
}

/** Whether a book has a price for a model's input and none for an answer: no model for chats. */
export function answersNothingIn(book: PriceBook): HasPrice {
  return (model, provider) => {
    const schedule = scheduleOf(book, model, provider);
    const input = schedule.cost({ ...emptyUsage(), input: 1000 }, null);
    const output = schedule.cost({ ...emptyUsage(), output: 1000 }, null);
    return typeof input !== 'string' && typeof output === 'string';
  };
}

/** The providers and the cheapest of the models a policy names. */
export function pricedWorld(
  book: PriceBook,
  { models }: Pick<PolicyFile, 'models'>,
): Pick<ExportWorld, 'providerOf' | 'cheapestOf'> {
  const stated = (model: string) => models?.get(model)?.provider ?? '';
  const costOf = (model: string) => {
    const cost = scheduleOf(book, model, stated(model)).cost(TYPICAL, null);
    return typeof cost === 'string' ? Number.POSITIVE_INFINITY : cost;
  };
  return {
    providerOf(model) {
      const own = stated(model);
      if (own !== '') return own;
      const { match } = scheduleOf(book, model, '');
      return match.how === 'none' ? '' : match.provider;
    },
    cheapestOf: (names) =>
      names.reduce((best, model) => (costOf(model) < costOf(best) ? model : best)),
  };
}
