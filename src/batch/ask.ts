/**
 * Ask: one row through its chain of models, until an answer passes or no model is left.
 *
 * Takes a row, gives its result; null if the run was halted first and the row is pending again.
 * Never asks what the cache knows, and never gives up on a row because the run stops.
 */

import type { FailureCode } from '../providers/provider.ts';
import { type AttemptTools, makeAttempt, type Sent } from './attempt.ts';
import { type Chain, fallsBack, ownModel, type Step } from './chain.ts';
import type { Choice, Fleet, Lane } from './fleet.ts';
import type { AnswerCache, CachedAnswer, PaidAnswers } from './ports.ts';
import { type BarReason, decideRetry } from './retry.ts';
import type { Answer, CacheUse, Row, RowFailure, RowResult } from './row.ts';
import type { SemanticAnswers } from './semantic-answers.ts';
import { answerKey } from './serving.ts';
import { answerOf, Tally } from './tally.ts';

/** What rows are asked with. */
export interface AskTools extends AttemptTools {
  readonly fleet: Fleet;
  readonly cache: AnswerCache | null;
  /** Null: only equal rows share answers. */
  readonly semantic: Pick<SemanticAnswers, 'find' | 'open' | 'store' | 'close'> | null;
  readonly paid: PaidAnswers;
}

/** What a model's turn came to: the row's result, nothing yet, or an end without one. */
type Turn = RowResult | 'next' | 'again' | 'halted';

/** A model's turn so far. */
interface Tries {
  readonly place: number;
  attempts: number;
  refusedForRate: number;
}

/** Asks a row. Rejects with what the journal or a bug threw. */
export async function askRow(tools: AskTools, row: Row, chain: Chain): Promise<RowResult | null> {
  const tally = new Tally(row, chain);
  for (let place = 0; place < chain.steps.length; place++) {
    const turn = await askModel(tools, tally, place);
    if (turn === 'halted') {
      keepPaid(tools, tally);
      return null;
    }
    if (typeof turn === 'string') continue;
    if (turn.status === 'unknown') keepPaid(tools, tally);
    return turn;
  }
  return tally.failed();
}

/** What a row has paid for and nobody else keeps is there when the run goes on. */
function keepPaid({ cache, paid }: AskTools, { row, answers }: Tally): void {
  if (cache !== null && row.cacheKey !== null) return;
  for (const [model, answer] of answers) paid.put(row, model, answer);
}

async function askModel(tools: AskTools, tally: Tally, place: number): Promise<Turn> {
  const step = tally.chain.steps[place] as Step;
  if (tools.cache !== null && tally.row.cacheKey !== null) {
    const found = tools.cache.get(answerKey(tally.row.cacheKey, step.model, tools.fleet.lanes));
    const cached = found instanceof Promise ? await found : found;
    if (cached !== null) return fromCache(tools, tally, place, cached);
  }
  const own = tally.isAside ? null : tools.paid.take(tally.row, step.model);
  if (own !== null) {
    tally.answers.set(step.model, own);
    return judged(tools, tally, place, { answer: own, costPico: null, cache: 'miss' });
  }
  if (tools.semantic === null) return askEndpoints(tools, tally, place);
  try {
    return (await fromLike(tools, tally, place)) ?? (await askEndpoints(tools, tally, place));
  } finally {
    tools.semantic.close(tally.row, step.model);
  }
}

async function askEndpoints(tools: AskTools, tally: Tally, place: number): Promise<Turn> {
  const step = tally.chain.steps[place] as Step;
  const tries: Tries = { place, attempts: 0, refusedForRate: 0 };
  for (;;) {
    const choice = tools.fleet.choose(step.model, tally.row);
    let turn: Turn;
    if (choice.kind === 'lane') {
      const { lane } = choice;
      const making = makeAttempt(tools, tally, lane, place);
      const taking = take(tools, tally, tries, {
        lane,
        sent: making instanceof Promise ? await making : making,
      });
      turn = taking instanceof Promise ? await taking : taking;
    } else {
      turn = await withoutLane(tools, tally, place, choice);
    }
    if (turn !== 'again') return turn;
  }
}

