import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fieldsOf, resultCells, resultHeader } from '../../src/batch/result-rows.ts';
import { checkResultFile, ResultWriter } from '../../src/batch/results.ts';
import { cellsOf, valuesOf } from '../../src/batch/row-fields.ts';
import type { RowWithResult } from '../../src/ledger/batch-rows.ts';

let folder: string;
let rows: RowWithResult[];

const row = (index: number, state: RowWithResult['state']): RowWithResult => ({
  ...{
    index,
    line: index + 2,
    input: `["${index}"]`,
    state,
    model: 'm',
    answer: `answer ${index}`,
  },
  ...{ inputTokens: 3, cachedTokens: 0, outputTokens: 2, costPico: 4_200_000, latencyMs: 7 },
  ...{ attempts: 1, cache: 'miss', error: '', reason: '' },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-results-'));
  rows = [0, 1, 2, 3].map((index) => row(index, null));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writer(path: string | null, written: string[] = []): ResultWriter {
  return new ResultWriter({
    id: 7,
    path,
    async write(text) {
      written.push(text);
    },
    // A page is two rows.
    read(from, to) {
      const page = rows.slice(from, from + 2);
      const gap = page.findIndex(({ state }) => state === null);
      return to === 'gap' && gap >= 0 ? page.slice(0, gap) : page;
    },
    head: 'head\n',
    render: (page) => page.map(({ index, state }) => `${index} ${state}\n`).join(''),
  });
}

test('a file that cannot be written is found out before anything is asked', async () => {
  await expect(checkResultFile(join(folder, 'none', 'x.csv'))).rejects.toMatchObject({
    ...{ code: 2, message: expect.stringContaining('(ENOENT)') },
    hint: expect.stringContaining(`make the folder ${join(folder, 'none')}`),
  });
  await expect(checkResultFile(folder)).rejects.toMatchObject({
    message: `cannot write ${folder} (EISDIR)`,
  });
  writeFileSync(join(folder, 'file'), '');
  await expect(checkResultFile(join(folder, 'file', 'x.csv'))).rejects.toMatchObject({
    message: expect.stringContaining('(ENOTDIR)'),
  });
  await checkResultFile(join(folder, 'new.csv'));
  await checkResultFile('/dev/null');
});

test('where the answers are is said with the number of the batch', async () => {
  await expect(writer(join(folder, 'none', 'x.csv')).start()).rejects.toMatchObject({
    hint: 'the answers are in the ledger: aicost batch export 7 --out FILE',
  });
});

test("a field of the schema that objects have anyway is the answer's own", () => {
  const shape = { columns: ['n'], fields: ['__proto__', 'toString', 'a'], hasReason: false };
  const spread = (answer: string) => resultCells({ ...row(0, 'done'), answer }, shape).slice(-3);
  expect(spread('{"a": 1}')).toEqual(['', '', 1]);
  expect(spread('{"__proto__": "x", "toString": "y"}')).toEqual(['x', 'y', '']);
});

describe('a file', () => {
  test('grows in the order of the input, and holds all rows at the end', async () => {
    const path = join(folder, 'out.csv');
    writeFileSync(path, 'old');
    rows[1] = row(1, 'done');
    const results = writer(path);
    await results.start();
    expect(readFileSync(path, 'utf8')).toBe('head\n');
    rows[0] = row(0, 'done');
    rows[2] = row(2, 'failed');
    await results.advance();
    expect(readFileSync(path, 'utf8')).toBe('head\n0 done\n1 done\n2 failed\n');
    await results.complete();
    expect(readFileSync(path, 'utf8')).toBe('head\n0 done\n1 done\n2 failed\n3 null\n');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('takes finished rows as they come, in any order, and reads none of them again', async () => {
    const path = join(folder, 'out.csv');
    const results = writer(path);
    await results.start();
    // What would be read says otherwise: it is not looked at.
    rows = rows.map(({ index }) => row(index, null));
    results.offer(row(1, 'failed'));
    await results.advance();
    expect(readFileSync(path, 'utf8')).toBe('head\n');
    results.offer(row(0, 'done'));
    await results.advance();
    expect(readFileSync(path, 'utf8')).toBe('head\n0 done\n1 failed\n');
    results.offer(row(1, 'done'));
    await results.advance();
    expect(readFileSync(path, 'utf8')).toBe('head\n0 done\n1 failed\n');
    await results.abandon();
  });

  test('what is too much to hold behind a slow row is read when its turn comes', async () => {
    const path = join(folder, 'out.csv');
    rows = Array.from({ length: 5_000 }, (_, index) => row(index, index === 0 ? null : 'done'));
    const results = writer(path);
    await results.start();
    for (const finished of rows.slice(1)) results.offer(finished);
    await results.advance();
    expect(readFileSync(path, 'utf8')).toBe('head\n');
    rows[0] = row(0, 'done');
    results.offer(rows[0]);
    await results.advance();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.slice(1, -1)).toEqual(rows.map(({ index }) => `${index} done`));
    await results.abandon();
  });

  test('begins with what is finished already', async () => {
    const path = join(folder, 'out.csv');
    rows = rows.map(({ index }) => row(index, 'done'));
    const results = writer(path);
    await results.start();
    expect(readFileSync(path, 'utf8')).toBe('head\n0 done\n1 done\n2 done\n3 done\n');
    await results.abandon();
  });

  test('that cannot be written says where the answers are', async () => {
    await expect(writer(join(folder, 'gone', 'out.csv')).start()).rejects.toMatchObject({
      message: expect.stringContaining('(ENOENT)'),
      hint: expect.stringContaining('in the ledger'),
    });
  });
});

test('a stream gets each row once, in the order of the input', async () => {
  const written: string[] = [];
  const results = writer(null, written);
  await results.start();
  rows[0] = row(0, 'done');
  await Promise.all([results.advance(), results.advance()]);
  await results.complete();
  expect(written.join('')).toBe('head\n0 done\n1 null\n2 null\n3 null\n');
});

describe('cells', () => {
  test('the columns of the input come first; a name is never there twice', () => {
    expect(resultHeader({ columns: ['id', 'model'], fields: ['label'], hasReason: true })).toEqual([
      ...['id', 'model', 'status', 'result_model', 'answer', 'input_tokens', 'cached_tokens'],
      ...[
        'output_tokens',
        'cost_usd',
        'latency_ms',
        'attempts',
        'cache',
        'error',
        'reason',
        'answer.label',
      ],
    ]);
  });

  test('no two columns have one name, whatever the input calls its own', () => {
    const columns = ['status', 'result_status', 'answer.label', 'result_model'];
    const header = resultHeader({ columns, fields: ['label'], hasReason: false });
    expect(new Set(header).size).toBe(header.length);
    expect(header.slice(0, 6)).toEqual([...columns, 'result_result_status', 'model']);
    expect(header.at(-1)).toBe('result_answer.label');
    // As many as a row has cells.
    const cells = resultCells(row(0, 'done'), { columns, fields: ['label'], hasReason: false });
    expect(header).toHaveLength(cells.length);
  });

  test('a finished row, and one without a result', () => {
    const shape = { columns: ['id'], fields: [], hasReason: false };
    // 4,200,000 pico-USD = $0.0000042
    expect(resultCells(row(5, 'done'), shape)).toEqual([
      ...['5', 'done', 'm', 'answer 5', 3, 0, 2, '0.0000042', 7, 1, 'miss', ''],
    ]);
    const nothing = { ...row(5, null), model: null, answer: null, costPico: null, attempts: null };
    expect(resultCells(nothing, shape).slice(0, 4)).toEqual(['5', 'pending', '', '']);
  });

  test('fields of a JSON answer get columns of their own', () => {
    const schema = { type: 'object', properties: { label: {}, score: {}, more: {} } };
    const fields = fieldsOf(schema);
    const answer = '{"label":"good","score":0.5,"more":[1]}';
    expect(
      resultCells({ ...row(0, 'done'), answer }, { columns: [], fields, hasReason: false }).slice(
        -3,
      ),
    ).toEqual([...['good', 0.5, '[1]']]);
    expect(
      resultCells(row(0, 'done'), { columns: [], fields, hasReason: false }).slice(-3),
    ).toEqual(['', '', '']);
    expect(fieldsOf(null)).toEqual([]);
  });
});

describe('what is carried through', () => {
  const LINE =
    '{"id":12345678901234567890,"n":1,"s":"1234567890123456789","list":[1,"a"],"x":-0.5}';

  test('numbers of JSON lines keep all their digits, and texts theirs', () => {
    const columns = ['id', 'n', 's', 'list', 'x', 'none', 'toString'];
    expect(cellsOf(LINE, columns)).toEqual([
      ...['12345678901234567890', '1', '1234567890123456789', '[1,"a"]', '-0.5', '', ''],
    ]);
    expect(valuesOf(LINE, columns)).toEqual([
      ...['12345678901234567890', 1, '1234567890123456789', [1, 'a'], -0.5, undefined, undefined],
    ]);
  });

  test('a text that looks like JSON with a long number stays as it is', () => {
    const text = 'say \\"id\\": 12345678901234567890, \\\\';
    expect(cellsOf(JSON.stringify({ t: text }), ['t'])).toEqual([text]);
    expect(cellsOf(JSON.stringify([text, '']), ['a', 'b'])).toEqual([text, '']);
  });
});
