/** Chains of models in a run: fallback on failures, cascades on checks. */
import { describe, expect, test } from 'vitest';
import type { Chain } from '../../src/batch/chain.ts';
import { lengthCheck, refusalCheck, schemaCheck } from '../../src/batch/checks.ts';
import { judgeCheck } from '../../src/batch/judge.ts';
import { answer, COSTS, CountingBudget, failure, RunWorld, row, rows } from './run-world.ts';

const chain = (changes: Partial<Chain> = {}): Chain => ({
  id: 'small>large',
  steps: [
    { model: 'small', checks: [] },
    { model: 'large', checks: [] },
  ],
  maxRowPico: null,
  ...changes,
});

describe('fallback', () => {
  test('the next model answers where the first is down, and the result says so', async () => {
    const world = new RunWorld(({ model }) =>
      model === 'small' ? failure('server_error') : answer('from large'),
    );
    await world.run(rows(1), { chainOf: () => chain(), retry: { maxAttempts: 2 } });
    expect(world.results[0]).toMatchObject({
      status: 'done',
      model: 'large',
      why: 'fallback',
      tried: [{ model: 'small', reason: 'server_error' }],
      attempts: 3,
    });
  });

  test('a model whose endpoint is out of use is passed over without waiting', async () => {
    const world = new RunWorld(({ model }) =>
      model === 'small' ? failure('server_error') : answer(),
    );
    await world.run(rows(200), { chainOf: () => chain(), endpoints: endpointsApart() });
    expect(world.results.every(({ status, why }) => status === 'done' && why === 'fallback')).toBe(
      true,
    );
    expect(world.sent.filter(({ model }) => model === 'small').length).toBeLessThan(12);
    expect(world.time.nowMs()).toBeLessThan(60_000);
  });

  test('a request that is refused is refused by all: no other model is asked', async () => {
    const world = new RunWorld(() => failure('bad_request'));
    await world.run(rows(1), { chainOf: () => chain() });
    const tried = [{ model: 'small', reason: 'bad_request' }];
    expect(world.results[0]).toMatchObject({ status: 'failed', attempts: 1, tried });
  });

  test('another model is no retry', async () => {
    const world = new RunWorld(({ model }) =>
      failure(model === 'small' ? 'server_error' : 'bad_request'),
    );
    const retries: unknown[] = [];
    const options = world.options();
    const begin: typeof options.journal.begin = (_, { model, isRetry }) => {
      retries.push([model, isRetry]);
      return undefined;
    };
    const journal = { ...options.journal, begin };
    await world.run(rows(1), { journal, chainOf: () => chain(), retry: { maxAttempts: 2 } });
    expect(retries).toEqual([
      ['small', false],
      ['small', true],
      ['large', false],
    ]);
    expect(world.results[0]).toMatchObject({ status: 'failed', why: 'fallback' });
  });

  test('a quota of one provider hands over to the next model', async () => {
    const world = new RunWorld(({ model }) =>
      model === 'small' ? failure('quota_exhausted') : answer(),
    );
    const end = await world.run(rows(20), { chainOf: () => chain(), endpoints: endpointsApart() });
    expect(end).toMatchObject({ stop: 'done', results: 20 });
    expect(world.results.every(({ model }) => model === 'large')).toBe(true);
  });
});

