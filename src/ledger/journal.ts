/**
 * The journal of a batch run: attempts before they are sent and after they end, results of rows.
 *
 * Takes records one by one, writes those of one turn of the event loop in one transaction. An attempt
 * may be sent when its group is committed: with WAL and synchronous NORMAL a committed group survives
 * kill -9, as the system has it; only a power cut can take the last ones. Never forgets a record
 * because a transaction failed: it is written with the next one.
 */
import type { EpochMs } from '../domain/time.ts';
import { rowId } from './batch-rows.ts';
import { BoundRows, rowStatement } from './bound-rows.ts';
import type { CallRows, RunCall } from './call-rows.ts';
import type { Ledger } from './open.ts';

/** An attempt about to be sent. */
export interface JournalStart {
  readonly row: number;
  /** From 1, over all processes that worked on the row. */
  readonly attempt: number;
  readonly leaseId: number;
  readonly endpoint: string;
  readonly model: string;
  readonly reservedPico: number;
  readonly atMs: EpochMs;
}

/** How it ended. */
export interface JournalEnd {
  readonly row: number;
  readonly attempt: number;
  readonly atMs: EpochMs;
  /** Null: it was answered. */
  readonly failure: string | null;
  readonly httpStatus: number | null;
  /** Null: nobody measured it. */
  readonly latencyMs: number | null;
  readonly costPico: number | null;
  readonly mayHaveBeenBilled: boolean;
  /** The call for the ledger; null where none reached a provider. */
  readonly call: RunCall | null;
}

/** The result of a row. */
export interface JournalResult {
  readonly row: number;
  readonly state: 'done' | 'failed' | 'unknown';
  readonly model: string;
  readonly answer: string | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly costPico: number | null;
  /** Null: nobody measured it. */
  readonly latencyMs: number | null;
  readonly attempts: number;
  readonly cache: string;
  readonly error: string;
  readonly reason: string;
  readonly atMs: EpochMs;
}

export interface JournalOptions {
  readonly runId: number;
  /** Null: calls are not written into the ledger. */
  readonly calls: CallRows | null;
  /** Runs something at the end of this turn of the event loop, such as setImmediate. */
  later(run: () => void): void;
}

/** WAL pages between checkpoints: 40 MB; a checkpoint is the only thing that waits for the disk. */
const CHECKPOINT_PAGES = 10_000;

/** Writes all over a table cost a page each, but less the more there are in one transaction. */
const MANY_WRITES = 256;

interface Group {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes one run; one per process. */
export class BatchJournal {
  readonly #db: Ledger;
  readonly #options: JournalOptions;
  readonly #statements;
  #starts: JournalStart[] = [];
  #ends: JournalEnd[] = [];
  #results: JournalResult[] = [];
  /** Further writes of the same transaction: answers kept, money counted. */
  #others: (() => void)[] = [];
  /** Those that can wait. */
  #whenever: (() => void)[] = [];
  #group: Group | null = null;
  #isDue = false;
  #failure: unknown = null;

  constructor(db: Ledger, options: JournalOptions) {
    this.#db = db;
    this.#options = options;
    this.#statements = prepareStatements(db);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  }

  /** Resolves when the attempt is on disk; rejects with what the ledger threw. */
  begin(start: JournalStart): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#starts.push(start);
    return this.#joined();
  }

  /** Notes the end of an attempt. */
  end(end: JournalEnd): void {
    this.#ends.push(end);
    this.#plan();
  }

  /** Resolves when the result is on disk. */
  finish(result: JournalResult): Promise<void> {
    this.#results.push(result);
    return this.#joined();
  }

  /** Notes a result nobody waits for. */
  record(result: JournalResult): void {
    this.#results.push(result);
    this.#plan();
  }

  /** Writes something else of the ledger with the next group. */
  also(write: () => void): void {
    this.#others.push(write);
    this.#plan();
  }

