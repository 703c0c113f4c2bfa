/**
 * The catalogue: the public price list that comes with the package @pydantic/genai-prices.
 *
 * Takes nothing, or a catalogue that was downloaded; gives a price book, converting only models
 * asked for. Never the network: the package is read as data and its update function is not called.
 */
import type { Provider } from '@pydantic/genai-prices';
import { providerId } from '../domain/providers.ts';
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
import { listedRegions, withNamedFees } from './named-fees.ts';
import { scheduleOf, unpriced } from './schedule.ts';
import { PUBLISHED_RATIOS } from './service-tiers.ts';

/** The bundled list. `asOf` is the day this version of the package was published. */
export const CATALOGUE: PriceTableInfo = {
  id: 'catalogue',
  name: 'catalogue',
  version: '0.1.8',
  source: '@pydantic/genai-prices 0.1.8 (public list prices collected from the providers)',
  asOf: '2026-09-23',
};

/** Loads the bundled catalogue; the package is imported on the first call only. */
export async function loadCatalogue(): Promise<PriceBook> {
  const { waitForUpdate } = await import('@pydantic/genai-prices');
  const providers = await waitForUpdate();
  if (providers === null) throw new Error('@pydantic/genai-prices has no bundled prices');
  return catalogueBook({ info: CATALOGUE, providers });
}

/** A catalogue's providers and what the list is. */
export interface Catalogue {
  readonly info: PriceTableInfo;
  readonly providers: readonly Provider[];
}

/** The price book of a catalogue; models are converted when they are asked for. */
export function catalogueBook(catalogue: Catalogue): PriceBook {
  const { info, providers } = catalogue;
  const index = indexCatalogue(providers);
  const converted = new Map<CatalogueModel['info'], readonly DatedCard[]>();
  const cardsOf = (model: CatalogueModel): readonly DatedCard[] => {
    const known = converted.get(model.info);
    if (known !== undefined) return known;
    const cards = datedCards(model);
    converted.set(model.info, cards);
    return cards;
  };
  return {
    info,
    layers: [info, PUBLISHED_RATIOS],
    schedule: memoised((target) => scheduleFor({ info, index, cardsOf }, target)),
    *listed(): Iterable<ListedPrice> {
      for (const provider of providers) {
        for (const model of provider.models) {
          yield* listedModel(info, { provider: provider.id, info: model }, cardsOf);
        }
      }
    },
  };
}

interface Lookup {
  readonly info: PriceTableInfo;
  readonly index: CatalogueIndex;
  readonly cardsOf: (model: CatalogueModel) => readonly DatedCard[];
}

function* listedModel(
  { source }: PriceTableInfo,
  model: CatalogueModel,
  cardsOf: Lookup['cardsOf'],
): Iterable<ListedPrice> {
  const { provider } = model;
  const named = { provider, model: model.info.id } as const;
  for (const region of listedRegions(provider, named.model)) {
    const called = { ...named, spelling: named.model, region };
    const entry = { ...named, tier: 'standard', region } as const;
    for (const dated of withNamedFees(cardsOf(model), called)) {
      yield { ...entry, dated, source: dated.source ?? source };
    }
  }
}

function scheduleFor({ info, index, cardsOf }: Lookup, target: TargetPriceKey): Schedule {
  let first: (ModelMatch & { how: 'none' }) | null = null;
  for (const asked of namesInOrder(target)) {
    const resolved = resolveModel(index, target.provider, asked);
    if (resolved.how === 'free') {
      const name = asked.toLowerCase();
      return freeSchedule({ ...resolved, model: name, asked, spelling: name, table: info.id });
    }
    if (resolved.how !== 'none') {
      const { how, found, spelling, steps } = resolved;
      const { provider } = found;
      const { region } = target;
      return adjustedSchedule({
        match: { how, provider, model: found.info.id, asked, spelling, table: info.id, steps },
        cards: withNamedFees(cardsOf(found), { provider, model: found.info.id, spelling, region }),
        asOfMs: Date.parse(info.asOf),
        provider: providerId(target.provider),
        tier: target.tier,
        region,
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
