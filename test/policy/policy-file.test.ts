import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT, UserError } from '../../src/errors.ts';
import { routingOf } from '../../src/policy/file-routing.ts';
import { type PolicyFile, parsePolicyFile, presetPolicy } from '../../src/policy/policy-file.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import type { RoutingRequest } from '../../src/policy/route.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { Routing } from '../../src/simulate/routing.ts';
import { call, FAKE_PRICER, target, usage } from './calls.ts';

function parse(text: string): PolicyFile {
  return parsePolicyFile(text, 'p.yaml');
}

function errorOf(text: string): { message: string; hint: string } {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.code).toBe(EXIT.usage);
    return { message: error.message, hint: error.hint };
  }
  throw new Error(`this was taken:\n${text}`);
}

function request(over: Partial<RoutingRequest> = {}): RoutingRequest {
  return { target: target(), task: 'classification', taskConfidence: 80, ...over };
}

function rule(condition: string, rest = ''): PolicyFile {
  return parse(`routing:\n  rules:\n    - if: ${condition}\n      use: [small]\n${rest}`);
}

/** The models a request may go to; null: it stays. */
function goes(policy: PolicyFile, over: Partial<RoutingRequest> = {}): string[] | null {
  const route = routingOf(policy).route(request(over));
  return route === null ? null : route.models.map(({ model }) => model);
}

