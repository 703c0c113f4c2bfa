/** What is written is what is read: numbers, duplicates, selection and order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { settleDuplicates } from '../../src/ledger/duplicates.ts';
import { countRejects, placesOf, rejectPages } from '../../src/ledger/lookup.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { readCalls, type Selection } from '../../src/ledger/read.ts';
import { addSource, updateSource, widenSpan } from '../../src/ledger/sources.ts';
import { CallWriter } from '../../src/ledger/write.ts';
import { loadPriceBook, type PriceBook } from '../../src/pricing/price.ts';
import { batchOf, OK, type RowValues, TARGET } from './batches.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-calls-'));
const NOON = Date.UTC(2026, 2, 2, 12);
const ALL: Selection = { sourceIds: null, sinceMs: null, untilMs: null };
let book: PriceBook;
let db: Ledger;
let files = 0;

beforeAll(async () => {
  book = await loadPriceBook('catalogue');
});
beforeEach(() => {
  db?.close();
  db = openLedger(join(folder, `${files++}.db`));
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes rows as a source of their own; gives its id. */
function write(rows: readonly RowValues[], over: Partial<CallBatch> = {}): number {
  const batch = batchOf(rows, over);
  const { id } = addSource(db, {
    path: `/logs/${files}-${rows.length}.jsonl`,
    headBytes: 0,
    headHash: 0,
    atMs: NOON,
  });
  const seen: PricedCall[] = [];
  new CallWriter(db, book, (call) => seen.push({ ...call, usage: { ...call.usage } })).write(
    batch,
    { sourceId: id, linesBefore: 0, sender: 0 },
  );
  const times = rows.map((row) => row.started_at_ms ?? Number.NaN);
  const known = times.filter((ms) => !Number.isNaN(ms));
  const billedCalls = rows.filter((row) => row.billed_pico !== undefined).length;
  updateSource(db, {
    id,
    path: `/logs/${id}.jsonl`,
    ingestedBytes: 0,
    tailBytes: 0,
    tailHash: 0,
    lines: rows.length,
    calls: rows.length,
    billedCalls,
    atMs: NOON,
  });
  widenSpan(db, id, {
    inOrder: times.every((ms, i) => !Number.isNaN(ms) && (i === 0 || ms >= times[i - 1]!)),
    firstMs: known.length === 0 ? null : Math.min(...known),
    lastMs: known.length === 0 ? null : Math.max(...known),
  });
  observed = seen;
  return id;
}

/** What the writer showed of the last `write`. */
let observed: PricedCall[] = [];

function read(selection: Selection = ALL): PricedCall[] {
  return [...readCalls(db, selection, book)].flat();
}

const inputs = (calls: readonly PricedCall[]): number[] => calls.map((call) => call.usage.input);

