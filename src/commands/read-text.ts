/**
 * One small text: a file, or standard input.
 *
 * Takes a name or `-`, gives the text. Never waits for a person at a terminal, never reads a log.
 */
import { readSettingFile } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Deps } from '../terminal/command.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** The text of a file, or of standard input for `-`. Throws UserError. */
export async function readText(input: string, deps: Deps): Promise<string> {
  if (input !== '-') {
    const setting = { value: input, origin: 'body' };
    return readSettingFile(setting, deps.cwd, 'give a file, or pipe the body in');
  }
  const { stdin } = deps.streams;
  if (stdin.isTTY === true) {
    throw new UserError(EXIT.usage, 'no body is given', 'pipe one in, or name a file or FILE:LINE');
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin) {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes > MAX_BYTES) {
      const hint = 'aicost audit - reads logs of any size';
      throw new UserError(EXIT.failed, 'standard input is too large for one body', hint);
    }
  }
  return Buffer.concat(pieces).toString('utf8');
}
