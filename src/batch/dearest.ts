/**
 * The dearest a use may come to, at any price that may hold until it is billed.
 *
 * Takes a schedule and counts, gives pico-USD. Never the price of one moment alone: a price may
 * change while an attempt is under way, and what was counted may be billed as another class.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { costOf, type Plan, type RateCard } from '../pricing/card.ts';
import type { Schedule } from '../pricing/price.ts';
import type { Bound } from './bound.ts';

/** A stretch of time in which a price may hold. */
export interface Ahead {
  readonly fromMs: number;
  readonly toMs: number;
}

/** No daily window of prices is shorter. */
const WINDOW_STEP_MS = 15 * 60_000;

/** Every card that may hold in a stretch of time; null if none holds at some moment of it. */
export function cardsAhead(schedule: Schedule, { fromMs, toMs }: Ahead): RateCard[] | null {
  const { cards } = schedule;
  const instants = [fromMs, toMs];
  for (const { from, until } of cards) instants.push(from ?? fromMs, until ?? fromMs);
  if (cards.some(({ window }) => window !== null)) {
    for (let atMs = fromMs; atMs < toMs; atMs += WINDOW_STEP_MS) instants.push(atMs);
  }
  const found = new Set<RateCard>();
  for (const atMs of instants) {
    if (atMs < fromMs || atMs > toMs) continue;
    const card = schedule.cardAt(atMs);
    if (typeof card === 'string') return null;
    found.add(card);
  }
  return [...found];
}

/** What a request may use, with the length of all its answers. */
export interface Use extends Pick<Bound, 'inputTokens' | 'hasImages' | 'hasAudio'> {
  readonly outputTokens: number;
}

type InputClass = 'input' | 'cacheWrite5m' | 'cacheWrite1h' | 'inputImage' | 'inputAudio';
type OutputClass = 'output' | 'reasoning' | 'outputImage';

/** The most a use may cost on any of the cards; null if one of them has no price for it. */
export function dearestPico(cards: readonly RateCard[], use: Use): number | null {
  let worst = 0;
  for (const card of cards) {
    const cost = dearestOn(card, use);
    if (cost === null) return null;
    worst = Math.max(worst, cost);
  }
  return worst;
}

function dearestOn(card: RateCard, use: Use): number | null {
  const fresh = costOf(card, usageOf(use, 'input', 'output'));
  if (typeof fresh !== 'number') return null;
  let worst = fresh;
  for (const input of inputClasses(card, use)) {
    for (const output of outputClasses(card)) {
      const cost = costOf(card, usageOf(use, input, output));
      if (cost === 'too_large') return null;
      // A model without a price for a class cannot bill it.
      if (cost !== 'no_price') worst = Math.max(worst, cost);
    }
  }
  return worst;
}

function usageOf(use: Use, input: InputClass, output: OutputClass): Usage {
  const usage = emptyUsage();
  usage[input] = use.inputTokens;
  if (output === 'reasoning') usage.output = use.outputTokens;
  usage[output] = use.outputTokens;
  return usage;
}

function inputClasses({ plans }: RateCard, { hasImages, hasAudio }: Use): InputClass[] {
  const others: InputClass[] = ['cacheWrite5m', 'cacheWrite1h'];
  if (hasImages) others.push('inputImage');
  if (hasAudio) others.push('inputAudio');
  return ['input', ...others.filter((name) => mayBeDearer(plans, name, 'input'))];
}

function outputClasses({ plans }: RateCard): OutputClass[] {
  const others: OutputClass[] = ['reasoning', 'outputImage'];
  return ['output', ...others.filter((name) => mayBeDearer(plans, name, 'output'))];
}

function mayBeDearer(
  plans: readonly Plan[],
  one: InputClass | OutputClass,
  than: 'input' | 'output',
): boolean {
  return plans.some((plan) => !plan.whole || plan[one] > plan[than]);
}
