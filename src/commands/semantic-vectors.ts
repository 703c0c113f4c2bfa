/**
 * Vectors have no similarity that is right for every model.
 *
 * Takes the settings of a semantic cache, refuses those that compare by vectors from no similarity.
 * Never a default: that of words would be taken for one of cosines.
 */
import { usageError } from '../errors.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';

/** Throws UserError where vectors are compared and nothing says from which similarity. */
export function refuseUnboundVectors(settings: SemanticCacheSettings | null, hint: string): void {
  if (settings === null || settings.embed === null) return;
  if (settings.minSimilarity !== null || settings.maxFalseHits !== null) return;
  throw usageError(
    `vectors of ${settings.embed} are compared from no similarity: 0.9 is for words, and cosines of models differ in scale`,
    hint,
  );
}
