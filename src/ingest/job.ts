/**
 * Jobs: what the main thread asks of a reading thread, and what comes back.
 *
 * Types only. They cross threads, so they hold numbers, plain objects and bytes; never a class, which
 * would arrive as something else.
 */
import type { CallBatch } from '../ledger/batch.ts';
import type { Overlong } from './lines.ts';

/** A range of a file that begins anywhere: lines that start in it are the job's. */
export interface RangeJob {
  readonly kind: 'range';
  /** Open for reading in the main thread; threads share it, so a renamed log stays the same log. */
  readonly fd: number;
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
  readonly overlong: Overlong | null;
}

export type Job = RangeJob | BytesJob;

/**
 * A job as it is sent. With the first job of another run, a thread starts new dictionaries: of a run
 * that was broken off, the writer never learned the last entries.
 */
export interface Order {
  readonly run: number;
  readonly job: Job;
}

/** Why a log could not be read on. */
export type ReadFailure =
  | { readonly kind: 'shortened' }
  | {
      readonly kind: 'system';
      readonly code: string;
      readonly errno: number;
      readonly syscall: string;
      readonly message: string;
    };

/** What comes back for a job. */
export type Reply = { readonly batch: CallBatch } | { readonly failed: ReadFailure };
