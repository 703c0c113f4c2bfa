/**
 * What `aicost classify` is asked to do, and which flags go with it.
 *
 * Takes flags as typed, refuses those that would do nothing. Never does two things at once.
 */
import { usageError } from '../errors.ts';
import type { SendFlags } from './batch-flags.ts';

/** What can be asked for; without any, calls are listed. */
const VERBS = ['labelWith', 'prompts', 'sample', 'learn', 'explain', 'relabel'] as const;
type Verb = (typeof VERBS)[number] | 'list';

/** A live model may label a sample, or the prompts of a file, or a sample of these. */
const TOGETHER: readonly string[] = [
  'labelWith prompts',
  'labelWith sample',
  'labelWith prompts sample',
];

/** Flags that only some verbs know. */
const GOES_WITH: Readonly<Record<string, readonly Verb[]>> = {
  calls: ['list', 'relabel'],
  keywords: ['prompts'],
  promptColumn: ['prompts', 'labelWith'],
  seed: ['sample'],
  rules: ['list', 'relabel', 'sample', 'prompts', 'labelWith', 'explain'],
  inputFormat: ['list', 'relabel', 'sample', 'labelWith', 'explain'],
  storeText: ['list', 'relabel', 'sample', 'labelWith'],
};

/** Flags of a batch, by whether they are listed: a new one must be put here. */
const SENDING: Readonly<Record<keyof SendFlags, true>> = {
  ...{ baseUrl: true, endpoint: true, keyFile: true, rpm: true, tpm: true, inputTpm: true },
  ...{ outputTpm: true, concurrency: true, adaptive: true, maxAttempts: true, timeout: true },
  ...{ budget: true, dailyBudget: true, rowBudget: true, dryRun: true, yes: true, cache: true },
  ...{ cacheTtl: true, cacheTemperature: true, cacheCapacity: true, retryUnknown: true },
  ...{ retryFailed: true, spread: true, minSimilarity: true, maxFalseHits: true, embed: true },
};

type Given = Readonly<Record<string, unknown>>;

/** Throws UserError where flags ask for things that are not done together, or would do nothing. */
export function refuseStrayFlags(flags: Given): void {
  const given = VERBS.filter((name) => flags[name] !== undefined);
  if (given.length > 1 && !TOGETHER.includes(given.join(' '))) {
    throw usageError(`${given.map(spelled).join(' and ')} do different things`, 'give one of them');
  }
  const verb: Verb = given[0] ?? 'list';
  for (const [name, verbs] of Object.entries(GOES_WITH)) {
    if (flags[name] !== undefined && !verbs.includes(verb)) throw strayFlag(name, verb, verbs);
  }
  // Of a file of prompts no column but that of the prompts is read from logs.
  if (flags.promptColumn !== undefined && flags.prompts === undefined) {
    throw strayFlag('promptColumn', verb, ['prompts']);
  }
  for (const name of Object.keys(SENDING)) {
    if (verb !== 'labelWith' && flags[name] !== undefined)
      throw strayFlag(flags.cache === false && name === 'cache' ? 'noCache' : name, verb, [
        'labelWith',
      ]);
  }
}

function strayFlag(name: string, verb: Verb, verbs: readonly Verb[]) {
  const where = verb === 'list' ? 'where calls are listed' : `with ${spelled(verb)}`;
  const fitting = verbs.map((one) => (one === 'list' ? 'the list of calls' : spelled(one)));
  return usageError(`${spelled(name)} does nothing ${where}`, `it goes with ${fitting.join(', ')}`);
}

/** A flag as it is typed. */
function spelled(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
