/**
 * Counting: the tokens of calls whose log has their texts but no counts.
 *
 * Takes a call as it was parsed, gives it with the counts of its texts and what they rest on. Never
 * touches a call that has counts or that failed, and never takes a lower bound for a count.
 */
import type { Call } from '../domain/call.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { createTokenCounter, type TokenCounter } from '../tokenize/tokenize.ts';
import { usageOfTexts } from '../tokenize/usage.ts';

/** One per thread: it keeps the encodings that it loaded, which take 150 ms and 70 MB. */
export class TextCounter {
  #counter: TokenCounter | null = null;

  /** The call with counts, or as it is where they cannot be known. */
  counted({ call, uncounted }: ParsedCall): Call {
    if (uncounted === null) return call;
    this.#counter ??= createTokenCounter();
    const { model, operation } = call.target;
    const counts = usageOfTexts(this.#counter, { model, operation, ...uncounted });
    // A model that thinks bills tokens that no text shows: its true count may be many times this.
    if (counts === null || counts.isLowerBound) return call;
    const target = { ...call.target, usageBasis: counts.basis };
    return { ...call, target, usage: counts.usage };
  }
}
