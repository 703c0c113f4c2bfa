/** `classify --explain` of lines that changed and of rules; templates told by their messages. */
import { renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as audit from '../../src/commands/audit.ts';
import * as classify from '../../src/commands/classify.ts';
import * as report from '../../src/commands/report.ts';
import { templateNumber } from '../../src/commands/template-names.ts';
import { CommandWorld } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => {
  world.close();
});

/** A call in the form of a proxy's log. */
function call(n: number, user: string, system?: string): string {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: user },
  ];
  const usage = { prompt_tokens: 100, completion_tokens: 10 };
  return `${JSON.stringify({
    id: `call-${n}`,
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    request: { model: 'gpt-4o', messages },
    response: { id: `r-${n}`, model: 'gpt-4o', choices: [], usage },
  })}\n`;
}

const TRANSLATE = 'Translate this sentence into German: the train is late.';

describe('explain', () => {
  const explained = async (...args: string[]) =>
    (await world.json(classify, ['--explain', ...args])) as Record<string, unknown>;

  test('a line that changed is not taken for the call the ledger has read', async () => {
    world.file('a.jsonl', call(1, TRANSLATE) + call(2, 'Hello, how are you?'));
    await world.run(classify, ['a.jsonl']);
    expect(await explained('a.jsonl:1')).toMatchObject({ ledger_task: 'translation', notes: [{}] });
    world.file('a.jsonl', call(2, 'Hello, how are you?') + call(1, TRANSLATE));
    const changed = await explained('a.jsonl:1');
    expect(changed).toMatchObject({ task: 'chat', ledger_task: null });
    expect(JSON.stringify(changed.notes)).toContain('another one than the ledger has read');
  });

  test('a rule that decided is shown with what it asks for', async () => {
    world.file('a.jsonl', call(1, TRANSLATE));
    world.file('r.yaml', '- model: o3\n  task: code\n- model: [gpt-4o, o1]\n  task: extraction\n');
    expect(await explained('a.jsonl:1', '--rules', 'r.yaml')).toMatchObject({
      ...{ task: 'extraction', by: 'rule', rule_line: 3 },
      rule: [{ key: 'model', one_of: 'gpt-4o, o1' }],
    });
  });
});

describe('templates', () => {
  const words = (n: number) =>
    ['river', 'market', 'engine', 'window'].map((w) => w + String.fromCharCode(97 + n)).join(' ');
  const rows = async () =>
    (
      (await world.json(report, ['--by', 'template'])) as {
        spend: { by_template: { template: string | null; calls: number }[] };
      }
    ).spend.by_template;

  test('of prompts with a blank system prompt are told by their messages', async () => {
    const asked = Array.from({ length: 8 }, (_, n) => [
      call(3 * n, `Summarize the following report for the board:\n\n${words(n)}`, ' \n'),
      call(3 * n + 1, `Classify the ticket below as bug or wish:\n\n${words(n + 9)}`, ''),
      call(3 * n + 2, `${words(n + 18)}`, '   '),
    ]).flat();
    world.file('a.jsonl', asked.join(''));
    await world.run(audit, ['a.jsonl']);
    const found = await rows();
    expect(found.map(({ calls }) => calls)).toEqual([8, 8, 8]);
    const names = found.map(({ template }) => (template ?? 'none').slice(0, 9)).sort();
    expect(names).toEqual(['Classify ', 'Summarize', 'none']);
  });

  test('whose texts are gone are rows of their own, by number', async () => {
    const asked = Array.from({ length: 8 }, (_, n) => [
      call(2 * n, `Summarize the following report for the board:\n\n${words(n)}`),
      call(2 * n + 1, `Classify the ticket below as bug or wish:\n\n${words(n + 9)}`),
    ]).flat();
    const path = world.file('a.jsonl', asked.join(''));
    await world.run(audit, ['a.jsonl']);
    renameSync(path, `${path}.gone`);
    expect((await rows()).map(({ template, calls }) => [template?.[0], calls])).toEqual([
      ['#', 8],
      ['#', 8],
    ]);
  });

  test('have numbers that differ wherever their sketches do', () => {
    // As floats 2^48 × 31 and one more are equal; and so are 31 and 0, and 0 and 961 × 31.
    const system = 2 ** 49;
    const numbers = [
      { system, part: 0, by: 'system' },
      { system, part: 1, by: 'beginning' },
      { system, part: 1, by: 'end' },
      { system: system + 1, part: 0, by: 'system' },
      { system: 1, part: 0, by: 'system' },
      { system: 0, part: 31, by: 'beginning' },
    ] as const;
    expect(new Set(numbers.map(templateNumber)).size).toBe(numbers.length);
  });
});