describe('cascade', () => {
  test('an answer that does not pass goes to the next model, and is paid for', async () => {
    const world = new RunWorld(({ model }) => answer(model === 'small' ? 'no' : 'a long answer'));
    const steps = [
      { model: 'small', checks: [lengthCheck(5, null)] },
      { model: 'large', checks: [] },
    ];
    await world.run(rows(1), {
      chainOf: () => chain({ steps }),
      costs: { ...COSTS, actualPico: (_, model) => (model === 'small' ? 7 : 40) },
    });
    expect(world.results[0]).toMatchObject({
      status: 'done',
      model: 'large',
      why: 'escalated',
      tried: [{ model: 'small', reason: 'check:length' }],
      costPico: 47,
      answer: { text: 'a long answer' },
    });
  });

  test('if none passes, the row fails and keeps the last answer', async () => {
    const world = new RunWorld(() => answer('{"age": "old"}'));
    const schema = { type: 'object', properties: { age: { type: 'integer' } } };
    const steps = [{ model: 'small', checks: [refusalCheck(), schemaCheck(schema)] }];
    await world.run(rows(1), { chainOf: () => chain({ steps }) });
    expect(world.results[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'check_failed', message: 'schema: $.age: not an integer' },
      answer: { text: '{"age": "old"}' },
      costPico: 40,
    });
  });

  test('a judge is asked as a part of the row, and costs money', async () => {
    const scores = [6, 7];
    const world = new RunWorld(({ model }) =>
      model === 'judge' ? answer(`{"score": ${scores.shift()}}`) : answer(),
    );
    const judge = judgeCheck('judge', 0.7, (model, _, judged) => ({
      ...judged,
      prompt: { ...judged.prompt, model },
    }));
    const steps = [
      { model: 'small', checks: [judge] },
      { model: 'large', checks: [judge] },
    ];
    const budget = new CountingBudget(10_000);
    await world.run(rows(1), { chainOf: () => chain({ steps }), budget });
    // Two answers and two judgements at 40 each, all settled.
    expect(world.results[0]).toMatchObject({
      ...{ status: 'done', model: 'large', why: 'escalated', costPico: 160, attempts: 4 },
      tried: [{ model: 'small', reason: 'check:judge' }],
    });
    expect([budget.spent, budget.reserved]).toEqual([160, 0]);
    expect(world.sent.map(({ model }) => model)).toEqual(['small', 'judge', 'large', 'judge']);
  });

  test.each([
    ['{"score": 7}', 'done', undefined],
    ['7', 'done', undefined],
    ['{"score": 6.9}', 'failed', 'judge: judge scored 6.9 of 10, below 7'],
    ['{"score": 11}', 'failed', 'judge: judge gave no score'],
    ['good', 'failed', 'judge: judge gave no score'],
  ])('a judge that says %s', async (text, status, message) => {
    const world = new RunWorld(({ model }) => answer(model === 'judge' ? text : 'yes'));
    const judge = judgeCheck('judge', 0.7, (model, _, judged) => ({
      ...judged,
      prompt: { ...judged.prompt, model },
    }));
    const steps = [{ model: 'small', checks: [judge] }];
    await world.run(rows(1), { chainOf: () => chain({ steps }) });
    expect(world.results[0]?.status).toBe(status);
    expect(world.results[0]?.failure?.message).toBe(message);
  });

  test('a run that stops before its judge is asked leaves the row to ask', async () => {
    const world = new RunWorld(() => {
      world.interrupt.abort();
      return answer();
    });
    const judge = judgeCheck('judge', 0.7, (model, _, judged) => ({
      ...judged,
      prompt: { ...judged.prompt, model },
    }));
    const steps = [{ model: 'small', checks: [judge] }];
    const budget = new CountingBudget(1000);
    const end = await world.run(rows(1), { chainOf: () => chain({ steps }), budget });
    expect(end).toMatchObject({ stop: 'interrupted', results: 0 });
    // The answer was paid for, and is in the journal.
    expect([budget.spent, budget.reserved, world.sent.length]).toEqual([40, 0, 1]);
    // When the run goes on, the judge is asked about it: nobody pays for another.
    const next = new RunWorld(() => answer('9'));
    const paid = { attemptsBefore: 1, costBeforePico: 40 };
    await next.run([row(0, paid)], { chainOf: () => chain({ steps }), paid: world.paid });
    expect(next.sent.map(({ model }) => model)).toEqual(['judge']);
    expect(next.results[0]).toMatchObject({ status: 'done', answer: { text: 'yes' }, attempts: 1 });
    expect(world.paid.answers.size).toBe(0);
  });

  test('what the cache keeps is not kept twice', async () => {
    const world = new RunWorld(() => {
      world.interrupt.abort();
      return answer('no');
    });
    const steps = [
      { model: 'small', checks: [lengthCheck(5, null)] },
      { model: 'large', checks: [] },
    ];
    const cache = { get: () => null, put() {} };
    await world.run(rows(1, { cacheKey: 'a' }), { chainOf: () => chain({ steps }), cache });
    expect(world.paid.answers.size).toBe(0);
    const bare = new RunWorld(() => {
      bare.interrupt.abort();
      return answer('no');
    });
    await bare.run(rows(1), { chainOf: () => chain({ steps }) });
    expect([...bare.paid.answers.keys()]).toEqual(['0 small']);
  });

  test('a judge that cannot be asked lets nothing pass', async () => {
    const world = new RunWorld(({ model }) =>
      model === 'judge' ? failure('bad_request') : answer(),
    );
    const judge = judgeCheck('judge', 0.7, (model, _, judged) => ({
      ...judged,
      prompt: { ...judged.prompt, model },
    }));
    const steps = [{ model: 'small', checks: [judge] }];
    await world.run(rows(1), { chainOf: () => chain({ steps }) });
    expect(world.results[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'check_failed', message: 'judge: judge gave no judgement (bad_request)' },
      answer: { text: 'yes' },
    });
  });

  test('no model is asked that could take a row over its own budget', async () => {
    const world = new RunWorld(() => answer('no'));
    const steps = [
      { model: 'small', checks: [lengthCheck(5, null)] },
      { model: 'large', checks: [] },
    ];
    // 40 spent and 100 at worst are 140.
    await world.run(rows(1), { chainOf: () => chain({ steps, maxRowPico: 139 }) });
    expect(world.results[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'over_row_budget' },
      answer: { text: 'no' },
    });
    // What earlier processes spent, or may have spent, counts: 30 + 10 before, 100 at worst now.
    const before = { costBeforePico: 30, uncertainBeforePico: 10 };
    for (const [maxRowPico, status] of [
      [139, 'failed'],
      [140, 'done'],
    ] as const) {
      const again = new RunWorld(() => answer());
      await again.run([row(0, before)], { chainOf: () => chain({ maxRowPico }) });
      expect(again.results[0]?.status).toBe(status);
    }
    const enough = new RunWorld(() => answer('no'));
    await enough.run(rows(1), { chainOf: () => chain({ steps, maxRowPico: 140 }) });
    expect(enough.results[0]).toMatchObject({ status: 'done', model: 'large' });
  });

  test('what routing saved is against the whole cost of the row', async () => {
    const world = new RunWorld(() => answer());
    const costs = { ...COSTS, baselinePico: () => 1000 };
    await world.run([row(0)], { costs, budget: new CountingBudget(10_000) });
    expect(world.results[0]?.savedByRoutingPico).toBe(960);
  });
});

function endpointsApart() {
  return ['small', 'large'].map((model) => ({
    endpoint: {
      id: model,
      wire: 'openai_chat',
      baseUrl: 'https://x.example',
      provider: 'x',
    } as const,
    models: [model],
    limits: {
      requestsPerMinute: null,
      tokensPerMinute: null,
      inputTokensPerMinute: null,
      outputTokensPerMinute: null,
      concurrency: 4,
      burstMs: 250,
      tokensCounted: 'as_asked' as const,
    },
  }));
}
