/** A seeded log for the tests of the simulation: repeats, sessions, failures, bulk runs, warm caches. */
import type { PricedCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import type { Certainty } from '../../src/policy/route.ts';
import { CallTable } from '../../src/simulate/call-table.ts';
import type { CallState, Lever, LeverPlan } from '../../src/simulate/lever.ts';
import {
  below,
  call,
  GPT_4O,
  OK,
  oneOf,
  outcome,
  seeded,
  T0,
  target,
  usage,
} from '../policy/calls.ts';

const TARGETS = [GPT_4O, target({ model: 'gpt-4.1' }), target({ tier: 'flex' })];
const OUTCOMES = [OK, OK, OK, OK, outcome({ status: 'error' }), outcome({ status: 'cached' })];
const TASKS: readonly Task[] = ['qa', 'qa', 'code', 'chat', 'classification'];

/** A log in time order; the first fiftieth has no time. */
export function randomLog(seed: number, length: number): PricedCall[] {
  const random = seeded(seed);
  let nowMs = T0;
  return Array.from({ length }, (_, id) => {
    nowMs += below(random, 10) === 0 ? below(random, 20_000) : below(random, 300);
    const input = below(random, 9000);
    return call({
      id,
      startedAtMs: id < length / 50 ? null : nowMs,
      latencyMs: oneOf(random, [100, 2000, null]),
      target: oneOf(random, TARGETS),
      outcome: oneOf(random, OUTCOMES),
      usage: usage({ input, cacheRead: oneOf(random, [0, 0, 640]), output: below(random, 500) }),
      maxTokens: oneOf(random, [null, 256]),
      temperatureMilli: oneOf(random, [0, 0, 300, 700, null]),
      userId: oneOf(random, [null, 1, 2]),
      sessionKey: oneOf(random, [null, null, 1 + below(random, 40)]),
      promptHash: oneOf(random, [null, below(random, 30), below(random, 30)]),
      systemHash: oneOf(random, [1, null]),
      answerHash: oneOf(random, [5, 6, null]),
      task: oneOf(random, TASKS),
      taskConfidence: oneOf(random, [50, 70, 90]),
      complexityPercent: id % 5 === 0 ? null : id % 101,
      hasTools: [null, false, true][id % 3]!,
      hasSchema: [null, false, true][id % 4] ?? null,
      ...(below(random, 20) === 0 ? { costPico: null } : {}),
    });
  });
}

/** The calls as columns. */
export function tableOf(calls: readonly PricedCall[]): CallTable {
  const table = new CallTable(calls.length);
  for (const one of calls) table.add(one);
  return table;
}

/** The known costs of some calls. */
export function paid(calls: readonly PricedCall[]): bigint {
  return calls.reduce((sum, { costPico }) => sum + BigInt(costPico ?? 0), 0n);
}

/** A lever of one function. */
export function lever(id: string, apply: (state: CallState) => Certainty | null): LeverPlan {
  const made: Lever = { id, apply, words: () => ({ method: '', note: null }) };
  return { id, create: () => made };
}

/** What a call's state was at one place among the levers, call by call. */
export interface Seen {
  readonly served: boolean;
  readonly model: string;
  readonly costPico: number | null;
}

/** A lever that changes nothing and notes what it sees. */
export function probe(seen: Seen[]): LeverPlan {
  return lever('probe', ({ position, served, target: { model }, costPico }) => {
    seen[position] = { served, model, costPico };
    return null;
  });
}
