/**
 * Usages as levers change them: text calls, copies, and what another model's cache would not hold.
 *
 * Takes a usage, gives a changed one in a record of the lever's own. Never changes the usage it is
 * given: it belongs to the call.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';

/** Whether a call used nothing but text tokens. */
export function isTextOnly(usage: Usage): boolean {
  return (
    usage.inputAudio === 0 &&
    usage.inputImage === 0 &&
    usage.cacheReadAudio === 0 &&
    usage.cacheReadImage === 0 &&
    usage.outputAudio === 0 &&
    usage.outputImage === 0 &&
    usage.webSearches === 0
  );
}

/** Text tokens that came from a prompt cache or went into one. */
export function cachedTokens({ cacheRead, cacheWrite5m, cacheWrite1h }: Usage): number {
  return cacheRead + cacheWrite5m + cacheWrite1h;
}

/** A record that holds one changed usage at a time, valid until the next `copy`. */
export class UsageRecord {
  readonly #usage = emptyUsage();

  /** The record with the counts of a usage, to be changed. */
  copy(usage: Usage): Usage {
    const copied = this.#usage;
    // One by one: `Object.assign` is several times slower.
    copied.input = usage.input;
    copied.cacheRead = usage.cacheRead;
    copied.cacheWrite5m = usage.cacheWrite5m;
    copied.cacheWrite1h = usage.cacheWrite1h;
    copied.output = usage.output;
    copied.reasoning = usage.reasoning;
    copied.inputAudio = usage.inputAudio;
    copied.inputImage = usage.inputImage;
    copied.outputAudio = usage.outputAudio;
    copied.outputImage = usage.outputImage;
    copied.cacheReadAudio = usage.cacheReadAudio;
    copied.cacheReadImage = usage.cacheReadImage;
    copied.webSearches = usage.webSearches;
    return copied;
  }
}
