/**
 * Fees that depend on more than the model: on the name it was called by, or the size of a search.
 *
 * Takes the cards of a model of the catalogue; gives them with the fee of one target. Never a fee of
 * another size: where the size is not known, the call has no price.
 */
import type { DatedCard } from './book.ts';
import { rateCard } from './card.ts';
import { usualWebSearch } from './fallback.ts';

/** How a target is called. */
export interface Called {
  /** The list's own names. */
  readonly provider: string;
  readonly model: string;
  /** The form of the name that was found. */
  readonly spelling: string;
  readonly region: string;
}

/** Models that search in every call, which the catalogue counts among those that do not. */
const SEARCH_PREVIEW = /^(?:openai\/)?gpt-4o(?:-mini)?-search-preview/;

/** Perplexity's fee for a request in pico-USD by the size of its search context. */
const SMALL = { low: 5_000_000_000n, medium: 8_000_000_000n, high: 12_000_000_000n };
const LARGE = { low: 6_000_000_000n, medium: 10_000_000_000n, high: 14_000_000_000n };
const BY_SIZE: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  sonar: SMALL,
  'sonar-reasoning': SMALL,
  'sonar-pro': LARGE,
  'sonar-reasoning-pro': LARGE,
};
const SIZE_SOURCE = 'Perplexity pricing page: fee per request by search_context_size';

/** The regions under which a model's prices are listed: the sizes of its searches, else only one. */
export function listedRegions(provider: string, model: string): readonly string[] {
  const fees = provider === 'perplexity' ? BY_SIZE[model] : undefined;
  return fees === undefined ? [''] : Object.keys(fees);
}

/** The cards with the fees of this target. */
export function withNamedFees(cards: readonly DatedCard[], called: Called): readonly DatedCard[] {
  if (called.provider === 'perplexity') return withSizeFee(cards, called);
  return SEARCH_PREVIEW.test(called.spelling) ? withSearchFee(cards, called.spelling) : cards;
}

function withSearchFee(cards: readonly DatedCard[], spelling: string): readonly DatedCard[] {
  const usual = usualWebSearch(spelling)!;
  return cards.map((dated) => {
    const { card } = dated;
    const others = card.assumed.filter(({ rateClass }) => rateClass !== 'webSearch');
    const assumed = [...others, usual.assumed];
    return { ...dated, card: rateCard({ ...card, webSearch: usual.fee, assumed }) };
  });
}

function withSizeFee(cards: readonly DatedCard[], called: Called): readonly DatedCard[] {
  const fees = BY_SIZE[called.model];
  if (fees === undefined) return cards;
  const fee = fees[called.region.trim().toLowerCase()];
  return cards.map((dated) => {
    const parts = { ...dated.card, perRequest: fee ?? 0n, lacksRequestFee: fee === undefined };
    return { ...dated, card: rateCard(parts), source: SIZE_SOURCE };
  });
}