async function fromCache(
  tools: AskTools,
  tally: Tally,
  place: number,
  cached: CachedAnswer,
): Promise<Turn> {
  const turn = await judged(tools, tally, place, { answer: cached, costPico: 0, cache: 'exact' });
  return typeof turn === 'string' ? turn : { ...turn, savedByCachePico: cached.costPico };
}

/** The answer of a row that asks the same; null: there is none, or it does not pass here. */
async function fromLike(tools: AskTools, tally: Tally, place: number): Promise<Turn | null> {
  const model = tally.chain.steps[place]?.model ?? '';
  const hit = (await tools.semantic?.find(tally.row, model)) ?? null;
  if (hit === null) return null;
  const { answer, from } = hit;
  const { failure, refused } = tally;
  const turn = await judged(tools, tally, place, { answer, costPico: 0, cache: 'semantic' });
  if (typeof turn !== 'string') {
    return { ...turn, savedByCachePico: answer.costPico, servedFrom: from };
  }
  if (turn === 'halted') return turn;
  // Its own answer may pass.
  tally.tried.pop();
  Object.assign(tally, { failure, refused });
  tools.semantic?.open(tally.row, model);
  return null;
}

/** What a row says that no endpoint may be asked for. */
const BARRED_AS: Readonly<Record<BarReason, FailureCode>> = {
  quota: 'quota_exhausted',
  unauthorized: 'unauthorized',
  outage: 'unreachable',
};

/** Nobody to ask: goes on to the next model, waits for a probe, or ends the run. */
async function withoutLane(
  { stop, retry, timers }: AskTools,
  tally: Tally,
  place: number,
  choice: Exclude<Choice, { kind: 'lane' }>,
): Promise<Turn> {
  const { steps } = tally.chain;
  const hasNext = place + 1 < steps.length;
  const model = steps[place]?.model ?? '';
  if (choice.kind === 'none')
    return passOn(tally, place, failureOf('no_endpoint', `no endpoint serves ${model}`));
  if (choice.kind === 'barred') {
    const { reason, message } = choice.barred;
    const code = BARRED_AS[reason];
    if (hasNext && fallsBack(code)) return passOn(tally, place, failureOf(code, message));
    stop.halt(reason, message);
    return 'halted';
  }
  const message = `the endpoints of ${model} do not work: ${choice.complaint}`;
  if (hasNext) return passOn(tally, place, failureOf('unreachable', message));
  if (choice.isHopeless) {
    stop.halt('outage', message);
    return 'halted';
  }
  const elapsedMs = timers.nowMs() - (tally.firstSentMs ?? timers.nowMs());
  if (elapsedMs + choice.waitMs > retry.rowTimeoutMs)
    return passOn(tally, place, tally.failure ?? failureOf('unreachable', message));
  return (await stop.sleep(choice.waitMs)) ? 'again' : 'halted';
}

/** What an attempt came to means for the row. */
function take(
  tools: AskTools,
  tally: Tally,
  tries: Tries,
  { lane, sent }: { lane: Lane; sent: Sent },
): Turn | Promise<Turn> {
  switch (sent.kind) {
    case 'answer':
      return answered(tools, tally, tries.place, sent);
    case 'failure':
      return failed(tools, tally, tries, { lane, failure: sent.failure });
    case 'blocked':
      return passOn(tally, tries.place, { ...sent.failure, httpStatus: null });
    case 'lost':
      return tools.stop.isHalted ? 'halted' : 'again';
    case 'halted':
      return 'halted';
  }
}

function answered(
  tools: AskTools,
  tally: Tally,
  place: number,
  { answer: attempt, costPico }: Extract<Sent, { kind: 'answer' }>,
): Promise<Turn> | Turn {
  const answer = answerOf(attempt);
  const step = tally.chain.steps[place] as Step;
  const { cacheKey } = tally.row;
  if (tools.cache !== null && cacheKey !== null) {
    const key = answerKey(cacheKey, step.model, tools.fleet.lanes);
    tools.cache.put(key, { ...answer, costPico });
    tools.semantic?.store(tally.row, step.model);
  }
  tally.answers.set(step.model, { ...answer, costPico });
  if (step.checks.length === 0) return accepted(tools, tally, place, { answer, costPico });
  return judged(tools, tally, place, { answer, costPico, cache: 'miss' });
}

