/**
 * Packing: calls → rows of numbers and dictionaries, on the way to the writer.
 *
 * Takes calls of one thread in the order of their lines, gives a CallBatch. Classifies each distinct
 * prompt once as long as it remembers it. Never keeps a text.
 */
import { Buffer } from 'node:buffer';
import type { PromptText } from '../classify/classify.ts';
import { NO_KEY } from '../classify/remember.ts';
import { sketchTemplate } from '../classify/templates.ts';
import { type Call, type Outcome, sameOutcome, sameTarget, type Target } from '../domain/call.ts';
import { isRejected } from '../domain/reject.ts';
import { taskCode } from '../domain/task.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import type { Text } from '../formats/json.ts';
import type { ParsedItem } from '../formats/parse.ts';
import type { BatchReject, CallBatch } from '../ledger/batch.ts';
import { C, flagOf, WIDTH } from '../ledger/columns.ts';
import { TextCounter } from './count-texts.ts';
import { Dictionary, NameDictionary } from './dictionary.ts';
import { Labeller, type Labelling, PLAIN } from './labelling.ts';
import { type ByteRange, TextStore } from './text-store.ts';

const DICTIONARY_LIMIT = 50_000;
const START_ROWS = 1024;
const NOTHING = new Uint8Array(0);

/** Where a record lies. */
export interface Place {
  /** From the start of the batch, 0 for the first. */
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Takes a parsed call instead of having it packed; its texts are valid until it returns. */
export type CallTap = (parsed: ParsedCall, place: Place) => void;

/** One packer per thread. */
export class Packer {
  #rows = new Float64Array(START_ROWS * WIDTH);
  #count = 0;
  #rejects: BatchReject[] = [];
  #extras: { row: number; usage: Call['usage'] }[] = [];
  #largeBilled: { row: number; pico: bigint }[] = [];
  readonly #targets = new Dictionary<Target>((target) => target.model, sameTarget);
  readonly #outcomes = new Dictionary<Outcome>((outcome) => outcome.stopReason, sameOutcome);
  readonly #accounts = new NameDictionary();
  #resets = false;
  readonly #texts = new TextCounter();
  readonly #text: TextStore | null;
  readonly #labeller: Labeller;
  readonly #sketch = { system: 0, message: 0 };
  readonly #tap: CallTap | null;

  /** With `storeText`, batches carry the records' bytes; with a tap, no calls. */
  constructor(storeText: boolean, labelling: Labelling = PLAIN, tap: CallTap | null = null) {
    this.#text = storeText ? new TextStore() : null;
    this.#labeller = new Labeller(labelling);
    this.#tap = tap;
  }

  /** Whether `add` looks at the bytes of a record. */
  get keepsText(): boolean {
    return this.#text !== null;
  }

  /** Adds a call, and keeps its record if text is to be stored; of a tap's it is not even labelled. */
  add(parsed: ParsedCall, place: Place, record: ByteRange): void {
    if (this.#tap !== null) {
      this.#tap(parsed, place);
      return;
    }
    const { system, user } = parsed;
    const call = parsed.uncounted === null ? parsed.call : this.#texts.counted(parsed);
    const at = this.#count * WIDTH;
    if (at === this.#rows.length) this.#grow();
    const rows = this.#rows;
    rows[at + C.line] = place.line;
    rows[at + C.byte_offset] = place.byteOffset;
    rows[at + C.byte_length] = place.byteLength;
    rows[at + C.call_key] = call.idKey ?? Number.NaN;
    rows[at + C.started_at_ms] = call.startedAtMs ?? Number.NaN;
    rows[at + C.latency_ms] = call.latencyMs ?? Number.NaN;
    rows[at + C.target_id] = this.#targets.idOf(call.target);
    rows[at + C.outcome_id] = this.#outcomes.idOf(call.outcome);
    rows[at + C.account_id] = call.user === '' ? Number.NaN : this.#accounts.idOf(call.user);
    rows[at + C.session_key] = call.sessionKey ?? Number.NaN;
    this.#packTokens(at, call);
    this.#packPrompt(at, call);
    this.#packTask(at, parsed, call, promptTextOf(call, system, user));
    this.#text?.add(record);
    this.#count++;
  }

  /** Adds what a record held: its calls, and what in it is none. */
  addAll(items: readonly ParsedItem[], place: Place, record: ByteRange): void {
    for (const item of items) {
      if (isRejected(item)) this.reject({ ...place, reason: item.reason, detail: item.detail });
      else this.add(item, place, record);
    }
  }

  #packTokens(at: number, call: Call): void {
    const rows = this.#rows;
    const { usage } = call;
    rows[at + C.input_tokens] = usage.input;
    rows[at + C.cache_read_tokens] = usage.cacheRead;
    rows[at + C.cache_write_5m_tokens] = usage.cacheWrite5m;
    rows[at + C.cache_write_1h_tokens] = usage.cacheWrite1h;
    rows[at + C.output_tokens] = usage.output;
    rows[at + C.reasoning_tokens] = usage.reasoning;
    rows[at + C.max_tokens] = call.maxTokens ?? Number.NaN;
    rows[at + C.temperature_milli] = call.temperatureMilli ?? Number.NaN;
    rows[at + C.billed_pico] = call.billedPico === null ? Number.NaN : Number(call.billedPico);
    const rare =
      usage.inputAudio +
      usage.inputImage +
      usage.outputAudio +
      usage.outputImage +
      usage.cacheReadAudio +
      usage.cacheReadImage +
      usage.webSearches;
    if (rare > 0) this.#extras.push({ row: this.#count, usage });
    if (call.billedPico !== null && call.billedPico > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#largeBilled.push({ row: this.#count, pico: call.billedPico });
    }
  }

