/**
 * What a batch says at its end: how it went, and how to go on.
 *
 * Takes the end of a run and the rows of the ledger, gives lines on stderr and the exit code. Never
 * leaves out how to go on with what is not done.
 */
import type { JobsEnd } from '../batch/jobs.ts';
import type { RunEnd } from '../batch/runner.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countRows } from '../ledger/batch-rows.ts';
import type { Ledger } from '../ledger/open.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import type { RunDisplay } from './batch-display.ts';
import { noteAtProvider } from './batch-jobs.ts';
import { hasResultOutput } from './batch-results.ts';

/** How a run ended, and what showed it. */
export interface Ended {
  readonly end: RunEnd | JobsEnd;
  readonly deps: Deps;
  readonly display: RunDisplay;
}

/** Says how it went and how to go on. */
export function reportEnd(db: Ledger, id: number, { end, deps, display }: Ended): ExitCode {
  const counts = countRows(db, id);
  display.end(counts);
  if (!hasResultOutput(deps)) {
    deps.note(
      'the answers are in the ledger',
      `to write them: aicost batch export ${id} --out answers.csv`,
    );
  }
  if ('open' in end && end.open > 0 && (end.stop === 'at_provider' || end.stop === 'interrupted')) {
    return noteAtProvider(id, end, deps);
  }
  if (end.stop === 'interrupted') {
    deps.note(`stopped with ${displayOf(counts.pending, 'row')} to ask`, goOn(id));
    return EXIT.interrupted;
  }
  if (end.stop !== 'done') {
    const left = displayOf(counts.pending, 'row');
    const message = `stopped (${end.stop}): ${end.message ?? ''}; ${left} pending`;
    // Said with --quiet too: nothing else tells why.
    throw new UserError(
      end.stop === 'unauthorized' ? EXIT.failed : EXIT.gaps,
      message,
      hintOf(end, id),
    );
  }
  if (counts.failed + counts.unknown === 0) return EXIT.ok;
  const verb =
    counts.failed > 0 ? `aicost batch retry-failed ${id}` : `${goOn(id)} --retry-unknown`;
  deps.note(
    `${displayOf(counts.failed, 'row')} failed, ${counts.unknown} unknown`,
    `see why in the error column; ask again: ${verb.replace('go on: ', '')}`,
  );
  return EXIT.gaps;
}

function goOn(id: number): string {
  return `go on: aicost batch resume ${id}`;
}

function hintOf({ stop, results }: RunEnd | JobsEnd, id: number): string {
  const more = `go on with more: aicost batch resume ${id} --budget USD`;
  if (stop === 'budget')
    return results > 0 ? more : `${more}; --max-tokens lowers the most a call can cost`;
  if (stop === 'quota') return `when the quota is there again: aicost batch resume ${id}`;
  if (stop === 'unauthorized') return `with the right key: aicost batch resume ${id}`;
  return goOn(id);
}
