/**
 * Which cache a batch uses: as its flags say, else its policy.
 *
 * Takes flags and a policy, gives the kind and the settings of a semantic one. Throws UserError for
 * flags that belong to another kind.
 */
import type { LiveOptions } from '../batch/live.ts';
import { EXIT, UserError, usageError } from '../errors.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { CacheSettings } from '../policy/section-cache.ts';
import {
  NO_SEMANTIC_SETTINGS,
  type SemanticCacheSettings,
} from '../policy/section-semantic-cache.ts';
import { parseCount, parseDuration, parseMilli, type SendFlags } from './batch-flags.ts';
import { refuseUnboundVectors } from './semantic-vectors.ts';
import { shareOf } from './simulate-flags.ts';

const HOUR_MS = 3_600_000;
/** What no section says. */
const KEPT = { ttlMs: 24 * HOUR_MS, capacity: 1_000_000, maxTemperatureMilli: 0 };

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
  const settings = {
    ...section,
    minSimilarity: share(minSimilarity, '--min-similarity') ?? section.minSimilarity,
    maxFalseHits: share(maxFalseHits, '--max-false-hits') ?? section.maxFalseHits,
    embed: embed ?? section.embed,
  };
  refuseUnboundVectors(settings, 'give --min-similarity or --max-false-hits 1%');
  return settings;
}

/**
 * Which answers a run keeps, and how long: with both caches what either needs, since the semantic one
 * tests its own limits on use. Null: none. Flags win over the policy. Throws UserError.
 */
export function keptBy(
  kind: CacheKind,
  flags: SendFlags,
  policy: PolicyFile | null,
): LiveOptions['cache'] {
  if (kind === 'none') return null;
  const semantic = policy?.semantic_cache ?? null;
  const exact = limitsOf(policy?.cache ?? semantic, KEPT);
  const own = kind === 'semantic' ? limitsOf(semantic, exact) : exact;
  const [ttlMs, maxTemperatureMilli] = [
    parseDuration(flags.cacheTtl, '--cache-ttl', HOUR_MS),
    parseMilli(flags.cacheTemperature, '--cache-temperature'),
  ];
  if (ttlMs === null && maxTemperatureMilli === null) refuseCrossed(exact, own);
  const capacity = parseCount(flags.cacheCapacity, '--cache-capacity');
  return {
    ttlMs: ttlMs ?? Math.max(exact.ttlMs, own.ttlMs),
    capacity: capacity ?? Math.max(exact.capacity, own.capacity),
    maxTemperatureMilli:
      maxTemperatureMilli ?? Math.max(exact.maxTemperatureMilli, own.maxTemperatureMilli),
  };
}

type Kept = typeof KEPT;

function limitsOf(section: CacheSettings | null, otherwise: Kept): Kept {
  return {
    ttlMs: section?.ttlMs ?? otherwise.ttlMs,
    capacity: section?.capacity ?? otherwise.capacity,
    maxTemperatureMilli: section?.maxTemperatureMilli ?? otherwise.maxTemperatureMilli,
  };
}

/** Equal rows share the answers of both caches: one must hold all that the other does. */
function refuseCrossed(exact: Kept, semantic: Kept): void {
  const longer = exact.ttlMs - semantic.ttlMs;
  const hotter = exact.maxTemperatureMilli - semantic.maxTemperatureMilli;
  if (Math.sign(longer) * Math.sign(hotter) >= 0) return;
  const said = ({ ttlMs, maxTemperatureMilli }: Kept) =>
    `${ttlMs / HOUR_MS} h up to temperature ${maxTemperatureMilli / 1000}`;
  throw usageError(
    `cache keeps answers for ${said(exact)}, semantic_cache for ${said(semantic)}: a batch keeps them once`,
    'let one have both the longer ttl_hours and the higher max_temperature, or give --cache-ttl or --cache-temperature',
  );
}

/** Throws UserError where rows are no chats. */
export function refuseEmbeddings(
  operation: string,
  flags: SendFlags,
  policy: PolicyFile | null,
): void {
  if (operation === 'chat' || cacheKindOf(flags, policy) !== 'semantic') return;
  const isFlag = flags.cache === 'semantic';
  throw new UserError(
    EXIT.usage,
    `${isFlag ? '--cache semantic' : `semantic_cache of policy ${policy?.name}`} is for chats: vectors of other texts are wrong`,
    `${isFlag ? 'leave it out' : 'add --cache exact'}: equal texts share their vectors anyway`,
  );
}
