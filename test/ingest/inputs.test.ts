/** What users name: files, folders, globs, and what cannot be read at all. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { counts, flatLine, flatLog, LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

async function failure(run: Promise<unknown>): Promise<UserError> {
  return run.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    },
  );
}

describe('inputs', () => {
  test('a folder, its folders, a glob; hidden files and other kinds are passed over', async () => {
    mkdirSync(join(world.folder, 'logs', 'deep'), { recursive: true });
    world.file('logs/a.jsonl', flatLog(1, 1));
    world.file('logs/deep/b.jsonl.gz', gzipSync(flatLog(2, 2)));
    world.file('logs/.hidden.jsonl', flatLog(3, 3));
    world.file('logs/image.png', 'x');
    await world.ingest('logs');
    expect(world.inputs()).toEqual([1, 2]);
    world.file('logs/c.jsonl', flatLog(4, 4));
    await world.ingest('logs/*.jsonl');
    expect(world.inputs()).toEqual([1, 2, 4]);
  });

  test.each([
    ['none.jsonl', 'there is no file none.jsonl'],
    ['none/*.jsonl', 'no file matches none/*.jsonl'],
  ])('%s', async (input, message) => {
    const error = await failure(world.ingest(input));
    expect([error.code, error.message]).toEqual([1, message]);
  });

  test('a folder without logs', async () => {
    mkdirSync(join(world.folder, 'empty'));
    expect((await failure(world.ingest('empty'))).message).toBe('the folder empty holds no logs');
  });

  test('an empty file alone fails; beside another it is a problem of its own', async () => {
    world.file('empty.jsonl', '');
    expect((await failure(world.ingest('empty.jsonl'))).message).toContain('empty.jsonl is empty');
    world.file('a.jsonl', flatLog(1, 1));
    const result = await world.ingest(['empty.jsonl', 'a.jsonl']);
    expect(result.newCalls).toBe(1);
    expect(result.problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining('empty.jsonl is empty'),
    ]);
  });

  test.each([
    ['lines', `${JSON.stringify({ zip: 1, town: 'x' })}\n`.repeat(3), '"zip", "town"'],
    ['an array', JSON.stringify([{ zip: 1, town: 'x' }]), '"zip", "town"'],
    ['an indented object', JSON.stringify({ zip: 1, town: 'x' }, null, 2), '"zip", "town"'],
    ['another table', 'name,age\nx,1\n', '"name", "age"'],
  ])('an unknown format, %s: what was looked for, and the first keys', async (_, text, keys) => {
    const error = await failure(world.ingest(world.file('a.json', text)));
    expect(error.code).toBe(1);
    expect(error.message).toContain(`its format is unknown; its first keys are ${keys}`);
    expect(error.hint).toMatch(/^looked for .*litellm.*pair.*flat.*; force one with --[\w-]+$/);
    expect(error.hint.length).toBeLessThan(160);
    expect(world.calls()).toEqual([]);
  });

  test.each(['utf16le', 'utf16be'])('%s: what it is, and how to convert it', async (name) => {
    const text = Buffer.from(`\uFEFF${flatLog(1, 2)}`, 'utf16le');
    const path = world.file('a.jsonl', name === 'utf16le' ? text : text.swap16());
    for (const inputFormat of [null, 'flat']) {
      const error = await failure(world.ingest(path, { inputFormat }));
      expect(error.message).toBe(`${path} is UTF-16 text; only UTF-8 is read`);
      expect(error.hint).toContain('iconv -f UTF-16 -t UTF-8');
    }
  });

  test('an input format that does not exist is wrong usage', async () => {
    const error = await failure(
      world.ingest(world.file('a.jsonl', flatLog(1, 1)), { inputFormat: 'xml' }),
    );
    expect([error.code, error.hint]).toEqual([2, expect.stringContaining('litellm')]);
  });

  test('a forced format rejects every other record', async () => {
    const path = world.file('a.jsonl', flatLog(1, 2));
    expect(counts(await world.ingest(path, { inputFormat: 'litellm' }))).toMatchObject({
      new: 0,
      rejected: 2,
    });
  });

  test('mixed shapes: each line by its own', async () => {
    const chat = {
      id: 'c',
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    };
    const path = world.file(
      'a.jsonl',
      `${flatLine(1)}\n${JSON.stringify(chat)}\noops\n${JSON.stringify({ request: {}, response: chat })}\n`,
    );
    expect(counts(await world.ingest(path))).toEqual({
      new: 2,
      known: 1,
      replaced: 0,
      rejected: 1,
    });
    expect(
      world
        .calls()
        .map((call) => call.target.format)
        .sort(),
    ).toEqual(['flat', 'openai_chat']);
  });
});

test('text is stored only when asked for, as it was', async () => {
  const text = flatLog(1, 2, { prompt: 'Grüße 🙂' });
  await world.ingest(world.file('a.jsonl', text));
  expect(world.db.prepare('SELECT count(*) FROM call_text').pluck().get()).toBe(0);
  const other = new LogWorld();
  await other.ingest(other.file('a.jsonl', text), { storeText: true });
  expect(other.db.prepare('SELECT record FROM call_text ORDER BY call_id').pluck().all()).toEqual(
    text.trim().split('\n'),
  );
  other.close();
});

test('no text of a prompt is anywhere in the ledger', async () => {
  const secret = 'correct horse battery staple';
  const body = {
    id: 'c',
    object: 'chat.completion',
    model: 'gpt-4o',
    choices: [{ message: { content: secret } }],
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  };
  const pair = JSON.stringify({
    request: { messages: [{ role: 'user', content: secret }] },
    response: body,
  });
  await world.ingest(
    world.file(
      'a.jsonl',
      `${flatLine(1, { prompt: secret, output: secret })}\n${pair}\n${pair.slice(0, 90)}\n{"prompt":"${secret}"}\n${pair.replace('gpt-4o', '')}\n`,
    ),
  );
  for (const table of world.db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all()) {
    expect(JSON.stringify(world.db.prepare(`SELECT * FROM ${String(table)}`).all())).not.toMatch(
      /horse|battery/,
    );
  }
  expect(world.rejects().length).toBeGreaterThan(1);
});
