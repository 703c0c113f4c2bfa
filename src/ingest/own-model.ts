/**
 * Own model: a classifier that a user taught, as a file beside the ledger.
 *
 * Takes a path, gives the model, read once in each thread; writes one with a checksum, so that a reader
 * never meets half of it or a damaged one. Never falls back to the shipped model: a file that cannot be
 * used is an error.
 */
import { Buffer } from 'node:buffer';
import { accessSync, constants, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Model } from '../classify/model.ts';
import {
  isOwnModel,
  parseOwnModel,
  parseTeachNote,
  type TeachNote,
} from '../classify/teach-file.ts';
import { EXIT, UserError } from '../errors.ts';
import { hashBytes } from '../formats/hash.ts';

/** A hash of all before it, as a 64-bit float. */
const CHECKSUM_BYTES = 8;
const OTHER_HINT =
  'name another one with --classifier, or take the one of aicost: --classifier shipped';
const PLACE_HINT = 'keep it elsewhere with --classifier FILE, and name it so from then on';
const DAMAGED_HINT =
  'teach it again: aicost classify --learn labelled.csv; or leave it out: --classifier shipped';

/** Where a model lies and what it is known by: the hash of its file. */
export interface OwnModelRef {
  readonly path: string;
  readonly id: number;
}

/** A user's model as its file has it. */
export interface OwnModelFile extends OwnModelRef {
  readonly note: TeachNote;
  /** Throws UserError if its weights are of another version. */
  readModel(): Model;
}

let last: { readonly ref: OwnModelRef; readonly model: Model } | null = null;

/** The model in a file. Throws UserError if it is none, or not the one meant any more. */
export function ownModel(ref: OwnModelRef): Model {
  if (last?.ref.path === ref.path && last.ref.id === ref.id) return last.model;
  const file = readOwnModel(ref.path);
  if (file === null) throw unusable(ref.path, 'is not there any more', OTHER_HINT);
  if (file.id !== ref.id) {
    throw unusable(ref.path, 'was replaced meanwhile', 'run the same command again');
  }
  last = { ref, model: file.readModel() };
  return last.model;
}

/** A user's model with what is known of it; null if there is no such file. Throws UserError. */
export function readOwnModel(path: string): OwnModelFile | null {
  const bytes = readIfThere(path);
  if (bytes === null) return null;
  const note = parseTeachNote(bytes, path);
  const end = Math.max(0, bytes.length - CHECKSUM_BYTES);
  const id = hashBytes(bytes, 0, end);
  if (bytes.length < CHECKSUM_BYTES || bytes.readDoubleLE(end) !== id) {
    throw unusable(path, 'is damaged: its checksum is wrong', DAMAGED_HINT);
  }
  return { path, id, note, readModel: () => parseOwnModel(bytes.subarray(0, end), path) };
}

/**
 * Makes sure that a model can be written to a path: a folder that takes files, and nothing there but
 * another model, however damaged. Throws UserError.
 */
export function checkOwnModelPlace(path: string): void {
  const bytes = readIfThere(path);
  if (bytes !== null && !isOwnModel(bytes)) {
    const hint = 'it is left as it is: name another file with --classifier';
    throw new UserError(EXIT.failed, `${path} is there and no classifier`, hint);
  }
  try {
    accessSync(`${dirname(path)}/.`, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** What a model that is to be replaced says of itself; null if nothing can be told of it. */
export function replacedNote(path: string): TeachNote | null {
  const bytes = readIfThere(path);
  if (bytes === null) return null;
  try {
    return parseTeachNote(bytes, path);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Writes a model. Throws UserError. */
export function writeOwnModel(path: string, bytes: Uint8Array): void {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeDoubleLE(hashBytes(bytes, 0, bytes.length));
  try {
    writeFileSync(`${path}.new`, Buffer.concat([bytes, checksum]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    throw unusable(path, `cannot be read (${String(cause.code)})`, OTHER_HINT, cause);
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause) || cause instanceof UserError) return cause;
  return unusable(path, `cannot be written (${String(cause.code)})`, PLACE_HINT, cause);
}

function unusable(path: string, why: string, hint: string, cause?: Error): UserError {
  const options = cause === undefined ? {} : { cause };
  return new UserError(EXIT.failed, `the classifier ${path} ${why}`, hint, options);
}
