/**
 * What a batch says at its end: how it went, and how to go on.
 *
 * Takes the end of a run and the rows of the ledger, gives lines on stderr and the exit code. Never
 * leaves out how to go on with what is not done.
 */
import type { JobsEnd } from '../batch/jobs.ts';
import type { RunEnd } from '../batch/runner.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countRows, type RowCounts } from '../ledger/batch-rows.ts';
import type { SpendLimits } from '../ledger/budget.ts';
import type { Ledger } from '../ledger/open.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import { budgetStop, overBudget } from './batch-budget.ts';
import type { RunDisplay } from './batch-display.ts';
import { noteAtProvider } from './batch-jobs.ts';
import { hasResultOutput } from './batch-results.ts';

/** How a run ended, and what showed it. */
export interface Ended {
  readonly end: RunEnd | JobsEnd;
  readonly deps: Deps;
  readonly display: RunDisplay;
  readonly limits: SpendLimits;
}

/** Says how it went and how to go on. */
export function reportEnd(db: Ledger, id: number, ended: Ended): ExitCode {
  const { end, deps, display, limits } = ended;
  const counts = countRows(db, id);
  display.end(counts);
  if (!hasResultOutput(deps)) {
    deps.note(
      'the answers are in the ledger',
      `to write them: aicost batch export ${id} --out answers.csv`,
    );
  }
  const over = overBudget(db, { id, limits, atMs: deps.clock.now() });
  const isWell = end.stop === 'done' && counts.failed + counts.unknown === 0;
  // Said with --quiet too where nothing else is.
  if (over !== null && isWell) throw new UserError(EXIT.gaps, over.message, over.hint);
  if (over !== null) deps.note(over.message, over.hint);
  if ('open' in end && end.open > 0 && (end.stop === 'at_provider' || end.stop === 'interrupted')) {
    return noteAtProvider(id, end, deps);
  }
  if (end.stop === 'interrupted') {
    const lost = counts.unknown === 0 ? '' : `, ${counts.unknown} unknown`;
    deps.note(`stopped with ${displayOf(counts.pending, 'row')} to ask${lost}`, goOn(id));
    return EXIT.interrupted;
  }
  if (end.stop !== 'done') throw stopped(db, id, ended, counts);
  if (isWell) return EXIT.ok;
  const verb =
    counts.failed > 0 ? `aicost batch retry-failed ${id}` : `${resume(id)} --retry-unknown`;
  deps.note(
    `${displayOf(counts.failed, 'row')} failed, ${counts.unknown} unknown`,
    `see why in the error column; ask again: ${verb}`,
  );
  return EXIT.gaps;
}

function resume(id: number): string {
  return `aicost batch resume ${id}`;
}

function goOn(id: number): string {
  return `go on: ${resume(id)}`;
}

/** Said with --quiet too: nothing else tells why. */
function stopped(db: Ledger, id: number, ended: Ended, counts: RowCounts): UserError {
  const { stop, message } = ended.end;
  const { limits, deps } = ended;
  const isUnasked = counts.pending === counts.total && counts.costPico === 0n;
  const said =
    stop === 'budget'
      ? budgetStop(db, { id, limits, atMs: deps.clock.now(), isUnasked })
      : { message: message ?? '', hint: hintOf(ended.end, id) };
  const left = displayOf(counts.pending, 'row');
  return new UserError(
    stop === 'unauthorized' ? EXIT.failed : EXIT.gaps,
    `stopped (${stop}): ${said.message}; ${left} pending`,
    said.hint,
  );
}

function hintOf({ stop }: RunEnd | JobsEnd, id: number): string {
  if (stop === 'quota') return `when the quota is there again: ${resume(id)}`;
  if (stop === 'unauthorized') return `with the right key: ${resume(id)}`;
  return goOn(id);
}
