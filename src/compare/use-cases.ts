/**
 * Use case → primary and backup model: the cheapest candidates that could take every call of a task.
 *
 * Takes what each candidate comes to by task, gives a row for each task. Never a model that lacks a
 * price or the context for one of its calls; quality is not judged.
 */
import { divideHalfEven } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import type { ModelMatch } from '../pricing/book.ts';

/** What calls of one task come to on one candidate. */
export interface CandidateSums {
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly tooLargeCalls: number;
  readonly costPico: bigint;
  /** Counts a call with its cost. */
  add(pico: number): void;
  /** Counts a call without a price. */
  addUnpriced(): void;
  /** Counts a call that exceeds the context window. */
  addTooLarge(): void;
}

/** A candidate with its sums. */
export interface PricedCandidate {
  readonly candidate: { readonly provider: string; readonly model: string };
  readonly match: ModelMatch;
  readonly byTask: ReadonlyMap<Task, CandidateSums>;
}

/** A model for a use case. */
export interface Choice {
  readonly model: string;
  /** Pico-USD of 1,000 calls. */
  readonly per1000Pico: bigint;
}

/** One use case. */
export interface UseCase {
  readonly task: Task;
  readonly calls: number;
  /** Pico-USD of 1,000 calls, as it was. */
  readonly per1000Pico: bigint;
  readonly primary: Choice | null;
  /** Of another provider than the primary's where there is one. */
  readonly backup: Choice | null;
}

/** The matrix, the task with most calls first. */
export function useCasesOf(
  actual: ReadonlyMap<Task, CandidateSums>,
  candidates: readonly PricedCandidate[],
): UseCase[] {
  return [...actual]
    .map(([task, sums]) => useCaseOf(task, sums, candidates))
    .sort((a, b) => b.calls - a.calls || (a.task < b.task ? -1 : 1));
}

function useCaseOf(
  task: Task,
  actual: CandidateSums,
  candidates: readonly PricedCandidate[],
): UseCase {
  const able = candidates
    .map((one) => ({ ...one, sums: one.byTask.get(task) }))
    .filter(({ sums }) => sums !== undefined && isComplete(sums))
    .map(({ candidate, match, sums }) => ({
      model: candidate.model,
      payer: match.how === 'none' ? '' : match.provider,
      per1000Pico: per1000(sums as CandidateSums),
    }))
    .sort((a, b) => compare(a.per1000Pico, b.per1000Pico) || (a.model < b.model ? -1 : 1));
  const [primary, ...others] = able;
  const backup = others.find(({ payer }) => payer !== primary?.payer) ?? others[0];
  return {
    task,
    calls: actual.calls,
    per1000Pico: per1000(actual),
    primary: choiceOf(primary),
    backup: choiceOf(backup),
  };
}

function isComplete({ unpricedCalls, tooLargeCalls }: CandidateSums): boolean {
  return unpricedCalls + tooLargeCalls === 0;
}

function per1000({ costPico, calls }: CandidateSums): bigint {
  return divideHalfEven(costPico * 1000n, BigInt(calls));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function choiceOf(choice: Choice | undefined): Choice | null {
  return choice === undefined ? null : { model: choice.model, per1000Pico: choice.per1000Pico };
}
