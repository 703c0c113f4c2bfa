/** A user's rules: what they refuse, with the line, and which rule decides. */
import { describe, expect, test, vi } from 'vitest';
import { RuleBook, type RuleFacts } from '../../src/classify/rules.ts';
import { parseRules } from '../../src/classify/rules-file.ts';

describe('a rules file', () => {
  const refused = (text: string) => {
    try {
      parseRules(text, 'r.yaml');
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };

  test('is read with its lines, aliases of labels and lists of texts', () => {
    const text = `# mine
- model: [gpt-4o*, o3]
  task: Simple QA
rules_are_lists: no
`;
    expect(refused(text)).toMatch(/^r\.yaml:4: is no YAML/);
    const rules = parseRules(
      '\ufeffrules:\n  - tag: invoice\n    prompt_matches: "^\\\\d"\n    task: extraction\n  - task: other\n',
      'r.yaml',
    );
    expect(rules).toEqual([
      {
        line: 2,
        task: 'extraction',
        conditions: [
          { key: 'tag', oneOf: ['invoice'] },
          { key: 'prompt_matches', oneOf: ['^\\d'] },
        ],
      },
      { line: 5, task: 'other', conditions: [] },
    ]);
  });

  test.each([
    ['- modell: x\n  task: qa', /^r\.yaml:1: 'modell' is not known/],
    ['- model: x\n\n  task: nothing', /^r\.yaml:3: task 'nothing' is not known/],
    ['- model: x', /^r\.yaml:1: names no task/],
    ['- model: x\n  task: qa\n- system_matches: "(a+)+$"\n  task: qa', /^r\.yaml:3: .*for ever/],
    [
      '- prompt_matches:\n    - fine\n    - "(a"\n  task: qa',
      /^r\.yaml:3: .*no regular expression/,
    ],
    ['- operation: chatt\n  task: qa', /^r\.yaml:1: operation 'chatt'/],
    ['- task: qa\n- model: x\n  task: qa', /^r\.yaml:2: never decides/],
    ['- model: a\n  model: b\n  task: qa', /^r\.yaml:2: is no YAML/],
    ['- model: []\n  task: qa', /^r\.yaml:1: model is an empty list/],
    ['- model: ""\n  task: qa', /^r\.yaml:1: model is no text/],
    ['- model: x\n  taks: qa', /^r\.yaml:2: 'taks' is not known$/],
    // What the parser says stands without its own place, which a colon with nothing followed.
    ['- tag: a: b\n  task: qa', /^r\.yaml:1: is no YAML: Nested mappings are not [a-z ]*$/],
    ['- tag: "a\n  task: qa\n', /^r\.yaml:3: is no YAML: Missing closing " quote$/],
    ['['.repeat(100_000), /^r\.yaml:1: is no YAML: lists within lists, too many of them$/],
    // As they are read where UTF-8 is expected: UTF-16 with its mark, without, Latin-1.
    ['\ufffd\ufffd-\0 \0t\0', /^r\.yaml is UTF-16, not UTF-8$/],
    ['-\0 \0t\0a\0', /^r\.yaml is UTF-16, not UTF-8$/],
    ['- tag: x\n  prompt_contains: stra\ufffde\n  task: qa', /^r\.yaml:2: not UTF-8/],
    ['- [', /^r\.yaml:1/],
    ['- foo', /^r\.yaml:1: is no rule/],
    ['other: 1', /^r\.yaml:1: 'other' is not known/],
    ['', /^r\.yaml:1: holds no rule/],
    ['- task: qa\n  prompt_matches: "\\bfoo"', /^r\.yaml:2: .*backspace: in double quotes/],
    ['- task: qa\n  prompt_matches: "\\x01"', /^r\.yaml:2: .*control character/],
    ["- task: qa\n  prompt_matches: '/foo/i'", /^r\.yaml:2: .*slashes and flags/],
    ["- task: qa\n  prompt_matches: '/foo/'", /^r\.yaml:2: .*with slashes$/],
    ["- task: qa\n  model: !!js/function 'x'", /^r\.yaml:2: the tag .*js\/function is not known/],
    ['- model: x\n  task: [qa, chat]', /^r\.yaml:2: task is a list/],
    ['- task: qa\n  model: *mini', /^r\.yaml:2: model begins with \*/],
    // Three loops share the same characters: the start, and two that nothing parts.
    ["- task: qa\n  prompt_matches: 'a*a*='", /^r\.yaml:2: .*for very long/],
  ])('%j is refused with its line', (text, message) => {
    expect(refused(text)).toMatch(message);
  });
});

describe('the first rule that fits decides', () => {
  const facts = (over: Partial<RuleFacts> = {}): RuleFacts => ({
    models: ['gpt-4o-2024-08-06', 'gpt-4o'],
    provider: 'openai',
    operation: 'chat',
    tags: ['billing'],
    endpoints: ['/v1/chat/completions'],
    system: () => 'You extract INVOICES.',
    prompt: () => 'Invoice 4711\nTotal: 3',
    ...over,
  });
  const lineOf = (rules: string, over: Partial<RuleFacts> = {}) => {
    const { rule, undecided } = new RuleBook(parseRules(rules, 'r')).decide(facts(over));
    const lines = undecided.map((one) => one.line).join(' ');
    return lines === '' ? (rule?.line ?? null) : `undecided ${lines}`;
  };

  test.each([
    ['model: GPT-4o', 1],
    ['model: gpt-4o*', 1],
    ['model: "*4o*08*"', 1],
    ['model: gpt-4', null],
    ['model: "gpt*4o*4o*x"', null],
    ['provider: OpenAI', 1],
    ['tag: Billing', 1],
    ['tag: [a, bill*]', 1],
    ['operation: embeddings', null],
    ['endpoint: chat/comp', 1],
    ['endpoint: /v1/embeddings', null],
    ['system_contains: extract invoices', 1],
    ['system_matches: "^you .*s\\\\.$"', 1],
    ['prompt_contains: total', 1],
    ['prompt_matches: "^total"', null],
    ['prompt_matches: "[0-9]{4}.total"', 1],
  ])('%s: %s', (condition, line) => {
    expect(lineOf(`- ${condition}\n  task: extraction`)).toBe(line);
  });

  test('all conditions of a rule must hold, and a later rule never wins', () => {
    expect(lineOf('- model: gpt-4o\n  tag: x\n  task: qa\n- tag: billing\n  task: code')).toBe(4);
    expect(lineOf('- task: qa')).toBe(1);
  });

  test('what is not known decides nothing, and no later rule', () => {
    const gone = { tags: undefined, endpoints: undefined, system: () => undefined };
    const rules =
      '- model: o3\n  system_contains: x\n  task: qa\n- system_contains: x\n  task: qa\n- task: code';
    expect(lineOf(rules, gone)).toBe('undecided 4');
    expect(lineOf('- tag: x\n  task: qa\n- task: code', gone)).toBe('undecided 1');
    // Each that might be the first to fit, but none behind one that surely would.
    const several = ['tag: x', 'model: o3', 'endpoint: /x', 'model: gpt-4o', 'tag: y'];
    const text = several.map((one) => `- ${one}\n  task: qa\n`).join('');
    expect(lineOf(text, gone)).toBe('undecided 1 5');
    expect(lineOf('- endpoint: chat\n  task: qa', gone)).toBe(1);
    // Without a system prompt there is nothing to find in it: that is known.
    expect(lineOf(rules, { system: () => null })).toBe(6);
  });

  test.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', 'aws'],
    ['vertex_ai/gemini-2.5-pro', 'google'],
    ['voyage-3', 'voyageai'],
  ])('the provider of %s is %s, where the log names nobody', (model, provider) => {
    const of = { provider: '', models: [model] };
    expect(lineOf(`- provider: ${provider}\n  task: qa`, of)).toBe(1);
    expect(lineOf('- provider: anthropic\n  task: qa', of)).toBeNull();
  });

  test("control characters are told by their letter: '\\cJ' is a line feed", () => {
    expect(lineOf(String.raw`- prompt_matches: '4711\cJTotal'${'\n'}  task: qa`)).toBe(1);
    expect(lineOf(String.raw`- prompt_matches: '(\cA|4)7'${'\n'}  task: qa`)).toBe(1);
  });

  test('who sells the model is meant where the log names nobody', () => {
    const nobody = { provider: '' };
    expect(lineOf('- provider: openai\n  task: qa', nobody)).toBe(1);
    expect(lineOf('- provider: anthropic\n  task: qa', nobody)).toBeNull();
    expect(
      lineOf('- provider: aws\n  task: qa', { ...nobody, models: ['us.amazon.nova-pro-v1:0'] }),
    ).toBe(1);
    // What the log names is what counts.
    expect(lineOf('- provider: openai\n  task: qa', { provider: 'azure' })).toBeNull();
    // A bare prompt has neither.
    for (const key of ['provider', 'model', 'tag']) {
      const bare = { ...nobody, models: [], tags: [] };
      expect(lineOf(`- ${key}: "*"\n  task: qa`, bare)).toBeNull();
    }
    expect(lineOf('- model: "*"\n  task: qa', { models: ['', ''] })).toBeNull();
  });

  test('a text is put to lower case and searched once, however many calls it comes with', () => {
    const text = 'You are an assistant';
    const book = new RuleBook(
      parseRules("- system_matches: '^You .*nobody'\n  task: qa\n- task: chat\n", 'r'),
    );
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    book.decide(facts({ system: () => text }));
    const first = exec.mock.calls.length;
    book.decide(facts({ system: () => text }));
    book.decide(facts({ system: () => text }));
    expect(first).toBeGreaterThan(0);
    expect(exec.mock.calls.length).toBe(first);
    exec.mockRestore();
  });

  test('expressions read the beginning and the end of a long text', () => {
    const long = `${'x'.repeat(5_000_000)} the end`;
    expect(lineOf('- prompt_matches: "the end$"\n  task: qa', { prompt: () => long })).toBe(1);
    expect(lineOf('- prompt_matches: "^x+ t"\n  task: qa', { prompt: () => long })).toBeNull();
    expect(lineOf('- prompt_contains: "x the e"\n  task: qa', { prompt: () => long })).toBe(1);
  });
});
