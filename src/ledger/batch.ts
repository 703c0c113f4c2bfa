/**
 * CallBatch: the calls and rejects of one stretch of a source, packed for the writer.
 *
 * It crosses threads by transfer, so it holds numbers, plain objects and bytes only. Never a text
 * of a call, but where it is to be stored.
 */
import type { Outcome, Target } from '../domain/call.ts';
import type { RejectReason } from '../domain/reject.ts';
import type { Usage } from '../domain/tokens.ts';

/** A rejected line with its place; `line` counts from the start of the batch. */
export interface BatchReject {
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** The bytes just before the place a source was read to, by which it is known again. */
export interface Tail {
  readonly bytes: number;
  readonly hash: number;
}

/** Records one after the other; row i is bytes `[ends[i - 1], ends[i])`. */
export interface BatchText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
}

/** One stretch of a source. */
export interface CallBatch {
  /** `count` rows of WIDTH numbers, columns as in COLUMNS; `line` counts from the start of the batch. */
  readonly rows: Float64Array<ArrayBuffer>;
  readonly count: number;
  /** Dictionary entries new since the sender's last batch; their ids go on counting. */
  readonly targets: readonly Target[];
  readonly outcomes: readonly Outcome[];
  readonly accounts: readonly string[];
  /** Whether the sender's dictionaries start anew with this batch. */
  readonly resetsDictionaries: boolean;
  /** Rare counters of single rows. */
  readonly extras: readonly { readonly row: number; readonly usage: Usage }[];
  /** Billed amounts beyond the safe integers. */
  readonly largeBilled: readonly { readonly row: number; readonly pico: bigint }[];
  readonly rejects: readonly BatchReject[];
  /** Lines in the batch, blank ones included. */
  readonly lines: number;
  /** Where the next batch starts in the source, in decompressed bytes. */
  readonly endOffset: number;
  /** Length and hash of the last bytes before `endOffset`; null if the sender does not have them. */
  readonly tail: Tail | null;
  /** The records' own bytes, when text is to be stored. */
  readonly text: BatchText | null;
}
