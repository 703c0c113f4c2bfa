/** Labels given anew: from the log, from kept records, from rules alone; what keeps an old one. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rule } from '../../src/classify/rules.ts';
import { type Task, taskOfCode } from '../../src/domain/task.ts';
import { type Labelling, labellingKey, PLAIN } from '../../src/ingest/labelling.ts';
import { type Relabelled, relabel } from '../../src/ingest/relabel.ts';
import { labelledSources, sourcesLabelledOtherwise } from '../../src/ledger/relabel.ts';
import { flatLine, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

/** Calls with a prompt each; every other one of another model. */
function log(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const n = from + i;
    const messages = [{ role: 'user', content: `Translate sentence ${n} into German.` }];
    return `${flatLine(n, { messages, model: n % 2 === 0 ? 'gpt-4o-mini' : 'gpt-4o' })}\n`;
  }).join('');
}

function rules(...given: [Rule['conditions'][number]['key'], string, Task][]): Labelling {
  const list = given.map(([key, text, task], at) => {
    return { line: at + 1, task, conditions: [{ key, oneOf: [text] }] };
  });
  return { rules: list, own: null };
}

const BY_TEXT = rules(['prompt_contains', 'sentence', 'creative']);
const BY_MODEL = rules(['model', 'gpt-4o-mini', 'code']);

interface Over {
  readonly signal?: AbortSignal;
  readonly onProgress?: (calls: number) => void;
}

function relabelled(labelling: Labelling, over: Over = {}): Promise<Relabelled> {
  const { db } = world;
  return relabel({
    ...{ db, sources: labelledSources(db, null), labelling, threads: 0 },
    ...{ signal: new AbortController().signal, onProgress: () => {}, ...over },
  });
}

function tasks(): Task[] {
  const codes = world.db.prepare('SELECT task FROM call ORDER BY id').pluck().all() as number[];
  return codes.map(taskOfCode);
}

/** Paths whose labels are not those of a labelling. */
function stale(labelling: Labelling): string[] {
  return sourcesLabelledOtherwise(world.db, labellingKey(labelling), null).map(({ path }) => path);
}

describe('a log that is there', () => {
  test.each([
    ['plain', (text: string) => text],
    ['gzip', gzipSync],
  ])('%s: every label is given anew, and it is noted by what', async (_, pack) => {
    await world.ingest(world.file('a.log', pack(log(1, 5))));
    expect(stale(PLAIN)).toEqual([]);
    expect(stale(BY_TEXT)).toHaveLength(1);
    const result = await relabelled(BY_TEXT);
    expect(result).toMatchObject({ calls: 5, changed: 5, kept: 0, lost: [] });
    expect(new Set(tasks())).toEqual(new Set(['creative']));
    expect([stale(BY_TEXT).length, stale(PLAIN).length]).toEqual([0, 1]);
    expect(await relabelled(PLAIN)).toMatchObject({ changed: 5 });
    expect(new Set(tasks())).toEqual(new Set(['translation']));
  });
});

