/** Presets as rules, policies settled and compared. */
import { describe, expect, test } from 'vitest';
import { TASKS } from '../../src/domain/task.ts';
import { diffPolicies } from '../../src/policy/diff-policies.ts';
import { routingOf } from '../../src/policy/file-routing.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { PRESET_NAMES, policyNamed } from '../../src/policy/presets.ts';
import type { RoutingRequest } from '../../src/policy/route.ts';
import { settlePolicy } from '../../src/policy/settled.ts';
import { target } from './calls.ts';

const PRIORITIES = [undefined, 'low', 'medium', 'high', 'critical'] as const;

describe('presets as rules', () => {
  const written = PRESET_NAMES.filter((name) => name !== 'conservative');

  test.each(written)('%s sends each task and priority where the preset does', (name) => {
    const { sections } = settlePolicy(name, null);
    const file = routingOf(parsePolicyFile(JSON.stringify({ name, ...sections }), name));
    const preset = policyNamed(name);
    for (const task of TASKS) {
      for (const priority of PRIORITIES) {
        const request: RoutingRequest = {
          ...{ target: target(), task, taskConfidence: 40 },
          ...(priority === undefined ? {} : { priority }),
        };
        expect(file.route(request)?.models, `${task} ${priority}`).toEqual(
          preset.route(request)?.models,
        );
      }
    }
  });

  test('conservative goes by the requested model: it stays a name, and says so', () => {
    const { sections, notes } = settlePolicy('conservative', null);
    expect(sections).toEqual({ routing: { preset: 'conservative' } });
    expect(notes.join()).toContain('has no rules to write out');
  });

  test('what rules cannot say of a preset is said', () => {
    expect(settlePolicy('a2', null).notes.join()).toContain('words of the prompt');
    expect(settlePolicy('c2', null).notes).toEqual([]);
  });
});

describe('settled files', () => {
  test('names of tasks, single values and presets of sections are spelled one way', () => {
    const text = `
routing: { rules: [{ if: { task: summary, tag: bulk }, use: small, certainty: needs_test }] }
output_caps: d5
cascade_split: e4
gateway: b1
compression: { preset: e6, to_share: 0.5 }
fallback: { small: big }
`;
    const { sections, name } = settlePolicy('p.yaml', text);
    expect(name).toBe('p.yaml');
    expect(sections.routing).toEqual({
      rules: [{ if: { task: ['summarization'], tag: ['bulk'] }, use: ['small'] }],
    });
    expect(sections.output_caps).toMatchObject({ classification: 50, qa: 500, analysis: 1500 });
    expect(sections.cascade_split).toEqual({ '*': [0.82, 0.13, 0.05] });
    expect(sections.gateway).toEqual([{ ratio: 0.015 }]);
    expect(sections.compression).toEqual({
      ...{ model: 'Qwen/Qwen3-8B', to_share: 0.5, min_tokens: 50, min_calls: 1 },
    });
    expect(sections.fallback).toEqual({ small: ['big'] });
  });

  test('a settled policy is a policy file again, and settles to itself', () => {
    const once = settlePolicy('p.yaml', 'routing: { preset: b2 }\noutput_caps: d5\n');
    const text = JSON.stringify({ name: once.name, ...once.sections });
    expect(settlePolicy('p.yaml', text).sections).toEqual(once.sections);
  });

  test('the file knows its models better than the source of the preset', () => {
    const { sections } = settlePolicy(
      'p',
      'routing: { preset: c2 }\nmodels: { gpt-4.1: { tools: true } }',
    );
    expect(sections.models).toMatchObject({ 'gpt-4.1': { tools: true } });
  });

  test('a file that is wrong is refused', () => {
    expect(() => settlePolicy('p.yaml', 'cache: { ttl_hours: -1 }')).toThrow(
      'p.yaml:1: cache.ttl_hours',
    );
  });
});

describe('differences', () => {
  const settle = (text: string) => settlePolicy('p.yaml', text);

  test('each with its section and key; what one side does not say is null', () => {
    const a = settle('cache: { ttl_hours: 1 }\nrouting: { otherwise: [x] }');
    const b = settle(
      'cache: { ttl_hours: 2, capacity: 5 }\nretries: { max_retries: 1 }\nrouting: { otherwise: x }',
    );
    expect(diffPolicies(a, b)).toEqual([
      { section: 'cache', key: 'ttl_hours', a: '1', b: '2' },
      { section: 'cache', key: 'capacity', a: null, b: '5' },
      { section: 'retries', key: 'max_retries', a: null, b: '1' },
    ]);
  });

  test('none between a preset and the file it is written as', () => {
    const preset = settlePolicy('e3', null);
    const file = settle(JSON.stringify(preset.sections));
    expect(diffPolicies(preset, file)).toEqual([]);
  });
});
