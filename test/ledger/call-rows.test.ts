import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { CallRows, type RunCall } from '../../src/ledger/call-rows.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { addSource } from '../../src/ledger/sources.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { OK, TARGET } from './batches.ts';

const BOOK = await loadPriceBook('catalogue');
const AT_MS = Date.UTC(2026, 3, 1);

let folder: string;
let db: Ledger;
let sourceId: number;
let rows: CallRows;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-call-rows-'));
  db = openLedger(join(folder, 'aicost.db'));
  sourceId = addSource(db, { path: 'batch 1: in.csv', headBytes: 0, headHash: -1, atMs: 1 }).id;
  rows = new CallRows(db, BOOK, sourceId);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function runCall(line: number, over: Partial<Call> = {}): RunCall {
  const call: Call = {
    ...{ target: TARGET, outcome: OK, startedAtMs: AT_MS, latencyMs: 20, maxTokens: null },
    ...{ temperatureMilli: null, user: '', sessionKey: null, tag: null, idKey: null },
    ...{ promptHash: null, systemHash: null, paramsHash: 0, answerHash: null, promptBytes: 7 },
    ...{ answerBytes: 0, turns: 1, hasTools: false, hasSchema: false, billedPico: null },
    usage: { ...emptyUsage(), input: 1_000, output: 100 },
    ...over,
  };
  return {
    call,
    line,
    task: 'qa',
    taskConfidence: 60,
    complexity: null,
    promptSketch: 0,
    systemSketch: 0,
  };
}

const write = (...calls: RunCall[]): void => db.transaction(() => rows.write(calls)).immediate();
const all = (sql: string): unknown[] => db.prepare(sql).all();
const source = () => all(`SELECT * FROM source WHERE id = ${sourceId}`)[0];

test('a call is priced on its way in, and counted under its source', () => {
  write(runCall(3), runCall(5, { billedPico: 42n }));
  // gpt-4o: 1,000 × $2.50 + 100 × $10 per million = $0.0035.
  expect(all('SELECT line, cost_pico, billed_pico, max_tokens FROM call ORDER BY id')).toEqual([
    { line: 3, cost_pico: 3_500_000_000, billed_pico: null, max_tokens: null },
    { line: 5, cost_pico: 3_500_000_000, billed_pico: 42, max_tokens: null },
  ]);
  expect(source()).toMatchObject({ calls: 2, billed_calls: 1 });
});

test('no calls are no rows', () => {
  write();
  expect(source()).toMatchObject({ calls: 0 });
});

test('the span of a source grows to the first and the last start, in any order', () => {
  write(runCall(1, { startedAtMs: AT_MS + 5 }), runCall(2, { startedAtMs: AT_MS }));
  write(runCall(3, { startedAtMs: null }), runCall(4, { startedAtMs: AT_MS + 9 }));
  expect(source()).toMatchObject({ first_started_at_ms: AT_MS, last_started_at_ms: AT_MS + 9 });
});

test('targets are known by what they are, also after more of them than are remembered', () => {
  // 1,000 targets and outcomes are remembered.
  const models = Array.from({ length: 1_200 }, (_, index) => `m-${index % 600}`);
  for (const [line, model] of models.entries())
    write(runCall(line + 1, { target: { ...TARGET, model } }));
  const wrong = `SELECT count(*) AS n FROM call c JOIN target t ON t.id = c.target_id
    WHERE t.model <> 'm-' || ((c.line - 1) % 600)`;
  expect(all(wrong)).toEqual([{ n: 0 }]);
  expect(all('SELECT count(*) AS n FROM target')).toEqual([{ n: 600 }]);
});

test('after a transaction that was undone its targets are written again', () => {
  const failing = db.transaction(() => {
    rows.write([runCall(1)]);
    throw new Error('disk full');
  });
  expect(() => failing.immediate()).toThrow('disk full');
  rows.undo();
  write(runCall(1));
  expect(all('SELECT t.model, c.line FROM call c JOIN target t ON t.id = c.target_id')).toEqual([
    { model: 'gpt-4o', line: 1 },
  ]);
  expect(source()).toMatchObject({ calls: 1 });
});
