/** `classify --prompts`: prompts of CSV and JSONL, and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as classify from '../../src/commands/classify.ts';
import { CommandWorld } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => {
  world.close();
});

describe('classify --prompts', () => {
  const PROMPT = 'Translate this sentence into German: the train is late.';

  test('gives each prompt of a CSV or JSONL file a label, a confidence and a complexity', async () => {
    world.file('a.csv', `prompt,id\n"${PROMPT}",1\n"Hello, how are you?",2\n`);
    world.file('a.jsonl', `{"user":"${PROMPT}"}\n\n{"system":"","prompt":"Hello, how are you?"}\n`);
    const fromCsv = (await world.json(classify, ['--prompts', 'a.csv'])) as { task: string }[];
    expect(fromCsv.map(({ task }) => task)).toEqual(['translation', 'chat']);
    expect(fromCsv[0]).toMatchObject({ line: 2, id: '1', error: null });
    expect(Object.keys(fromCsv[0] ?? {})).toEqual([
      ...['line', 'id', 'task', 'confidence', 'complexity', 'error'],
    ]);
    const fromLines = (await world.json(classify, ['--prompts', 'a.jsonl'])) as { line: number }[];
    expect(fromLines.map(({ line }) => line)).toEqual([1, 3]);
  });

  test('says what the keywords of the articles would, if asked', async () => {
    world.file('c.csv', 'prompt\n"Compare and explain both"\n');
    const rows = await world.json(classify, ['--prompts', 'c.csv', '--keywords']);
    // compare .25 + explain .15
    expect(rows).toMatchObject([{ keyword_task: 'analysis', keyword_complexity: 0.4 }]);
  });

  test('reads standard input', async () => {
    const { stdout } = await world.run(classify, ['--prompts', '-'], `{"prompt":"${PROMPT}"}`);
    expect(stdout.split('\r\n')[1]).toMatch(/^1,,translation,\d+,0\.\d+,$/);
  });

  test('a row that cannot be read keeps its place, is counted, and ends with 3', async () => {
    world.file('b.jsonl', `{"id":7,"prompt":"${PROMPT}"}\n{"prompt":\n{"prompt":"Hello you"}\n`);
    const { code, stdout, notes } = await world.run(classify, [
      '--prompts',
      'b.jsonl',
      '--keywords',
    ]);
    expect(stdout.split('\r\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^1,7,translation,\d+,[\d.]+,translation,[\d.]+,$/),
      '2,,,,,,,not JSON',
      expect.stringMatching(/^3,,chat,/),
    ]);
    expect(code).toBe(3);
    expect(notes).toEqual(['1 row of 3 could not be read: no label | the column error says why']);
  });

  test('every format takes pages as they come', async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => `${n},Hello number ${n}`);
    world.file('many.csv', `id,prompt\n${rows.join('\n')}\n`);
    const csv = await world.run(classify, ['--prompts', 'many.csv', '--csv']);
    expect(csv.stdout.trimEnd().split('\n').at(-1)).toMatch(/^1201,1199,/);
    // A heading and three pages of 500 rows at most.
    expect(world.pieces.length).toBeGreaterThan(3);
    const json = (await world.json(classify, ['--prompts', 'many.csv'])) as unknown[];
    expect(json).toHaveLength(1_200);
    const lines = await world.run(classify, ['--prompts', 'many.csv', '--format', 'ndjson']);
    expect(lines.stdout.trimEnd().split('\n')).toHaveLength(1_200);
    const table = await world.run(classify, ['--prompts', 'many.csv', '--format', 'table']);
    expect(table.stdout).toContain('1,000 more rows');
  });

  test('a column of another name is named, by its name or its number', async () => {
    world.file('c.csv', `a,b\n1,"${PROMPT}"\n`);
    const run = (...args: string[]) => world.run(classify, ['--prompts', 'c.csv', ...args]);
    await expect(run()).rejects.toMatchObject({
      message: 'c.csv has no column that is clearly a prompt',
      hint: 'name it with --prompt-column; its columns: a, b',
    });
    expect((await run('--prompt-column', 'b')).stdout).toMatch(/\n2,,translation,/);
    expect((await run('--prompt-column', '2')).stdout).toMatch(/\n2,,translation,/);
  });

  test('says what is missing, takes no logs besides, and never writes over its file', async () => {
    world.file('b.csv', 'text\nhello\n');
    world.file('empty.csv', 'text\n');
    world.file('kept.csv', 'kept');
    const run = (...args: string[]) => world.run(classify, ['--prompts', ...args]);
    await expect(run('missing.csv')).rejects.toThrow(
      /^--prompts: cannot read .*missing\.csv \(ENOENT/,
    );
    await expect(run('empty.csv', '--out', 'kept.csv')).rejects.toThrow('empty.csv has no rows');
    await expect(run('missing.csv', '--out', 'kept.csv')).rejects.toThrow('cannot read');
    expect(readFileSync(join(world.folder, 'kept.csv'), 'utf8')).toBe('kept');
    await expect(run('b.csv', 'log.jsonl')).rejects.toThrow('no logs');
    await expect(run('b.csv', '--out', 'b.csv')).rejects.toThrow('--out would overwrite');
    await expect(run('b.csv', '--label-with', 'm', '--out', './b.csv')).rejects.toThrow(
      '--out would overwrite',
    );
    await expect(run('b.csv', '--label-with', 'm', 'log.jsonl')).rejects.toThrow('no logs');
  });
});

describe('flags that would do nothing', () => {
  test.each([
    [['--prompts', 'p.csv', '--calls'], '--calls does nothing with --prompts'],
    [['--prompts', 'p.csv', '--seed', '2'], '--seed does nothing with --prompts'],
    [['--prompts', 'p.csv', '--store-text'], '--store-text does nothing with --prompts'],
    [['--prompts', 'p.csv', '--input-format', 'x'], '--input-format does nothing with --prompts'],
    [['--prompts', 'p.csv', '--budget', '1'], '--budget does nothing with --prompts'],
    [['--prompts', 'p.csv', '--no-cache'], '--no-cache does nothing with --prompts'],
    [['--keywords'], '--keywords does nothing where calls are listed'],
    [['--prompt-column', 'a'], '--prompt-column does nothing where calls are listed'],
    [['--seed', '2'], '--seed does nothing where calls are listed'],
    [['--yes'], '--yes does nothing where calls are listed'],
    [['--label-with', 'm', '--keywords'], '--keywords does nothing with --label-with'],
    [['--label-with', 'm', '--seed', '2'], '--seed does nothing with --label-with'],
    [['--label-with', 'm', '--prompt-column', 'a'], '--prompt-column does nothing'],
    [['--learn', 'l.csv', '--rules', 'r.yaml'], '--rules does nothing with --learn'],
    [['--explain', 'a:1', '--calls'], '--calls does nothing with --explain'],
    [['--sample', '5', '--calls'], '--calls does nothing with --sample'],
    [['--sample', '5', '--learn', 'l.csv'], '--sample and --learn do different things'],
  ])('%j', async (args, message) => {
    await expect(world.run(classify, args)).rejects.toThrow(message);
  });
});