describe('a policy file', () => {
  test('the fixture says what docs/policies.md shows', () => {
    const text = readFileSync(new URL('../../fixtures/policy.yaml', import.meta.url), 'utf8');
    const policy = parsePolicyFile(text, 'fixtures/policy.yaml');
    expect(policy).toMatchObject({
      name: 'support-desk',
      // 24 h × 3,600,000 ms; 0 degrees are 0 thousandths.
      cache: { ttlMs: 86_400_000, capacity: null, maxTemperatureMilli: 0, scope: null },
    });
    expect([...(policy.output_caps ?? [])]).toEqual([
      ['classification', 50],
      ['extraction', 400],
      ['summarization', 300],
    ]);
    expect(policy.models?.get('gpt-4o-mini')).toMatchObject({
      contextTokens: 128_000,
      tools: null,
    });
    expect(goes(policy, { inputTokens: 500 })).toEqual(['gpt-4o-mini', 'gemini-2.5-flash']);
    expect(goes(policy, { priority: 'high' })).toBeNull();
    expect(goes(policy, { task: 'qa' })).toEqual(['gemini-2.5-flash']);
    expect(goes(policy, { task: 'code' })).toBeNull();
    const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');
    expect(page).toContain(text.trim());
  });

  test('JSON is YAML, with a byte order mark too', () => {
    const policy = parse('\ufeff{"output_caps": {"summary": 300}}');
    expect([...(policy.output_caps ?? [])]).toEqual([['summarization', 300]]);
    expect([policy.name, policy.routing, policy.fallback]).toEqual(['p.yaml', null, null]);
  });

  test('anchors are followed', () => {
    const policy = parse('fallback:\n  a: &two [x, y]\n  b: *two\n');
    expect(policy.fallback?.after('b', 'other')).toEqual(['x', 'y']);
  });

  test.each([
    ['routng: {}', 'p.yaml:1: routng: a policy has no such key', 'keys: name, routing'],
    ['name: x\nrouting:\n  preset: cheap', "p.yaml:3: routing.preset: 'cheap' is not known", 'a2'],
    ['routing:\n  rules:\n    - use: []', 'p.yaml:3: routing.rules[1].use: an empty list', 'one'],
    ['routing:\n  rules:\n    - if: {task: qa}', 'p.yaml:3: routing.rules[1]: no use', 'keep'],
    [
      'routing:\n  rules:\n    - {use: [keep, a]}',
      'routing.rules[1].use: keep and models',
      'either',
    ],
    ['routing:\n  rules: []', 'p.yaml:2: routing.rules: an empty list is no list', 'such as'],
    ['routing:\n', 'p.yaml:1: routing: nothing is no mapping', 'keys'],
    [
      'routing:\n  preset: c2\n  otherwise: keep',
      'p.yaml:3: routing.otherwise: a preset',
      'either',
    ],
    [
      'routing:\n  rules:\n    - {if: {min_complexity: 1.5}, use: a}',
      '1.5 is not a number from 0 to 1',
      '0 to 1',
    ],
    [
      'routing:\n  rules:\n    - {if: {max_complexity: -0.1}, use: a}',
      '-0.1 is not a number',
      '0 to 1',
    ],
    [
      'routing:\n  rules:\n    - {if: {min_confidence: 0.6}, use: a}',
      '0.6 is less than one of',
      '60',
    ],
    [
      'routing:\n  rules:\n    - {if: {min_confidence: 101}, use: a}',
      '101 is not a number',
      '0 to 100',
    ],
    [
      'routing:\n  rules:\n    - {if: {task: dance}, use: a}',
      "if.task: 'dance' is no task",
      'extraction',
    ],
    [
      'routing:\n  rules:\n    - {if: {priority: urgent}, use: a}',
      "'urgent' is not known",
      'critical',
    ],
    [
      'routing:\n  rules:\n    - {if: {has_tools: sometimes}, use: a}',
      "'sometimes' is neither",
      'true',
    ],
    [
      'routing:\n  rules:\n    - {if: {tasks: [qa]}, use: a}',
      'if has no such key',
      'task, min_conf',
    ],
    [
      'routing:\n  rules:\n    - {use: a, certainty: sure}',
      "certainty: 'sure' is not known",
      'likely',
    ],
    ['models:\n  a: {context_tokens: 12.5}', 'p.yaml:2: models.a.context_tokens: 12.5 is', 'whole'],
    ['models:\n  a: {context_tokens: many}', "'many' is not a whole number", 'whole'],
    ['fallback:\n  a: [b]\n  b: [a]', 'p.yaml:3: fallback.b: a cycle: a to b to a', 'end each'],
    ['fallback:\n  a: [b]\n  b: [c]\n  c: [b]', 'fallback.c: a cycle: b to c to b', 'end each'],
    ['fallback:\n  a: a', 'p.yaml:2: fallback.a: a cycle: a to a', 'end each'],
    ['fallback:\n  a: []', 'p.yaml:2: fallback.a: an empty list', 'such as'],
    ['cascade:\n  - checks: [refusal]', 'p.yaml:2: cascade[1]: no models', 'models'],
    [
      'cascade:\n  - {models: [a], checks: [polite]}',
      "cascade[1].checks[1]: 'polite' is no check",
      'judge:MODEL',
    ],
    [
      'cascade:\n  - {models: [a], checks: ["regex:("]}',
      "'regex:(' is no regular expression: Unterminated group",
      'regex',
    ],
    ['cascade:\n  - {models: [a], checks: ["length:9-3"]}', 'the most is less than the least', ''],
    ['cascade:\n  - {models: [a], checks: ["judge:b>=0.7"]}', 'a score goes from 0 to 10', ''],
    ['cascade:\n  - {models: [a], checks: ["judge:>=7"]}', 'names no model', ''],
    ['cache:\n  ttl_hours: -1', 'p.yaml:2: cache.ttl_hours: -1 is not a number from 0 on', ''],
    ['cache: {max_temperature: 3}', '3 is not a number from 0 to 2', ''],
    ['cache: {scope: team}', "cache.scope: 'team' is not known", 'shared, user'],
    ['output_caps: {classification: 0}', '0 is not a whole number from 1 on', ''],
    ['output_caps: {dance: 5}', 'p.yaml:1: output_caps.dance: is no task', 'extraction'],
    ['- a\n- b', 'p.yaml:1: a policy is a mapping', 'keys of a policy'],
    ['', 'p.yaml:1: a policy is a mapping', 'keys of a policy'],
    ['name: a\nname: b', 'p.yaml:2: Map keys must be unique', 'docs/policies.md'],
    ['name: [a', 'p.yaml:1: ', 'docs/policies.md'],
  ])('%j is refused', (text, message, hint) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});

describe('rules', () => {
  test('all parts of an if must hold', () => {
    const policy = rule('{task: [classification, summary], min_confidence: 60}');
    expect(goes(policy)).toEqual(['small']);
    expect(goes(policy, { taskConfidence: 60 })).toEqual(['small']);
    expect(goes(policy, { taskConfidence: 59 })).toBeNull();
    expect(goes(policy, { task: 'summarization' })).toEqual(['small']);
    expect(goes(policy, { task: 'qa' })).toBeNull();
  });

  test('what is not known does not match, wanted or not', () => {
    for (const condition of [
      ...['{priority: low}', '{tag: nightly}', '{min_complexity: 0}', '{max_complexity: 1}'],
      ...['{max_input_tokens: 9}', '{has_tools: false}', '{has_schema: false}'],
    ]) {
      expect(goes(rule(condition)), condition).toBeNull();
    }
    expect(goes(rule('{max_complexity: 1}'), { complexity: null })).toBeNull();
  });

  test('what is known does, limits included', () => {
    const known = { priority: 'low', tag: 'nightly', hasTools: false, hasSchema: true } as const;
    expect(goes(rule('{priority: [low, medium]}'), known)).toEqual(['small']);
    expect(goes(rule('{tag: [nightly]}'), known)).toEqual(['small']);
    expect(goes(rule('{has_tools: false, has_schema: true}'), known)).toEqual(['small']);
    expect(goes(rule('{has_tools: true}'), known)).toBeNull();
    expect(goes(rule('{max_complexity: 0.4}'), { complexity: 0.4 })).toEqual(['small']);
    expect(goes(rule('{max_complexity: 0.4}'), { complexity: 0.41 })).toBeNull();
    expect(goes(rule('{min_complexity: 0.4}'), { complexity: 0.4 })).toEqual(['small']);
    expect(goes(rule('{max_input_tokens: 8000}'), { inputTokens: 8000 })).toEqual(['small']);
    expect(goes(rule('{max_input_tokens: 8000}'), { inputTokens: 8001 })).toBeNull();
    // A logged call: 7,000 fresh and 1,001 cached tokens are 8,001.
    const logged = { usage: usage({ input: 7000, cacheRead: 1001 }) };
    expect(goes(rule('{max_input_tokens: 8000}'), logged)).toBeNull();
    expect(goes(rule('{max_input_tokens: 8001}'), logged)).toEqual(['small']);
  });

  test('a model is one whatever its date, and no cousin of it', () => {
    const policy = rule('{model: gpt-4o, provider: OpenAI}');
    expect(goes(policy, { target: target({ model: 'gpt-4o-2024-08-06' }) })).toEqual(['small']);
    expect(goes(policy, { target: target({ model: 'gpt-4o-mini' }) })).toBeNull();
    expect(goes(policy, { target: target({ provider: 'azure' }) })).toBeNull();
  });

  test('the first that matches decides, also where it keeps; then otherwise', () => {
    const policy = parse(
      'routing:\n  rules:\n    - {if: {task: qa}, use: keep}\n    - {use: [a, b]}\n  otherwise: [c]',
    );
    expect(goes(policy, { task: 'qa' })).toBeNull();
    expect(goes(policy)).toEqual(['a', 'b']);
    expect(goes(parse('routing: {otherwise: c}'))).toEqual(['c']);
    expect(goes(parse('name: x'))).toBeNull();
    const embedding = { target: target({ operation: 'embeddings' }) };
    expect(goes(parse('routing: {otherwise: c}'), embedding)).toBeNull();
  });

  test('a model that cannot take a request is left out; none left: it stays', () => {
    const policy = parse(
      'routing: {otherwise: [a, b]}\nmodels:\n  a: {tools: false, latency_ms: 50}\n  b: {images: false, json: false, latency_ms: 900}',
    );
    const plain = { hasTools: false, hasSchema: false };
    expect(goes(policy, plain)).toEqual(['a', 'b']);
    expect(goes(policy, { ...plain, hasTools: true })).toEqual(['b']);
    expect(goes(policy, { ...plain, hasSchema: true })).toEqual(['a']);
    expect(goes(policy, { ...plain, hasTools: true, hasImages: true })).toBeNull();
    expect(goes(policy, { ...plain, maxLatencyMs: 100 })).toEqual(['a']);
  });

  test('what may be needed rules models out too, and what was lacking is said', () => {
    const policy = parse(
      'routing: {otherwise: [a, b]}\nmodels:\n  a: {tools: false}\n  b: {tools: false, json: false}',
    );
    const lacking = (over: object) => routingOf(policy).lacking?.(request(over));
    expect(goes(policy, { hasSchema: false })).toBeNull();
    expect(lacking({ hasSchema: false })).toEqual({ need: 'tools', isUnknown: true });
    expect(lacking({ hasTools: true })).toEqual({ need: 'tools', isUnknown: false });
    expect(lacking({ hasTools: false, hasSchema: true })).toBeNull();
    expect(goes(policy, { hasTools: false, hasSchema: null })).toEqual(['a']);
    // It is on a model of the rule already.
    expect(lacking({ hasTools: true, target: target({ model: 'b' }) })).toBeNull();
  });

  test('the same decision is the same object', () => {
    const policy = routingOf(rule('{task: [classification, qa]}'));
    expect(policy.route(request({ task: 'qa' }))).toBe(policy.route(request()));
  });

  test('a preset in a file decides as the preset does', () => {
    const file = routingOf(parse('name: mine\nrouting: {preset: c2}'));
    const preset = policyNamed('c2');
    for (const task of ['classification', 'translation', 'reasoning', 'other'] as const) {
      expect(file.route(request({ task }))).toEqual(preset.route(request({ task })));
    }
    expect([file.id, routingOf(presetPolicy('c2')).id]).toEqual(['mine', 'c2']);
  });

  test('what is simulated is the rule: the cheapest of use that fits', () => {
    const policy = parse(
      'routing:\n  rules:\n    - {if: {task: qa}, use: [gemini-2.5-flash, gpt-4o-mini], certainty: likely}\nmodels:\n  gpt-4o-mini: {context_tokens: 2000}',
    );
    const lever = replayLevers([new Routing(routingOf(policy), FAKE_PRICER)]);
    // gpt-4o: 1,000 × 2.5 + 100 × 10 = 3,500 µ$; gpt-4o-mini: 150 + 60 = 210 µ$: 3,290 saved.
    lever.add(call({ task: 'qa' }));
    // 3,000 tokens do not fit gpt-4o-mini; gemini: 3,000 × 2.5 + 100 × 2.5 = 7,750 of 8,500 µ$.
    lever.add(call({ task: 'qa', usage: usage({ input: 3000, output: 100 }) }));
    lever.add(call({ task: 'code' }));
    const { levers } = lever.result();
    expect(levers[0]).toMatchObject({ calls: 2, savedPico: 4_040_000_000n });
    expect(levers[0]?.byCertainty.likely).toBe(4_040_000_000n);
  });
});

describe('fallback', () => {
  const chains = parse(
    "fallback:\n  a: [b, c]\n  b: [d, c]\n  summary: [s]\n  '*': [z, a]\n",
  ).fallback;

  test("a model's own chain, then what that falls back to, each once", () => {
    expect(chains?.after('a', 'summarization')).toEqual(['b', 'c', 'd']);
  });

  test("else the task's, else everybody's; never the model itself", () => {
    expect(chains?.after('x', 'summarization')).toEqual(['s']);
    expect(chains?.after('x', 'qa')).toEqual(['z', 'a', 'b', 'c', 'd']);
    expect(chains?.after('z', 'qa')).toEqual(['a', 'b', 'c', 'd']);
  });
});
