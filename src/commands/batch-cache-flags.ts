/**
 * Which cache a batch uses: as its flags say, else its policy.
 *
 * Takes flags and a policy, gives the kind and the settings of a semantic one. Throws UserError for
 * flags that belong to another kind.
 */
import { EXIT, UserError, usageError } from '../errors.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import {
  NO_SEMANTIC_SETTINGS,
  type SemanticCacheSettings,
} from '../policy/section-semantic-cache.ts';
import type { SendFlags } from './batch-flags.ts';
import { shareOf } from './simulate-flags.ts';

/** Which answers rows may have besides their own. */
export type CacheKind = 'none' | 'exact' | 'semantic';

/** As --cache says, else as the policy does. Throws UserError. */
export function cacheKindOf(flags: SendFlags, policy: PolicyFile | null): CacheKind {
  const { cache } = flags;
  if (cache === false) return 'none';
  if (cache === 'exact' || cache === 'semantic') return cache;
  if (cache !== undefined && cache !== true) {
    throw usageError(`--cache: '${cache}' is none`, 'give exact or semantic, or --no-cache');
  }
  return (policy?.semantic_cache ?? null) === null ? 'exact' : 'semantic';
}

/** The settings of the semantic cache as flags and policy have them; null: there is none. Throws UserError. */
export function semanticFlags(
  flags: SendFlags,
  policy: PolicyFile | null,
): SemanticCacheSettings | null {
  const { minSimilarity, maxFalseHits, embed } = flags;
  const isSemantic = cacheKindOf(flags, policy) === 'semantic';
  const own = Object.entries({
    '--min-similarity': minSimilarity,
    '--max-false-hits': maxFalseHits,
    '--embed': embed,
  }).find(([, value]) => value !== undefined);
  if (!isSemantic && own !== undefined) {
    throw usageError(`${own[0]} is for the semantic cache`, 'add --cache semantic');
  }
  if (!isSemantic) return null;
  if (embed?.trim() === '') throw usageError('--embed: the name is empty', 'name a model');
  const section = policy?.semantic_cache ?? NO_SEMANTIC_SETTINGS;
  const share = (text: string | undefined, flag: string) =>
    text === undefined ? null : shareOf(text, flag);
  return {
    ...section,
    minSimilarity: share(minSimilarity, '--min-similarity') ?? section.minSimilarity,
    maxFalseHits: share(maxFalseHits, '--max-false-hits') ?? section.maxFalseHits,
    embed: embed ?? section.embed,
  };
}

/** Throws UserError where rows are no chats. */
export function refuseEmbeddings(operation: string, kind: CacheKind): void {
  if (operation === 'chat' || kind !== 'semantic') return;
  throw new UserError(
    EXIT.usage,
    '--cache semantic is for chats: vectors of other texts are wrong',
    'leave it out: equal texts share their vectors anyway',
  );
}
