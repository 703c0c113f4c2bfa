/**
 * Section `cascade_split`: which share of requests each model of a cascade is expected to settle.
 *
 * Takes the section, gives shares by task, those of `*` for all others. Never shares that do not come
 * to 1 within a hundredth: a request ends somewhere.
 */
import { parseTask, TASKS, type Task } from '../domain/task.ts';
import type { FileValue } from './file-value.ts';
import { E4_SPLIT } from './lever-presets.ts';

/** Shares from the first model of the cascade to the last. */
export interface CascadeSplit {
  readonly byTask: ReadonlyMap<Task, readonly number[]>;
  /** Null: nothing is said of other tasks. */
  readonly others: readonly number[] | null;
}

const OTHERS = '*';
const SHARE = { from: 0, to: 1 };

/** Reads the section: shares by task, or the name of a published split. Throws UserError. */
export function parseCascadeSplit(section: FileValue): CascadeSplit {
  if (!section.isMapping && section.choice(['e4'])) return { byTask: new Map(), others: E4_SPLIT };
  const byTask = new Map<Task, readonly number[]>();
  let others: readonly number[] | null = null;
  for (const { key, value } of section.entries()) {
    const shares = sharesOf(value);
    const task = parseTask(key);
    if (key === OTHERS) others = shares;
    else if (task === null) value.fail('is no task', `tasks: ${TASKS.join(', ')}, or '*'`);
    else byTask.set(task, shares);
  }
  return { byTask, others };
}

function sharesOf(value: FileValue): number[] {
  const shares = value.items().map((item) => item.number(SHARE));
  const sum = shares.reduce((so, share) => so + share, 0);
  if (Math.abs(sum - 1) > 0.01) {
    value.fail(`the shares come to ${Number(sum.toFixed(6))}`, 'give shares that come to 1');
  }
  return shares;
}
