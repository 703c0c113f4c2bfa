/**
 * Own model: a classifier that a user taught, as a file beside the ledger.
 *
 * Takes a path, gives the model, read once in each thread; writes one so that a reader never meets
 * half of it. Never falls back to the shipped model: a file that cannot be used is an error.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Model } from '../classify/model.ts';
import {
  hashOf,
  type OwnModel,
  parseOwnModel,
  parseTeachNote,
  type TeachNote,
} from '../classify/teach-file.ts';
import { EXIT, UserError } from '../errors.ts';
import { shippedModel } from './model-file.ts';

const read = new Map<string, Model>();

/** The model in a file. Throws UserError if it is none. */
export function ownModel(path: string): Model {
  const known = read.get(path);
  if (known !== undefined) return known;
  const { model } = readOwnModel(path) ?? gone(path);
  read.set(path, model);
  return model;
}

/** A user's model with what is known of it; null if there is no such file. Throws UserError. */
export function readOwnModel(path: string): OwnModel | null {
  const bytes = readIfThere(path);
  return bytes === null ? null : parseOwnModel(bytes, path);
}

/** What a user's model says of itself, of whatever version; null without a file. Throws UserError. */
export function readTeachNote(path: string): TeachNote | null {
  const bytes = readIfThere(path);
  return bytes === null ? null : parseTeachNote(bytes, path);
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    throw unusable(path, `cannot be read (${String(cause.code)})`, cause);
  }
}

/** Writes a model. Throws UserError. */
export function writeOwnModel(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw unusable(path, `cannot be written (${String(cause.code)})`, cause);
  }
  read.delete(path);
}

/** A hash of the shipped weights. */
export function shippedId(): number {
  return hashOf(new Uint8Array(shippedModel().cells.buffer));
}

function gone(path: string): never {
  throw unusable(path, 'is not there');
}

function unusable(path: string, why: string, cause?: Error): UserError {
  const hint =
    'name another one with --classifier, or take the one of aicost: --classifier shipped';
  const options = cause === undefined ? {} : { cause };
  return new UserError(EXIT.failed, `the classifier ${path} ${why}`, hint, options);
}
