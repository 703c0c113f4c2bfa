/** Measured output by task and model, and samples of prompts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { taskCode } from '../../src/domain/task.ts';
import { OutputShares } from '../../src/ledger/labels.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { sampledCalls } from '../../src/ledger/sample.ts';
import { addSource } from '../../src/ledger/sources.ts';
import { CallWriter } from '../../src/ledger/write.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { batchOf, type RowValues, TARGET } from './batches.ts';

let folder: string;
let db: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-labels-'));
  db = openLedger(join(folder, 'a.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function write(rows: readonly RowValues[], model = 'gpt-4o'): Promise<number> {
  const path = `/logs/${model}.jsonl`;
  const { id } = addSource(db, { path, headBytes: 0, headHash: rows.length, atMs: 0 });
  const batch = batchOf(rows, { targets: [{ ...TARGET, model, modelRequested: model }] });
  new CallWriter(db, await loadPriceBook('catalogue'), () => {}).write(batch, {
    ...{ sourceId: id, linesBefore: 0, sender: 0 },
  });
  return id;
}

function calls(count: number, values: RowValues): RowValues[] {
  return Array.from({ length: count }, () => values);
}

test('a share of output is measured from 20 calls on: of the task on the model', async () => {
  const task = taskCode('extraction');
  // 20 in 100: .2
  await write(calls(19, { task, input_tokens: 80, cache_read_tokens: 20, output_tokens: 20 }));
  expect(new OutputShares(db).of('extraction', 'gpt-4o')).toBeNull();
  // 50 in 100: .5
  await write(calls(20, { task, input_tokens: 100, output_tokens: 50 }), 'gpt-4.1');
  const shares = new OutputShares(db);
  expect(shares.of('extraction', 'gpt-4.1')).toBe(0.5);
  expect(shares.of('extraction', 'gpt-4o')).toBeNull();
  expect(shares.of('extraction', 'never-seen')).toBeNull();
  // One call more makes 20.
  await write([{ task, input_tokens: 100, output_tokens: 20 }]);
  expect(new OutputShares(db).of('extraction', 'gpt-4o')).toBe(0.2);
  expect(shares.of('qa', 'gpt-4.1')).toBeNull();
});

test('a sample has each prompt once, in the order of the hashes, of the sources asked for', async () => {
  const first = await write([{ prompt_hash: 7 }, { prompt_hash: 3 }, { prompt_hash: 7 }, {}]);
  await write([{ prompt_hash: 5 }], 'gpt-4.1');
  const hashes = (sources: number[] | null) =>
    [...sampledCalls(db, sources)].map(({ promptHash, line }) => [promptHash, line]);
  // Lines count from 1.
  expect(hashes(null)).toEqual([
    ...[
      [3, 2],
      [5, 1],
      [7, 1],
    ],
  ]);
  expect(hashes([first])).toEqual([
    ...[
      [3, 2],
      [7, 1],
    ],
  ]);
});
