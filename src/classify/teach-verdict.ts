/**
 * Verdict: what two classifiers said of labelled rows → whether the taught one is kept.
 *
 * Takes judged rows, gives what changed and, where it is not to be kept, why in plain words. Never keeps
 * what is no better than the one before, or than chance.
 */
import type { Judged, Taught } from './teach.ts';
import { kappaEstimate, signTest } from './teach-measure.ts';

type Judgement = Pick<Taught, 'judged' | 'largestFold'>;

/** What became of rows between two classifiers. */
export interface Change {
  /** Rows that were wrong and are right now, and the other way round. */
  readonly better: number;
  readonly worse: number;
  /** That of a change this lopsided if both were equally right: never 0. */
  readonly chance: number;
}

/** Compares what two classifiers said of the same rows. */
export function changeOf(judged: readonly Judged[]): Change {
  const better = judged.filter((row) => row.before !== row.task && row.after === row.task).length;
  const worse = judged.filter((row) => row.before === row.task && row.after !== row.task).length;
  return { better, worse, chance: signTest(better, worse) };
}

/**
 * Why a taught classifier is not kept; null where it is: right more often, not only by guessing the
 * commoner labels, and more often than chance would be.
 */
export function whyNotKept(
  { judged, largestFold }: Judgement,
  { better, worse }: Change,
): string | null {
  const [before, after] = (['before', 'after'] as const).map((which) =>
    kappaEstimate(judged.map((row) => [row.task, row[which]])),
  );
  const alike =
    largestFold > judged.length / 2
      ? `; ${largestFold} of ${judged.length} rows are alike and could only be judged by the others`
      : '';
  if (better <= worse || (after?.value ?? 1) < (before?.value ?? 1)) {
    return `on rows it has not seen it is no better than the shipped classifier${alike}`;
  }
  if (after != null && after.from <= 0) {
    const [from, to] = [after.from, after.to].map((kappa) => kappa.toFixed(2));
    return `on rows it has not seen it is no better than chance: its κ is between ${from} and ${to}${alike}`;
  }
  return null;
}
