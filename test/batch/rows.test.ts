import { describe, expect, test } from 'vitest';
import { RowFault } from '../../src/batch/row-fields.ts';
import { checkColumns, type PlannedRow, RowBuilder } from '../../src/batch/rows.ts';
import { type BatchSettings, hashSettings } from '../../src/batch/settings.ts';

const SETTINGS: BatchSettings = {
  ...{ format: 'auto', promptColumn: null, template: null, system: null, model: 'm' },
  ...{ operation: 'chat', maxTokens: null, temperatureMilli: null, task: null, schema: null },
  ...{ fallback: [], cascade: [], checks: [] },
};

function build(
  columns: string[],
  input: unknown,
  over: Partial<BatchSettings> = {},
  runKey = 'run',
) {
  const builder = new RowBuilder({
    columns,
    settings: { ...SETTINGS, ...over },
    runKey,
    cachedUpToMilli: 0,
    readTask: () => ({
      ...{ task: 'qa', confidence: 60, complexity: null, sketch: 1, systemSketch: 2 },
    }),
    measuredShareOf: () => null,
    route: null,
    readImage: (path) =>
      path === 'gone.png'
        ? new RowFault('image: gone')
        : { mediaType: 'image/png', base64: 'eA==' },
  });
  return builder.build({
    ...{ index: 4, line: 6, input: JSON.stringify(input), attemptsBefore: 0, costBeforePico: 0 },
  });
}

function row(
  columns: string[],
  input: unknown,
  over: Partial<BatchSettings> = {},
  runKey?: string,
): PlannedRow {
  const built = build(columns, input, over, runKey);
  if (built instanceof RowFault) throw new Error(built.message);
  return built;
}

test('a prompt may be a list of messages', () => {
  const messages = [
    { role: 'system', content: 'Be kind' },
    { role: 'user', content: 'Hi' },
  ];
  expect(row(['id', 'prompt'], { id: 1, prompt: messages }).prompt.messages).toEqual(messages);
  // Any other list is a text.
  expect(row(['prompt'], { prompt: ['a'] }).prompt.messages[0]?.content).toBe('["a"]');
});

describe('a template', () => {
  const template = '{{a}} and {{b}}';
  const message = (input: unknown) => {
    const built = build(['a', 'b', 'image', 'messages'], input, { template });
    return built instanceof RowFault ? built.message : built.prompt.messages[0]?.content;
  };

  test('is filled where one of its fields holds something, or an image does', () => {
    expect(message({ a: 'x', b: '' })).toBe('x and ');
    expect(message(['', 'y'])).toBe(' and y');
    expect(message({ a: '', b: '', image: 'p.png' })).toBe(' and ');
  });

  test('is not where all are empty, one is absent, or the row has messages', () => {
    expect(message({ a: ' ', b: '' })).toBe('a, b: empty');
    expect(message(['', ' '])).toBe('a, b: empty');
    expect(message({ a: 'x' })).toBe('b: the row has none, for --template');
    const messages = [{ role: 'user', content: 'hi' }];
    expect(message({ a: 'x', b: 'y', messages })).toContain('messages: --template is for rows');
    const body = { messages };
    expect(message({ custom_id: '1', a: 'x', b: 'y', body })).toContain('body: --template is');
  });
});

describe('a row of cells', () => {
  test('its columns say how it is asked', () => {
    const columns = [
      'id',
      'prompt',
      'model',
      'system',
      'max_tokens',
      'temperature',
      'task',
      'priority',
    ];
    const planned = row(columns, ['7', 'hi', 'big', 'be brief', '20', '0.7', 'summary', 'high']);
    expect(planned.prompt).toEqual({
      ...{
        operation: 'chat',
        model: 'big',
        system: 'be brief',
        images: [],
        schema: null,
        extra: {},
      },
      ...{ messages: [{ role: 'user', content: 'hi' }], maxTokens: 20, temperatureMilli: 700 },
    });
    expect(planned).toMatchObject({
      ...{ index: 4, line: 6, task: 'summarization', priority: 'high', outputTokens: 20 },
      ...{ idempotencyKey: 'run-4', cacheKey: null },
    });
  });

  test('what it does not say, the settings do', () => {
    const over = { system: 's', maxTokens: 9, temperatureMilli: 0 };
    const { prompt, task } = row(['prompt', 'system', 'model'], ['hi', '', ''], over);
    expect(prompt).toMatchObject({ model: 'm', system: 's', maxTokens: 9, temperatureMilli: 0 });
    expect(task).toBe('qa');
  });

  test('a template takes cells as they are, also those that look like slots', () => {
    const { prompt } = row(['a', 'b'], ['{{b}}', '$&'], { template: '{{ a }} and {{b}}' });
    expect(prompt.messages).toEqual([{ role: 'user', content: '{{b}} and $&' }]);
  });

  test('a name that means something to objects is that of a column', () => {
    const template = '{{__proto__}} {{constructor}}';
    const columns = ['__proto__', 'constructor'];
    const asked = (input: unknown) => row(columns, input, { template }).prompt.messages[0]?.content;
    expect(asked(['a', 'b'])).toBe('a b');
    expect(asked(JSON.parse('{"__proto__": "a", "constructor": "b"}'))).toBe('a b');
    // A line of JSON that has none of them.
    expect(build(columns, { other: 'x' }, { template })).toEqual(
      new RowFault('__proto__: the row has none, for --template'),
    );
  });

  test.each([
    [['prompt'], [''], 'prompt: empty'],
    [['prompt'], [' \n'], 'prompt: empty'],
    [['prompt', 'temperature'], ['x', 'hot'], "temperature: 'hot' is not a number from 0 to 2"],
    [['prompt', 'temperature'], ['x', '2.1'], "temperature: '2.1' is not a number from 0 to 2"],
    [['prompt', 'max_tokens'], ['x', '0'], "max_tokens: '0' is not a whole number above 0"],
    [['prompt', 'task'], ['x', 'nonsense'], "task: 'nonsense' is not a task"],
    [['prompt', 'priority'], ['x', '9'], "priority: '9' is not low, medium, high, critical"],
    [['prompt', 'image'], ['x', 'gone.png'], 'image: gone'],
  ])('%j %j: %s', (columns, cells, message) => {
    expect(build(columns, cells)).toEqual(new RowFault(message));
  });

  test('images by URL and by path', () => {
    const { prompt } = row(['prompt', 'image'], ['x', 'https://e.org/a.png b.png']);
    expect(prompt.images).toEqual([
      { url: 'https://e.org/a.png' },
      { mediaType: 'image/png', base64: 'eA==' },
    ]);
  });
});

