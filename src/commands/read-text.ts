/**
 * One small text: a file, or standard input.
 *
 * Takes a name or `-`, gives the text. Never waits for a person at a terminal, never reads a log.
 */
import { readSettingFile } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Deps } from '../terminal/command.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** What is read, for messages, and what to give instead of what cannot be. */
export interface TextKind {
  readonly what: string;
  readonly hint: string;
}

/** The text of a file, or of standard input for `-`. Throws UserError. */
export async function readText(input: string, deps: Deps, kind: TextKind): Promise<string> {
  const { what, hint } = kind;
  if (input !== '-') return readSettingFile({ value: input, origin: what }, deps.cwd, hint);
  const { stdin } = deps.streams;
  if (stdin.isTTY === true) throw new UserError(EXIT.usage, `no ${what} is given`, hint);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin) {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes > MAX_BYTES) {
      const larger = 'aicost audit - reads logs of any size';
      throw new UserError(EXIT.failed, `standard input is too large for one ${what}`, larger);
    }
  }
  return Buffer.concat(pieces).toString('utf8');
}
