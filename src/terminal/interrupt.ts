/**
 * Ctrl-C: the first asks for an orderly end, the second quits.
 *
 * Takes the process's SIGINT, gives an AbortSignal. Never armed before a command asks for the
 * signal: without it Ctrl-C ends the process at once, as everywhere.
 */
import { EXIT, UserError } from '../errors.ts';
import type { Out } from './streams.ts';

/** What is used of the process. */
export interface SignalOwner {
  on(event: 'SIGINT', listener: () => void): unknown;
  off(event: 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

export interface Interrupt {
  /** Aborts at the first Ctrl-C, with a UserError of exit code 130 as its reason; arms on first use. */
  readonly signal: AbortSignal;
  /** Aborts for another reason, such as a reader that went away. */
  abort(reason: Error): void;
  /** Gives Ctrl-C its usual meaning back. */
  disarm(): void;
}

/** Prepares Ctrl-C handling; `stderr` is called for when there is something to say. */
export function onInterrupt(owner: SignalOwner, stderr: () => Out): Interrupt {
  const controller = new AbortController();
  let armed = false;
  const listener = (): void => {
    if (controller.signal.aborted) {
      owner.exit(EXIT.interrupted);
      return;
    }
    stderr().write('\naicost: stopping; press Ctrl-C again to quit at once\n');
    controller.abort(interrupted());
  };
  return {
    get signal() {
      if (!armed) owner.on('SIGINT', listener);
      armed = true;
      return controller.signal;
    },
    abort(reason) {
      controller.abort(reason);
    },
    disarm() {
      if (armed) owner.off('SIGINT', listener);
      armed = false;
    },
  };
}

function interrupted(): UserError {
  return new UserError(
    EXIT.interrupted,
    'interrupted',
    'what was committed stays; run the same command again to go on',
  );
}