  #packPrompt(at: number, call: Call): void {
    const rows = this.#rows;
    rows[at + C.prompt_hash] = call.promptHash ?? Number.NaN;
    rows[at + C.system_hash] = call.systemHash ?? Number.NaN;
    rows[at + C.params_hash] = call.paramsHash;
    rows[at + C.answer_hash] = call.answerHash ?? Number.NaN;
    rows[at + C.prompt_bytes] = call.promptBytes;
    rows[at + C.has_tools] = flagOf(call.hasTools);
    rows[at + C.has_schema] = flagOf(call.hasSchema);
  }

  #packTask(at: number, parsed: ParsedCall, call: Call, text: PromptText): void {
    const { task, confidence, complexity } = this.#labeller.label(parsed, call, text);
    sketchTemplate(text, this.#sketch);
    this.#rows[at + C.prompt_sketch] = this.#sketch.message;
    this.#rows[at + C.system_sketch] = this.#sketch.system;
    this.#rows[at + C.task] = taskCode(task);
    this.#rows[at + C.task_confidence] = confidence;
    this.#rows[at + C.complexity_percent] =
      complexity === null ? Number.NaN : Math.round(100 * complexity);
  }

  /** Adds a line that is no call. */
  reject(reject: BatchReject): void {
    this.#rejects.push(reject);
  }

  #grow(): void {
    const larger = new Float64Array(this.#rows.length * 2);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  /** Gives what was added since the last batch, and starts a new one. */
  take(rest: Pick<CallBatch, 'lines' | 'endOffset' | 'tail'>): CallBatch {
    const batch: CallBatch = {
      ...rest,
      rows: this.#rows.slice(0, this.#count * WIDTH),
      count: this.#count,
      targets: this.#targets.takeNew(),
      outcomes: this.#outcomes.takeNew(),
      accounts: this.#accounts.takeNew(),
      resetsDictionaries: this.#resets,
      extras: this.#extras,
      largeBilled: this.#largeBilled,
      rejects: this.#rejects,
      text: this.#text?.take() ?? null,
    };
    this.#empty();
    this.#resets =
      this.#targets.size + this.#accounts.size + this.#outcomes.size > DICTIONARY_LIMIT;
    if (this.#resets) this.#clearDictionaries();
    return batch;
  }

  /** Forgets what was not taken, and starts new dictionaries: the next batch says so. */
  restart(): void {
    this.#text?.take();
    this.#empty();
    this.#clearDictionaries();
    this.#resets = true;
  }

  #empty(): void {
    this.#count = 0;
    this.#rejects = [];
    this.#extras = [];
    this.#largeBilled = [];
  }

  #clearDictionaries(): void {
    for (const part of [this.#targets, this.#outcomes, this.#accounts]) part.clear();
  }
}

/** The two texts in one buffer, as the classifier takes them; copied only when they are not. */
export function promptTextOf(
  call: Pick<Call, 'systemHash' | 'promptHash'>,
  system: Text | null,
  user: Text | null,
): PromptText {
  const systemKey = call.systemHash ?? NO_KEY;
  const promptKey = call.promptHash ?? NO_KEY;
  if (system !== null && user !== null && system.bytes !== user.bytes) {
    const bytes = Buffer.concat([
      system.bytes.subarray(system.start, system.end),
      user.bytes.subarray(user.start, user.end),
    ]);
    const systemEnd = system.length;
    return {
      bytes,
      systemStart: 0,
      systemEnd,
      userStart: systemEnd,
      userEnd: bytes.length,
      systemKey,
      promptKey,
    };
  }
  return {
    bytes: user?.bytes ?? system?.bytes ?? NOTHING,
    systemStart: system?.start ?? 0,
    systemEnd: system?.end ?? 0,
    userStart: user?.start ?? 0,
    userEnd: user?.end ?? 0,
    systemKey,
    promptKey,
  };
}
