/** Labels replaced in the ledger, and what gave them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { taskCode } from '../../src/domain/task.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import {
  knownRows,
  labelledSources,
  labelRows,
  labelWriter,
  noteLabelling,
  sourcesLabelledOtherwise,
  UNSETTLED,
} from '../../src/ledger/relabel.ts';
import { addSource } from '../../src/ledger/sources.ts';
import { CallWriter } from '../../src/ledger/write.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { batchOf, type RowValues } from './batches.ts';

const book = await loadPriceBook('catalogue');
let folder: string;
let db: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-relabel-'));
  db = openLedger(join(folder, 'a.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes rows as a source of their own; gives its id. */
function write(path: string, rows: readonly RowValues[], headHash = 9): number {
  const { id } = addSource(db, { path, headBytes: 4, headHash, atMs: 0 });
  new CallWriter(db, book, null).write(batchOf(rows), {
    ...{ sourceId: id, linesBefore: 0, sender: 0 },
  });
  db.prepare('UPDATE source SET calls = ? WHERE id = ?').run(rows.length, id);
  return id;
}

function rows(count: number): RowValues[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ byte_offset: at * 100, prompt_hash: at + 1, task: taskCode('qa'), task_confidence: 60 },
    ...{ prompt_sketch: 5, system_sketch: 6, complexity_percent: 40 },
  }));
}

test('sources with calls, the span of their ids and what they are known by', () => {
  const a = write('/a', rows(2));
  const b = write('/b', rows(1));
  addSource(db, { path: '/empty', headBytes: 1, headHash: 3, atMs: 0 });
  expect(labelledSources(db, null)).toEqual([
    {
      ...{ id: a, path: '/a', headBytes: 4, headHash: 9, labelling: 0 },
      ...{ calls: 2, firstId: 1, lastId: 2 },
    },
    {
      ...{ id: b, path: '/b', headBytes: 4, headHash: 9, labelling: 0 },
      ...{ calls: 1, firstId: 3, lastId: 3 },
    },
  ]);
  expect(labelledSources(db, [b]).map(({ path }) => path)).toEqual(['/b']);
  expect(labelledSources(db, [])).toEqual([]);
});

test('sources whose labels are of something else: unsettled ones whatever is asked, batches never', () => {
  const a = write('/a', rows(2));
  const b = write('/b', rows(1));
  const batch = write('batch 1: in.csv', rows(1), -1);
  noteLabelling(db, a, 77);
  noteLabelling(db, b, UNSETTLED);
  noteLabelling(db, batch, 5);
  expect(sourcesLabelledOtherwise(db, 77, null)).toEqual([{ id: b, path: '/b', calls: 1 }]);
  expect(sourcesLabelledOtherwise(db, 78, null).map(({ id }) => id)).toEqual([a, b]);
  expect(sourcesLabelledOtherwise(db, 78, [a]).map(({ id }) => id)).toEqual([a]);
  expect(labelledSources(db, null).map(({ id }) => id)).toEqual([a, b]);
});

test('rows of a source in pages, also while they are written', () => {
  // Two pages and a row, with another source before and behind.
  write('/before', rows(1));
  const id = write('/a', rows(4_097));
  write('/behind', rows(1));
  const [, source] = labelledSources(db, null);
  const label = labelWriter(db);
  let seen = 0;
  for (const row of labelRows(db, source!)) {
    expect(row).toMatchObject({ byteOffset: seen * 100, promptHash: seen + 1, task: 'qa' });
    seen++;
    label({
      ...{ id: row.id, task: 'code', confidence: 100 },
      ...{ promptSketch: null, systemSketch: null, complexityPercent: null },
    });
  }
  expect(seen).toBe(4_097);
  const all = db.prepare('SELECT source_id, task, count(*) AS n FROM call GROUP BY 1, 2').all();
  expect(all).toMatchObject([
    { task: taskCode('qa'), n: 1 },
    { source_id: id, task: taskCode('code'), n: 4_097 },
    { task: taskCode('qa'), n: 1 },
  ]);
});

test('a new label leaves sketches and complexity that it does not know as they are', () => {
  write('/a', rows(2));
  const label = labelWriter(db);
  const unknown = { promptSketch: null, systemSketch: null, complexityPercent: null };
  label({ id: 1, task: 'chat', confidence: 100, ...unknown });
  label({
    ...{ id: 2, task: 'chat', confidence: 70 },
    ...{ promptSketch: 0, systemSketch: 8, complexityPercent: 0 },
  });
  const columns = 'task_confidence AS c, prompt_sketch AS p, system_sketch AS s';
  expect(db.prepare(`SELECT ${columns}, complexity_percent AS x FROM call`).all()).toEqual([
    { c: 100, p: 5, s: 6, x: 40 },
    { c: 70, p: 0, s: 8, x: 0 },
  ]);
});

test('what rules can be asked without a log', () => {
  write('/a', rows(1));
  const [source] = labelledSources(db, null);
  const [row] = [...knownRows(db, source!)];
  expect(row).toMatchObject({
    ...{ id: 1, task: 'qa', confidence: 60, provider: 'openai', operation: 'chat' },
    record: null,
  });
  expect(row?.model).toBe(row?.modelRequested);
});
