/**
 * Attempt: one request from its slot to its settlement.
 *
 * Takes a row, a model and an endpoint; gives what came back. In this order: slot, worst case of
 * the budget, journal, send, and all of them settled. Never sends what is not on disk or not
 * covered, and never keeps a slot or a reservation, whatever is thrown.
 */
import type { Clock } from '../domain/time.ts';
import type {
  Attempt,
  AttemptAnswer,
  AttemptFailure,
  Prompt,
  Sender,
} from '../providers/provider.ts';
import type { Entry } from './breaker.ts';
import type { Lane } from './fleet.ts';
import type { Slot } from './limiter.ts';
import type { AttemptEnd, AttemptStart, Costs, Journal, Reservation, Timers } from './ports.ts';
import type { Purse } from './purse.ts';
import type { RetryPolicy } from './retry.ts';
import { blockedBy, OVER_ROW_BUDGET, type RowFailure } from './row.ts';
import { settleLimits } from './settle-limits.ts';
import type { Stop } from './stop.ts';
import { answerOf, type Tally } from './tally.ts';

/** `lost`: the endpoint went out of use meanwhile; `halted`: nothing new may be sent. */
export type Sent =
  | { readonly kind: 'answer'; readonly answer: AttemptAnswer; readonly costPico: number | null }
  | { readonly kind: 'failure'; readonly failure: AttemptFailure }
  | { readonly kind: 'blocked'; readonly failure: Pick<RowFailure, 'code' | 'message'> }
  | { readonly kind: 'lost' }
  | { readonly kind: 'halted' };

/** What attempts are made with. */
export interface AttemptTools {
  readonly sender: Sender;
  readonly journal: Journal;
  readonly costs: Costs;
  readonly purse: Purse | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly stop: Stop;
  /** Cancels what is in flight. */
  readonly cancel: AbortSignal;
}

/** What one attempt holds while it is out. */
interface Held {
  readonly tally: Tally;
  readonly lane: Lane;
  readonly model: string;
  readonly slot: Slot;
  readonly entry: Entry;
  readonly worstPico: number | null;
  reservation: Reservation | null;
}

const HALTED: Sent = { kind: 'halted' };
const LOST: Sent = { kind: 'lost' };

/**
 * Makes one attempt of a row on the model at a place of its chain. Promises only where there is
 * something to wait for: each costs as much as everything else here.
 */
export function makeAttempt(
  tools: AttemptTools,
  tally: Tally,
  lane: Lane,
  place: number,
): Sent | Promise<Sent> {
  const { row } = tally;
  const granted = lane.limiter.acquire(row, row.priority);
  return granted instanceof Promise
    ? granted.then((slot) => admitted(tools, { tally, lane, slot }, place))
    : admitted(tools, { tally, lane, slot: granted }, place);
}

/** With its slot: checks that the endpoint is still worth it, and has it covered. */
function admitted(
  tools: AttemptTools,
  { tally, lane, slot }: Pick<Held, 'tally' | 'lane'> & { slot: Slot | null },
  place: number,
): Sent | Promise<Sent> {
  if (slot === null) return HALTED;
  if (tools.stop.isHalted) return giveUp(lane, slot, HALTED);
  const entry = lane.barred === null ? lane.breaker.enter(tools.timers.nowMs()) : null;
  if (entry === null) return giveUp(lane, slot, LOST);
  const model = tally.chain.steps[place]?.model ?? tally.row.prompt.model;
  try {
    const covering = cover(tools, { tally, lane, model, slot, entry });
    return covering instanceof Promise
      ? covering.then((held) => sendCovered(tools, { lane, slot, entry }, held, place))
      : sendCovered(tools, { lane, slot, entry }, covering, place);
  } catch (error) {
    lane.breaker.leave(entry);
    lane.limiter.giveBack(slot);
    throw error;
  }
}

function sendCovered(
  tools: AttemptTools,
  { lane, slot, entry }: Pick<Held, 'lane' | 'slot' | 'entry'>,
  held: Held | Sent,
  place: number,
): Sent | Promise<Sent> {
  if (!('kind' in held)) return send(tools, held, place);
  lane.breaker.leave(entry);
  return giveUp(lane, slot, held);
}

function giveUp(lane: Lane, slot: Slot, sent: Sent): Sent {
  lane.limiter.giveBack(slot);
  return sent;
}

