/**
 * What the providers' prompt caches would read of a prefix, target by target.
 *
 * Takes targets, which are shared objects, and tokens; gives the tokens that count as read. Never
 * more than the prefix, and none where no cache is known.
 */
import type { Target } from '../domain/call.ts';
import { cacheKindOf, providerCache } from './prompt-cache-rules.ts';

interface Steps {
  readonly minTokens: number;
  readonly stepTokens: number;
}

export class PrefixReads {
  readonly #known = new Map<Target, Steps | null>();

  /** The part of a prefix that is read, if all of it is in the cache. */
  readOf(target: Target, tokens: number): number {
    const steps = this.#stepsOf(target);
    if (steps === null || tokens < steps.minTokens) return 0;
    return tokens - (tokens % steps.stepTokens);
  }

  #stepsOf(target: Target): Steps | null {
    let steps = this.#known.get(target);
    if (steps === undefined) {
      const kind = cacheKindOf(target.provider, target.model);
      steps = kind === null ? null : providerCache(kind, target.model, 'neutral').rules;
      this.#known.set(target, steps);
    }
    return steps;
  }
}
