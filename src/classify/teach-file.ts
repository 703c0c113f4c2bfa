/**
 * The file of a model that a user taught: a line of JSON that says what it is, then its weights.
 *
 * Takes bytes, gives the model with its history. Never takes weights learned over another version of
 * the shipped model for ones of this: their features may mean something else.
 */
import { EXIT, UserError } from '../errors.ts';
import { formatModel, type Model, parseModel, type TrainedModel } from './model.ts';

/** Behind the weights stands a checksum since version 2. */
const KIND = 'aicost.classifier/2';
const ANY_KIND = '{"kind":"aicost.classifier/';
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

/** Packs a taught model. */
export function formatOwnModel(model: TrainedModel, note: TeachNote): Uint8Array {
  const head = new TextEncoder().encode(`${JSON.stringify({ kind: KIND, ...note })}\n`);
  const weights = formatModel(model);
  const bytes = new Uint8Array(head.length + weights.length);
  bytes.set(head);
  bytes.set(weights, head.length);
  return bytes;
}

/** Reads a taught model; throws UserError if the bytes are none, or of another version. */
export function parseOwnModel(bytes: Uint8Array, file: string): Model {
  const { end } = headOf(bytes, file);
  try {
    return parseModel(bytes.subarray(end + 1));
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw outdated(file, cause);
  }
}

/** What a taught model says of itself, of whatever version; throws UserError if the bytes are none. */
export function parseTeachNote(bytes: Uint8Array, file: string): TeachNote {
  return headOf(bytes, file).note;
}

/** Whether a file begins as a taught model of any version does: it may be replaced by another one. */
export function isOwnModel(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, ANY_KIND.length)) === ANY_KIND;
}

function headOf(bytes: Uint8Array, file: string): { note: TeachNote; end: number } {
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(NEWLINE);
  const note = end < 0 ? null : noteIn(new TextDecoder().decode(bytes.subarray(0, end)));
  if (note !== null) return { note, end };
  if (isOwnModel(bytes)) throw outdated(file);
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
