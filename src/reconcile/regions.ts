/**
 * Regions as both sides name them.
 *
 * Takes the word of a log or an invoice, gives one spelling. Never tells two usual places apart: they
 * cost the same.
 */
const USUAL_REGIONS = new Set(['', 'global', 'not_available', 'unknown']);

/** A region in lower case; `''` for the usual one. */
export function usualRegion(word: string): string {
  const region = word.toLowerCase();
  return USUAL_REGIONS.has(region) ? '' : region;
}
