/** The labels of a batch's rows are those that the same requests have in a log. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as batch from '../../src/commands/batch.ts';
import * as classify from '../../src/commands/classify.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

const PROMPTS = [
  'Translate this sentence into German: the train is late.',
  'Where does the parcel of order 17 go?',
  'Hello, how are you?',
];
const RULES = `- prompt_contains: parcel
  task: extraction
- tag: small-talk
  task: creative
`;
const POLICY = `name: mine
routing:
  rules:
    - { if: { task: [extraction] }, use: [gpt-4o-mini] }
    - { if: { max_complexity: 0 }, use: [gpt-4.1-nano] }
  otherwise: keep
`;

async function planned(...args: string[]): Promise<{ task: string; reason: string }[]> {
  const { stdout } = await world.run(batch, [
    ...['run', 'in.jsonl', '--model', 'auto', '--auto-base', 'gpt-4o', '--policy', './p.yaml'],
    ...['--base-url', 'http://127.0.0.1:9/v1', '--dry-run', '--format', 'ndjson', ...args],
  ]);
  return stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as { task: string; reason: string });
}

describe('rows', () => {
  beforeEach(() => {
    world.file('rules.yaml', RULES);
    world.file('p.yaml', POLICY);
    const rows = PROMPTS.map((prompt, at) => ({ prompt, ...(at === 2 && { tag: 'small-talk' }) }));
    world.file('in.jsonl', `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  });

  test('are labelled and routed by the same rules and classifier as a log', async () => {
    const calls = PROMPTS.map((content, n) =>
      line(n, {
        messages: [{ role: 'user', content }],
        ...(n === 2 && { metadata: { task: 'small-talk' } }),
      }),
    );
    world.file('a.jsonl', calls.join(''));
    const logged = async (...args: string[]) =>
      ((await world.json(classify, [...args, '--calls'])) as { task: string }[]).map(
        ({ task }) => task,
      );
    for (const flags of [[], ['--rules', 'rules.yaml']]) {
      const rows = await planned(...flags);
      const expected = await logged('a.jsonl', ...flags);
      // A log's tag `small-talk` is a label's other name; a row names its label in `task`.
      const compared = flags.length === 0 ? 2 : 3;
      expect(rows.map(({ task }) => task).slice(0, compared)).toEqual(expected.slice(0, compared));
    }
    const ruled = await planned('--rules', 'rules.yaml');
    expect(ruled.map(({ task }) => task).slice(1)).toEqual(['extraction', 'creative']);
    expect(ruled[1]?.reason).toBe('routed: mine, task extraction (100)');
  });

  test('are labelled by classify --prompts as by a batch, whatever their shape', async () => {
    const asked = [{ role: 'user', content: PROMPTS[0] }];
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
    const rows = [
      { prompt: PROMPTS[0] },
      { prompt: PROMPTS[0], model: 'gpt-4o-mini' },
      { prompt: PROMPTS[0], tag: 'night' },
      { prompt: PROMPTS[1], instructions: 'Write code', system: 'Be kind' },
      { prompt: 'Is it good?', max_tokens: 4 },
      { prompt: PROMPTS[2], task: 'Coding' },
      { prompt: asked },
      { messages: [...asked, ...asked, ...asked, ...asked] },
      { custom_id: 'a', url: '/v1/embeddings', body: { model: 'e', input: PROMPTS[0] } },
      { custom_id: 'b', url: '/v1/chat/completions', body: { model: 'm', messages: asked, tools } },
      { custom_id: 'c', body: { model: 'gpt-4o-mini', messages: asked } },
      { custom_id: 'd', body: { messages: asked, response_format: { type: 'json_object' } } },
    ];
    world.file('in.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    world.file(
      'more.yaml',
      `- model: gpt-4o-mini\n  task: analysis\n- tag: night\n  task: qa\n${RULES}`,
    );
    const tasks = async (...flags: string[]) => {
      const { stdout } = await world.run(batch, [
        ...['run', 'in.jsonl', '--model', 'm', '--base-url', 'http://127.0.0.1:9/v1'],
        ...['--dry-run', '--format', 'ndjson', ...flags],
      ]);
      const plan = stdout.trim().split('\n');
      const ours = await world.json(classify, ['--prompts', 'in.jsonl', ...flags]);
      return [
        plan.map((row) => (JSON.parse(row) as { task: string }).task),
        (ours as { task: string }[]).map(({ task }) => task),
      ];
    };
    for (const flags of [[], ['--rules', 'more.yaml']]) {
      const [planned, ours] = await tasks(...flags);
      expect(planned).toHaveLength(rows.length);
      expect(ours).toEqual(planned);
    }
    const [, ruled] = await tasks('--rules', 'more.yaml');
    // By their model and tag, by themselves, by their URL.
    expect([1, 2, 3, 5, 8, 10].map((at) => ruled?.[at])).toEqual([
      ...['analysis', 'qa', 'extraction', 'code', 'embedding', 'analysis'],
    ]);
  });

  test('that name their task have the last word, in the file or by --task', async () => {
    world.file('in.jsonl', `${JSON.stringify({ prompt: PROMPTS[1], task: 'qa' })}\n`);
    expect((await planned('--rules', 'rules.yaml'))[0]).toMatchObject({ task: 'qa' });
    world.file('in.jsonl', `${JSON.stringify({ prompt: PROMPTS[1] })}\n`);
    const flagged = await planned('--rules', 'rules.yaml', '--task', 'code');
    expect(flagged[0]).toMatchObject({ task: 'code' });
  });

  test('a mistake in the rules stops before anything is planned', async () => {
    world.file('rules.yaml', '- tag: x\n  task: nonsense\n');
    await expect(planned('--rules', 'rules.yaml')).rejects.toThrow('rules.yaml:2');
    await expect(planned('--classifier', 'none.bin')).rejects.toThrow('there is no classifier');
  });
});
