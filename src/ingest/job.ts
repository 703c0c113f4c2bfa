/**
 * Jobs: what the main thread asks of a reading thread, and what comes back.
 *
 * They cross threads, so they hold numbers, plain objects and bytes only.
 */
import type { CallBatch } from '../ledger/batch.ts';

/** A range of a file that begins anywhere: lines that start in it are the job's. */
export interface RangeJob {
  readonly kind: 'range';
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly fileEnd: number;
  /** Whether `start` is known to be the start of a line. */
  readonly atLineStart: boolean;
}

/** Whole lines in memory. */
export interface BytesJob {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  readonly last: boolean;
}

export type Job = RangeJob | BytesJob;

/** What comes back for a job. */
export type Reply =
  | { readonly batch: CallBatch }
  | { readonly failed: { code: string; message: string } };