describe('a line of an OpenAI Batch file', () => {
  test('its body is the request', () => {
    const body = {
      ...{ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], max_completion_tokens: 5 },
      ...{ temperature: 0, seed: 1, stream: true },
    };
    const line = { custom_id: '1', method: 'POST', url: '/v1/chat/completions', body };
    const { prompt, cacheKey } = row(['custom_id'], line);
    expect(prompt).toMatchObject({
      model: 'gpt-4o',
      maxTokens: 5,
      temperatureMilli: 0,
      system: null,
    });
    expect(prompt.messages).toEqual(body.messages);
    expect(prompt.extra).toEqual({ seed: 1 });
    expect(cacheKey).not.toBeNull();
  });

  test('embeddings are told by the URL', () => {
    const line = { custom_id: '1', url: '/v1/embeddings', body: { model: 'e', input: 'hi' } };
    expect(row(['custom_id'], line).prompt).toMatchObject({
      ...{ operation: 'embeddings', messages: [{ role: 'user', content: 'hi' }] },
    });
  });
});

describe('cache keys', () => {
  const key = (cells: unknown, over: Partial<BatchSettings> = {}, runKey = 'run-1') =>
    row(['prompt', 'model', 'max_tokens'], cells, { temperatureMilli: 0, ...over }, runKey)
      .cacheKey;

  test('equal requests have equal ones; the model is added later', () => {
    expect(key(['a', 'x', '5'])).toBe(key(['a', 'y', '5']));
  });

  test('everything else an answer depends on makes another one', () => {
    const keys = [
      key(['a', '', '5']),
      key(['b', '', '5']),
      key(['a', '', '6']),
      key(['a', '', '5'], { system: 's' }),
      key(['a', '', '5'], { schema: { type: 'object' } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("there is none above the temperature; without one it is the run's own", () => {
    expect(key(['a', '', '5'], { temperatureMilli: 1 })).toBeNull();
    const own = key(['a', 'x', '5'], { temperatureMilli: null });
    expect(own).toBe(key(['a', 'y', '5'], { temperatureMilli: null }));
    expect(own).not.toBe(key(['a', 'x', '5']));
    expect(own).not.toBe(key(['a', 'x', '5'], { temperatureMilli: null }, 'run-2'));
  });
});

describe('columns', () => {
  test.each([
    [['a', 'b'], {}, 'that is clearly a prompt'],
    [['a', 'b'], { promptColumn: 'c' }, "no column 'c'"],
    [['a'], { promptColumn: '2' }, "no column '2'"],
    [['a'], { template: '{{a}} {{b}}' }, "no column 'b' for --template"],
    [['prompt'], { model: null }, 'no model is named'],
  ])('%j %j: %s', (columns, over, message) => {
    expect(() => checkColumns(columns, { ...SETTINGS, ...over }, 'in')).toThrow(message);
  });

  test.each([
    [['anything'], {}],
    [['x', 'text'], {}],
    [['custom_id'], {}],
    [['custom_id'], { model: null }],
    [['prompt', 'model'], { model: null }],
    [['a', 'b'], { promptColumn: '2' }],
  ])('%j %j is told', (columns, over) => {
    expect(() => checkColumns(columns, { ...SETTINGS, ...over }, 'in')).not.toThrow();
  });
});

test('settings have one hash in whichever order they stand', () => {
  const turned = Object.fromEntries(Object.entries(SETTINGS).reverse()) as unknown as BatchSettings;
  expect(hashSettings(turned)).toBe(hashSettings(SETTINGS));
  expect(hashSettings({ ...SETTINGS, model: 'other' })).not.toBe(hashSettings(SETTINGS));
});
