/**
 * How a model name is resolved, step by step, or why it is not.
 *
 * Takes a book, a name and a provider as a log spells them; gives the forms that were tried and the
 * answer. Never resolves by itself: the answer is the book's.
 */

import { parseModelName } from '../domain/model-names.ts';
import { providerId } from '../domain/providers.ts';
import type { MatchKind, PriceBook, TargetPriceKey, UnpricedReason } from './book.ts';
import { nearestNames } from './nearest.ts';

/** One form of a name that was tried. */
export interface MatchTrial {
  /** What was done to get it: `as logged`, `without the date`, …. */
  readonly step: string;
  readonly name: string;
  readonly outcome: 'found' | 'not listed';
}

/** The answer for one name. */
export interface NameMatch {
  readonly asked: string;
  /** The provider as given, and the id under which lists know it; both empty if none was given. */
  readonly provider: string;
  readonly providerId: string;
  readonly how: MatchKind | 'none';
  /** The list that has it, and its names there; empty if none has. */
  readonly table: string;
  readonly priceProvider: string;
  readonly model: string;
  readonly reason: UnpricedReason | null;
  readonly trials: readonly MatchTrial[];
  /** What was done or noted on the way. */
  readonly notes: readonly string[];
  /** Listed names that look alike; only where nothing was found. Never used for a price. */
  readonly nearest: readonly string[];
}

/** Says how a book resolves a name. */
export function matchModel(book: PriceBook, name: string, provider = ''): NameMatch {
  const target: TargetPriceKey = {
    provider,
    model: name,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
  };
  const { match } = book.schedule(target);
  const common = { asked: name, provider, providerId: providerId(provider), how: match.how };
  if (match.how === 'none') {
    return {
      ...common,
      ...{ table: '', priceProvider: '', model: '' },
      reason: match.reason,
      trials: trialsOf(name, null),
      notes: match.steps,
      nearest: nearestNames(book, name),
    };
  }
  return {
    ...common,
    table: match.table,
    priceProvider: match.provider,
    model: match.model,
    reason: null,
    trials: match.how === 'alias' ? [] : trialsOf(name, match.spelling),
    notes: match.steps,
    nearest: [],
  };
}

/** The forms of a name in the order in which they are tried, up to the one that was found. */
function trialsOf(name: string, found: string | null): MatchTrial[] {
  const spellings = parseModelName(name)?.spellings ?? [];
  const last = found === null ? -1 : spellings.findIndex((spelling) => spelling.name === found);
  const tried = last === -1 ? spellings : spellings.slice(0, last + 1);
  return tried.map((spelling, i) => ({
    step: spelling.steps.at(-1) ?? 'as logged',
    name: spelling.name,
    outcome: i === last ? 'found' : 'not listed',
  }));
}