  /** Writes something else with a later group, many at once: what a crash may take. */
  eventually(write: () => void): void {
    this.#whenever.push(write);
    if (this.#whenever.length >= MANY_WRITES) this.#gatherWhenever();
  }

  /** Writes what is left; throws what the ledger throws. */
  close(): void {
    this.#failure = null;
    this.#gatherWhenever();
    this.#write();
  }

  #gatherWhenever(): void {
    for (const write of this.#whenever) this.also(write);
    this.#whenever = [];
  }

  #joined(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#group ??= newGroup();
    this.#plan();
    return this.#group.promise;
  }

  #plan(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#options.later(() => this.#flush());
  }

  #flush(): void {
    this.#isDue = false;
    const group = this.#group;
    this.#group = null;
    try {
      this.#write();
      group?.resolve();
    } catch (error) {
      // Whoever waits is told; if nobody does, the next to come or `close` is. Attempts that were
      // not released are not sent, so they were not begun.
      this.#starts = [];
      this.#failure = error;
      group?.reject(error);
    }
  }

  #write(): void {
    const { calls } = this.#options;
    if (this.#isEmpty) return;
    const { begin, commit, rollback } = this.#statements;
    begin.run();
    try {
      this.#writeStarts();
      for (const end of this.#ends) this.#writeEnd(end);
      calls?.write(callsOf(this.#ends));
      this.#writeResults();
      for (const write of this.#others) write();
      commit.run();
    } catch (error) {
      if (this.#db.inTransaction) rollback.run();
      calls?.undo();
      throw error;
    }
    this.#starts = [];
    this.#ends = [];
    this.#results = [];
    this.#others = [];
  }

  get #isEmpty(): boolean {
    const some = this.#starts.length + this.#ends.length + this.#results.length;
    return some + this.#others.length === 0;
  }

  #writeStarts(): void {
    const rows = new BoundRows(this.#statements.start);
    for (const start of this.#starts) {
      const { row, attempt, leaseId, endpoint, model, reservedPico, atMs } = start;
      const id = rowId(this.#options.runId, row);
      rows.add(id, attempt, leaseId, endpoint, model, reservedPico, atMs);
    }
    rows.finish();
  }

  #writeEnd(end: JournalEnd): void {
    const { atMs, failure, httpStatus, costPico, attempt } = end;
    const id = rowId(this.#options.runId, end.row);
    const latencyMs = wholeMs(end.latencyMs);
    const billed = end.mayHaveBeenBilled ? 1 : 0;
    this.#statements.end.run(atMs, failure, httpStatus, latencyMs, costPico, billed, id, attempt);
  }

  #writeResults(): void {
    const rows = new BoundRows(this.#statements.result);
    for (const result of this.#results) {
      const { state, model, answer, inputTokens, cachedTokens, outputTokens, costPico } = result;
      const { attempts, cache, error, reason, atMs } = result;
      const id = rowId(this.#options.runId, result.row);
      const latencyMs = wholeMs(result.latencyMs);
      rows.add(id, state, model, answer, inputTokens, cachedTokens, outputTokens, costPico);
      rows.add(latencyMs, attempts, cache, error, reason, atMs);
    }
    rows.finish();
  }
}

/** Milliseconds as they are kept. */
export function wholeMs(durationMs: number | null): number | null {
  return durationMs === null ? null : Math.round(durationMs);
}

function callsOf(ends: readonly JournalEnd[]): RunCall[] {
  const calls: RunCall[] = [];
  for (const { call } of ends) if (call !== null) calls.push(call);
  return calls;
}

function newGroup(): Group {
  let resolve = (): void => {};
  let reject = (_: unknown): void => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

function prepareStatements(db: Ledger) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    start: rowStatement(
      db,
      `INSERT INTO batch_attempt
         (row_id, number, lease_id, endpoint, model, reserved_pico, begun_at_ms)`,
      7,
    ),
    end: db.prepare(
      `UPDATE batch_attempt SET ended_at_ms = ?, failure = ?, http_status = ?, latency_ms = ?,
         cost_pico = ?, may_have_been_billed = ? WHERE row_id = ? AND number = ?`,
    ),
    result: rowStatement(db, 'INSERT OR REPLACE INTO batch_result', 14),
  };
}