/** Has the worst case reserved; at once unless others have to be waited for. */
function cover(
  tools: AttemptTools,
  wanted: Omit<Held, 'worstPico' | 'reservation'>,
): Held | Sent | Promise<Held | Sent> {
  const { tally, lane, model } = wanted;
  const { purse } = tools;
  const { maxRowPico } = tally.chain;
  const worstPico = tools.costs.worstPico(tally.row, model, lane.endpoint);
  if (worstPico === null && (purse !== null || maxRowPico !== null)) {
    const failure = blockedBy(tools.costs.whyNoWorst(tally.row, model, lane.endpoint));
    return { kind: 'blocked', failure };
  }
  if (maxRowPico !== null && tally.spentPico + (worstPico ?? 0) > maxRowPico)
    return { kind: 'blocked', failure: OVER_ROW_BUDGET };
  const held: Held = { ...wanted, worstPico, reservation: null };
  if (purse === null || worstPico === null) return held;
  const given = purse.reserve(worstPico);
  if (given instanceof Promise)
    return given.then((reservation) => covered(tools, held, reservation));
  return covered(tools, held, given);
}

function covered(
  { stop, purse }: AttemptTools,
  held: Held,
  reservation: Reservation | null,
): Held | Sent {
  if (reservation === null) {
    stop.halt('budget', 'what is left does not cover the most the next call may cost');
    return HALTED;
  }
  held.reservation = reservation;
  if (!stop.isHalted) return held;
  purse?.release(reservation);
  return HALTED;
}

async function send(tools: AttemptTools, held: Held, place: number): Promise<Sent> {
  const { tally, lane, model, worstPico } = held;
  const start: AttemptStart = {
    number: tally.attempts + 1,
    model,
    endpoint: lane.endpoint,
    startedAtMs: tools.clock.now(),
    worstPico,
    isRetry: tally.lastModel === model,
    isAside: tally.isAside,
  };
  try {
    const written = tools.journal.begin(tally.row, start);
    if (written !== undefined) await written;
  } catch (error) {
    unsend(tools, held);
    throw error;
  }
  tally.attempts++;
  tally.lastModel = model;
  tally.firstSentMs ??= tools.timers.nowMs();
  let attempt: Attempt;
  try {
    attempt = await sending(tools, held, place);
  } catch (error) {
    abandon(tools, held);
    throw error;
  }
  return settle(tools, held, start, attempt);
}

function sending(tools: AttemptTools, held: Held, place: number): Promise<Attempt> {
  const { tally, lane, model } = held;
  const { row } = tally;
  const prompt: Prompt = row.prompt.model === model ? row.prompt : { ...row.prompt, model };
  const elapsedMs = tools.timers.nowMs() - (tally.firstSentMs ?? 0);
  const { tryTimeoutMs, rowTimeoutMs } = tools.retry;
  return tools.sender.send(lane.endpoint, prompt, {
    timeoutMs: Math.max(1, Math.min(tryTimeoutMs, rowTimeoutMs - elapsedMs)),
    signal: tools.cancel,
    // Another model is another request: a provider refuses a key that comes with another body.
    idempotencyKey: place === 0 ? row.idempotencyKey : `${row.idempotencyKey}-${place}`,
  });
}

function unsend({ purse }: AttemptTools, { lane, slot, entry, reservation }: Held): void {
  lane.breaker.leave(entry);
  lane.limiter.giveBack(slot);
  if (reservation !== null) purse?.release(reservation);
}

/** After a bug nobody knows what was sent: the worst case stays spent. */
function abandon({ purse }: AttemptTools, { lane, slot, entry, reservation }: Held): void {
  lane.breaker.leave(entry);
  lane.limiter.settle(slot, null);
  if (reservation !== null) purse?.settle(reservation, reservation.worstPico);
}

/** The journal before the money: settling may let in others, whose reservation may throw. */
function settle(tools: AttemptTools, held: Held, start: AttemptStart, attempt: Attempt): Sent {
  const { tally, lane, model } = held;
  tally.latencyMs = attempt.latencyMs;
  tally.endpointId = lane.endpoint.id;
  settleLimits(tools, held, attempt);
  const isAnswer = attempt.kind === 'answer';
  const costPico = isAnswer
    ? tools.costs.actualPico(answerOf(attempt), model, lane.endpoint, start.startedAtMs)
    : failurePico(attempt);
  if (isAnswer) tally.addCost(costPico);
  else if (costPico === null) tally.addUncertain(held.worstPico);
  const end: AttemptEnd = { attempt, costPico };
  try {
    tools.journal.end(tally.row, start, end);
  } finally {
    settleMoney(tools, held, costPico);
  }
  return isAnswer
    ? { kind: 'answer', answer: attempt, costPico }
    : { kind: 'failure', failure: attempt };
}

/** Providers do not bill what they refuse; what got lost may have been billed: unknown. */
function failurePico(failure: AttemptFailure): number | null {
  return failure.mayHaveBeenBilled ? null : 0;
}

/** An unknown cost is taken to be the worst: the budget is never exceeded by what was not seen. */
function settleMoney(
  { purse }: AttemptTools,
  { reservation }: Held,
  costPico: number | null,
): void {
  if (reservation === null || purse === null) return;
  if (costPico === 0) purse.release(reservation);
  else purse.settle(reservation, costPico ?? reservation.worstPico);
}
