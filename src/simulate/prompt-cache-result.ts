/**
 * What a prompt cache would have done on a trace, in sum.
 *
 * Takes the tokens of each request, gives totals and shares. Never a share of nothing: a trace
 * without input has shares of 0 and counts that say so.
 */
import type { PromptTrace } from './prompt-cache-trace.ts';

/** What a cache would have done on a trace. */
export interface PromptCacheResult {
  readonly requests: number;
  readonly hitRequests: number;
  readonly blocks: number;
  readonly hitBlocks: number;
  /** The same without the blocks that a prompt fills only in part. */
  readonly fullBlocks: number;
  readonly fullHitBlocks: number;
  readonly inputTokens: number;
  readonly hitTokens: number;
  /** Tokens stored anew, where the prompt is long enough. */
  readonly writtenTokens: number;
  /** Means of the requests' own shares; requests without input are left out. */
  readonly meanBlockHit: number;
  readonly meanTokenHit: number;
}

/** Where a replay puts its answer for each request. */
export interface PerRequest {
  readonly hitTokens: Float64Array;
  readonly writtenTokens: Float64Array;
}

/** Adds up the requests of a trace. */
export class ResultSum {
  readonly #trace: PromptTrace;
  #hitRequests = 0;
  #hitBlocks = 0;
  #fullBlocks = 0;
  #fullHitBlocks = 0;
  #inputTokens = 0;
  #hitTokens = 0;
  #writtenTokens = 0;
  #withInput = 0;
  #blockShares = 0;
  #tokenShares = 0;

  constructor(trace: PromptTrace) {
    this.#trace = trace;
  }

  add(request: number, hitBlocks: number, { hitTokens, writtenTokens }: PerRequest): void {
    const { inputTokens, offsets, blockTokens } = this.#trace;
    const input = inputTokens[request]!;
    const blocks = offsets[request + 1]! - offsets[request]!;
    const full = Math.min(Math.floor(input / blockTokens), blocks);
    const read = hitTokens[request]!;
    this.#hitBlocks += hitBlocks;
    this.#fullBlocks += full;
    this.#fullHitBlocks += Math.min(hitBlocks, full);
    this.#inputTokens += input;
    this.#hitTokens += read;
    this.#writtenTokens += writtenTokens[request]!;
    if (read > 0) this.#hitRequests++;
    if (input === 0 || blocks === 0) return;
    this.#withInput++;
    this.#blockShares += hitBlocks / blocks;
    this.#tokenShares += read / input;
  }

  result(): PromptCacheResult {
    const { requests, blocks } = this.#trace;
    const mean = (sum: number) => (this.#withInput === 0 ? 0 : sum / this.#withInput);
    return {
      requests,
      hitRequests: this.#hitRequests,
      blocks: blocks.length,
      hitBlocks: this.#hitBlocks,
      fullBlocks: this.#fullBlocks,
      fullHitBlocks: this.#fullHitBlocks,
      inputTokens: this.#inputTokens,
      hitTokens: this.#hitTokens,
      writtenTokens: this.#writtenTokens,
      meanBlockHit: mean(this.#blockShares),
      meanTokenHit: mean(this.#tokenShares),
    };
  }
}
