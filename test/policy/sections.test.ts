/** The sections that a simulation reads, and the two tables of quality. */
import { describe, expect, it } from 'vitest';
import { LEVER_IDS } from '../../src/policy/levers.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { QualityTable } from '../../src/policy/quality.ts';
import { parseQualityCsv } from '../../src/policy/quality-csv.ts';

function policy(text: string) {
  return parsePolicyFile(text, 'p.yaml');
}

describe('the sections of a simulation', () => {
  it('are read with their units', () => {
    const read = policy(`
levers: [routing, exact_cache]
semantic_cache: { min_similarity: 0.95, max_false_hits: 0.01, ttl_hours: 1, scope: user }
prompt_cache: { arm: pessimistic, ttl: 1h, sessions: false }
compression: { model: gpt-4o-mini, to_share: 0.4, min_tokens: 50, min_calls: 3 }
batch_tier: { min_calls: 20, max_pause_seconds: 1.5, max_run_hours: 2 }
retries: { max_retries: 2, window_seconds: 60, first_pause_seconds: 0.5 }
gateway: [{ provider: openai, ratio: 0.9 }, { model: gpt-4o, ratio: 1.05 }]
trimming: { keep_turns: 4, min_input_tokens: 1000 }
cascade_split: { code: [0.7, 0.3], '*': [0.82, 0.13, 0.05] }
quality: { gpt-4o-mini: { qa: 84, '*': 80 } }
`);
    expect(read.levers).toEqual(['routing', 'exact_cache']);
    expect(read.semantic_cache).toMatchObject({
      ...{ minSimilarity: 0.95, maxFalseHits: 0.01, ttlMs: 3_600_000, scope: 'user' },
      ...{ capacity: null, maxTemperatureMilli: null, embed: null },
    });
    expect(read.prompt_cache).toEqual({ arm: 'pessimistic', markLife: '1h', sessions: false });
    expect(read.compression).toEqual({
      ...{ model: 'gpt-4o-mini', ratioPermille: 400, minSystemTokens: 50, minCalls: 3 },
    });
    expect(read.batch_tier).toEqual({ minCalls: 20, maxPauseMs: 1500, maxRunMs: 7_200_000 });
    expect(read.retries).toEqual({ maxRetries: 2, windowMs: 60_000, firstPauseMs: 500 });
    expect(policy('retries: { longer_timeout: false }').retries).toMatchObject({
      longerTimeout: false,
    });
    expect(read.gateway).toEqual([
      { provider: 'openai', model: null, ratio: '0.9' },
      { provider: null, model: 'gpt-4o', ratio: '1.05' },
    ]);
    expect(read.trimming).toEqual({ keptTurns: 4, minInputTokens: 1000 });
    expect(read.cascade_split?.byTask.get('code')).toEqual([0.7, 0.3]);
    expect(read.cascade_split?.others).toEqual([0.82, 0.13, 0.05]);
    expect(read.quality).toEqual([
      { model: 'gpt-4o-mini', task: 'qa', score: 84 },
      { model: 'gpt-4o-mini', task: '*', score: 80 },
    ]);
  });

  it('leave out what is not said', () => {
    const read = policy('name: x\nbatch_tier: { min_calls: 9 }\ngateway: { ratio: 0.015 }');
    expect(read.batch_tier).toEqual({ minCalls: 9, maxPauseMs: null, maxRunMs: null });
    expect(read.gateway).toEqual([{ provider: null, model: null, ratio: '0.015' }]);
    expect([read.levers, read.retries, read.quality]).toEqual([null, null, null]);
  });

  it('may all be missing: {} keeps everything', () => {
    expect(policy('{}')).toMatchObject({ name: 'p.yaml', routing: null, cache: null });
    expect(policy('levers: []').levers).toEqual([]);
  });

  it.each([
    ['levers: [caching]', /p\.yaml:1: levers.*'caching' is not known/],
    ['levers: [routing, routing]', /routing twice/],
    ['semantic_cache: { min_similarity: 1.2 }', /min_similarity: 1\.2 is not a number from 0 to 1/],
    ['name: x\nsemantic_cache: { max_false_hits: -1 }', /p\.yaml:2: .*-1/],
    ['prompt_cache: { ttl: 2h }', /'2h' is not known/],
    ['compression: { to_share: 40 }', /40 is not a number from 0 to 1/],
    ['cascade_split: { qa: [0.5, 0.4] }', /shares come to 0\.9/],
    ['cascade_split: { nonsense: [1] }', /is no task/],
    ['gateway: { provider: openai }', /no ratio/],
    ['gateway: { ratio: 0 }', /0 is not a number from/],
    ['trimming: { keep_turns: 0 }', /0 is not a whole number from 1/],
    ['quality: { gpt-4o: { qa: 101 } }', /101 is not a number from 0 to 100/],
    ['quality: { gpt-4o: { nonsense: 50 } }', /is no task/],
    ['batch_tier: { calls: 5 }', /no such key/],
  ])('%s is refused', (text, message) => expect(() => policy(text)).toThrow(message));

  it('name every lever once', () => {
    expect(new Set(LEVER_IDS).size).toBe(LEVER_IDS.length);
    expect(policy(`levers: [${LEVER_IDS.join(', ')}]`).levers).toEqual(LEVER_IDS);
  });
});

