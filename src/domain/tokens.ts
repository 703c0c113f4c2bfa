/**
 * Usage: disjoint token counters, built from each provider's overlapping ones.
 *
 * Every token is in exactly one counter, so that counters × rates add up to the bill.
 * `reasoning` is the one exception: a part of `output`, recorded beside it, never billed again.
 */

/** How a count came to be; never mixed in one figure. */
export const USAGE_BASES = ['measured', 'tokenised', 'estimated', 'missing'] as const;
export type UsageBasis = (typeof USAGE_BASES)[number];

/** Disjoint token counts of one call; integers from 0 to MAX_TOKENS. */
export interface Usage {
  /** Fresh input at the full input rate; audio and image input are not in it. */
  input: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** Everything billed as text output, reasoning included; audio and image output are not in it. */
  output: number;
  /** The part of `output` that was reasoning. */
  reasoning: number;
  inputAudio: number;
  inputImage: number;
  outputAudio: number;
  outputImage: number;
  /** Audio and image input read from a cache; not in `cacheRead`. */
  cacheReadAudio: number;
  cacheReadImage: number;
  /** Billed searches of a provider's web-search tool. */
  webSearches: number;
}

/** No call uses more; a larger count is a mistake in the log. */
export const MAX_TOKENS = 1_000_000_000;

/** A usage with every counter at 0. */
export function emptyUsage(): Usage {
  return {
    input: 0,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 0,
    reasoning: 0,
    inputAudio: 0,
    inputImage: 0,
    outputAudio: 0,
    outputImage: 0,
    cacheReadAudio: 0,
    cacheReadImage: 0,
    webSearches: 0,
  };
}

/** The whole input: fresh, cached, written and other modalities. It selects the context tier. */
export function inputTotal(usage: Usage): number {
  return (
    usage.input +
    usage.cacheRead +
    usage.cacheWrite5m +
    usage.cacheWrite1h +
    usage.inputAudio +
    usage.inputImage +
    usage.cacheReadAudio +
    usage.cacheReadImage
  );
}

/** The whole output, all modalities. */
export function outputTotal(usage: Usage): number {
  return usage.output + usage.outputAudio + usage.outputImage;
}
