/** `classify --explain` of lines that changed and of rules; templates told by their messages. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as audit from '../../src/commands/audit.ts';
import * as classify from '../../src/commands/classify.ts';
import * as report from '../../src/commands/report.ts';
import { templateNumber } from '../../src/commands/template-names.ts';
import { UserError } from '../../src/errors.ts';
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

describe('explain says what is wrong', () => {
  const failed = async (place: string, ...args: string[]) => {
    const error = await world.run(classify, ['--explain', place, ...args]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    const { code, message, hint } = error as UserError;
    return { code, message: message.replaceAll(world.folder, ''), hint };
  };

  test('a log that never was, or is no file', async () => {
    const hint = 'name a log file and a line of it, such as --explain logs/a.jsonl:17';
    expect(await failed('nope.jsonl:3')).toEqual({
      ...{ code: 1, message: 'there is no log at /nope.jsonl', hint },
    });
    mkdirSync(join(world.folder, 'logs'));
    expect(await failed('logs:1')).toEqual({
      ...{ code: 1, message: '/logs is not a regular file', hint },
    });
  });

  test('a log that the ledger knows and that is gone', async () => {
    const path = world.file('a.jsonl', call(1, TRANSLATE));
    await world.run(classify, ['a.jsonl']);
    renameSync(path, `${path}.gone`);
    const { message, hint } = await failed('a.jsonl:1');
    expect(message).toContain('not there any more');
    expect(hint).toContain('put the log back');
  });

  test('a ledger that cannot be read is left out, and that is said', async () => {
    world.file('a.jsonl', call(1, TRANSLATE));
    world.file('bad.db', 'no database at all'.repeat(100));
    const bad = await world.run(classify, ['--explain', 'a.jsonl:1', '--ledger', 'bad.db']);
    expect(bad.stdout).toContain('translation');
    expect(bad.notes.join(' ')).toContain('the ledger is left out:');
    const none = await world.run(classify, ['--explain', 'a.jsonl:1', '--ledger', 'none.db']);
    expect(none.notes).toEqual([]);
  });

  test('the answer never overwrites the log or the ledger', async () => {
    const log = call(1, TRANSLATE);
    const path = world.file('a.jsonl', log);
    await world.run(classify, ['a.jsonl', '--ledger', 'l.db']);
    for (const out of ['a.jsonl', 'l.db']) {
      expect((await failed('a.jsonl:1', '--ledger', 'l.db', '--out', out)).code).toBe(2);
    }
    expect(readFileSync(path, 'utf8')).toBe(log);
  });

  test('labelling anew by the same rules is what is advised', async () => {
    world.file('a.jsonl', call(1, TRANSLATE));
    world.file('r.yaml', '- model: gpt-4o\n  task: extraction\n');
    await world.run(classify, ['a.jsonl']);
    const explained = (await world.json(classify, [
      ...['--explain', 'a.jsonl:1', '--rules', 'r.yaml'],
    ])) as { notes: unknown };
    expect(JSON.stringify(explained.notes)).toContain('classify --relabel --rules r.yaml');
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
