/**
 * The file of a model that a user taught: a line of JSON that says what it is, then its weights.
 *
 * Takes bytes, gives the model with its history. Never takes weights learned over another version of
 * the shipped model for ones of this: their features may mean something else.
 */
import { EXIT, UserError } from '../errors.ts';
import { formatModel, type Model, parseModel, type TrainedModel } from './model.ts';

const KIND = 'aicost.classifier/1';
const NEWLINE = 0x0a;
const LONGEST_HEAD = 64 * 1024;

/** What a taught model says of itself. */
export interface TeachNote {
  /** RFC 3339. */
  readonly learned_at: string;
  /** Rows it learned from. */
  readonly rows: number;
  /** Accuracy over rows it had not seen, before and after. */
  readonly accuracy_before: number;
  readonly accuracy_after: number;
  /** A hash of the shipped weights it started from. */
  readonly over: number;
}

/** A taught model. */
export interface OwnModel {
  readonly model: Model;
  readonly note: TeachNote;
  /** A hash of the whole file. */
  readonly id: number;
}

/** Packs a taught model. */
export function formatOwnModel(model: TrainedModel, note: TeachNote): Uint8Array {
  const head = new TextEncoder().encode(`${JSON.stringify({ kind: KIND, ...note })}\n`);
  const weights = formatModel(model);
  const bytes = new Uint8Array(head.length + weights.length);
  bytes.set(head);
  bytes.set(weights, head.length);
  return bytes;
}

/** Reads a taught model; throws UserError if the bytes are none. */
export function parseOwnModel(bytes: Uint8Array, file: string): OwnModel {
  const { note, end } = headOf(bytes, file);
  try {
    return { model: parseModel(bytes.subarray(end + 1)), note, id: hashOf(bytes) };
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw outdated(file, cause);
  }
}

/** What a taught model says of itself, of whatever version; throws UserError if the bytes are none. */
export function parseTeachNote(bytes: Uint8Array, file: string): TeachNote {
  return headOf(bytes, file).note;
}

function headOf(bytes: Uint8Array, file: string): { note: TeachNote; end: number } {
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(NEWLINE);
  const note = end < 0 ? null : noteIn(new TextDecoder().decode(bytes.subarray(0, end)));
  if (note !== null) return { note, end };
  const hint = 'teach one with: aicost classify --learn labelled.csv, or --classifier shipped';
  throw new UserError(EXIT.failed, `${file} is no classifier`, hint);
}

/** Refuses a model that was taught over other weights than those shipped. Throws UserError. */
export function checkBase(note: TeachNote, shipped: number, file: string): void {
  if (note.over !== shipped) throw outdated(file);
}

function outdated(file: string, cause?: Error): UserError {
  const hint =
    'the classifier of aicost has changed: run aicost classify --learn again, or --classifier shipped';
  const options = cause === undefined ? {} : { cause };
  return new UserError(
    EXIT.failed,
    `${file} was taught over another version of the classifier`,
    hint,
    options,
  );
}

function noteIn(text: string): TeachNote | null {
  try {
    const value: unknown = JSON.parse(text);
    const isNote = typeof value === 'object' && value !== null && 'kind' in value;
    return isNote && value.kind === KIND ? (value as unknown as TeachNote) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A 53-bit hash that tells one file from another (FNV-1a in two lanes). */
export function hashOf(bytes: Uint8Array): number {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte ^ (low >>> 15), 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
