/**
 * Section `quality`: how good models are at tasks, as the user measured it.
 *
 * Takes the section, gives scores from 0 to 100 by model and task. Never a score for what is not named.
 */
import { parseTask, TASKS } from '../domain/task.ts';
import type { FileValue } from './file-value.ts';
import { ANY_TASK, type QualityScore } from './quality.ts';

const SCORE = { from: 0, to: 100 };

/** Reads the section: models, and below each its tasks or `*`. Throws UserError. */
export function parseQuality(section: FileValue): readonly QualityScore[] {
  return section.entries().flatMap(({ key: model, value }) =>
    value.entries().map(({ key, value: score }) => {
      const task = key === ANY_TASK ? ANY_TASK : parseTask(key);
      if (task === null) return score.fail('is no task', `tasks: ${TASKS.join(', ')}, or '*'`);
      return { model, task, score: score.number(SCORE) };
    }),
  );
}
