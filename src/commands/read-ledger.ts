/**
 * Reading calls of a ledger page by page, with progress and Ctrl-C.
 *
 * Takes pages of calls, hands each call on. Never holds more than one page.
 */
import type { Selection } from '../ledger/read.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';

/** Every call, whatever its source and time. */
export const WHOLE_LEDGER: Selection = { sourceIds: null, sinceMs: null, untilMs: null };

/** Hands every call on. Throws the signal's reason when it is aborted. */
export async function eachCall<Call>(
  pages: Iterable<readonly Call[]>,
  deps: Deps,
  take: (call: Call) => void,
): Promise<void> {
  const progress = deps.progress('reading calls');
  let calls = 0;
  for (const page of pages) {
    await deps.pause();
    deps.signal.throwIfAborted();
    for (const call of page) take(call);
    calls += page.length;
    progress.update(calls, null, displayOf(calls, 'call'));
  }
  progress.end();
}

/** The same world with another ledger; `undefined` leaves it as it is. */
export function atLedger(deps: Deps, ledger: string | undefined): Deps {
  if (ledger === undefined) return deps;
  const config = { ...deps.config, ledger: { value: ledger, origin: '--on' } };
  // Getters stay getters: looking at the signal would change what Ctrl-C does.
  const same = Object.getOwnPropertyDescriptors(deps);
  return Object.defineProperties({}, { ...same, config: { value: config } }) as Deps;
}
