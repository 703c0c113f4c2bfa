/**
 * Calls made by aicost itself → rows of the ledger, as if their log had been read.
 *
 * Takes calls of one run as they end, inside the caller's transaction; they are priced on the way.
 * Never keeps a text.
 */
import type { Call, Outcome, Target } from '../domain/call.ts';
import { type Task, taskCode } from '../domain/task.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { CallBatch } from './batch.ts';
import { C, flagOf, WIDTH } from './columns.ts';
import type { Ledger } from './open.ts';
import { spanWidener } from './sources.ts';
import { CallWriter } from './write.ts';

/** A call with what was found out about its prompt. */
export interface RunCall {
  /** Equal targets and outcomes should be the same object: they are numbered by identity. */
  readonly call: Call;
  /** Of the input, from 1. */
  readonly line: number;
  readonly task: Task;
  readonly taskConfidence: number;
  /** 0 to 1; null: nothing is said. */
  readonly complexity: number | null;
  readonly promptSketch: number;
  readonly systemSketch: number;
}

const DICTIONARY_LIMIT = 1_000;

/** Writes the calls of one run. */
export class CallRows {
  readonly #db: Ledger;
  readonly #book: PriceBook;
  readonly #sourceId: number;
  readonly #count;
  readonly #widen;
  #writer: CallWriter;
  #targets = new Map<Target, number>();
  #outcomes = new Map<Outcome, number>();
  #isNew = true;

  constructor(db: Ledger, book: PriceBook, sourceId: number) {
    this.#db = db;
    this.#book = book;
    this.#sourceId = sourceId;
    this.#writer = new CallWriter(db, book, null);
    this.#widen = spanWidener(db);
    this.#count = db.prepare(
      'UPDATE source SET calls = calls + ?, billed_calls = billed_calls + ? WHERE id = ?',
    );
  }

  /** Writes calls; the ledger is locked against other writers. */
  write(calls: readonly RunCall[]): void {
    if (calls.length === 0) return;
    this.#writer.catchUp();
    if (this.#targets.size + this.#outcomes.size > DICTIONARY_LIMIT) this.#forget();
    const place = { sourceId: this.#sourceId, linesBefore: 0, sender: 0 };
    this.#writer.write(this.#pack(calls), place);
    const billed = calls.filter(({ call }) => call.billedPico !== null).length;
    this.#count.run(calls.length, billed, this.#sourceId);
    this.#widen(this.#sourceId, spanOf(calls));
  }

  /** Starts anew after a transaction that was undone: the writer knows ids of rows that are gone. */
  undo(): void {
    this.#writer = new CallWriter(this.#db, this.#book, null);
    this.#forget();
  }

  #forget(): void {
    this.#targets = new Map();
    this.#outcomes = new Map();
    this.#isNew = true;
  }

  #pack(calls: readonly RunCall[]): CallBatch {
    const targets: Target[] = [];
    const outcomes: Outcome[] = [];
    const rows = new Float64Array(calls.length * WIDTH);
    calls.forEach((one, index) => {
      const at = index * WIDTH;
      packCall(rows, at, one);
      rows[at + C.target_id] = numberOf(one.call.target, this.#targets, targets);
      rows[at + C.outcome_id] = numberOf(one.call.outcome, this.#outcomes, outcomes);
    });
    const resetsDictionaries = this.#isNew;
    this.#isNew = false;
    return {
      ...{ rows, count: calls.length, targets, outcomes, accounts: [], resetsDictionaries },
      ...{ extras: extrasOf(calls), largeBilled: [], rejects: [] },
      ...{ lines: 0, endOffset: 0, tail: null, text: null },
    };
  }
}

function numberOf<Value>(value: Value, known: Map<Value, number>, fresh: Value[]): number {
  let id = known.get(value);
  if (id === undefined) {
    id = known.size;
    known.set(value, id);
    fresh.push(value);
  }
  return id;
}

function packCall(rows: Float64Array, at: number, one: RunCall): void {
  const { call } = one;
  rows[at + C.line] = one.line - 1;
  rows[at + C.call_key] = call.idKey ?? Number.NaN;
  rows[at + C.started_at_ms] = call.startedAtMs ?? Number.NaN;
  rows[at + C.latency_ms] = call.latencyMs ?? Number.NaN;
  rows[at + C.account_id] = Number.NaN;
  rows[at + C.session_key] = Number.NaN;
  rows[at + C.input_tokens] = call.usage.input;
  rows[at + C.cache_read_tokens] = call.usage.cacheRead;
  rows[at + C.cache_write_5m_tokens] = call.usage.cacheWrite5m;
  rows[at + C.cache_write_1h_tokens] = call.usage.cacheWrite1h;
  rows[at + C.output_tokens] = call.usage.output;
  rows[at + C.reasoning_tokens] = call.usage.reasoning;
  rows[at + C.max_tokens] = call.maxTokens ?? Number.NaN;
  rows[at + C.temperature_milli] = call.temperatureMilli ?? Number.NaN;
  rows[at + C.prompt_hash] = call.promptHash ?? Number.NaN;
  rows[at + C.system_hash] = call.systemHash ?? Number.NaN;
  rows[at + C.params_hash] = call.paramsHash;
  rows[at + C.answer_hash] = call.answerHash ?? Number.NaN;
  rows[at + C.prompt_bytes] = call.promptBytes;
  rows[at + C.prompt_sketch] = one.promptSketch;
  rows[at + C.system_sketch] = one.systemSketch;
  rows[at + C.task] = taskCode(one.task);
  rows[at + C.task_confidence] = one.taskConfidence;
  rows[at + C.complexity_percent] =
    one.complexity === null ? Number.NaN : Math.round(100 * one.complexity);
  rows[at + C.has_tools] = flagOf(call.hasTools);
  rows[at + C.has_schema] = flagOf(call.hasSchema);
  rows[at + C.billed_pico] = call.billedPico === null ? Number.NaN : Number(call.billedPico);
}

function extrasOf(calls: readonly RunCall[]): CallBatch['extras'] {
  return calls.flatMap(({ call: { usage } }, row) => {
    const { inputAudio, inputImage, outputAudio, outputImage } = usage;
    const { cacheReadAudio, cacheReadImage, webSearches } = usage;
    const audio = inputAudio + outputAudio + cacheReadAudio;
    const rare = audio + inputImage + outputImage + cacheReadImage + webSearches;
    return rare > 0 ? [{ row, usage }] : [];
  });
}

/** Calls stand in the order in which they ended, so they are seldom in that of their starts. */
function spanOf(calls: readonly RunCall[]) {
  let inOrder = true;
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  let beforeMs = -Infinity;
  for (const { call } of calls) {
    const atMs = call.startedAtMs;
    if (atMs === null) continue;
    inOrder &&= atMs >= beforeMs;
    beforeMs = atMs;
    firstMs = Math.min(firstMs ?? atMs, atMs);
    lastMs = Math.max(lastMs ?? atMs, atMs);
  }
  return { inOrder, firstMs, lastMs };
}
