/**
 * The texts of a log for the semantic cache: read once more where they lie.
 *
 * Takes the calls of a simulation, gives the links between their prompts and the false hits that the
 * answers show. Never keeps a text beyond that, and never fails for a log that is gone: its calls are
 * left out, and the lever says so.
 */
import { UserError } from '../errors.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { Fields, type Json, Raw, Text } from '../formats/json.ts';
import { K } from '../formats/keys.ts';
import { eachCallAgain } from '../ingest/reread.ts';
import { keptCall } from '../ingest/texts-again.ts';
import type { Ledger } from '../ledger/open.ts';
import { type TextPlace, textPlaces } from '../ledger/sketches.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';
import type { CallTable } from '../simulate/call-table.ts';
import { THRESHOLDS } from '../simulate/false-hits.ts';
import type { SemanticLog } from '../simulate/lever-semantic-cache.ts';
import { semanticRates } from '../simulate/semantic-evidence.ts';
import { type PromptText, SemanticLinker } from '../simulate/semantic-links.ts';
import { distinctPrompts } from '../simulate/semantic-prompts.ts';
import type { Deps } from '../terminal/command.ts';

const PAGE = 1000;

/** What is read for. */
interface Asked {
  readonly table: CallTable;
  readonly settings: SemanticCacheSettings;
  /** Calls that nothing may be fitted on; null: none. */
  readonly heldOut: Uint8Array | null;
}

/** Reads the texts and links the prompts. Throws the signal's reason when it is aborted. */
export async function readSemanticLog(
  db: Ledger,
  deps: Deps,
  { table, settings: { minSimilarity }, heldOut }: Asked,
): Promise<SemanticLog> {
  const prompts = distinctPrompts(table, heldOut);
  const linker = new SemanticLinker(prompts, Math.min(minSimilarity ?? 1, ...THRESHOLDS));
  const progress = deps.progress('reading prompts again');
  const wanted = new Wanted((prompt, text) => linker.add(prompt, text));
  for (let from = 0; from < prompts.count; from += PAGE) {
    await deps.pause();
    deps.signal.throwIfAborted();
    const ids = [...prompts.callId.subarray(from, from + PAGE)];
    const promptOf = new Map(ids.map((id, at) => [id, from + at]));
    for (const place of textPlaces(db, ids)) wanted.note(place, promptOf.get(place.id)!);
    progress.update(from, prompts.count);
  }
  await wanted.readLogs(deps.signal);
  const links = linker.finish();
  progress.end();
  return { links, rates: semanticRates(links, minSimilarity) };
}

type TakeText = (prompt: number, text: PromptText) => void;

/** A prompt whose text stands at a place. */
interface Awaited {
  readonly prompt: number;
  readonly promptHash: number | null;
}

/** Prompts whose texts are wanted, by log and place. */
class Wanted {
  readonly #logs = new Map<string, Map<number, Awaited[]>>();
  readonly #take: TakeText;

  constructor(take: TakeText) {
    this.#take = take;
  }

  /** Takes a text that the ledger keeps, else notes where it lies. */
  note(place: TextPlace, prompt: number): void {
    const kept = keptCall(place);
    if (kept === null) this.#await(place, prompt);
    else this.#take(prompt, textOf(kept));
  }

  #await({ path, byteOffset, promptHash }: TextPlace, prompt: number): void {
    const log = this.#logs.get(path) ?? new Map<number, Awaited[]>();
    this.#logs.set(path, log);
    log.set(byteOffset, [...(log.get(byteOffset) ?? []), { prompt, promptHash }]);
  }

  async readLogs(signal: AbortSignal): Promise<void> {
    for (const [path, log] of this.#logs) {
      signal.throwIfAborted();
      if (path !== '-') await this.#readLog(path, log, signal);
    }
  }

  async #readLog(path: string, log: Map<number, Awaited[]>, signal: AbortSignal): Promise<void> {
    let last = 0;
    for (const byteOffset of log.keys()) last = Math.max(last, byteOffset);
    try {
      await eachCallAgain(path, null, ({ parsed, byteOffset }) => {
        for (const { prompt, promptHash } of log.get(byteOffset) ?? []) {
          if (promptHash === parsed.call.promptHash) this.#take(prompt, textOf(parsed));
        }
        return byteOffset <= last && !signal.aborted;
      });
    } catch (error) {
      // A log that is gone or has changed its kind: its calls are left out.
      if (!(error instanceof UserError)) throw error;
    }
  }
}

/** The message of a call; its system prompt is told by its hash. */
function textOf({ call, system, user, hasMedia, answer }: ParsedCall): PromptText {
  const bytes = (system?.length ?? 0) + (user?.length ?? 0);
  const turns = (call.systemHash === null ? 0 : 1) + 1;
  const isWhole = user !== null && bytes === call.promptBytes && turns === call.turns;
  return {
    text: user?.toString() ?? '',
    hasMore: hasMedia || !isWhole,
    answer: answerText(answer),
  };
}

/** The texts of an answer; null where it has none, or is more than text. */
function answerText(answer: Json | undefined): string | null {
  if (answer instanceof Text) return answer.toString();
  if (answer instanceof Fields) {
    return answer.get(K.tool_calls) instanceof Raw
      ? null
      : answerText(answer.get(K.content) ?? answer.get(K.text));
  }
  if (!Array.isArray(answer)) return null;
  const parts = answer.map(answerText);
  return parts.some((part) => part === null) ? null : parts.join('\n');
}
