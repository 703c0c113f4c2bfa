/**
 * A trace of prompts as blocks of tokens: what a prompt cache is replayed on.
 *
 * Takes requests in any order, gives them in time order, blocks interned to dense numbers. A block's
 * id stands for the whole prompt up to its end, as in Mooncake's `hash_ids`; blocks of different
 * models or keys are different blocks. Memory: 4 bytes a block, 40 a request, about 60 a distinct
 * block while it is built.
 */
import { FloatColumn, IntColumn } from './columns.ts';

/** Requests in time order, one entry of each array per request. */
export interface PromptTrace {
  readonly requests: number;
  /** Where each request stood among those added, from 0. */
  readonly position: Int32Array;
  readonly startedAtMs: Float64Array;
  /** When the answer was there; NaN if the trace does not tell. */
  readonly answeredAtMs: Float64Array;
  readonly inputTokens: Float64Array;
  readonly outputTokens: Float64Array;
  /** Request i has the blocks `offsets[i]` to before `offsets[i + 1]`. */
  readonly offsets: Int32Array;
  /** From 0 to before `distinctBlocks`. */
  readonly blocks: Int32Array;
  readonly distinctBlocks: number;
  /** Tokens of a block; the last one of a prompt may hold fewer. */
  readonly blockTokens: number;
}

/** One request of a trace. */
export interface TraceRequest {
  readonly startedAtMs: number;
  readonly latencyMs: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Prefix hashes in order; equal only if all before them is equal. */
  readonly blockIds: readonly (number | string)[];
  /** Model and cache key: caches are not shared between different ones. */
  readonly scope: string;
}

/** Collects requests. */
export class TraceBuilder {
  readonly #blockTokens: number;
  readonly #started = new FloatColumn();
  readonly #answered = new FloatColumn();
  readonly #input = new FloatColumn();
  readonly #output = new FloatColumn();
  readonly #offsets = new IntColumn();
  readonly #blocks = new IntColumn();
  readonly #scopes = new Map<string, Map<number | string, number>>();
  #distinct = 0;

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
    this.#offsets.push(0);
  }

  get requests(): number {
    return this.#started.length;
  }

  add(request: TraceRequest): void {
    const { startedAtMs, latencyMs, inputTokens, outputTokens, blockIds, scope } = request;
    this.#started.push(startedAtMs);
    this.#answered.push(latencyMs === null ? Number.NaN : startedAtMs + latencyMs);
    this.#input.push(inputTokens);
    this.#output.push(outputTokens);
    const ids = this.#idsOf(scope);
    for (const block of blockIds) {
      let id = ids.get(block);
      if (id === undefined) {
        id = this.#distinct++;
        ids.set(block, id);
      }
      this.#blocks.push(id);
    }
    this.#offsets.push(this.#blocks.length);
  }

  #idsOf(scope: string): Map<number | string, number> {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const ids = new Map<number | string, number>();
    this.#scopes.set(scope, ids);
    return ids;
  }

  /** The trace; ends the building. Requests of the same instant stay in the order they came. */
  finish(): PromptTrace {
    const trace: PromptTrace = {
      requests: this.requests,
      position: Int32Array.from({ length: this.requests }, (_, index) => index),
      startedAtMs: this.#started.view(),
      answeredAtMs: this.#answered.view(),
      inputTokens: this.#input.view(),
      outputTokens: this.#output.view(),
      offsets: this.#offsets.view(),
      blocks: this.#blocks.view(),
      distinctBlocks: this.#distinct,
      blockTokens: this.#blockTokens,
    };
    return isSorted(trace.startedAtMs) ? trace : inTimeOrder(trace);
  }
}

function isSorted(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (times[i - 1]! > times[i]!) return false;
  return true;
}

function inTimeOrder(trace: PromptTrace): PromptTrace {
  const { startedAtMs, offsets, blocks } = trace;
  const order = Int32Array.from(startedAtMs.keys()).sort(
    (a, b) => startedAtMs[a]! - startedAtMs[b]! || a - b,
  );
  const newOffsets = new Int32Array(offsets.length);
  const newBlocks = new Int32Array(blocks.length);
  order.forEach((from, to) => {
    const own = blocks.subarray(offsets[from]!, offsets[from + 1]!);
    newBlocks.set(own, newOffsets[to]!);
    newOffsets[to + 1] = newOffsets[to]! + own.length;
  });
  const picked = (column: Float64Array) => Float64Array.from(order, (at) => column[at]!);
  return {
    ...trace,
    position: order,
    startedAtMs: picked(startedAtMs),
    answeredAtMs: picked(trace.answeredAtMs),
    inputTokens: picked(trace.inputTokens),
    outputTokens: picked(trace.outputTokens),
    offsets: newOffsets,
    blocks: newBlocks,
  };
}
