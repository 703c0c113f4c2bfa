/**
 * Remember: the scores of prompts seen before.
 *
 * Takes a key that is equal for equal texts (a hash of them), gives their scores if it was among the
 * last ones. A log repeats its system prompts all day and many prompts whole. Never changes a result.
 */

/** Slots of one key each. */
export interface Memory {
  readonly keys: Float64Array;
  readonly scores: Float64Array;
  readonly slotScores: number;
}

/** No key: nothing is recalled or remembered. */
export const NO_KEY = 0;

/** A memory for `slots` keys, a power of two. */
export function createMemory(slots: number, slotScores: number): Memory {
  return {
    keys: new Float64Array(slots),
    scores: new Float64Array(slots * slotScores),
    slotScores,
  };
}

function slotOf(memory: Memory, key: number): number {
  return (key | 0) & (memory.keys.length - 1);
}

/** Copies the scores remembered under a key to `scores`; false if there are none. */
export function recall(memory: Memory, key: number, scores: Float64Array): boolean {
  const slot = slotOf(memory, key);
  if (key === NO_KEY || memory.keys[slot] !== key) return false;
  const from = slot * memory.slotScores;
  for (let i = 0; i < memory.slotScores; i++) scores[i] = memory.scores[from + i]!;
  return true;
}

/** Remembers scores under a key, in place of others. */
export function remember(memory: Memory, key: number, scores: Float64Array): void {
  if (key === NO_KEY) return;
  const slot = slotOf(memory, key);
  memory.keys[slot] = key;
  const from = slot * memory.slotScores;
  for (let i = 0; i < memory.slotScores; i++) memory.scores[from + i] = scores[i]!;
}
