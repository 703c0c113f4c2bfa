/** Texts read again where their logs lie: in every framing, once for all places, never another's. */
import { renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isThere, keptCall, textsAgain } from '../../src/ingest/texts-again.ts';
import { type TextPlace, textPlaces } from '../../src/ledger/sketches.ts';
import { flatLine, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const SIGNAL = new AbortController().signal;

function record(n: number): string {
  const messages = [
    { role: 'system', content: `You are clerk ${n}.` },
    { role: 'user', content: `Wo bleibt „${n}“? ${'x'.repeat(n % 50)}` },
  ];
  return flatLine(n, { messages });
}

function records(count: number): string[] {
  return Array.from({ length: count }, (_, at) => record(at + 1));
}

async function placesOf(name: string, content: string | Buffer): Promise<TextPlace[]> {
  await world.ingest([world.file(name, content)]);
  const ids = world.db.prepare('SELECT id FROM call ORDER BY id').pluck().all() as number[];
  return textPlaces(world.db, ids);
}

const textOf = (n: number) => ({
  system: `You are clerk ${n}.`,
  user: `Wo bleibt „${n}“? ${'x'.repeat(n % 50)}`,
});

const lines = records(400).join('\n');
const pretty = `[\n${records(400)
  .map((line) => JSON.stringify(JSON.parse(line), null, 2))
  .join(',\n')}\n]`;

describe('texts of calls', () => {
  test.each([
    ['lines', `${lines}\n`],
    ['lines without a last break', lines],
    ['lines, gzip', gzipSync(`${lines}\n`)],
    ['an array', pretty],
    ['an array, gzip', gzipSync(pretty)],
  ])('%s: those asked for, in whichever order', async (_, content) => {
    const places = await placesOf('a.log', content);
    expect(places).toHaveLength(400);
    // Line 400 first; two near each other; the first and the last.
    const asked = [400, 7, 8, 1, 250].map((n) => places[n - 1]!);
    const texts = await textsAgain(asked, SIGNAL);
    expect([...texts.keys()].sort()).toEqual(asked.map(({ id }) => id).sort());
    expect(asked.map(({ id }) => texts.get(id))).toEqual([400, 7, 8, 1, 250].map(textOf));
    const all = await textsAgain(places, SIGNAL);
    expect(places.map(({ id }) => all.get(id))).toEqual(
      records(400).map((_, at) => textOf(at + 1)),
    );
  });

  test('rows of a table', async () => {
    const places = await placesOf(
      'a.csv',
      'model,prompt,prompt_tokens,completion_tokens\nm,"one, two",9,1\nm,three,9,1\n',
    );
    const texts = await textsAgain(places, SIGNAL);
    expect(places.map(({ id }) => texts.get(id)?.user)).toEqual(['one, two', 'three']);
    const last = await textsAgain(places.slice(1), SIGNAL);
    expect([...last.values()]).toEqual([{ system: '', user: 'three' }]);
  });

  test('two calls of one record are told apart by their prompts', async () => {
    const places = await placesOf('a.jsonl', `{"data":[${record(1)},${record(2)}]}\n`);
    expect(new Set(places.map(({ byteOffset }) => byteOffset)).size).toBe(1);
    const texts = await textsAgain(places, SIGNAL);
    expect(places.map(({ id }) => texts.get(id))).toEqual([textOf(1), textOf(2)]);
  });

  test('a record longer than what is read at a time, and its neighbours', async () => {
    const long = flatLine(2, { messages: [{ role: 'user', content: 'y'.repeat(200_000) }] });
    const places = await placesOf('a.jsonl', [record(1), long, record(3)].join('\n'));
    const texts = await textsAgain(places, SIGNAL);
    expect(places.map(({ id }) => texts.get(id)?.user.length)).toEqual([
      ...[textOf(1).user.length, 200_000, textOf(3).user.length],
    ]);
  });

  test('the ledger keeps need no log', async () => {
    const path = world.file('a.jsonl', lines);
    await world.ingest([path], { storeText: true });
    renameSync(path, `${path}.gone`);
    const [place] = textPlaces(world.db, [5]);
    expect((await textsAgain([place!], SIGNAL)).get(5)).toEqual(textOf(5));
    expect(keptCall(place!)?.call.promptHash).toBe(place?.promptHash);
    expect(keptCall({ record: place?.record ?? null, promptHash: 1 })).toBeNull();
    expect(keptCall({ record: 'no json', promptHash: 1 })).toBeNull();
    expect(keptCall({ record: null, promptHash: 1 })).toBeNull();
  });
});

describe('nothing', () => {
  test.each([
    ['gone', null],
    ['of other calls', records(400).reverse().join('\n')],
    ['cut short', record(1)],
    ['overwritten with junk', '\u0000'.repeat(90_000)],
    ['now a table', 'model,prompt_tokens\nm,1\n'],
    ['damaged gzip', gzipSync(lines).subarray(0, 40)],
  ])('of a log that is %s', async (_, content) => {
    const places = await placesOf('a.jsonl', lines);
    const path = places[0]!.path;
    if (content === null) renameSync(path, `${path}.gone`);
    else writeFileSync(path, content);
    const texts = await textsAgain(places.slice(100), SIGNAL);
    expect(texts.size).toBe(0);
  });

  test('behind the damage of a gzip; before it, all', async () => {
    const packed = gzipSync(lines, { level: 0 });
    const places = await placesOf('a.jsonl.gz', packed);
    writeFileSync(places[0]!.path, packed.subarray(0, packed.length / 2));
    const texts = await textsAgain(places, SIGNAL);
    expect(texts.size).toBeGreaterThan(0);
    expect(texts.size).toBeLessThan(400);
    for (const [id, text] of texts) expect(text).toEqual(textOf(id));
  });

  test('of standard input, or once it is aborted', async () => {
    const places = await placesOf('a.jsonl', lines);
    const onInput = places.map((place) => ({ ...place, path: '-' }));
    expect((await textsAgain(onInput, SIGNAL)).size).toBe(0);
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(textsAgain(places, stopped)).rejects.toThrow('stopped');
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('stopped later')));
    await expect(textsAgain(places, controller.signal)).rejects.toThrow('stopped later');
  });
});

test('whether a log is there', async () => {
  const path = world.file('a.jsonl', lines);
  expect(await isThere(path)).toBe(true);
  expect(await isThere(`${path}.gone`)).toBe(false);
  expect(await isThere(world.folder)).toBe(false);
  expect(await isThere('-')).toBe(false);
});
