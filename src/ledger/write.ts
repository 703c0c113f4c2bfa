/**
 * Writing calls: packed batches → rows of the ledger, priced on the way.
 *
 * Takes batches of one source in their order, inside the caller's transactions. Calls whose id may
 * have come before are noted as suspects; duplicates.ts settles them. Never commits.
 */
import type { Outcome, PricedCall, Target } from '../domain/call.ts';
import { taskOfCode } from '../domain/task.ts';
import type { Usage } from '../domain/tokens.ts';
import { chargeCall } from '../pricing/charge.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import type { CallBatch } from './batch.ts';
import { C, COLUMNS, knownFlag, WIDTH } from './columns.ts';
import { Dimensions } from './dimensions.ts';
import type { Ledger } from './open.ts';
import { SeenKeys } from './seen.ts';

/** Rows to one INSERT: a third faster than one by one. */
const ROWS = 10;

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
  readonly largeBilled: bigint | undefined;
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
  readonly #statements;
  readonly #bound: number[] = new Array(WIDTH * ROWS).fill(0);
  readonly #observer: CallObserver | null;
  #nextId = 1;

  /** With an observer, every call is shown to it as it is written. */
  constructor(db: Ledger, book: PriceBook, observer: CallObserver | null) {
    this.#observer = observer;
    this.#book = book;
    this.#dimensions = new Dimensions(db);
    this.#statements = prepareStatements(db, this.#dimensions.priceTableId(book.info));
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

  /** Writes a batch; its rows are filled in on the way. */
  write(batch: CallBatch, place: BatchPlace): void {
    const sender = this.#learn(batch, place.sender);
    const firstId = this.#nextId;
    const extras = new Map(batch.extras.map(({ row, usage }) => [row, usage]));
    const large = new Map(batch.largeBilled.map(({ row, pico }) => [row, pico]));
    for (let row = 0; row < batch.count; row++) {
      const context = { sender, place, extra: extras.get(row), largeBilled: large.get(row) };
      this.#complete(batch.rows, row * WIDTH, context);
    }
    this.#insert(batch.rows, batch.count);
    for (const [row, usage] of extras) this.#writeExtra(firstId + row, usage);
    for (const [row, pico] of large) this.#statements.billed.run(pico, firstId + row);
    this.#writeRejects(batch, place);
    if (batch.text !== null) this.#writeText(batch, firstId);
  }

  /** Spread arguments bind a third faster than an array of them. */
  #insert(rows: Float64Array, count: number): void {
    const bound = this.#bound;
    const whole = count - (count % ROWS);
    for (let row = 0; row < whole; row += ROWS) {
      const from = row * WIDTH;
      for (let i = 0; i < bound.length; i++) bound[i] = rows[from + i]!;
      this.#statements.many.run(...bound);
    }
    for (let row = whole; row < count; row++) {
      this.#statements.one.run(...rows.subarray(row * WIDTH, (row + 1) * WIDTH));
    }
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

  /** Fills in what the sender could not know: ids, the line in the source, the cost. */
  #complete(rows: Float64Array, at: number, context: RowContext): void {
    const { sender, place, largeBilled } = context;
    const id = this.#nextId++;
    const targetId = sender.targets[rows[at + C.target_id]!]!;
    const outcomeId = sender.outcomes[rows[at + C.outcome_id]!]!;
    const account = rows[at + C.account_id]!;
    rows[at + C.id] = id;
    rows[at + C.source_id] = place.sourceId;
    rows[at + C.line] = place.linesBefore + rows[at + C.line]! + 1;
    rows[at + C.target_id] = targetId;
    rows[at + C.outcome_id] = outcomeId;
    if (!Number.isNaN(account)) rows[at + C.account_id] = sender.accounts[account]!;
    const usage = context.extra ?? usageOf(rows, at);
    const target = this.#targets[targetId]!;
    const outcome = this.#outcomes[outcomeId]!;
    const startedAtMs = orNull(rows[at + C.started_at_ms]!);
    const cost = chargeCall(this.#schedules[targetId]!, { outcome, target, usage, startedAtMs });
    rows[at + C.cost_pico] = typeof cost === 'number' ? cost : Number.NaN;
    const key = rows[at + C.call_key]!;
    if (!Number.isNaN(key) && this.#seen.add(key)) this.#statements.suspect.run(key, id);
    if (this.#observer !== null) {
      this.#observer(pricedCall(rows, at, { target, outcome, usage, cost, largeBilled }));
    }
  }

  #writeExtra(id: number, usage: Usage): void {
    this.#statements.extra.run({ id, ...usage });
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
    cacheReadAudio: 0,
    cacheReadImage: 0,
    webSearches: 0,
  };
}

