/** A folder of logs and a ledger for one test, and calls to write into logs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PricedCall } from '../../src/domain/call.ts';
import { type IngestOptions, type IngestResult, ingest } from '../../src/ingest/ingest.ts';
import { type RejectRow, rejectPages } from '../../src/ledger/lookup.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { readCalls } from '../../src/ledger/read.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const book = await loadPriceBook('catalogue');

/** One flat call; `n` is its input tokens and makes it its own. */
export function flatLine(n: number, more: object = {}): string {
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    model: 'gpt-4o',
    prompt_tokens: n,
    completion_tokens: 1,
    request_id: `r-${n}`,
    ...more,
  });
}

/** Calls `from` to `to`, both included, one a line. */
export function flatLog(from: number, to: number, more: object = {}): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `${flatLine(from + i, more)}\n`).join('');
}

export class LogWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'aicost-ingest-'));
  db: Ledger = openLedger(join(this.folder, 'ledger.db'));

  /** Writes a file into the folder; gives its path. */
  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  ingest(
    inputs: string | readonly string[],
    over: Partial<IngestOptions> = {},
  ): Promise<IngestResult> {
    return ingest({
      inputs: typeof inputs === 'string' ? [inputs] : inputs,
      cwd: this.folder,
      stdin: empty(),
      db: this.db,
      book,
      clock: { now: () => Date.UTC(2026, 3, 1) },
      inputFormat: null,
      storeText: false,
      threads: 0,
      signal: new AbortController().signal,
      observer: null,
      onProgress: () => {},
      ...over,
    });
  }

  calls(sourceIds: readonly number[] | null = null): PricedCall[] {
    return [...readCalls(this.db, { sourceIds, sinceMs: null, untilMs: null }, book)].flat();
  }

  /** The input tokens of all calls, in time order. */
  inputs(sourceIds: readonly number[] | null = null): number[] {
    return this.calls(sourceIds).map((call) => call.usage.input);
  }

  /** Line numbers of all calls, in the order they were read. */
  lines(): number[] {
    return this.db.prepare('SELECT line FROM call ORDER BY id').pluck().all() as number[];
  }

  rejects(): RejectRow[] {
    return [...rejectPages(this.db, '')].flat();
  }

  /** All that is in the ledger and does not depend on when or in how many steps it came there. */
  dump(): unknown {
    return this.db
      .prepare(
        `SELECT c.line, c.byte_offset, c.byte_length, c.call_key, c.started_at_ms, c.input_tokens, c.output_tokens,
           c.prompt_hash, c.params_hash, c.task, c.cost_pico, t.model, o.status, a.name
         FROM call c JOIN target t ON t.id = c.target_id JOIN outcome o ON o.id = c.outcome_id
         LEFT JOIN account a ON a.id = c.account_id ORDER BY c.source_id, c.byte_offset, c.id`,
      )
      .raw()
      .all();
  }

  close(): void {
    this.db.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function* empty(): AsyncGenerator<Buffer> {}

/** The counts of a result, for comparing. */
export function counts(result: IngestResult): {
  new: number;
  known: number;
  replaced: number;
  rejected: number;
} {
  return {
    new: result.newCalls,
    known: result.knownCalls,
    replaced: result.replacedCalls,
    rejected: result.rejectedLines,
  };
}
