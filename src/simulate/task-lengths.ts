/**
 * How long the answers of each task are.
 *
 * Takes lengths in tokens, gives the length that a share of a task's answers do not exceed. Memory:
 * an entry for each distinct length of a task.
 */
import { TASKS, type Task } from '../domain/task.ts';

/** What is known of a task's answers. */
export interface TaskLength {
  readonly task: Task;
  readonly answers: number;
  readonly tokens: number;
}

export class TaskLengths {
  readonly #counts = new Map<Task, Map<number, number>>();

  /** Adds an answer. */
  add(task: Task, tokens: number): void {
    let counts = this.#counts.get(task);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(task, counts);
    }
    counts.set(tokens, (counts.get(tokens) ?? 0) + 1);
  }

  /** For each task seen: its answers, and the shortest length that this share do not exceed. */
  covering(permille: number): TaskLength[] {
    return TASKS.flatMap((task) => {
      const counts = this.#counts.get(task);
      return counts === undefined ? [] : [{ task, ...coveredBy(counts, permille) }];
    });
  }
}

function coveredBy(counts: ReadonlyMap<number, number>, permille: number) {
  const lengths = [...counts].sort(([a], [b]) => a - b);
  const answers = lengths.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [tokens, count] of lengths) {
    seen += count;
    if (seen * 1000 >= answers * permille) return { answers, tokens };
  }
  return { answers, tokens: lengths.at(-1)?.[0] ?? 0 };
}
