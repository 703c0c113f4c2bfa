/**
 * Batch APIs: many prompts in one file, answered within a day at a lower price.
 *
 * Takes nothing, gives the words that both providers' APIs are told in. Never a price: what a batch
 * costs is the pricing room's to say.
 */
import type { EpochMs } from '../domain/time.ts';
import type { AttemptFailure, Prompt } from './provider.ts';

/** One file for a provider. */
export interface BatchFile {
  /** Names it among all batches of an account, in letters, digits, `-` and `_`. */
  readonly tag: string;
  readonly rows: number;
  /** The lines, without line breaks, anew with each call. */
  lines(): Iterable<string>;
}

/** What may be in one file. */
export interface BatchLimits {
  readonly requests: number;
  readonly bytes: number;
}

/** A fault the provider found in a file before it ran anything. */
export interface BatchFault {
  /** From 1; null: the file as a whole. */
  readonly line: number | null;
  readonly code: string;
  /** For people; no prompt in it. */
  readonly message: string;
}

/** How far a batch is. */
export interface BatchState {
  readonly id: string;
  /** In the provider's own word: `in_progress`. */
  readonly status: string;
  /** Nothing more will come. */
  readonly isOver: boolean;
  /** All rows were run: those without an answer are not accounted for. */
  readonly isComplete: boolean;
  readonly done: number;
  readonly failed: number;
  readonly faults: readonly BatchFault[];
  /** Where the answers are, as paths of the endpoint. */
  readonly outputs: readonly string[];
}

/** What is known of a batch whose creation was not answered. */
export interface Lost {
  readonly tag: string;
  readonly fileId: string | null;
  readonly rows: number;
  readonly sentAtMs: EpochMs;
  /** Batches of other files of this ledger. */
  readonly taken: ReadonlySet<string>;
}

/** `later`: only time will tell; `cannot`: the provider does not say. */
export type Search =
  | { readonly kind: 'found'; readonly state: BatchState }
  | { readonly kind: 'none' }
  | { readonly kind: 'later' | 'cannot'; readonly why: string };

/** One line of an output, or why there are no more. */
export type OutputPiece = string | AttemptFailure;

/** A provider's Batch API. What goes wrong comes back as a value. */
export interface BatchApi {
  readonly limits: BatchLimits;
  /** Whether one file may ask several models. */
  readonly mixesModels: boolean;
  /** Whether a file is uploaded before a batch is made of it. */
  readonly takesFiles: boolean;
  /** The line of a prompt, without a line break. */
  lineOf(customId: string, prompt: Prompt): string;
  /** Uploads a file; gives its id. */
  upload(file: BatchFile, signal: AbortSignal): Promise<string | AttemptFailure>;
  /** Begins a batch of a file. From then on it is billed. */
  create(file: BatchFile, fileId: string | null): Promise<BatchState | AttemptFailure>;
  /** How far it is. */
  read(id: string): Promise<BatchState | AttemptFailure>;
  /** Asks it to stop; what was answered is billed and can be read. */
  cancel(id: string): Promise<BatchState | AttemptFailure>;
  /** Looks for a batch that may have been made. */
  find(lost: Lost): Promise<Search | AttemptFailure>;
  /** The lines of an output, as they come. */
  download(path: string, signal: AbortSignal): AsyncIterable<OutputPiece>;
}
