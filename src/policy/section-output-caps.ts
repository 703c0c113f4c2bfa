/**
 * Section `output_caps`: the longest answer by task, where a request asks for none.
 *
 * Takes the section, gives tokens by task. Never a cap for a task that is not named.
 */
import { parseTask, TASKS, type Task } from '../domain/task.ts';
import type { FileValue } from './file-value.ts';
import { D5_OUTPUT_CAPS } from './lever-presets.ts';

/** Reads the section: tokens by task, or the name of a published table. Throws UserError. */
export function parseOutputCaps(section: FileValue): ReadonlyMap<Task, number> {
  if (!section.isMapping && section.choice(['d5'])) return D5_OUTPUT_CAPS;
  return new Map(
    section.entries().map(({ key, value }) => {
      const task = parseTask(key);
      if (task === null) return value.fail('is no task', `tasks: ${TASKS.join(', ')}`);
      return [task, value.number({ from: 1, to: Infinity, isWhole: true })];
    }),
  );
}
