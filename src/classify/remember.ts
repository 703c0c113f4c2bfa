/**
 * Remember: the scores of system prompts seen before.
 *
 * Takes the parts of a system prompt that are read, gives its scores if exactly these bytes were
 * among the last ones. A log repeats few system prompts many times: comparing bytes is several
 * times cheaper than reading words. Never changes a result.
 */

/** The parts of a text that are read: half-open ranges, the second one empty for short texts. */
export interface Parts {
  start: number;
  headEnd: number;
  tailStart: number;
  end: number;
}

/** Slots of equal size, each holding one prompt's bytes and scores. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly slotBytes: number;
  /** Bytes of the whole prompt in a slot; -1 while it is free. */
  readonly lengths: Int32Array;
  readonly scores: Float64Array;
  readonly slotScores: number;
}

const SLOTS = 512;

/** A memory for prompts of which at most `slotBytes` bytes are read. */
export function createMemory(slotBytes: number, slotScores: number): Memory {
  return {
    bytes: new Uint8Array(SLOTS * slotBytes),
    slotBytes,
    lengths: new Int32Array(SLOTS).fill(-1),
    scores: new Float64Array(SLOTS * slotScores),
    slotScores,
  };
}

/** The slot a prompt belongs to, by its length and some of its bytes; its range is not empty. */
function slotOf(bytes: Uint8Array, parts: Parts): number {
  const { start, end } = parts;
  const middle = (start + parts.headEnd) >> 1;
  const sample = (bytes[middle]! << 16) ^ (bytes[end - 1]! << 8) ^ bytes[(start + middle) >> 1]!;
  return Math.imul(sample ^ ((end - start) << 3), 0x9e3779b1) >>> 23;
}

/** Copies the remembered scores of exactly this prompt to `scores`; false if there are none. */
export function recall(
  memory: Memory,
  bytes: Uint8Array,
  parts: Parts,
  scores: Float64Array,
): boolean {
  const slot = slotOf(bytes, parts);
  if (memory.lengths[slot] !== parts.end - parts.start) return false;
  let at = slot * memory.slotBytes;
  for (let i = parts.start; i < parts.headEnd; i++)
    if (bytes[i] !== memory.bytes[at++]) return false;
  for (let i = parts.tailStart; i < parts.end; i++)
    if (bytes[i] !== memory.bytes[at++]) return false;
  const from = slot * memory.slotScores;
  for (let i = 0; i < memory.slotScores; i++) scores[i] = memory.scores[from + i]!;
  return true;
}

/** Remembers the scores of a prompt in place of another one. */
export function remember(
  memory: Memory,
  bytes: Uint8Array,
  parts: Parts,
  scores: Float64Array,
): void {
  const slot = slotOf(bytes, parts);
  memory.lengths[slot] = parts.end - parts.start;
  let at = slot * memory.slotBytes;
  for (let i = parts.start; i < parts.headEnd; i++) memory.bytes[at++] = bytes[i]!;
  for (let i = parts.tailStart; i < parts.end; i++) memory.bytes[at++] = bytes[i]!;
  const from = slot * memory.slotScores;
  for (let i = 0; i < memory.slotScores; i++) memory.scores[from + i] = scores[i]!;
}
