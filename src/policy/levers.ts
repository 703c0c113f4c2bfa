/**
 * The levers a policy can have, and the section of the policy file that sets each.
 *
 * The order is that of a request's way: what should not have been asked at all, what a cache answers,
 * to whom the rest goes, how much is sent and answered, and at which price.
 */

/** Each lever with its section. */
export const LEVER_SECTIONS = {
  retries: 'retries',
  exact_cache: 'cache',
  semantic_cache: 'semantic_cache',
  routing: 'routing',
  cascade: 'cascade',
  prompt_cache: 'prompt_cache',
  compression: 'compression',
  trimming: 'trimming',
  output_caps: 'output_caps',
  gateway: 'gateway',
  batch_tier: 'batch_tier',
} as const;

/** One way of saving, by the name that files and reports use. */
export type LeverId = keyof typeof LEVER_SECTIONS;

/** Every lever in its usual order. */
export const LEVER_IDS = Object.keys(LEVER_SECTIONS) as LeverId[];