describe('what is written is read', () => {
  test('every column over its range, and as the writer showed it', () => {
    const hash = Number.MAX_SAFE_INTEGER;
    write(
      [
        {
          started_at_ms: NOON,
          latency_ms: 0,
          account_id: 0,
          session_key: hash,
          input_tokens: 1_000_000_000,
          cache_read_tokens: 1,
          cache_write_5m_tokens: 2,
          cache_write_1h_tokens: 3,
          output_tokens: 1_000_000_000,
          reasoning_tokens: 999_999_999,
          max_tokens: 2_147_483_647,
          temperature_milli: 100_000,
          prompt_hash: hash,
          system_hash: 0,
          params_hash: hash,
          answer_hash: 1,
          prompt_bytes: 268_435_456,
          prompt_sketch: 4_294_967_295,
          task: 4,
          task_confidence: 100,
          call_key: hash,
        },
      ],
      { accounts: ['desk-eu'] },
    );
    const [call] = read();
    expect(call).toMatchObject({
      startedAtMs: NOON,
      latencyMs: 0,
      sessionKey: hash,
      usage: {
        ...emptyUsage(),
        input: 1_000_000_000,
        cacheRead: 1,
        cacheWrite5m: 2,
        cacheWrite1h: 3,
        output: 1_000_000_000,
        reasoning: 999_999_999,
      },
      maxTokens: 2_147_483_647,
      temperatureMilli: 100_000,
      promptHash: hash,
      systemHash: 0,
      paramsHash: hash,
      answerHash: 1,
      promptBytes: 268_435_456,
      task: 'translation',
      taskConfidence: 100,
      target: TARGET,
      outcome: OK,
    });
    expect(observed).toEqual([call]);
  });

  test('what is not known stays unknown, not zero', () => {
    write([{}]);
    const [call] = read();
    expect(call).toMatchObject({
      startedAtMs: null,
      latencyMs: null,
      userId: null,
      sessionKey: null,
      maxTokens: null,
      temperatureMilli: null,
      promptHash: null,
      systemHash: null,
      answerHash: null,
    });
    expect(call).not.toHaveProperty('billedPico');
    expect(observed).toEqual([call]);
  });

  test('rare counters, and billed amounts beyond 2^53', () => {
    const beyond = 2n ** 53n + 1n;
    write([{ billed_pico: Number(beyond) }, { billed_pico: 7 }, {}], {
      extras: [
        { row: 2, usage: { ...emptyUsage(), inputAudio: 5, outputImage: 6, webSearches: 7 } },
      ],
      largeBilled: [{ row: 0, pico: beyond }],
    });
    const calls = read();
    expect(calls.map((call) => call.billedPico)).toEqual([beyond, 7n, undefined]);
    expect(calls[2]?.usage).toEqual({
      ...emptyUsage(),
      inputAudio: 5,
      outputImage: 6,
      webSearches: 7,
    });
    expect(observed).toEqual(calls);
    const stored = db
      .prepare('SELECT billed_pico FROM call WHERE id = 1')
      .pluck()
      .safeIntegers()
      .get();
    expect(stored).toBe(beyond);
  });

  test.each([1, 9, 10, 11, 4_095, 4_096, 4_097])('%i rows: each once', (count) => {
    write(Array.from({ length: count }, (_, i) => ({ input_tokens: i, started_at_ms: NOON + i })));
    expect(inputs(read())).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test('costs in the ledger are those that reading gives', () => {
    // gpt-4o in 2026: $2.50 and $10 per million tokens; 1,000 × 2.5e-6 + 100 × 1e-5 = $0.0035.
    write([{ input_tokens: 1000, output_tokens: 100, started_at_ms: NOON }]);
    expect(read()[0]?.costPico).toBe(3_500_000_000);
    expect(db.prepare('SELECT cost_pico FROM call').pluck().get()).toBe(3_500_000_000);
  });
});

describe('time order', () => {
  test('calls without a time come first, equal times in the order of the log', () => {
    write([
      { input_tokens: 1, started_at_ms: NOON },
      { input_tokens: 2 },
      { input_tokens: 3, started_at_ms: NOON - 1 },
      { input_tokens: 4, started_at_ms: NOON },
      { input_tokens: 5 },
    ]);
    expect(inputs(read())).toEqual([2, 5, 3, 1, 4]);
  });

  test('over sources that overlap, and over those that follow each other', () => {
    const first = write([
      { input_tokens: 1, started_at_ms: NOON },
      { input_tokens: 2, started_at_ms: NOON + 10 },
    ]);
    const second = write([{ input_tokens: 3, started_at_ms: NOON + 5 }]);
    write([{ input_tokens: 4, started_at_ms: NOON + 20 }]);
    expect(inputs(read())).toEqual([1, 3, 2, 4]);
    expect(inputs(read({ ...ALL, sourceIds: [first] }))).toEqual([1, 2]);
    expect(inputs(read({ ...ALL, sourceIds: [second] }))).toEqual([3]);
    expect(inputs(read({ ...ALL, sourceIds: [] }))).toEqual([]);
  });

  test('more than a page of equal times', () => {
    write(
      Array.from({ length: 9_000 }, (_, i) => ({ input_tokens: i, started_at_ms: NOON - (i % 2) })),
    );
    const calls = read();
    expect(new Set(inputs(calls)).size).toBe(9_000);
    expect(
      calls.every((call, i) => i === 0 || call.startedAtMs! >= calls[i - 1]!.startedAtMs!),
    ).toBe(true);
  });

  test('since is inclusive, until exclusive, and a call without a time is in neither', () => {
    write([0, 1, 2].map((i) => ({ input_tokens: i, started_at_ms: NOON + i })));
    write([{ input_tokens: 9 }]);
    expect(inputs(read({ ...ALL, sinceMs: NOON + 1 }))).toEqual([1, 2]);
    expect(inputs(read({ ...ALL, untilMs: NOON + 1 }))).toEqual([0]);
    expect(inputs(read({ ...ALL, sinceMs: NOON + 1, untilMs: NOON + 2 }))).toEqual([1]);
    expect(inputs(read({ ...ALL, sinceMs: NOON + 2, untilMs: NOON + 2 }))).toEqual([]);
  });
});

describe('duplicates', () => {
  const row = (values: RowValues): RowValues => ({
    call_key: 77,
    started_at_ms: NOON,
    input_tokens: 10,
    output_tokens: 5,
    ...values,
  });

  test('the same call in two logs is one, and belongs to both', () => {
    const first = write([row({})]);
    const second = write([row({})]);
    expect(settleDuplicates(db)).toEqual({ known: 1, replaced: 0 });
    expect(read()).toHaveLength(1);
    expect(read({ ...ALL, sourceIds: [first] })).toHaveLength(1);
    expect(read({ ...ALL, sourceIds: [second] })).toHaveLength(1);
  });

  test('the fuller row replaces the other, whichever came first', () => {
    write([row({ output_tokens: 0 })]);
    write([row({ output_tokens: 5 })]);
    expect(settleDuplicates(db)).toEqual({ known: 0, replaced: 1 });
    expect(read().map((call) => call.usage.output)).toEqual([5]);
    write([row({ output_tokens: 1 })]);
    expect(settleDuplicates(db)).toEqual({ known: 1, replaced: 0 });
    expect(read().map((call) => call.usage.output)).toEqual([5]);
  });

  test('usage beats none, success beats failure, a prompt beats none', () => {
    const missing = { ...TARGET, usageBasis: 'missing' as const };
    write([row({ input_tokens: 0, output_tokens: 0 })], { targets: [missing] });
    write([row({ prompt_hash: 5 })]);
    write([row({})], { outcomes: [{ ...OK, status: 'error' }] });
    expect(settleDuplicates(db)).toEqual({ known: 1, replaced: 1 });
    expect(read()).toMatchObject([
      { promptHash: 5, outcome: { status: 'ok' }, target: { usageBasis: 'measured' } },
    ]);
  });

  test('counts of the provider beat those of texts, though they differ', () => {
    const counted = { ...TARGET, usageBasis: 'tokenised' as const };
    write([row({ input_tokens: 900, output_tokens: 900 })], { targets: [counted] });
    write([row({ input_tokens: 10, output_tokens: 5 })]);
    expect(settleDuplicates(db)).toEqual({ known: 0, replaced: 1 });
    expect(read()).toMatchObject([{ usage: { input: 10 }, target: { usageBasis: 'measured' } }]);
  });

  test('two calls that only share an id stay apart', () => {
    write([
      row({}),
      row({ input_tokens: 11 }),
      row({ started_at_ms: NOON + DAY_MS + 1 }),
      row({ started_at_ms: NOON + DAY_MS }),
    ]);
    // The last is a day after the first and one millisecond before the third: a twin of the first it meets.
    expect(settleDuplicates(db)).toEqual({ known: 1, replaced: 0 });
    expect(read()).toHaveLength(3);
  });

  test('three in one log, and again: settled once', () => {
    write([row({}), row({}), row({})]);
    expect(settleDuplicates(db)).toEqual({ known: 2, replaced: 0 });
    expect(settleDuplicates(db)).toEqual({ known: 0, replaced: 0 });
    expect(read()).toHaveLength(1);
  });

  test('calls without an id are never twins', () => {
    write([{ input_tokens: 1 }, { input_tokens: 1 }]);
    expect(settleDuplicates(db)).toEqual({ known: 0, replaced: 0 });
    expect(read()).toHaveLength(2);
  });

  test('what a dropped row carried goes with it', () => {
    const text = { bytes: new TextEncoder().encode('{"a":1}'), ends: [7] };
    const extras = [{ row: 0, usage: { ...emptyUsage(), webSearches: 1 } }];
    write([row({ output_tokens: 0 })], { text, extras });
    write([row({})]);
    settleDuplicates(db);
    for (const table of ['call_text', 'call_extra'])
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
  });

  test('25,000 pairs', () => {
    const rows = Array.from({ length: 25_000 }, (_, i) =>
      row({ call_key: i + 1, input_tokens: i + 1 }),
    );
    write(rows);
    write(rows);
    expect(settleDuplicates(db)).toEqual({ known: 25_000, replaced: 0 });
    expect(db.prepare('SELECT count(*) FROM call').pluck().get()).toBe(25_000);
  });
});

test('rejects keep their place and reason; places name file and line', () => {
  const id = write([{}], {
    rejects: [
      { line: 1, byteOffset: 10, byteLength: 7, reason: 'no_model', detail: 'no model is named' },
      { line: 4, byteOffset: 100, byteLength: 7, reason: 'invalid_json', detail: 'not valid JSON' },
    ],
  });
  expect([...rejectPages(db, '')].flat()).toEqual([
    { path: `/logs/${id}.jsonl`, line: 2, reason: 'no_model', detail: 'no model is named' },
    { path: `/logs/${id}.jsonl`, line: 5, reason: 'invalid_json', detail: 'not valid JSON' },
  ]);
  expect([...rejectPages(db, 'elsewhere')]).toEqual([]);
  expect(countRejects(db, [id])).toHaveLength(2);
  expect(placesOf(db, [1, 99])).toEqual(new Map([[1, `/logs/${id}.jsonl:1`]]));
});
