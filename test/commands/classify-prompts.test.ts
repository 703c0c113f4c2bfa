/** `classify --prompts`: prompts of CSV and JSONL, and what is refused. */
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
    expect(Object.keys(fromCsv[0] ?? {})).toEqual(['row', 'task', 'confidence', 'complexity']);
    const fromLines = (await world.json(classify, ['--prompts', 'a.jsonl'])) as { row: number }[];
    expect(fromLines.map(({ row }) => row)).toEqual([1, 3]);
  });

  test('says what the keywords of the articles would, if asked', async () => {
    world.file('c.csv', 'prompt\n"Compare and explain both"\n');
    const rows = await world.json(classify, ['--prompts', 'c.csv', '--keywords']);
    // compare .25 + explain .15
    expect(rows).toMatchObject([{ keyword_task: 'analysis', keyword_complexity: 0.4 }]);
  });

  test('reads standard input', async () => {
    const { stdout } = await world.run(classify, ['--prompts', '-'], `{"prompt":"${PROMPT}"}`);
    expect(stdout.split('\n')[1]).toMatch(/^1,translation,\d+,0\.\d+/);
  });

  test('says where the prompt is missing, and takes no logs besides', async () => {
    world.file('b.csv', 'text\nhello\n');
    world.file('b.jsonl', '{"prompt":"a"}\n{"prompt":\n');
    const run = (...args: string[]) => world.run(classify, ['--prompts', ...args]);
    await expect(run('b.csv')).rejects.toThrow('row 1 has no text named prompt');
    await expect(run('b.jsonl')).rejects.toThrow('b.jsonl:2 is no JSON object');
    await expect(run('b.csv', 'log.jsonl')).rejects.toThrow('no logs');
  });
});
