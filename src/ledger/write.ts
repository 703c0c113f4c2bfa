/**
 * Writing calls: packed batches → rows of the ledger, priced on the way.
 *
 * Takes batches of one source in their order, inside the caller's transactions. Calls whose id may
 * have come before are noted as suspects; duplicates.ts settles them.
 */
import type { Outcome, PricedCall, Target } from '../domain/call.ts';
import { taskOfCode } from '../domain/task.ts';
import type { Usage } from '../domain/tokens.ts';
import { chargeCall } from '../pricing/charge.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import type { CallBatch } from './batch.ts';
import { C, COLUMNS, WIDTH } from './columns.ts';
import { Dimensions } from './dimensions.ts';
import type { Ledger } from './open.ts';
import { SeenKeys } from './seen.ts';

/** Rows to one INSERT: a third faster than one by one. */
const ROWS = 10;
const BOUND = WIDTH + 4;

/** The dictionaries of one sender, translated to the ledger's ids. */
class Sender {
  readonly targets: number[] = [];
  readonly outcomes: number[] = [];
  readonly accounts: number[] = [];
}

/** Where a batch belongs. */
export interface BatchPlace {
  readonly sourceId: number;
  /** Lines of the source before this batch. */
  readonly linesBefore: number;
  /** Which sender's dictionaries the batch speaks of. */
  readonly sender: number;
}

/** Sees calls as they are written, in the order of their logs. */
export type CallObserver = (call: PricedCall) => void;

interface RowContext {
  readonly sender: Sender;
  readonly place: BatchPlace;
  readonly extra: Usage | undefined;
  readonly billed: bigint | undefined;
}

/** Writes batches; one per ingest run. */
export class CallWriter {
  readonly #book: PriceBook;
  readonly #dimensions: Dimensions;
  readonly #senders: Sender[] = [];
  readonly #schedules: Schedule[] = [];
  readonly #targets: Target[] = [];
  readonly #outcomes: Outcome[] = [];
  readonly #seen = new SeenKeys();
  readonly #priceTableId: number;
  readonly #statements;
  readonly #bound: (number | bigint | null)[] = new Array(BOUND * ROWS).fill(null);
  readonly #observer: CallObserver | null;
  #nextId = 1;

  /** With an observer, every call is shown to it as it is written. */
  constructor(db: Ledger, book: PriceBook, observer: CallObserver | null) {
    this.#observer = observer;
    this.#book = book;
    this.#dimensions = new Dimensions(db);
    this.#priceTableId = this.#dimensions.priceTableId(book.info);
    this.#statements = prepareStatements(db);
    this.catchUp();
  }

