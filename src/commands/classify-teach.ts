/**
 * The flags of `aicost classify` that teach it and ask it why.
 *
 * Takes flags as typed, gives what to do instead of listing labels, or null. Never does two of these
 * things at once.
 */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { Ledger } from '../ledger/open.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { explainCall } from './classify-explain.ts';
import { learnLabels } from './classify-learn.ts';
import { sampleCalls } from './classify-sample.ts';
import { labellingOf, noteStale, relabelCalls } from './labelling.ts';
import type { ReadFlags } from './read-logs.ts';

/** Flags that teach, as typed. */
export interface TeachFlags extends ReadFlags {
  readonly relabel?: boolean;
  readonly rules?: string;
  readonly classifier?: string;
  readonly sample?: string;
  readonly seed?: string;
  readonly learn?: string;
  readonly explain?: string;
}

/** Declares the flags of TeachFlags, but for those of every command that reads logs. */
export function declareTeachFlags(command: CliCommand): void {
  command
    .option('--relabel', 'label the calls of the ledger anew; --rules and --classifier do so too')
    .option('--sample <n>', 'write the calls whose labels would teach most, to be filled in')
    .option('--seed <n>', 'another sample of the same calls (1)')
    .option('--learn <file>', 'teach a classifier of your own by a filled-in sample')
    .option('--explain <file:line>', 'why a call got its label: the words that decided');
}

/** What needs no list of calls: teaching and explaining. Null: neither is asked for. */
export function teachAlone(
  flags: TeachFlags,
  args: readonly string[],
  deps: Deps,
): Promise<ExitCode> | null {
  const { learn, explain, inputFormat = null } = flags;
  if (learn === undefined && explain === undefined) return null;
  if (args.length > 0) {
    const flag = learn === undefined ? '--explain' : '--learn';
    throw new UserError(
      EXIT.usage,
      `${flag} takes its own file, and no logs`,
      'leave the logs out',
    );
  }
  return learn === undefined
    ? explainCall(explain ?? '', inputFormat, deps)
    : learnLabels(learn, deps);
}

/** What is done with the calls of some sources before they are listed; an exit code: nothing is listed. */
export async function teachBefore(
  db: Ledger,
  deps: Deps,
  { flags, sourceIds }: { flags: TeachFlags; sourceIds: readonly number[] | null },
): Promise<ExitCode | null> {
  const { sample, relabel, rules, classifier } = flags;
  const isAnew = relabel === true || rules !== undefined || classifier !== undefined;
  // Calls of logs just named are labelled as asked already.
  if (isAnew && (sourceIds === null || relabel === true)) {
    await relabelCalls(db, deps, { labelling: labellingOf(deps), sourceIds });
  } else if (sourceIds === null) noteStale(db, deps);
  if (sample === undefined) return null;
  const sampling = flags.seed === undefined ? { sample } : { sample, seed: flags.seed };
  return sampleCalls(db, deps, { flags: sampling, sourceIds });
}
