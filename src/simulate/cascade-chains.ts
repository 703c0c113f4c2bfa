/**
 * The cascades of a policy with their expectations.
 *
 * Takes the sections `cascade` and `cascade_split` and a quality table, gives chains for the lever. What
 * the file does not say comes from the scores: an answer of a model scored 84 passes in 84 of 100. Never
 * an expectation for a task of which neither knows anything.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { EXIT, UserError } from '../errors.ts';
import { refOf } from '../policy/file-routing.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { QualityTable } from '../policy/quality.ts';
import type { CascadeRule } from '../policy/section-cascade.ts';
import type { CascadeSplit } from '../policy/section-cascade-split.ts';
import { NO_FACTS } from '../policy/section-models.ts';
import type { CascadeChain } from './lever-cascade.ts';

const ALL_PPM = 1_000_000;

/** The chains of a policy. Throws UserError where shares and models are not as many. */
export function cascadeChains(policy: PolicyFile, quality: QualityTable): CascadeChain[] {
  const { cascade, cascade_split: split, models } = policy;
  return (cascade ?? []).map((rule) => ({
    condition: rule.condition,
    models: rule.models.map((model) => refOf(model, models?.get(model) ?? NO_FACTS)),
    reachedPpm: reachedByTask(rule, split, quality),
    otherwisePpm: split?.others == null ? null : reachedOf(split.others, rule),
  }));
}

function reachedByTask(
  rule: CascadeRule,
  split: CascadeSplit | null,
  quality: QualityTable,
): ReadonlyMap<Task, readonly number[]> {
  const byTask = new Map<Task, readonly number[]>();
  for (const task of TASKS) {
    const shares = split?.byTask.get(task);
    const scored = split?.others == null ? reachedByScore(rule, task, quality) : null;
    const reached = shares === undefined ? scored : reachedOf(shares, rule);
    if (reached !== null) byTask.set(task, reached);
  }
  return byTask;
}

/** Shares that settle at each model → how many come to each after the first. */
function reachedOf(shares: readonly number[], { models }: CascadeRule): number[] {
  if (shares.length !== models.length) {
    throw new UserError(
      EXIT.usage,
      `cascade_split: ${shares.length} shares for a cascade of ${models.length} models (${models.join(', ')})`,
      'give a share for each model of the cascade',
    );
  }
  let left = ALL_PPM;
  return shares.slice(0, -1).map((share) => {
    left = Math.max(0, left - Math.round(share * ALL_PPM));
    return left;
  });
}

/** What a better model fails, the ones before it fail too. */
function reachedByScore(
  { models }: CascadeRule,
  task: Task,
  quality: QualityTable,
): number[] | null {
  let left = ALL_PPM;
  const reached: number[] = [];
  for (const model of models.slice(0, -1)) {
    const known = quality.of(task, model);
    if (known === null) return null;
    left = Math.min(left, Math.round((1 - known.score / 100) * ALL_PPM));
    reached.push(left);
  }
  return reached;
}
