/**
 * Texts again: the prompts of calls that the ledger knows, read where their logs lie.
 *
 * Takes places, gives the two texts that carry an instruction; of a call whose log is gone or has
 * changed nothing. Reads each log once, to the last line that is asked for. Never keeps a text.
 */
import { Buffer } from 'node:buffer';
import { isRejected } from '../domain/reject.ts';
import { UserError } from '../errors.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { RecordParser } from '../formats/parse.ts';
import type { TextPlace } from '../ledger/sketches.ts';
import { openLogFile } from './open-log.ts';
import { eachCallAgain, NO_INPUT } from './reread.ts';

/** What was asked. */
export interface PromptTexts {
  readonly system: string;
  readonly user: string;
}

/** The texts of calls by their ids; those that could not be read are not there. */
export async function textsAgain(
  places: readonly TextPlace[],
  signal: AbortSignal,
): Promise<Map<number, PromptTexts>> {
  const texts = new Map<number, PromptTexts>();
  const byPath = new Map<string, TextPlace[]>();
  for (const place of places) {
    const kept = keptCall(place);
    if (kept !== null) texts.set(place.id, textsOf(kept));
    else byPath.set(place.path, [...(byPath.get(place.path) ?? []), place]);
  }
  for (const [path, wanted] of byPath) {
    signal.throwIfAborted();
    await readLog(path, wanted, texts);
  }
  return texts;
}

/** Whether a log is where it was; standard input never is. */
export async function isThere(path: string): Promise<boolean> {
  if (path === '-') return false;
  try {
    (await openLogFile(path, NO_INPUT)).close();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The call in the record that the ledger keeps; null if it keeps none. */
export function keptCall({
  record,
  promptHash,
}: Pick<TextPlace, 'record' | 'promptHash'>): ParsedCall | null {
  if (record === null) return null;
  const bytes = Buffer.from(record);
  const parser = new RecordParser(null);
  parser.reset(bytes);
  const items = parser.parse(0, bytes.length);
  if (isRejected(items)) return null;
  for (const item of items) {
    if (!isRejected(item) && item.call.promptHash === promptHash) return item;
  }
  return null;
}

async function readLog(
  path: string,
  wanted: readonly TextPlace[],
  texts: Map<number, PromptTexts>,
): Promise<void> {
  if (path === '-') return;
  const open = new Map<number, TextPlace[]>();
  for (const place of wanted) {
    open.set(place.byteOffset, [...(open.get(place.byteOffset) ?? []), place]);
  }
  const last = Math.max(...open.keys());
  try {
    await eachCallAgain(path, null, ({ parsed, byteOffset }) => {
      const places = open.get(byteOffset) ?? [];
      for (const { id, promptHash } of places) {
        if (promptHash === parsed.call.promptHash) texts.set(id, textsOf(parsed));
      }
      return byteOffset <= last;
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

function textsOf({ system, user }: ParsedCall): PromptTexts {
  return { system: system?.toString() ?? '', user: user?.toString() ?? '' };
}
