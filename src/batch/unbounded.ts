/**
 * Rows of a run whose worst case nobody knows: whether any of them can be held against a budget.
 *
 * Takes the rows that are left, gives why none of them can; null where one can. Never for rows that
 * name their model: they fail one by one.
 */
import { pendingRows } from '../ledger/batch-rows.ts';
import { stepsOf } from './chains.ts';
import type { PlanOptions } from './plan.ts';
import type { NoWorst, Row } from './row.ts';
import { RowFault } from './row-fields.ts';
import { servingEndpoint } from './serving.ts';

/** So many rows are looked at before others have their turn. */
const PAGE = 500;

/** Why no row can be sent within a budget, where all have one cause; null: some can, or none is left. */
export async function whyNoneIsBounded(
  options: PlanOptions,
  pause: () => Promise<void>,
): Promise<NoWorst | null> {
  const { db, runId, reopened, builder, settings } = options;
  let first: NoWorst | null = null;
  let looked = 0;
  for (const record of pendingRows(db, runId, reopened)) {
    if (++looked % PAGE === 0) await pause();
    const row = builder.build(record);
    if (row instanceof RowFault) continue;
    const isOwn = row.prompt.model !== settings.model && settings.cascade.length === 0;
    const why = isOwn ? null : whyUnbounded(row, options);
    if (why === null) return null;
    first ??= why;
  }
  return first;
}

/** Why none of a row's models has a worst case; null: one has, or nobody serves the first. */
function whyUnbounded(
  row: Row,
  { costs, endpoints, settings, policy }: PlanOptions,
): NoWorst | null {
  let first: NoWorst | null = null;
  for (const { model } of stepsOf(row, settings, policy)) {
    const payee = servingEndpoint(endpoints, model);
    if (payee === null || costs.worstPico(row, model, payee) !== null) return null;
    first ??= costs.whyNoWorst(row, model, payee);
  }
  return first;
}
