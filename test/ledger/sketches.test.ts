/** Sketches and places of prompts, by page and by selection. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { taskCode } from '../../src/domain/task.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { sketchPages, textPlaces, unsurePages } from '../../src/ledger/sketches.ts';
import { addSource } from '../../src/ledger/sources.ts';
import { CallWriter } from '../../src/ledger/write.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { batchOf, type RowValues, TARGET } from './batches.ts';

const book = await loadPriceBook('catalogue');
let folder: string;
let db: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-sketches-'));
  db = openLedger(join(folder, 'a.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

type Operation = typeof TARGET.operation;

function write(path: string, rows: readonly RowValues[], operation: Operation = 'chat'): number {
  const { id } = addSource(db, { path, headBytes: 4, headHash: 9, atMs: 0 });
  const batch = batchOf(rows, { targets: [{ ...TARGET, operation }] });
  new CallWriter(db, book, null).write(batch, { sourceId: id, linesBefore: 0, sender: 0 });
  return id;
}

const UNSURE = { task: taskCode('qa'), task_confidence: 60, prompt_sketch: 5 };

test('the sketches of all calls with a prompt', () => {
  const a = write('/a', [
    { prompt_hash: 1, prompt_sketch: 5, system_sketch: 6, system_hash: 7 },
    { prompt_hash: 2, system_hash: 7 },
    { prompt_hash: 3 },
    {},
  ]);
  write('/b', [{ prompt_hash: 4, prompt_sketch: 9 }]);
  const of = (ids: number[] | null) => [...sketchPages(db, ids)].flat();
  expect(of(null)).toEqual([
    { system: 6, message: 5, promptHash: 1 },
    { system: 0, message: 0, promptHash: 2 },
    { system: 0, message: 0, promptHash: 3 },
    { system: 0, message: 9, promptHash: 4 },
  ]);
  expect(of([a]).map(({ promptHash }) => promptHash)).toEqual([1, 2, 3]);
  expect(of([])).toEqual([]);
});

test('calls a person may label: chats with a prompt that neither a tag nor a rule labelled', () => {
  const a = write('/a', [
    { ...UNSURE, prompt_hash: 1 },
    { ...UNSURE, prompt_hash: 2, task_confidence: 100 },
    { ...UNSURE },
  ]);
  write('/b', [{ ...UNSURE, prompt_hash: 3 }], 'embeddings');
  expect([...unsurePages(db, null)].flat()).toEqual([
    { id: 1, sourceId: a, confidence: 60, promptHash: 1, system: 0, message: 5, isKept: 0 },
  ]);
});

test('more calls than a page', () => {
  const count = 10_001;
  write(
    '/a',
    Array.from({ length: count }, (_, at) => ({ ...UNSURE, prompt_hash: at + 1 })),
  );
  const pages = [...unsurePages(db, null)];
  expect(pages.length).toBeGreaterThan(1);
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(count);
});

test('where texts lie, in the order asked for; ids that are none are left out', () => {
  write('/a', [
    { ...UNSURE, prompt_hash: 1, line: 0, byte_offset: 0, byte_length: 40 },
    { ...UNSURE, line: 1, byte_offset: 41, byte_length: 50 },
  ]);
  expect(textPlaces(db, [2, 99, 1])).toEqual([
    {
      ...{
        id: 2,
        sourceId: 1,
        path: '/a',
        line: 2,
        byteOffset: 41,
        byteLength: 50,
        promptHash: null,
      },
      ...{ task: 'qa', confidence: 60, format: TARGET.format, record: null },
    },
    {
      ...{ id: 1, sourceId: 1, path: '/a', line: 1, byteOffset: 0, byteLength: 40, promptHash: 1 },
      ...{ task: 'qa', confidence: 60, format: TARGET.format, record: null },
    },
  ]);
});
