/**
 * The process's own time that only goes forward, and its timers.
 *
 * Takes nothing, gives `Timers`. Never the wall clock, which may jump.
 */
import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import type { Timers } from './ports.ts';

/** Longer waits overflow Node's timers, which would then fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Timers of this process. */
export function processTimers(): Timers {
  return {
    nowMs: () => performance.now(),
    after(delayMs, call) {
      const timer = setTimeout(call, Math.min(Math.ceil(delayMs), MAX_DELAY_MS));
      return () => clearTimeout(timer);
    },
  };
}
