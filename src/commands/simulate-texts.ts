/**
 * The texts of a log for the semantic cache: read once more where they lie.
 *
 * Takes the calls of a simulation, gives the links between their prompts and the false hits that the
 * answers show. Never keeps a text beyond that, never sends one unless a model to embed it is named,
 * and never fails for a log that is gone: its calls are left out, and the lever says so.
 */
import { BatchTexts } from '../batch/row-texts.ts';
import { UserError } from '../errors.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { Fields, type Json, Raw, Text } from '../formats/json.ts';
import { K } from '../formats/keys.ts';
import { eachCallAgain } from '../ingest/reread.ts';
import { keptCall } from '../ingest/texts-again.ts';
import { openNeighbours } from '../ledger/embeddings.ts';
import type { Ledger } from '../ledger/open.ts';
import { type TextPlace, textPlaces } from '../ledger/sketches.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';
import { MOST_CANDIDATES, MOST_CHARACTERS } from '../policy/semantic-index.ts';
import type { CallTable } from '../simulate/call-table.ts';
import { THRESHOLDS } from '../simulate/false-hits.ts';
import type { SemanticLog } from '../simulate/lever-semantic-cache.ts';
import { semanticRates } from '../simulate/semantic-evidence.ts';
import { type PromptText, SemanticLinker } from '../simulate/semantic-links.ts';
import { type DistinctPrompts, distinctPrompts } from '../simulate/semantic-prompts.ts';
import type { Deps } from '../terminal/command.ts';
import type { EmbedFlags } from './embed-flags.ts';
import { embedTexts } from './embed-texts.ts';

const PAGE = 1000;

/** What is read for. */
interface Asked {
  readonly table: CallTable;
  readonly settings: SemanticCacheSettings;
  /** Calls that nothing may be fitted on; null: none. */
  readonly heldOut: Uint8Array | null;
  /** Where texts are embedded; unused where the settings name no model for it. */
  readonly flags: EmbedFlags;
  /** The run whose budget pays for vectors; null: it is their own. */
  readonly paidBy?: number | null;
}

/**
 * Reads the texts and links the prompts; null where only a plan of what to embed was asked for
 * and vectors are missing. Throws the signal's reason when it is aborted.
 */
export async function readSemanticLog(
  db: Ledger,
  deps: Deps,
  { table, settings: { minSimilarity, embed }, heldOut, flags, paidBy = null }: Asked,
): Promise<SemanticLog | null> {
  const prompts = distinctPrompts(table, heldOut);
  const floor = Math.min(minSimilarity ?? 1, ...THRESHOLDS);
  if (embed === null) {
    const linker = new SemanticLinker(prompts, floor);
    await eachText(db, deps, prompts, (prompt, text) => linker.add(prompt, text));
    return semanticLog(linker, minSimilarity);
  }
  const texts = new Map<number, PromptText>();
  await eachText(db, deps, prompts, (prompt, text) => texts.set(prompt, text));
  const asked = [...texts.values()].filter(isEmbedded).map(({ text }) => text);
  const vectors = await embedTexts(db, deps, { texts: asked, model: embed, flags, paidBy });
  if (flags.dryRun === true && asked.some((text) => !vectors.has(text))) return null;
  const near = { expected: asked.length, most: MOST_CANDIDATES };
  const newNeighbours = await openNeighbours(db, vectors, near);
  const linker = new SemanticLinker(prompts, floor, newNeighbours());
  for (const [prompt, text] of texts) {
    if (isEmbedded(text) && !vectors.has(text.text)) linker.leaveOut(prompt);
    else linker.add(prompt, text);
  }
  return semanticLog(linker, minSimilarity);
}

/** An empty text means nothing, and some servers refuse it. */
function isEmbedded({ text, hasMore }: PromptText): boolean {
  return !hasMore && text.length <= MOST_CHARACTERS && text.trim() !== '';
}

function semanticLog(linker: SemanticLinker, minSimilarity: number | null): SemanticLog {
  const links = linker.finish();
  return { links, rates: semanticRates(links, minSimilarity) };
}

/** Reads the text of each prompt that can still be read, once. */
async function eachText(
  db: Ledger,
  deps: Deps,
  prompts: DistinctPrompts,
  take: TakeText,
): Promise<void> {
  const progress = deps.progress('reading prompts again');
  const wanted = new Wanted(take);
  const rows = new BatchTexts(db);
  for (let from = 0; from < prompts.count; from += PAGE) {
    await deps.pause();
    deps.signal.throwIfAborted();
    const ids = [...prompts.callId.subarray(from, from + PAGE)];
    const promptOf = new Map(ids.map((id, at) => [id, from + at]));
    for (const place of textPlaces(db, ids)) {
      const prompt = promptOf.get(place.id)!;
      if (!rows.isOfBatch(place)) wanted.note(place, prompt);
      else {
        const text = rows.textOf(place);
        if (text !== null) take(prompt, text);
      }
    }
    progress.update(from, prompts.count);
  }
  await wanted.readLogs(deps.signal);
  progress.end();
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
