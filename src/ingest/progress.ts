/**
 * Progress: how far a source is, with what this run added.
 *
 * Takes batches in their order, gives the row that is stored with each commit. Never goes back.
 */
import type { CallBatch, Tail } from '../ledger/batch.ts';
import { C, WIDTH } from '../ledger/columns.ts';
import type { Source, SourceProgress, TimeSpan } from '../ledger/sources.ts';

/** How far a source is, with what this run added. */
export class Progress {
  readonly id: number;
  offset: number;
  lines: number;
  tail: Tail | null;
  #calls: number;
  #billedCalls: number;
  #inOrder = true;
  #firstMs: number | null = null;
  #lastMs: number | null = null;

  constructor(source: Source) {
    this.id = source.id;
    this.offset = source.ingestedBytes;
    this.lines = source.lines;
    this.#calls = source.calls;
    this.#billedCalls = source.billedCalls;
    this.tail =
      source.ingestedBytes === 0 ? null : { bytes: source.tailBytes, hash: source.tailHash };
  }

  /** Goes on by a batch. */
  add(batch: CallBatch): void {
    if (batch.endOffset > this.offset) this.tail = batch.tail;
    this.offset = Math.max(this.offset, batch.endOffset);
    this.lines += batch.lines;
    this.#calls += batch.count;
    for (let row = 0; row < batch.count; row++) {
      this.#time(batch.rows[row * WIDTH + C.started_at_ms]!);
      if (!Number.isNaN(batch.rows[row * WIDTH + C.billed_pico]!)) this.#billedCalls++;
    }
  }

  #time(ms: number): void {
    if (Number.isNaN(ms) || ms < (this.#lastMs ?? 0)) this.#inOrder = false;
    if (Number.isNaN(ms)) return;
    if (this.#firstMs === null || ms < this.#firstMs) this.#firstMs = ms;
    if (this.#lastMs === null || ms > this.#lastMs) this.#lastMs = ms;
  }

  /** The span of what was added since it was last taken. */
  takeSpan(): TimeSpan {
    const span = { inOrder: this.#inOrder, firstMs: this.#firstMs, lastMs: this.#lastMs };
    this.#inOrder = true;
    this.#firstMs = null;
    this.#lastMs = null;
    return span;
  }

  /** What is stored of the source now. */
  toRow(path: string, tail: Tail, atMs: number): SourceProgress {
    const { id, offset, lines } = this;
    const { bytes: tailBytes, hash: tailHash } = tail;
    const calls = this.#calls;
    const billedCalls = this.#billedCalls;
    return {
      id,
      path,
      ingestedBytes: offset,
      tailBytes,
      tailHash,
      lines,
      calls,
      billedCalls,
      atMs,
    };
  }
}