function accepted(
  { costs }: AskTools,
  tally: Tally,
  place: number,
  { answer, costPico }: { answer: Answer; costPico: number | null },
): RowResult {
  const result = tally.done(answer, place, 'miss');
  const baselinePico = costs.baselinePico?.(tally.row, answer) ?? null;
  if (baselinePico === null || costPico === null) return result;
  return { ...result, savedByRoutingPico: baselinePico - (tally.costPico ?? costPico) };
}

/** Has the step's checks look at an answer; one that does not pass goes to the next model. */
async function judged(
  tools: AskTools,
  tally: Tally,
  place: number,
  given: { answer: Answer; costPico: number | null; cache: CacheUse },
): Promise<Turn> {
  for (const check of tally.chain.steps[place]?.checks ?? []) {
    const verdict = await check.check(given.answer, tally.row, (row) =>
      askAside(tools, tally, row),
    );
    if (verdict === 'halted') return 'halted';
    if (verdict.passed) continue;
    tally.refused = given.answer;
    const failure = failureOf('check_failed', `${check.name}: ${verdict.reason}`);
    return passOn(tally, place, failure, `check:${check.name}`);
  }
  if (given.cache !== 'miss') return tally.done(given.answer, place, given.cache);
  return accepted(tools, tally, place, given);
}

/** Asks a judge's row; its attempts and costs are those of the row it judges. */
async function askAside(tools: AskTools, tally: Tally, row: Row): Promise<RowResult | null> {
  const { maxRowPico } = tally.chain;
  const left = maxRowPico === null ? null : maxRowPico - tally.spentPico;
  const aside = new Tally(row, { ...ownModel(row), maxRowPico: left });
  aside.follow(tally);
  const turn = await askModel(tools, aside, 0);
  tally.take(aside);
  if (turn === 'halted') return null;
  return typeof turn === 'string' ? aside.failed() : turn;
}

async function failed(
  tools: AskTools,
  tally: Tally,
  tries: Tries,
  { lane, failure }: { lane: Lane; failure: Extract<Sent, { kind: 'failure' }>['failure'] },
): Promise<Turn> {
  const { stop, timers, fleet } = tools;
  const { steps } = tally.chain;
  const { code, message, httpStatus } = failure;
  tally.failure = { code, message, httpStatus };
  if (code === 'aborted') return failure.mayHaveBeenBilled ? tally.unknown() : 'halted';
  tries.attempts++;
  if (code === 'rate_limited') tries.refusedForRate++;
  const hasNextModel = tries.place + 1 < steps.length;
  const elapsedMs = timers.nowMs() - (tally.firstSentMs ?? 0);
  const decision = decideRetry(
    failure,
    { ...tries, elapsedMs, hasNextModel },
    tools.retry,
    tools.random,
  );
  // The endpoint is barred: another one is chosen, or the run ends there.
  if (decision.kind === 'stop') return 'again';
  if (stop.isHalted && failure.isRetryable) return 'halted';
  if (decision.kind === 'give_up') {
    const turn = passOn(tally, tries.place, tally.failure);
    return hasNextModel && !fallsBack(code) ? tally.failed() : turn;
  }
  // A refusal for rate has paused its endpoint: with another one there is no need to wait.
  if (code === 'rate_limited' && fleet.hasOther(lane, steps[tries.place]?.model ?? ''))
    return 'again';
  return (await stop.sleep(decision.waitMs)) ? 'again' : 'halted';
}

/** Notes why a model did not do, and hands the row on. */
function passOn(tally: Tally, place: number, failure: RowFailure, reason?: string): Turn {
  const model = tally.chain.steps[place]?.model ?? '';
  tally.tried.push({ model, reason: reason ?? failure.code });
  tally.failure = failure;
  return 'next';
}

function failureOf(code: RowFailure['code'], message: string): RowFailure {
  return { code, message, httpStatus: null };
}
