import { expect, test } from 'vitest';
import { hashBytes } from '../../src/formats/hash.ts';
import { HeldBytes } from '../../src/ingest/held-bytes.ts';

test('what is read lies at its offset, however it came; the tail is of what came before', () => {
  const log = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `line ${i}\n`).join(''));
  const held = new HeldBytes(1_000);
  let at = 0;
  for (let size = 1; at < log.length; size = (size * 7) % 40_009) {
    held.append(log.subarray(at, at + size));
    at += size;
    // All but 99 bytes are read each time.
    held.start = Math.max(held.start, held.bytes.length - 99);
    const offset = held.offsetOf(held.start);
    if (offset < 6_000) continue;
    const rest = log.subarray(offset, Math.min(at, log.length));
    expect(held.bytes.subarray(held.start).equals(rest)).toBe(true);
    expect(held.length).toBe(rest.length);
    const tail = { bytes: 4_096, hash: hashBytes(log, offset - 4_096, offset) };
    expect(held.tailBefore(held.start)).toEqual(tail);
  }
});

test('what was read before is skipped, also within a chunk', () => {
  const held = new HeldBytes(5);
  for (const chunk of ['abc', 'defg', 'h']) held.append(Buffer.from(chunk));
  expect([held.bytes.toString(), held.offsetOf(0)]).toEqual(['fgh', 5]);
});
