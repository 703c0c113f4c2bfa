/**
 * The catalogue: the public price list that comes with the package @pydantic/genai-prices.
 *
 * Takes nothing; gives a price book over the bundled data, converting only models asked for.
 * Never the network: the package is read as data and its update function is not called.
 */
import { adjustedSchedule } from './adjust.ts';
import type {
  DatedCard,
  ListedPrice,
  ModelMatch,
  PriceBook,
  PriceTableInfo,
  Schedule,
  TargetPriceKey,
} from './book.ts';
import { datedCards, freeCard } from './catalogue-cards.ts';
import { type CatalogueIndex, type CatalogueModel, indexCatalogue, resolveModel } from './match.ts';
import { memoised } from './memo.ts';
import { providerId } from './providers.ts';
import { scheduleOf, unpriced } from './schedule.ts';

/** The bundled list. `asOf` is the day this version of the package was published. */
export const CATALOGUE: PriceTableInfo = {
  id: 'catalogue',
  name: 'catalogue',
  version: '0.1.8',
  source: '@pydantic/genai-prices 0.1.8 (public list prices collected from the providers)',
  asOf: '2026-09-23',
};
const AS_OF_MS = Date.UTC(2026, 8, 23);

/** Loads the catalogue; the package is imported on the first call only. */
export async function loadCatalogue(): Promise<PriceBook> {
  const { waitForUpdate } = await import('@pydantic/genai-prices');
  const providers = await waitForUpdate();
  if (providers === null) throw new Error('@pydantic/genai-prices has no bundled prices');
  return catalogueBook(indexCatalogue(providers), () =>
    providers.flatMap((provider) =>
      provider.models.map((info) => ({ provider: provider.id, info })),
    ),
  );
}

function catalogueBook(index: CatalogueIndex, all: () => CatalogueModel[]): PriceBook {
  const converted = new Map<CatalogueModel['info'], readonly DatedCard[]>();
  const cardsOf = (model: CatalogueModel): readonly DatedCard[] => {
    const known = converted.get(model.info);
    if (known !== undefined) return known;
    const cards = datedCards(model);
    converted.set(model.info, cards);
    return cards;
  };
  return {
    info: CATALOGUE,
    schedule: memoised((target) => scheduleFor(index, cardsOf, target)),
    *listed(): Iterable<ListedPrice> {
      for (const model of all()) {
        for (const dated of cardsOf(model)) {
          const { provider, info } = model;
          yield {
            provider,
            model: info.id,
            tier: 'standard',
            region: '',
            dated,
            source: CATALOGUE.source,
          };
        }
      }
    },
  };
}

function scheduleFor(
  index: CatalogueIndex,
  cardsOf: (model: CatalogueModel) => readonly DatedCard[],
  target: TargetPriceKey,
): Schedule {
  let first: (ModelMatch & { how: 'none' }) | null = null;
  for (const asked of namesInOrder(target)) {
    const resolved = resolveModel(index, target.provider, asked);
    if (resolved.how === 'free') {
      return freeSchedule({ ...resolved, model: asked.toLowerCase(), asked });
    }
    if (resolved.how !== 'none') {
      const { provider, info } = resolved.found;
      return adjustedSchedule({
        match: { how: resolved.how, provider, model: info.id, asked, steps: resolved.steps },
        cards: cardsOf(resolved.found),
        asOfMs: AS_OF_MS,
        provider: providerId(target.provider),
        tier: target.tier,
        region: target.region,
      });
    }
    first ??= { ...resolved, asked };
  }
  return unpriced(first ?? { how: 'none', reason: 'no_model', asked: target.model, steps: [] });
}

/**
 * The names to try: the model that answered, then the one asked for. Bedrock answers without the
 * inference profile that sets the price (`us.`, `global.`), so there a profile asked for goes first.
 */
function namesInOrder({ provider, model, modelRequested }: TargetPriceKey): string[] {
  const profile = /(?:^|[/:])(?:us|eu|apac|jp|au|ca|in|us-gov|global)\.[a-z]+\./i;
  const isProfile = profile.test(modelRequested.replaceAll('%3A', ':')) && !profile.test(model);
  const order =
    providerId(provider) === 'aws' && isProfile ? [modelRequested, model] : [model, modelRequested];
  return [...new Set(order)].filter((name) => name !== '');
}

function freeSchedule(match: ModelMatch & { how: 'free' }): Schedule {
  const dated = { from: null, until: null, window: null, card: freeCard() };
  return scheduleOf({ match, cards: [dated], asOfMs: null, otherwise: 'no_price' });
}
