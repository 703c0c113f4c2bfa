/**
 * What labels calls in this run: the user's rules, and their own classifier or the shipped one.
 *
 * Takes the settings `rules` and `classifier`, gives a Labelling; labels calls anew where the labels
 * of a log were given by something else. Never uses a classifier of the user's own without saying so.
 */
import { resolve } from 'node:path';
import { parseRules } from '../classify/rules-file.ts';
import { checkBase } from '../classify/teach-file.ts';
import { readSettingFile } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import { type Labelling, labellingKey } from '../ingest/labelling.ts';
import { shippedId } from '../ingest/model-file.ts';
import { readOwnModel } from '../ingest/own-model.ts';
import { type Relabelled, relabel } from '../ingest/relabel.ts';
import type { Ledger } from '../ledger/open.ts';
import { labelledSources, sourcesLabelledOtherwise } from '../ledger/relabel.ts';
import { displayOf } from '../report/numbers.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';

/** Names the classifier that comes with aicost. */
export const SHIPPED = 'shipped';
const MAX_THREADS = 4;
const SHOWN = 3;

/** Declares --rules and --classifier, which are settings. */
export function declareLabelling(command: CliCommand): void {
  command
    .option('--rules <file>', 'YAML rules that label calls before anything else does')
    .option(
      '--classifier <file>',
      `a classifier you taught, or ${SHIPPED} (LEDGER.classifier if it is there)`,
    );
}

/** Where the classifier of a ledger lies, if one was taught. */
export function ownModelPath({ config, cwd }: Pick<Deps, 'config' | 'cwd'>): string {
  const named = config.classifier.value;
  if (named !== null && named !== SHIPPED) return resolve(cwd, named);
  return `${resolve(cwd, config.ledger.value)}.classifier`;
}

/** What was said once of the classifier in force, by settings. */
const told = new WeakSet<Deps['config']>();

/**
 * What labels calls in this run; says so, once, where it is a classifier of the user's own. Throws
 * UserError.
 */
export function labellingOf(deps: Deps): Labelling {
  const own = deps.config.classifier.value === null ? usableOwn(deps) : namedOwn(deps);
  if (own !== null) {
    const hint = `--classifier ${SHIPPED} leaves it out`;
    noteOnce(deps, `labels by your own classifier: ${own.path}`, hint);
  }
  return { rules: rulesOf(deps), own };
}

function rulesOf({ config, cwd }: Deps): Labelling['rules'] {
  const { value, origin } = config.rules;
  if (value === null) return [];
  const hint = 'name a YAML file of rules: docs/teaching.md';
  return parseRules(readSettingFile({ value, origin }, cwd, hint), value);
}

function noteOnce(deps: Deps, message: string, hint: string): void {
  if (told.has(deps.config)) return;
  told.add(deps.config);
  deps.note(message, hint);
}

/** The classifier in force where a faulty one must stop nothing: it is left out, and that is said. */
function usableOwn(deps: Deps): Labelling['own'] {
  try {
    return namedOwn(deps);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = 'teach it again: aicost classify --learn labelled.csv, or delete it';
    noteOnce(deps, `${error.message}: it is left out`, hint);
    return null;
  }
}

/** The classifier in force; null: the shipped one. Throws UserError where it cannot be used. */
function namedOwn(deps: Deps): Labelling['own'] {
  const { value: named, origin } = deps.config.classifier;
  if (named === SHIPPED) return null;
  const path = ownModelPath(deps);
  const own = readOwnModel(path);
  if (own === null) {
    if (named === null) return null;
    const hint = `give the file that aicost classify --learn wrote, or ${SHIPPED}`;
    throw new UserError(EXIT.usage, `${origin}: there is no classifier at ${path}`, hint);
  }
  checkBase(own.note, shippedId(), path);
  return { path, id: own.id };
}

/** Labels the calls of sources anew and says what came of it; null: of all sources. */
export async function relabelCalls(
  db: Ledger,
  deps: Deps,
  { labelling, sourceIds }: { labelling: Labelling; sourceIds: readonly number[] | null },
): Promise<Relabelled> {
  const progress = deps.progress('labelling calls');
  const result = await relabel({
    db,
    sources: labelledSources(db, sourceIds),
    labelling,
    threads: Math.min(deps.cores, MAX_THREADS),
    signal: deps.signal,
    onProgress: (calls) => progress.update(calls, null, displayOf(calls, 'call')),
  });
  const { calls, changed } = result;
  progress.end(`labelled anew: ${changed} of ${displayOf(calls, 'call')} changed`);
  noteLost(deps, result);
  return result;
}

/** Labels anew what was labelled by something else, of the sources that were just named. */
export async function relabelStale(
  db: Ledger,
  deps: Deps,
  { labelling, sourceIds }: { labelling: Labelling; sourceIds: readonly number[] },
): Promise<void> {
  const stale = sourcesLabelledOtherwise(db, labellingKey(labelling), sourceIds);
  if (stale.length === 0) return;
  await relabelCalls(db, deps, { labelling, sourceIds: stale.map(({ id }) => id) });
}

/**
 * Says where the labels of a ledger were given by something else than what is in force now. Throws
 * UserError where the rules cannot be read.
 */
export function noteStale(db: Ledger, deps: Deps): void {
  const isOwn = deps.config.classifier.value !== SHIPPED;
  const own = usableOwn(deps);
  // What a classifier labelled that is left out now is not to be labelled anew: it was said.
  if (isOwn && own === null && told.has(deps.config)) return;
  const key = labellingKey({ rules: rulesOf(deps), own });
  const stale = sourcesLabelledOtherwise(db, key, null);
  if (stale.length === 0) return;
  const calls = stale.reduce((sum, source) => sum + source.calls, 0);
  deps.note(
    `${displayOf(calls, 'call')} were labelled by other rules or another classifier`,
    relabelHint(deps),
  );
}

/** How labels are given anew: who labelled by rules must not lose these labels by following it. */
export function relabelHint({ config }: Pick<Deps, 'config'>): string {
  const { value: rules } = config.rules;
  if (rules !== null) return `aicost classify --relabel --rules ${rules} labels them anew`;
  return 'aicost classify --relabel --rules FILE labels them anew; without --rules, labels that rules gave are lost';
}

function noteLost(deps: Deps, { kept, lost, undecided }: Relabelled): void {
  if (kept === 0) return;
  const names = lost.slice(0, SHOWN).join(', ') + (lost.length > SHOWN ? ', …' : '');
  const verb = kept === 1 ? 'keeps its' : 'keep their';
  const are = lost.length === 1 ? 'is' : 'are';
  deps.note(
    `${displayOf(kept, 'call')} ${verb} old label: ${names} ${are} away or changed; only rules that need no text were applied`,
    `put the logs back, or read them with --store-text; ${relabelHint(deps)}`,
  );
  for (const [line, calls] of undecided) {
    deps.note(`the rule on line ${line} could not be decided for ${displayOf(calls, 'call')}`);
  }
}