describe('the table of quality', () => {
  const table = new QualityTable();

  it('has the published scores', () => {
    // E2: FAQ 87/84, classification 92/91, summaries 78/75, code 85/62, reasoning 82/41.
    const pairs = (['qa', 'classification', 'summarization', 'code', 'reasoning'] as const).map(
      (task) => [table.of(task, 'deepseek-v4-flash'), table.of(task, 'Qwen/Qwen3-8B')],
    );
    expect(pairs.flat().map((quality) => quality?.score)).toEqual([
      ...[87, 84, 92, 91, 78, 75, 85, 62, 82, 41],
    ]);
    expect(pairs.flat().every((quality) => quality?.basis === 'published')).toBe(true);
    expect(table.loss('code', 'deepseek-v4-flash', 'Qwen3-8B')?.loss).toBeCloseTo(0.23, 12);
  });

  it.each([
    ['gpt-4o', 'gpt-4o-mini'],
    ['gpt-4.1-2025-04-14', 'gpt-4.1-nano'],
    ['claude-sonnet-4-5', 'claude-haiku-4-5'],
    ['anthropic.claude-3-opus-20240229-v1:0', 'claude-3-haiku-20240307'],
    ['gemini-2.5-pro', 'gemini-2.5-flash'],
    ['o1', 'o4-mini'],
    ['gpt-5', 'gpt-5-mini'],
  ])('takes %s for the larger and %s for the smaller', (large, small) => {
    expect(table.loss('qa', large, small)).toMatchObject({ basis: 'by_size' });
    expect(table.loss('qa', large, small)?.loss).toBeCloseTo(0.03, 12);
    expect(table.loss('qa', small, large)?.loss).toBeCloseTo(-0.03, 12);
  });

  it('does not know what nobody measured', () => {
    expect(table.loss('qa', 'gpt-4o', 'our-own-model')).toBe(null);
    expect(table.loss('creative', 'gpt-4o', 'gpt-4o-mini')).toBe(null);
    // Both taken for the larger: that they are equal is nowhere published.
    expect(table.loss('qa', 'gpt-4o', 'claude-sonnet-4-5')).toBe(null);
    expect(table.loss('creative', 'gpt-4o', 'gpt-4o-2024-08-06')?.loss).toBe(0);
  });

  it('has the scores of the user over them, those of a task over those of all', () => {
    const own = new QualityTable([
      { model: 'gpt-4o', task: '*', score: 90 },
      { model: 'gpt-4o-mini', task: '*', score: 70 },
      { model: 'gpt-4o-mini', task: 'qa', score: 89 },
    ]);
    expect(own.loss('qa', 'gpt-4o-2024-08-06', 'gpt-4o-mini')).toEqual({
      loss: (90 - 89) / 100,
      basis: 'yours',
    });
    expect(own.loss('creative', 'gpt-4o', 'gpt-4o-mini')?.loss).toBeCloseTo(0.2, 12);
    expect(own.loss('qa', 'gpt-4o', 'gemini-2.5-flash')?.basis).toBe('by_size');
  });
});

describe('a table of quality as CSV', () => {
  it('is read by its columns, in any order', () => {
    const text = '\ufefftask,model,quality,by\r\nfaq,gpt-4o,91.5,me\r\n*,gpt-4o-mini,80,me\r\n';
    expect(parseQualityCsv(text, 'q.csv')).toEqual([
      { model: 'gpt-4o', task: 'qa', score: 91.5 },
      { model: 'gpt-4o-mini', task: '*', score: 80 },
    ]);
  });

  it.each([
    ['', /q\.csv: no rows/],
    ['model,task\na,qa\n', /no column quality/],
    ['model,task,quality\na,qa,\n', /q\.csv:2: quality '' is not from 0 to 100/],
    ['model,task,quality\na,qa,50\na,qa,120\n', /q\.csv:3: quality '120'/],
    ['model,task,quality\na,poetry,50\n', /q\.csv:2: 'poetry' is no task/],
    ['model,task,quality\n,qa,50\n', /q\.csv:2: no model/],
    ['model,task,quality\na,qa,50,x\n', /q\.csv: /],
  ])('%j is refused', (text, message) =>
    expect(() => parseQualityCsv(text, 'q.csv')).toThrow(message),
  );
});
