/**
 * Ctrl-C: the first asks for an orderly end, the last quits; between them may be one that cancels.
 *
 * Takes the process's SIGINT, gives AbortSignals. Never armed before a command asks for a signal:
 * without it Ctrl-C ends the process at once, as everywhere.
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
  /** Aborts at the second one, which then quits no more: the third does. Arms on first use. */
  readonly cancel: AbortSignal;
  /** Aborts for another reason, such as a reader that went away. */
  abort(reason: Error): void;
  /** Gives Ctrl-C its usual meaning back. */
  disarm(): void;
}

/** Prepares Ctrl-C handling; `stderr` is called for when there is something to say. */
export function onInterrupt(owner: SignalOwner, stderr: () => Out): Interrupt {
  const controller = new AbortController();
  const cancelling = new AbortController();
  let armed = false;
  let cancels = false;
  const listener = (): void => {
    const mayCancel = cancels && !cancelling.signal.aborted;
    if (!controller.signal.aborted) {
      stderr().write(mayCancel ? STOPPING_IN_FLIGHT : STOPPING);
      controller.abort(interrupted());
    } else if (mayCancel) {
      stderr().write(CANCELLING);
      cancelling.abort(interrupted());
    } else {
      owner.exit(EXIT.interrupted);
    }
  };
  const arm = (): void => {
    if (!armed) owner.on('SIGINT', listener);
    armed = true;
  };
  return {
    get signal() {
      arm();
      return controller.signal;
    },
    get cancel() {
      arm();
      cancels = true;
      return cancelling.signal;
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

const STOPPING = '\naicost: stopping; press Ctrl-C again to quit at once\n';
const STOPPING_IN_FLIGHT =
  '\naicost: stopping when what is in flight has ended; press Ctrl-C again to cancel it\n';
const CANCELLING = '\naicost: cancelling what is in flight; press Ctrl-C again to quit at once\n';

function interrupted(): UserError {
  return new UserError(
    EXIT.interrupted,
    'interrupted',
    'what was committed stays; run the same command again to go on',
  );
}
