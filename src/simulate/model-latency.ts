/**
 * How long models took to answer, by the log's own calls.
 *
 * Takes calls, gives the median latency of each family of models. Never of calls that failed or that a
 * cache answered, nor of those that are held out; a model without calls has none.
 */
import type { Target } from '../domain/call.ts';
import { modelName } from '../policy/model-family.ts';
import type { CallTable } from './call-table.ts';
import { FloatColumn } from './columns.ts';
import type { Parts } from './simulate.ts';

/** Median latencies in milliseconds by family, with the calls they rest on. */
export type ModelLatencies = ReadonlyMap<
  string,
  { readonly medianMs: number; readonly calls: number }
>;

/** The medians; 8 bytes a call with a latency while they are taken. */
export function modelLatencies(
  table: CallTable,
  { heldOut }: Pick<Parts, 'heldOut'>,
): ModelLatencies {
  const families = new Map<string, FloatColumn>();
  const byTarget = new Map<Target, FloatColumn>();
  table.each(({ target, outcome, latencyMs }, position) => {
    if (latencyMs === null || outcome.status !== 'ok' || target.operation !== 'chat') return;
    if (heldOut?.[position] === 1) return;
    let column = byTarget.get(target);
    if (column === undefined) {
      const { family } = modelName(target.model);
      column = families.get(family) ?? new FloatColumn();
      families.set(family, column);
      byTarget.set(target, column);
    }
    column.push(latencyMs);
  });
  return new Map([...families].map(([family, column]) => [family, medianOf(column)]));
}

/** The latency of a model; null: the log has no answered call of it. */
export function latencyIn(latencies: ModelLatencies, model: string): number | null {
  return latencies.get(modelName(model).family)?.medianMs ?? null;
}

/** Of an even number the mean of the middle two. */
function medianOf(column: FloatColumn): { medianMs: number; calls: number } {
  const sorted = column.view().slice().sort();
  const calls = sorted.length;
  const upper = sorted[calls >> 1]!;
  const medianMs = calls % 2 === 1 ? upper : (sorted[(calls >> 1) - 1]! + upper) / 2;
  return { medianMs, calls };
}
