/**
 * Section `output_caps`: the longest answer by task, where a request asks for none.
 *
 * Takes the section, gives tokens by task. Never a cap for a task that is not named.
 */
import { parseTask, TASKS, type Task } from '../domain/task.ts';
import type { FileValue } from './file-value.ts';

/** Reads the section. Throws UserError. */
export function parseOutputCaps(section: FileValue): ReadonlyMap<Task, number> {
  return new Map(
    section.entries().map(({ key, value }) => {
      const task = parseTask(key);
      if (task === null) return value.fail('is no task', `tasks: ${TASKS.join(', ')}`);
      return [task, value.number({ from: 1, to: Infinity, isWhole: true })];
    }),
  );
}
