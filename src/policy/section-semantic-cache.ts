/**
 * Section `semantic_cache`: answers given again to prompts that mean the same.
 *
 * Takes the section, gives its settings; what is not said is null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';
import { type CacheSettings, parseCacheMembers } from './section-cache.ts';

/** The settings of a semantic cache; null: not said. */
export interface SemanticCacheSettings extends CacheSettings {
  /** From 0 to 1. */
  readonly minSimilarity: number | null;
  /** The share of hits that may be wrong, by the upper bound of the log's own answers. */
  readonly maxFalseHits: number | null;
  /** A model for embeddings; null: the text itself is compared. */
  readonly embed: string | null;
}

/** A semantic cache of which nothing is said. */
export const NO_SEMANTIC_SETTINGS: SemanticCacheSettings = {
  ...{ ttlMs: null, capacity: null, maxTemperatureMilli: null, scope: null },
  ...{ minSimilarity: null, maxFalseHits: null, embed: null },
};

const KEYS = ['ttl_hours', 'capacity', 'max_temperature', 'scope'];
const SHARE = { from: 0, to: 1 };

/** Reads the section. Throws UserError. */
export function parseSemanticCache(section: FileValue): SemanticCacheSettings {
  const members = section.members([...KEYS, 'min_similarity', 'max_false_hits', 'embed']);
  return {
    ...parseCacheMembers(members),
    minSimilarity: members.get('min_similarity')?.number(SHARE) ?? null,
    maxFalseHits: members.get('max_false_hits')?.number(SHARE) ?? null,
    embed: members.get('embed')?.text() ?? null,
  };
}
