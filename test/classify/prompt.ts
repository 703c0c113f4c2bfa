/** Builds what the classifier takes out of plain strings, for tests. */
import { readFileSync } from 'node:fs';
import type { PromptText } from '../../src/classify/classify.ts';
import { parseModel } from '../../src/classify/model.ts';

export { NO_SIGNALS } from '../../src/classify/evidence.ts';
export { seeded } from '../../src/classify/fit.ts';

/** The model that is shipped. */
export const MODEL = parseModel(
  readFileSync(new URL('../../src/ingest/weights.bin', import.meta.url)),
);

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
