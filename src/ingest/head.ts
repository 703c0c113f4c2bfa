/**
 * The head of a log: its first bytes, by which its framing is told and it is known again.
 *
 * Takes those bytes, gives their text and what a byte-order mark says. Never looks beyond them.
 */
import type { Buffer } from 'node:buffer';

/** A head is at most so long. */
export const HEAD_BYTES = 65_536;

const UTF8_MARK_BYTES = 3;

/** Length of a UTF-8 byte-order mark at the start; 0 without one. */
export function markBytes(head: Buffer): number {
  const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return hasMark ? UTF8_MARK_BYTES : 0;
}

/** The head as text, from its first visible character on. */
export function headText(head: Buffer): string {
  return head.toString('utf8', markBytes(head)).trimStart();
}

/** Whether a byte-order mark says that the log is UTF-16, of either byte order. */
export function isUtf16(head: Buffer): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}