interface Known {
  readonly target: Target;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly cost: number | string;
  readonly largeBilled: bigint | undefined;
}

/** A completed row as the call that reading it back would give. */
function pricedCall(rows: Float64Array, at: number, known: Known): PricedCall {
  const { target, outcome, usage, cost, largeBilled } = known;
  const call = {
    id: rows[at + C.id]!,
    startedAtMs: orNull(rows[at + C.started_at_ms]!),
    latencyMs: orNull(rows[at + C.latency_ms]!),
    target,
    outcome,
    usage,
    maxTokens: orNull(rows[at + C.max_tokens]!),
    temperatureMilli: orNull(rows[at + C.temperature_milli]!),
    userId: orNull(rows[at + C.account_id]!),
    sessionKey: orNull(rows[at + C.session_key]!),
    promptHash: orNull(rows[at + C.prompt_hash]!),
    systemHash: orNull(rows[at + C.system_hash]!),
    paramsHash: rows[at + C.params_hash]!,
    answerHash: orNull(rows[at + C.answer_hash]!),
    promptBytes: rows[at + C.prompt_bytes]!,
    task: taskOfCode(rows[at + C.task]!),
    taskConfidence: rows[at + C.task_confidence]!,
    complexityPercent: orNull(rows[at + C.complexity_percent]!),
    hasTools: knownFlag(rows[at + C.has_tools]!),
    hasSchema: knownFlag(rows[at + C.has_schema]!),
    costPico: typeof cost === 'number' ? cost : null,
  };
  const reason = typeof cost === 'number' ? {} : { unpricedReason: cost };
  const billed = rows[at + C.billed_pico]!;
  if (Number.isNaN(billed)) return typeof cost === 'number' ? call : { ...call, ...reason };
  return { ...call, ...reason, billedPico: largeBilled ?? BigInt(billed) };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function prepareStatements(db: Ledger, priceTableId: number) {
  const columns = `${COLUMNS.join(', ')}, price_table_id`;
  const marks = `(${'?,'.repeat(WIDTH)}${priceTableId})`;
  const insert = (rows: number) =>
    db.prepare(`INSERT INTO call (${columns}) VALUES ${new Array(rows).fill(marks).join(',')}`);
  return {
    one: insert(1),
    many: insert(ROWS),
    suspect: db.prepare('INSERT OR IGNORE INTO suspect (call_key, call_id) VALUES (?, ?)'),
    billed: db.prepare('UPDATE call SET billed_pico = ? WHERE id = ?'),
    extra: db.prepare(
      `INSERT INTO call_extra VALUES (@id, @inputAudio, @inputImage, @outputAudio, @outputImage,
         @cacheReadAudio, @cacheReadImage, @webSearches)`,
    ),
    text: db.prepare('INSERT INTO call_text VALUES (?, CAST(? AS TEXT))'),
    maxId: db.prepare('SELECT coalesce(max(id), 0) FROM call').pluck(),
    newKeys: db.prepare('SELECT call_key FROM call WHERE id >= ? AND call_key IS NOT NULL').pluck(),
    reject: db.prepare(
      'INSERT INTO reject (source_id, line, byte_offset, byte_length, reason, detail) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  };
}