  /**
   * Takes in what others have written since this writer last did: at the start of each transaction,
   * when the ledger is locked against them.
   */
  catchUp(): void {
    const { maxId, newKeys } = this.#statements;
    const next = (maxId.get() as number) + 1;
    if (next === this.#nextId) return;
    for (const key of newKeys.iterate(this.#nextId)) this.#seen.add(key as number);
    this.#nextId = next;
  }

  /** Writes a batch. */
  write(batch: CallBatch, place: BatchPlace): void {
    const sender = this.#learn(batch, place.sender);
    const firstId = this.#nextId;
    const extras = new Map(batch.extras.map(({ row, usage }) => [row, usage]));
    const large = new Map(batch.largeBilled.map(({ row, pico }) => [row, pico]));
    let filled = 0;
    for (let row = 0; row < batch.count; row++) {
      const context = { sender, place, extra: extras.get(row), billed: large.get(row) };
      this.#bind(batch, row, filled * BOUND, context);
      if (++filled === ROWS) {
        this.#statements.many.run(this.#bound);
        filled = 0;
      }
    }
    for (let i = 0; i < filled; i++) {
      this.#statements.one.run(this.#bound.slice(i * BOUND, (i + 1) * BOUND));
    }
    for (const [row, usage] of extras) this.#writeExtra(firstId + row, usage);
    this.#writeRejects(batch, place);
    if (batch.text !== null) this.#writeText(batch, firstId);
  }

  #learn(batch: CallBatch, index: number): Sender {
    let sender = this.#senders[index];
    if (sender === undefined || batch.resetsDictionaries) {
      sender = new Sender();
      this.#senders[index] = sender;
    }
    for (const target of batch.targets) {
      const id = this.#dimensions.targetId(target);
      sender.targets.push(id);
      this.#targets[id] ??= target;
      this.#schedules[id] ??= this.#book.schedule(target);
    }
    for (const outcome of batch.outcomes) {
      const id = this.#dimensions.outcomeId(outcome);
      sender.outcomes.push(id);
      this.#outcomes[id] ??= outcome;
    }
    for (const name of batch.accounts) sender.accounts.push(this.#dimensions.accountId(name));
    return sender;
  }

  /** Binds a row: id, source, the packed columns, cost and price table. */
  #bind(batch: CallBatch, row: number, at: number, context: RowContext): void {
    const { rows } = batch;
    const from = row * WIDTH;
    const bound = this.#bound;
    const { sender, place } = context;
    const id = this.#nextId++;
    bound[at] = id;
    bound[at + 1] = place.sourceId;
    for (let i = 0; i < WIDTH; i++) {
      const value = rows[from + i]!;
      bound[at + 2 + i] = Number.isNaN(value) ? null : value;
    }
    bound[at + 2 + C.line] = place.linesBefore + rows[from + C.line]! + 1;
    const targetId = sender.targets[rows[from + C.target_id]!]!;
    const outcomeId = sender.outcomes[rows[from + C.outcome_id]!]!;
    bound[at + 2 + C.target_id] = targetId;
    bound[at + 2 + C.outcome_id] = outcomeId;
    const account = rows[from + C.account_id]!;
    if (!Number.isNaN(account)) bound[at + 2 + C.account_id] = sender.accounts[account]!;
    if (context.billed !== undefined) bound[at + 2 + C.billed_pico] = context.billed;
    const usage = context.extra ?? usageOf(rows, from);
    const target = this.#targets[targetId]!;
    const outcome = this.#outcomes[outcomeId]!;
    const startedAtMs = bound[at + 2 + C.started_at_ms] as number | null;
    const cost = chargeCall(this.#schedules[targetId]!, { outcome, target, usage, startedAtMs });
    bound[at + 2 + WIDTH] = typeof cost === 'number' ? cost : null;
    bound[at + 3 + WIDTH] = this.#priceTableId;
    const key = rows[from + C.call_key]!;
    if (!Number.isNaN(key) && this.#seen.add(key)) this.#statements.suspect.run(key, id);
    if (this.#observer !== null) {
      this.#observer(pricedCall(bound, at, { id, target, outcome, usage, cost }));
    }
  }

  #writeExtra(id: number, usage: Usage): void {
    const { inputAudio, inputImage, outputAudio, outputImage, webSearches } = usage;
    this.#statements.extra.run(id, inputAudio, inputImage, outputAudio, outputImage, webSearches);
  }

  #writeRejects(batch: CallBatch, place: BatchPlace): void {
    for (const reject of batch.rejects) {
      const line = place.linesBefore + reject.line + 1;
      const { byteOffset, byteLength, reason, detail } = reject;
      this.#statements.reject.run(place.sourceId, line, byteOffset, byteLength, reason, detail);
    }
  }

  #writeText(batch: CallBatch, firstId: number): void {
    if (batch.text === null) return;
    let start = 0;
    batch.text.ends.forEach((end, row) => {
      this.#statements.text.run(firstId + row, batch.text?.bytes.subarray(start, end));
      start = end;
    });
  }
}

function usageOf(rows: Float64Array, from: number): Usage {
  return {
    input: rows[from + C.input_tokens]!,
    cacheRead: rows[from + C.cache_read_tokens]!,
    cacheWrite5m: rows[from + C.cache_write_5m_tokens]!,
    cacheWrite1h: rows[from + C.cache_write_1h_tokens]!,
    output: rows[from + C.output_tokens]!,
    reasoning: rows[from + C.reasoning_tokens]!,
    inputAudio: 0,
    inputImage: 0,
    outputAudio: 0,
    outputImage: 0,
    webSearches: 0,
  };
}

/** A bound row as the call that reading it back would give. */
function pricedCall(
  bound: readonly (number | bigint | null)[],
  at: number,
  known: { id: number; target: Target; outcome: Outcome; usage: Usage; cost: number | string },
): PricedCall {
  const cell = (column: number): number | null => bound[at + 2 + column] as number | null;
  const { id, target, outcome, usage, cost } = known;
  const billed = bound[at + 2 + C.billed_pico];
  const call = {
    id,
    startedAtMs: cell(C.started_at_ms),
    latencyMs: cell(C.latency_ms),
    target,
    outcome,
    usage,
    maxTokens: cell(C.max_tokens),
    temperatureMilli: cell(C.temperature_milli),
    userId: cell(C.account_id),
    sessionKey: cell(C.session_key),
    promptHash: cell(C.prompt_hash),
    systemHash: cell(C.system_hash),
    paramsHash: cell(C.params_hash) ?? 0,
    answerHash: cell(C.answer_hash),
    promptBytes: cell(C.prompt_bytes) ?? 0,
    task: taskOfCode(cell(C.task) ?? 0),
    taskConfidence: cell(C.task_confidence) ?? 0,
    costPico: typeof cost === 'number' ? cost : null,
  };
  const reason = typeof cost === 'number' ? {} : { unpricedReason: cost };
  if (billed === null || billed === undefined)
    return typeof cost === 'number' ? call : { ...call, ...reason };
  return { ...call, ...reason, billedPico: BigInt(billed) };
}

function prepareStatements(db: Ledger) {
  const columns = `id, source_id, ${COLUMNS.join(', ')}, cost_pico, price_table_id`;
  const marks = `(${new Array(BOUND).fill('?').join(',')})`;
  const insert = (rows: number) =>
    db.prepare(`INSERT INTO call (${columns}) VALUES ${new Array(rows).fill(marks).join(',')}`);
  return {
    one: insert(1),
    many: insert(ROWS),
    suspect: db.prepare('INSERT OR IGNORE INTO suspect (call_key, call_id) VALUES (?, ?)'),
    extra: db.prepare('INSERT INTO call_extra VALUES (?, ?, ?, ?, ?, ?)'),
    text: db.prepare('INSERT INTO call_text VALUES (?, CAST(? AS TEXT))'),
    maxId: db.prepare('SELECT coalesce(max(id), 0) FROM call').pluck(),
    newKeys: db.prepare('SELECT call_key FROM call WHERE id >= ? AND call_key IS NOT NULL').pluck(),
    reject: db.prepare(
      'INSERT INTO reject (source_id, line, byte_offset, byte_length, reason, detail) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  };
}
