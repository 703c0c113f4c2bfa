/**
 * A file beside the answer that only its owner may read: a policy that was found.
 *
 * Takes a path and a text. Never writes over a file unless that was asked for.
 */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { EXIT, UserError, usageError } from '../errors.ts';

/** Refuses a file that is there already, before any work is done for it. Throws UserError. */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw existing(path);
}

/** Writes the file. Throws UserError where it may not be, or cannot be written. */
export async function writePrivateFile(
  path: string,
  text: string,
  { overwrites }: { readonly overwrites: boolean },
): Promise<void> {
  try {
    const file = await open(path, overwrites ? 'w' : 'wx', 0o600);
    try {
      if (overwrites) await file.chmod(0o600);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'EEXIST') throw existing(path);
    const message = `cannot write ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.failed, message, 'choose another file with --out', { cause });
  }
}

function existing(path: string): UserError {
  return usageError(`${path} is there already`, 'name another file, or write over it with --force');
}
