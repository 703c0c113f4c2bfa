/**
 * The models of a log: who answered, under which name most often.
 *
 * Takes calls of the training, gives a model for each family with the provider that sent most. Never a
 * model of calls that are held out.
 */
import type { Target } from '../domain/call.ts';
import { modelName } from '../policy/model-family.ts';
import type { CallTable } from './call-table.ts';
import type { Parts } from './simulate.ts';

/** A model as the log spells it. */
export interface LogModel {
  readonly model: string;
  readonly provider: string;
  readonly family: string;
  readonly calls: number;
}

/** The chat models, those with most calls first. */
export function logModels(table: CallTable, { heldOut }: Pick<Parts, 'heldOut'>): LogModel[] {
  const counts = new Map<Target, number>();
  table.each(({ target, costPico }, position) => {
    if (target.operation !== 'chat' || costPico === null || heldOut?.[position] === 1) return;
    counts.set(target, (counts.get(target) ?? 0) + 1);
  });
  const bySpelling = new Map<string, { target: Target; calls: number }>();
  for (const [target, calls] of counts) {
    const key = `${target.provider}\n${target.model}`;
    bySpelling.set(key, { target, calls: calls + (bySpelling.get(key)?.calls ?? 0) });
  }
  const byFamily = new Map<string, LogModel & { most: number }>();
  for (const { target, calls } of bySpelling.values()) {
    const { provider, model } = target;
    const { family } = modelName(model);
    const known = byFamily.get(family);
    const isMore = calls > (known?.most ?? 0);
    const named = isMore || known === undefined ? { provider, model, most: calls } : known;
    byFamily.set(family, { ...named, family, calls: calls + (known?.calls ?? 0) });
  }
  return [...byFamily.values()]
    .map(({ most: _most, ...model }) => model)
    .sort((a, b) => b.calls - a.calls || (a.family < b.family ? -1 : 1));
}
