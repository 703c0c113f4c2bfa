/**
 * Cards of the standard tier, turned into those of the tier and region that served the call.
 *
 * Takes dated cards and a target; gives dated cards or the reason why the rate is unknown.
 */
import type { Tier } from '../domain/call.ts';
import type { DatedCard, ModelMatch, Schedule } from './book.ts';
import { type Factor, rateCard } from './card.ts';
import { regionRatio } from './regions.ts';
import { scheduleOf, unpriced } from './schedule.ts';
import { type TierRatio, tierRatio } from './service-tiers.ts';

/** What the standard cards belong to, and which tier and region are wanted. */
export interface Wanted {
  readonly match: Exclude<ModelMatch, { how: 'none' }>;
  readonly cards: readonly DatedCard[];
  readonly asOfMs: number | null;
  /** Catalogue id of whoever sends the invoice; empty: the match's provider. */
  readonly provider: string;
  readonly tier: Tier;
  readonly region: string;
}

/** The schedule for the wanted tier: standard cards times the published ratio. */
export function adjustedSchedule(wanted: Wanted): Schedule {
  const { match, asOfMs, tier } = wanted;
  const none = (reason: 'provisioned' | 'unknown_tier_rate'): Schedule =>
    unpriced({ how: 'none', reason, asked: match.asked, steps: match.steps });
  if (tier === 'provisioned') return none('provisioned');
  const region = regionRatio(wanted.provider || match.provider, match.model, wanted.region);
  const cards =
    region === null ? wanted.cards : wanted.cards.map((dated) => scaled(dated, 'region', region));
  if (tier === 'standard') {
    return scheduleOf({ match, cards, asOfMs, otherwise: 'not_valid_at_date' });
  }
  const ratio = tierRatio(wanted.provider || match.provider, match.model, tier);
  if (ratio === null) return none('unknown_tier_rate');
  return scheduleOf({
    match,
    cards: cards.flatMap((dated) => offered(dated, ratio)),
    asOfMs,
    otherwise:
      ratio.from === null && ratio.until === null ? 'not_valid_at_date' : 'unknown_tier_rate',
  });
}

function offered(dated: DatedCard, tier: TierRatio): DatedCard[] {
  const from = tier.from === null ? dated.from : Math.max(tier.from, dated.from ?? tier.from);
  const until = tier.until === null ? dated.until : Math.min(tier.until, dated.until ?? tier.until);
  if (from !== null && until !== null && from >= until) return [];
  const card = tier.isFlat ? rateCard({ ...dated.card, tiers: [] }) : dated.card;
  return [{ ...scaled({ ...dated, card }, 'tier', tier), from, until }];
}

/** The same card times a published ratio; the listed rates stay as they are. */
function scaled(
  dated: DatedCard,
  kind: Factor['kind'],
  { ratio, source }: Pick<TierRatio, 'ratio' | 'source'>,
): DatedCard {
  const { card } = dated;
  const factor: Factor = { kind, ratio, appliesTo: 'tokens', source };
  return { ...dated, card: rateCard({ ...card, factors: [...card.factors, factor] }) };
}
