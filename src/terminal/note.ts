/**
 * What aicost says on stderr: one line, and a second one for what to do.
 *
 * Takes a message and a hint (empty: none), gives safe text. Never a third line, whatever a file is
 * called.
 */
import { escapeUnsafe } from '../report/text.ts';

/** `aicost: MESSAGE`, and the hint below it. */
export function formatNote(message: string, hint: string): string {
  const second = hint === '' ? '' : `  ${escapeUnsafe(hint)}\n`;
  return `aicost: ${escapeUnsafe(message)}\n${second}`;
}
