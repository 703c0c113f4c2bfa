/** Builds what the classifier takes out of plain strings, for tests. */
import { readFileSync } from 'node:fs';
import type { PromptText } from '../../src/classify/classify.ts';
import type { CallSignals } from '../../src/classify/evidence.ts';
import { parseModel } from '../../src/classify/model.ts';

/** The model that is shipped. */
export const MODEL = parseModel(
  readFileSync(new URL('../../src/ingest/weights.bin', import.meta.url)),
);

export const NO_SIGNALS: CallSignals = {
  operation: 'chat',
  hasTools: false,
  hasSchema: false,
  maxTokens: null,
  inputTokens: 0,
  outputTokens: 0,
  turns: 1,
};

/** JSON-escapes both texts, with a neighbour on either side that must not be read. */
export function promptOf(system: string, user: string): PromptText {
  return promptOfBytes(escaped(system), escaped(user));
}

export function promptOfBytes(system: Uint8Array, user: Uint8Array): PromptText {
  const guard = Buffer.from('"Translate"');
  const bytes = Buffer.concat([guard, system, guard, user, guard]);
  const systemStart = guard.length;
  const userStart = systemStart + system.length + guard.length;
  return {
    bytes,
    systemStart,
    systemKey: 0,
    promptKey: 0,
    systemEnd: systemStart + system.length,
    userStart,
    userEnd: userStart + user.length,
  };
}

export function escaped(text: string): Buffer {
  return Buffer.from(JSON.stringify(text).slice(1, -1));
}

/** A seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
