/**
 * How large each system prompt is, and how often it is sent.
 *
 * Takes calls, gives tokens and counts by system prompt and model. The log tells which system
 * prompt a call has, not its size: the smallest input sent with it is an upper bound, taken only
 * from prompts that differ. Never a size from one prompt alone. Memory: about 80 bytes a system
 * prompt and model.
 */
import type { Target } from '../domain/call.ts';
import { inputTotal } from '../domain/tokens.ts';
import { ModelIds } from '../policy/cache-key.ts';
import { KeyInterner } from './key-interner.ts';
import type { CallState } from './lever.ts';
import { isTextOnly } from './text-usage.ts';

/** Other prompts than the one before, from which a size is taken to be known. */
const MIN_CHANGES = 5;
/** What the shortest request is taken to add to its system prompt. */
export const SHORTEST_REQUEST_TOKENS = 16;

/** One system prompt on one model. */
export interface SystemPrompt {
  /** From 0, in the order they first came. */
  readonly id: number;
  readonly tokens: number;
  readonly calls: number;
}

export class SystemSizes {
  readonly #models = new ModelIds();
  readonly #keys = new KeyInterner();
  /** By the key's number; a key that was only asked for has no calls. */
  readonly #least: number[] = [];
  readonly #calls: number[] = [];
  readonly #changes: number[] = [];
  readonly #lastPrompt: number[] = [];

  /** Adds an answered text call with a system prompt; any other is passed over. */
  see({ call, usage, target, served }: CallState): void {
    const { systemHash, promptHash, outcome } = call;
    if (served || systemHash === null || promptHash === null || outcome.status !== 'ok') return;
    const input = inputTotal(usage);
    if (target.operation !== 'chat' || input === 0 || !isTextOnly(usage)) return;
    const id = this.#idOf(systemHash, target);
    this.#least[id] = Math.min(this.#least[id]!, input);
    this.#calls[id]! += 1;
    if (this.#calls[id]! > 1 && this.#lastPrompt[id] !== promptHash) this.#changes[id]! += 1;
    this.#lastPrompt[id] = promptHash;
  }

  /** What is known of a system prompt on a model; null if too little. */
  of(systemHash: number, target: Target): SystemPrompt | null {
    const id = this.#idOf(systemHash, target);
    if (this.#changes[id]! < MIN_CHANGES) return null;
    const tokens = Math.max(0, this.#least[id]! - SHORTEST_REQUEST_TOKENS);
    return { id, tokens, calls: this.#calls[id]! };
  }

  #idOf(systemHash: number, target: Target): number {
    const id = this.#keys.idOf(systemHash, this.#models.idOf(target), 0, 0);
    if (id === this.#least.length) {
      this.#least.push(Infinity);
      this.#calls.push(0);
      this.#changes.push(0);
      this.#lastPrompt.push(0);
    }
    return id;
  }
}
