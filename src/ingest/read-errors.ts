/**
 * Read errors: what can go wrong while a log is read, in words a user can act on.
 *
 * Takes what was thrown, gives a UserError for what the system, a damaged archive or a changing file
 * caused. Never takes a bug for one of these: anything else passes unchanged.
 */
import { EXIT, UserError } from '../errors.ts';

/** An error of the operating system, as Node reports it. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** Whether the operating system refused something; other errors with a `code` are bugs. */
export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, errno, syscall } = error as Partial<SystemError>;
  return typeof code === 'string' && typeof errno === 'number' && typeof syscall === 'string';
}

/** A gzip stream that ends too early or breaks: it gave what came before. */
export class DamagedInput extends Error {}

/** A file that lost bytes that were still to be read; what was read of it before is sound. */
export class ShortenedLog extends Error {}

/** A file that holds something else than when it was opened. */
export class OverwrittenLog extends Error {}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  ENOENT: 'it is not there any more',
  EIO: 'the disk reported an error',
};

/** Says in plain words why a log cannot be read; other errors pass unchanged. */
export function explain(error: unknown, path: string): unknown {
  if (error instanceof ShortenedLog) {
    return changed(`${path} became shorter while it was read`, error);
  }
  if (error instanceof OverwrittenLog) {
    return changed(`${path} was overwritten while it was read`, error);
  }
  if (!isSystemError(error) || !Object.hasOwn(REASONS, error.code)) return error;
  return new UserError(
    EXIT.failed,
    `cannot read ${path}: ${REASONS[error.code]}`,
    'check the path and its permissions',
    { cause: error },
  );
}

function changed(message: string, cause: Error): UserError {
  const hint =
    'what is kept of it came before that; repeat the command on the rotated copy and the new log';
  return new UserError(EXIT.failed, message, hint, { cause });
}
