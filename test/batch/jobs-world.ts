/** A run by files in a folder of its own, against a provider in memory; time passes while it waits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobsEnd, runJobs } from '../../src/batch/jobs.ts';
import type { JobsOptions } from '../../src/batch/jobs-tools.ts';
import { openInputRun, openKnownRun } from '../../src/batch/open-run.ts';
import { ResultWriter } from '../../src/batch/results.ts';
import { Seen } from '../../src/batch/seen.ts';
import type { BatchSettings } from '../../src/batch/settings.ts';
import {
  countRows,
  type RowWithResult,
  reopenRows,
  rowReader,
} from '../../src/ledger/batch-rows.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import type { BatchApi } from '../../src/providers/batch-api.ts';
import { createBatchApis } from '../../src/providers/batch-apis.ts';
import { KeyRing } from '../../src/providers/keys.ts';
import type { Endpoint, Wire } from '../../src/providers/provider.ts';
import { BatchServer, messageLine } from '../providers/batch-server.ts';
import { LIMITS } from './run-world.ts';

const SETTINGS: BatchSettings = {
  ...{ format: 'auto', promptColumn: null, template: null, system: null, model: 'gpt-4o-mini' },
  ...{ autoBase: null, policy: null, operation: 'chat', maxTokens: 10, temperatureMilli: null },
  ...{ task: null, schema: null, fallback: [], cascade: [], checks: [] },
};

/** What a step of the process is cut off at. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export class JobsWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'aicost-jobs-'));
  readonly server = new BatchServer();
  readonly told: string[] = [];
  readonly interrupt = new AbortController();
  wire: Wire = 'openai_chat';
  settings: BatchSettings = SETTINGS;
  /** Wraps each Batch API. */
  wrap: (api: BatchApi, db: Ledger) => BatchApi = (api) => api;
  nowMs = Date.now();

  async open(): Promise<this> {
    await this.server.open();
    return this;
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** From now on the provider is Anthropic. */
  asAnthropic(): void {
    this.wire = 'anthropic_messages';
    this.settings = { ...SETTINGS, model: 'claude-haiku-4-5' };
    this.server.lineOf = (row) => ({ text: messageLine(row) });
  }

  prompts(count: number): void {
    const rows = Array.from({ length: count }, (_, index) => `prompt ${index}`);
    this.input(`prompt\n${rows.join('\n')}\n`);
  }

  input(text: string): void {
    writeFileSync(join(this.folder, 'in.csv'), text);
  }

  ledger(): Ledger {
    return openLedger(join(this.folder, 'aicost.db'));
  }

  /** Runs the input in a process of its own, as far as it gets. */
  async run(over: Partial<JobsOptions> = {}): Promise<JobsEnd> {
    const db = this.ledger();
    const opened = await this.#openRun(db);
    try {
      return await runJobs(await this.#options(db, opened.run, over));
    } finally {
      opened.lock.release(false);
      db.close();
    }
  }

  /** Ctrl-C. */
  stop(): void {
    this.interrupt.abort();
  }

  /** Makes rows that nobody knows of pending again. */
  retryUnknown(): void {
    const db = this.ledger();
    reopenRows(db, 1, 'unknown');
    db.close();
  }

  /** What the ledger says of the run. */
  look() {
    const db = this.ledger();
    const rows: RowWithResult[] = rowReader(db, 1)(0, 'page');
    const all = <Row>(sql: string) => db.prepare(sql).all() as Row[];
    const seen = {
      rows,
      counts: countRows(db, 1),
      jobs: all<Record<string, unknown>>('SELECT * FROM batch_job ORDER BY number'),
      attempts: all<Record<string, unknown>>('SELECT * FROM batch_attempt'),
      calls: all<Record<string, unknown>>('SELECT * FROM calls'),
      taken: db.prepare('SELECT coalesce(sum(taken_pico), 0) FROM batch_lease').pluck().get(),
    };
    db.close();
    return seen;
  }

  async #openRun(db: Ledger) {
    const known = db.prepare('SELECT max(id) FROM batch_run').pluck().get() as number | null;
    if (known !== null) return openKnownRun(db, known, this.nowMs);
    const source = { name: join(this.folder, 'in.csv'), stdin: (async function* () {})() };
    const { signal } = new AbortController();
    const { settings, nowMs: atMs } = this;
    return openInputRun(source, { db, settings, isNew: false, atMs, signal });
  }

  async #options(
    db: Ledger,
    run: JobsOptions['run'],
    over: Partial<JobsOptions>,
  ): Promise<JobsOptions> {
    const clock = { now: () => this.nowMs };
    const endpoint: Endpoint = {
      ...{ id: 'one', wire: this.wire, baseUrl: this.server.baseUrl },
      provider: this.wire === 'anthropic_messages' ? 'anthropic' : 'openai',
    };
    const keys = new KeyRing(new Map([['one', 'sk-test-secret']]));
    const apis = await createBatchApis({ keys, env: {}, clock, version: '0' });
    const timers = {
      nowMs: () => this.nowMs,
      after: (delayMs: number, call: () => void) => {
        this.nowMs += Math.ceil(delayMs);
        const timer = setImmediate(call);
        return () => clearImmediate(timer);
      },
    };
    return {
      ...{ db, run, clock, timers, limits: { runPico: null, dayPico: null }, maxRowPico: null },
      book: await loadPriceBook('catalogue'),
      endpoints: [{ endpoint, models: null, limits: LIMITS }],
      ...{
        cache: null,
        semantic: null,
        policy: null,
        contextTokensOf: () => 128_000,
        imageFolder: this.folder,
      },
      readTask: () => ({
        ...{ task: 'other', confidence: 0, complexity: null, sketch: 0, systemSketch: 0 },
      }),
      results: new ResultWriter({
        ...{ id: 1, path: null, write: async () => {}, read: () => [], head: '', render: () => '' },
      }),
      seen: new Seen(null, 0),
      onSeen: () => {},
      interrupt: this.interrupt.signal,
      apis: { of: (one) => this.wrap(apis.of(one), db), close: () => apis.close() },
      ...{
        redact: (text) => keys.redact(text),
        unanswered: 'batch',
        maxAttempts: 3,
        fileRows: null,
      },
      ...{ pollMs: 5_000, isWaiting: true, isCancelling: false, isContinued: false },
      tell: (message) => void this.told.push(message),
      ...over,
    };
  }
}