describe('a log that is away', () => {
  test('its calls keep their labels, it stays pending, and is done when it is back', async () => {
    const path = world.file('a.jsonl', log(1, 4));
    await world.ingest([path]);
    renameSync(path, `${path}.away`);
    expect(await relabelled(BY_TEXT)).toMatchObject({
      ...{ calls: 4, changed: 0, kept: 4, lost: [path] },
      undecided: new Map([[1, 4]]),
    });
    // All labels are those of before, and so is the note of what gave them.
    expect([stale(BY_TEXT), stale(PLAIN)]).toEqual([[path], []]);
    renameSync(`${path}.away`, path);
    expect(await relabelled(BY_TEXT)).toMatchObject({ changed: 4, kept: 0 });
    expect(stale(BY_TEXT)).toEqual([]);
  });

  test('where rules without a text fit some calls, its labels are of neither', async () => {
    const path = world.file('a.jsonl', log(1, 4));
    await world.ingest([path]);
    renameSync(path, `${path}.away`);
    expect(await relabelled(BY_MODEL)).toMatchObject({ changed: 2, kept: 2, lost: [path] });
    expect(tasks()).toEqual(['translation', 'code', 'translation', 'code']);
    // Neither going on with the rules nor going back takes the source for done.
    expect([stale(BY_MODEL), stale(PLAIN)]).toEqual([[path], [path]]);
    renameSync(`${path}.away`, path);
    await relabelled(PLAIN);
    expect(tasks()).toEqual(Array.from({ length: 4 }, () => 'translation'));
    expect(stale(PLAIN)).toEqual([]);
  });

  test('where a rule without a text fits every call, nothing is left to do', async () => {
    const path = world.file('a.jsonl', log(1, 2));
    await world.ingest([path]);
    renameSync(path, `${path}.away`);
    const all = rules(['model', '*', 'chat']);
    expect(await relabelled(all)).toMatchObject({ changed: 2, kept: 0, lost: [] });
    expect(stale(all)).toEqual([]);
  });

  test('kept records are as good as the log', async () => {
    const path = world.file('a.jsonl', log(1, 3));
    await world.ingest([path], { storeText: true });
    renameSync(path, `${path}.away`);
    expect(await relabelled(BY_TEXT)).toMatchObject({ changed: 3, kept: 0, lost: [] });
    expect(stale(BY_TEXT)).toEqual([]);
  });

  test('standard input cannot be read again', async () => {
    const stdin = (async function* () {
      yield Buffer.from(log(1, 2));
    })();
    await world.ingest(['-'], { stdin });
    expect(await relabelled(BY_TEXT)).toMatchObject({ kept: 2, lost: ['-'] });
    expect(stale(BY_TEXT)).toEqual(['-']);
  });
});

describe('a log that has changed', () => {
  test('of one with other calls behind the same beginning, those that are there are labelled', async () => {
    const path = world.file('a.jsonl', log(1, 600));
    await world.ingest([path]);
    const text = readFileSync(path, 'utf8');
    // The same head of 65,536 bytes, and no word of the last calls.
    expect(text.length).toBeGreaterThan(70_000);
    writeFileSync(path, text.slice(0, 70_000).replace(/[^\n]*$/, ''));
    const result = await relabelled(BY_TEXT);
    expect(result.changed + result.kept).toBe(600);
    expect(result.changed).toBeGreaterThan(100);
    expect(result.kept).toBeGreaterThan(0);
    expect(stale(BY_TEXT)).toEqual([path]);
    writeFileSync(path, text);
    expect(await relabelled(BY_TEXT)).toMatchObject({ kept: 0 });
    expect(stale(BY_TEXT)).toEqual([]);
  });

  test('another log of the same name is not read', async () => {
    const path = world.file('a.jsonl', log(1, 3));
    await world.ingest([path]);
    world.file('a.jsonl', log(4, 6));
    expect(await relabelled(BY_TEXT)).toMatchObject({ changed: 0, kept: 3, lost: [path] });
  });
});

describe('Ctrl-C and progress', () => {
  test('have their turn while the ledger alone is asked', async () => {
    const path = world.file('a.jsonl', log(1, 1_000));
    await world.ingest([path]);
    renameSync(path, `${path}.away`);
    const seen: number[] = [];
    await relabelled(BY_MODEL, { onProgress: (calls) => seen.push(calls) });
    // A turn after each 256 calls.
    expect(seen).toEqual([256, 512, 768]);
    const controller = new AbortController();
    const stopped = relabelled(PLAIN, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
    // What was not committed is not there, nor a note that it was.
    expect(world.db.inTransaction).toBe(false);
    expect(stale(BY_MODEL)).toEqual([path]);
  });

  test('a Ctrl-C that comes as an event is noticed', async () => {
    const path = world.file('a.jsonl', log(1, 1_000));
    await world.ingest([path], { storeText: true });
    renameSync(path, `${path}.away`);
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('stopped')));
    await expect(relabelled(BY_TEXT, { signal: controller.signal })).rejects.toThrow('stopped');
    expect(stale(PLAIN)).toEqual([]);
  });
});
