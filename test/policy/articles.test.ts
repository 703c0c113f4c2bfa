/** The articles' own figures: A1, A2, B2, C2, D1, D5, D7, E3, E4, as presets and as files. */
import { describe, expect, test } from 'vitest';
import { keywordScore } from '../../src/policy/keyword-score.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import type { RoutingRequest } from '../../src/policy/route.ts';
import { checksFor } from '../../src/policy/section-cascade.ts';
import { target } from './calls.ts';

function to(policy: string, over: Partial<RoutingRequest>): string | undefined {
  const route = policyNamed(policy).route({
    ...{ target: target(), task: 'other', taskConfidence: 100 },
    ...over,
  });
  return route?.models.map(({ model }) => model).join(' ');
}

describe('A1: the keyword score', () => {
  test.each([
    ['Say hello', 0],
    ['Summarize this', 0.05],
    // analyze .30 + compare .25
    ['Analyze and compare the two', 0.55],
    // "debug" .35 + "code" .20 + "why" .15
    ['Debug this code: why does it fail?', 0.7],
    // The sum is 2.45; one word counts once.
    [
      'analyze compare explain code debug refactor translate summarize list why how what if analyze',
      1,
    ],
  ])('%s', (prompt, score) => {
    expect(keywordScore(prompt)).toBe(score);
  });

  test('a long prompt is a tenth more complex', () => {
    expect(keywordScore('x'.repeat(1000))).toBe(0);
    expect(keywordScore('x'.repeat(1001))).toBe(0.1);
  });
});

describe('A2: by priority or score', () => {
  test.each([
    [{ priority: 'critical', prompt: 'hi' }, 'claude-sonnet-4.5'],
    [{ priority: 'high', prompt: 'hi' }, 'gpt-4.1'],
    [{ priority: 'medium', prompt: 'hi' }, 'gemini-2.5-flash'],
    [{ priority: 'low', prompt: 'hi' }, 'deepseek-v3.2'],
    [{ prompt: 'hi' }, 'deepseek-v3.2'],
    // .30 + .25 = .55 > .4
    [{ priority: 'low', prompt: 'analyze, compare' }, 'gemini-2.5-flash'],
    // .35 + .20 + .20 = .75 > .7
    [{ prompt: 'debug the code, how' }, 'gpt-4.1'],
    // .35 + .30 + .20 + .15 = 1.00 > .9
    [{ prompt: 'debug and refactor code, why' }, 'claude-sonnet-4.5'],
    // .7 is not above .7.
    [{ prompt: 'debug code why' }, 'gemini-2.5-flash'],
    // The classifier's word counts before the keywords.
    [{ prompt: 'hi', complexity: 0.91 }, 'claude-sonnet-4.5'],
  ] as const)('%j', (over, model) => {
    expect(to('a2', over)).toBe(model);
  });
});

describe('the other routes, with the prompt at hand', () => {
  test('B2: three demanding words make a request one of quality', () => {
    const demanding = 'a detailed and complex design';
    expect(to('b2', { prompt: demanding })).toBe('gpt-4.1 claude-sonnet-4.5');
    expect(to('b2', { prompt: 'a detailed design' })).toBe('gemini-2.5-flash deepseek-v3.2');
    expect(to('b2', { task: 'translation', prompt: 'x' })).toBe('deepseek-v3.2 gemini-2.5-flash');
    // Latencies: gpt-4.1 45 ms, claude-sonnet-4.5 52 ms.
    expect(to('b2', { task: 'analysis', maxLatencyMs: 50 })).toBe('gpt-4.1');
    expect(to('b2', { task: 'analysis', maxLatencyMs: 10 })).toBe('deepseek-v3.2');
  });

  test('C2: by task', () => {
    expect(to('c2', { task: 'extraction' })).toBe('deepseek-v3.2');
    expect(to('c2', { task: 'analysis' })).toBe('gemini-2.5-flash');
    expect(to('c2', { task: 'creative' })).toBe('gpt-4.1');
  });

  test('D1: two critical words, one, two high ones, none; budget on request', () => {
    expect(to('d1', { prompt: 'Analysiere und bewerte das' })).toBe('claude-opus-4.7');
    expect(to('d1', { prompt: 'Analysiere das' })).toBe('claude-sonnet-4.5');
    expect(to('d1', { prompt: 'Erkläre und vergleiche' })).toBe('claude-sonnet-4.5');
    expect(to('d1', { prompt: 'Erkläre das' })).toBe('deepseek-v4-pro');
    expect(to('d1', { prompt: 'Analysiere und bewerte', priority: 'low' })).toBe('deepseek-v3.2');
  });

  test('E3: a specialist for each task', () => {
    expect(to('e3', { task: 'qa' })).toBe('Qwen/Qwen3-8B');
    expect(to('e3', { task: 'code' })).toBe('deepseek-coder');
    expect(to('e3', { task: 'creative' })).toBe('deepseek-v4-flash');
  });
});

describe('as files', () => {
  test('B6 and D7: fallback chains', () => {
    const { fallback } = parsePolicyFile(
      `fallback:
  deepseek-v3.2: [gemini-2.5-flash, gpt-4.1]
  claude-opus-4.7: [claude-sonnet-4.5, gemini-2.5-flash, deepseek-v3.2]
`,
      'p.yaml',
    );
    expect(fallback?.after('deepseek-v3.2', 'qa')).toEqual(['gemini-2.5-flash', 'gpt-4.1']);
    expect(fallback?.after('claude-opus-4.7', 'qa')).toEqual([
      ...['claude-sonnet-4.5', 'gemini-2.5-flash', 'deepseek-v3.2', 'gpt-4.1'],
    ]);
  });

  test('D5: the longest answer by task', () => {
    const { output_caps } = parsePolicyFile(
      'output_caps: {classification: 50, summary: 300, analysis: 1500, generation: 2000, other: 500}',
      'p.yaml',
    );
    expect(output_caps?.get('creative')).toBe(2000);
    expect(output_caps?.get('summarization')).toBe(300);
    expect(output_caps?.get('code')).toBeUndefined();
  });

  test('E4: a cascade with a mark of its own for each model', () => {
    const { cascade } = parsePolicyFile(
      `cascade:
  - models:
      - { model: Qwen/Qwen3-8B, checks: ['judge:gpt-4.1>=8'] }
      - { model: deepseek-v4-flash, checks: ['judge:gpt-4.1>=9'] }
      - deepseek-reasoner
`,
      'p.yaml',
    );
    const [rule] = cascade ?? [];
    if (rule === undefined) throw new Error('there is no cascade');
    expect(rule.models).toEqual(['Qwen/Qwen3-8B', 'deepseek-v4-flash', 'deepseek-reasoner']);
    expect(rule.models.map((model) => checksFor(rule, model))).toEqual([
      ['judge:gpt-4.1>=8'],
      ['judge:gpt-4.1>=9'],
      [],
    ]);
  });
});
