/**
 * Replays one after the other, with progress and Ctrl-C between them.
 *
 * Takes work that says before each step how many are left, gives its result. Never stops within a step.
 */
import type { Deps } from '../terminal/command.ts';

/** Runs to the end. Throws the signal's reason when it is aborted. */
export async function stepByStep<Result>(
  steps: Generator<number, Result>,
  deps: Deps,
): Promise<Result> {
  const progress = deps.progress('replaying');
  let done = 0;
  for (;;) {
    await deps.pause();
    deps.signal.throwIfAborted();
    const step = steps.next();
    if (step.done === true) {
      progress.end();
      return step.value;
    }
    progress.update(done, done + step.value);
    done += 1;
  }
}
