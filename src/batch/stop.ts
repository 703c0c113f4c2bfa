/**
 * Stop: one switch for a whole run, and waits that end when it is halted.
 *
 * Takes a reason, gives it to everybody who waits. Never changes its mind: the first reason stays.
 */
import type { Timers } from './ports.ts';

/**
 * Why a run ended. `done`: every row has its result; `outage`: the endpoints of a model do not work,
 * and waiting did not help.
 */
export type StopReason = 'done' | 'budget' | 'quota' | 'unauthorized' | 'outage' | 'interrupted';

export class Stop {
  readonly #timers: Timers;
  readonly #sleepers = new Set<() => void>();
  #reason: StopReason | null = null;
  #message: string | null = null;
  #error: { readonly cause: unknown } | null = null;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether nothing new may be sent. */
  get isHalted(): boolean {
    return this.#reason !== null || this.#error !== null;
  }

  get reason(): StopReason {
    return this.#reason ?? 'done';
  }

  /** What the provider or the budget said. */
  get message(): string | null {
    return this.#message;
  }

  /** What broke: a full disk, a locked ledger, a bug. */
  get error(): { readonly cause: unknown } | null {
    return this.#error;
  }

  /** Ends the run for a reason that has a name. */
  halt(reason: StopReason, message: string): void {
    if (this.isHalted) return;
    this.#reason = reason;
    this.#message = message;
    this.#wake();
  }

  /** Ends the run with an error, to be thrown once all is quiet; the first one counts. */
  break(cause: unknown): void {
    this.#error ??= { cause };
    this.#wake();
  }

  /** Waits so long, or until the run is halted; false if it was. */
  sleep(durationMs: number): Promise<boolean> {
    if (this.isHalted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#sleepers.delete(wake);
        resolve(!this.isHalted);
      };
      const cancel = this.#timers.after(durationMs, wake);
      this.#sleepers.add(wake);
    });
  }

  /** Calls once when the run is halted; gives a way to call it off. */
  onHalt(call: () => void): () => void {
    const once = (): void => {
      this.#sleepers.delete(once);
      call();
    };
    this.#sleepers.add(once);
    return () => this.#sleepers.delete(once);
  }

  #wake(): void {
    for (const sleeper of [...this.#sleepers]) sleeper();
  }
}
