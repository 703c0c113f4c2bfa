/**
 * What one lever saved, call by call: the replay's own count of it.
 *
 * Takes the state before and after the lever, gives calls, savings by certainty and moves between
 * models. Never takes a lever's word for an amount.
 */
import type { Target } from '../domain/call.ts';
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import type { Certainty } from '../policy/route.ts';
import type { Lever, LeverResult, Move, Skipped } from './lever.ts';

/** Calls of one task that a lever sent from one model to another. */
export interface TaskMove extends Move {
  readonly task: Task;
}

interface Stream {
  readonly from: string;
  readonly to: string;
  readonly task: Task;
  calls: number;
  readonly saved: PicoSum;
}

/** The count of one lever. */
export class LeverTally {
  readonly #lever: Lever;
  #calls = 0;
  readonly #sums = { sure: new PicoSum(), likely: new PicoSum(), needs_test: new PicoSum() };
  readonly #streams = new Map<Target, Map<Target, Map<Task, Stream>>>();
  readonly #skips = new Map<string, number>();

  constructor(lever: Lever) {
    this.#lever = lever;
  }

  /** Counts a priced call that the lever changed. */
  save(savedPico: number, certainty: Certainty): void {
    this.#calls += 1;
    this.#sums[certainty].add(savedPico);
  }

  /** Notes that a call counted by `save` went to another target. */
  move(from: Target, to: Target, { task, savedPico }: { task: Task; savedPico: number }): void {
    const byTarget = this.#streams.get(from) ?? keep(this.#streams, from, new Map());
    const byTask = byTarget.get(to) ?? keep(byTarget, to, new Map());
    let stream = byTask.get(task);
    if (stream === undefined) {
      stream = { from: from.model, to: to.model, task, calls: 0, saved: new PicoSum() };
      byTask.set(task, stream);
    }
    stream.calls += 1;
    stream.saved.add(savedPico);
  }

  /** Notes a priced call that the lever had to leave out. */
  skip(reason: string): void {
    this.#skips.set(reason, (this.#skips.get(reason) ?? 0) + 1);
  }

  /** What the lever saved; may be asked again. */
  result(): LeverResult {
    const late = this.#lever.late?.() ?? null;
    const totalOf = (certainty: Certainty): PicoUsd => {
      const extra = late?.certainty === certainty ? late.savedPico : 0n;
      return picoUsd(this.#sums[certainty].total + extra);
    };
    const byCertainty = {
      sure: totalOf('sure'),
      likely: totalOf('likely'),
      needs_test: totalOf('needs_test'),
    };
    return {
      lever: this.#lever.id,
      calls: this.#calls + (late?.calls ?? 0),
      savedPico: picoUsd(byCertainty.sure + byCertainty.likely + byCertainty.needs_test),
      byCertainty,
      moves: merged(
        this.taskMoves().map(({ task: _task, ...move }) => move),
        ({ from, to }) => JSON.stringify([from, to]),
      ),
      ...this.#lever.words(),
    };
  }

  /** Moves by task, largest saving first. */
  taskMoves(): TaskMove[] {
    const streams = [...this.#streams.values()]
      .flatMap((byTarget) => [...byTarget.values()])
      .flatMap((byTask) => [...byTask.values()])
      .map(({ saved, ...stream }) => ({ ...stream, savedPico: saved.total }));
    return merged(streams, ({ from, to, task }) => JSON.stringify([from, to, task]));
  }

  /** One entry per reason, in the order they first came up. */
  skipped(): Skipped[] {
    const late = this.#lever.late?.().skipped ?? [];
    const all = [...[...this.#skips].map(([reason, calls]) => ({ reason, calls })), ...late];
    return all
      .filter(({ calls }) => calls > 0)
      .map(({ reason, calls }) => ({ lever: this.#lever.id, calls, reason }));
  }
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

/** Moves of one key put together, largest saving first. */
function merged<One extends Move>(moves: readonly One[], keyOf: (move: One) => string): One[] {
  const byKey = new Map<string, One>();
  for (const move of moves) {
    const key = keyOf(move);
    const known = byKey.get(key);
    const calls = move.calls + (known?.calls ?? 0);
    const savedPico = picoUsd(move.savedPico + (known?.savedPico ?? 0n));
    byKey.set(key, { ...move, calls, savedPico });
  }
  return [...byKey].sort(byPriority).map(([, move]) => move);
}

/** Then most calls, then by name: the same calls give the same order. */
function byPriority([keyA, a]: [string, Move], [keyB, b]: [string, Move]): number {
  if (a.savedPico !== b.savedPico) return a.savedPico > b.savedPico ? -1 : 1;
  return b.calls - a.calls || (keyA < keyB ? -1 : 1);
}
