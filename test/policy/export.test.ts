/**
 * Gateways' configurations, held to the keys that are documented:
 * docs.litellm.ai/docs/proxy/config_settings, portkey.ai/docs/product/ai-gateway/configs.
 */
import { describe, expect, test } from 'vitest';
import { type Exported, exportLiteLlm } from '../../src/policy/export-litellm.ts';
import { type ExportPlan, planExport } from '../../src/policy/export-plan.ts';
import { exportPortkey } from '../../src/policy/export-portkey.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { PRESET_NAMES } from '../../src/policy/presets.ts';
import { settlePolicy } from '../../src/policy/settled.ts';

const PROVIDERS: Readonly<Record<string, string>> = {
  mini: 'openai',
  big: 'openai',
  flash: 'google',
  haiku: 'anthropic',
};
const providerOf = (model: string) => PROVIDERS[model] ?? '';

function plan(text: string | null, tasksAreTags = false, name = 'p.yaml'): ExportPlan {
  const settled = settlePolicy(name, text);
  const policy = parsePolicyFile(JSON.stringify({ name, ...settled.sections }), name);
  const cheapestOf = (models: readonly string[]) => models.at(-1) ?? '';
  return planExport(settled, policy, {
    providerOf,
    cheapestOf,
    tasksAreTags,
    defaultTtlMs: 3_600_000,
  });
}

const litellm = (text: string | null, tags = false): Exported =>
  exportLiteLlm(plan(text, tags), providerOf);
const portkey = (text: string | null, tags = false): Exported =>
  exportPortkey(plan(text, tags), providerOf);

const WHOLE = `
routing:
  rules:
    - if: { priority: high }
      use: keep
    - if: { tag: [bulk, nightly] }
      use: [mini, flash]
      certainty: likely
    - if: { model: big }
      use: [mini]
    - if: { task: [qa], min_complexity: 0.2 }
      use: [mini]
  otherwise: keep
fallback: { mini: [flash], flash: [haiku], qa: [big], '*': [haiku] }
cascade: [{ models: [mini, big], checks: [refusal] }]
cache: { ttl_hours: 24, capacity: 9 }
semantic_cache: { min_similarity: 0.9 }
retries: { max_retries: 7, first_pause_seconds: 2 }
output_caps: d5
`;

describe('LiteLLM', () => {
  test('rules on a model are aliases; fallbacks are followed; the cache has a life', () => {
    const text = `
routing: { rules: [{ if: { model: [big] }, use: [mini] }, { if: { model: [big] }, use: keep }] }
fallback: { mini: [flash], flash: [haiku], '*': [haiku] }
retries: { max_retries: 2, first_pause_seconds: 3 }
cache: { ttl_hours: 24 }
`;
    expect(litellm(text).config).toEqual({
      model_list: [
        {
          model_name: 'mini',
          litellm_params: { model: 'openai/mini', api_key: 'os.environ/OPENAI_API_KEY' },
        },
        {
          model_name: 'flash',
          litellm_params: { model: 'gemini/flash', api_key: 'os.environ/GEMINI_API_KEY' },
        },
        {
          model_name: 'haiku',
          litellm_params: { model: 'anthropic/haiku', api_key: 'os.environ/ANTHROPIC_API_KEY' },
        },
        { model_name: '*', litellm_params: { model: '*' } },
      ],
      router_settings: {
        model_group_alias: { big: 'mini' },
        fallbacks: [{ mini: ['flash', 'haiku'] }, { flash: ['haiku'] }],
        default_fallbacks: ['haiku'],
        num_retries: 2,
        retry_after: 3,
      },
      // 24 hours are 86,400 seconds.
      litellm_settings: { cache: true, cache_params: { type: 'local', ttl: 86_400 } },
    });
  });

  test('rules on tags are deployments with tags; the first rule on a tag decides', () => {
    const text = `
routing:
  rules: [{ if: { tag: a }, use: [mini] }, { if: { tag: [a, b] }, use: [flash] }]
  otherwise: [big]
`;
    const { config } = litellm(text);
    const list = config.model_list as {
      model_name: string;
      litellm_params: { model: string; tags: string[] };
    }[];
    const big = list.filter(({ model_name }) => model_name === 'big');
    expect(big.map(({ litellm_params: { model, tags } }) => [model, tags])).toEqual([
      ['openai/mini', ['a']],
      ['gemini/flash', ['b']],
      ['openai/big', ['default']],
    ]);
    expect(config.router_settings).toEqual({
      enable_tag_filtering: true,
      tag_filtering_match_any: true,
    });
  });

  test('what others fall back to is itself for every tag', () => {
    const text = `
routing: { rules: [{ if: { tag: a }, use: [mini] }] }
fallback: { mini: [flash] }
`;
    const list = litellm(text).config.model_list as object[];
    expect(list).toContainEqual({
      model_name: 'flash',
      litellm_params: {
        model: 'gemini/flash',
        api_key: 'os.environ/GEMINI_API_KEY',
        tags: ['a', 'default'],
      },
    });
  });

  const PARAMS = new Set(['model', 'api_key', 'tags']);
  const ROUTER = new Set([
    ...['model_group_alias', 'enable_tag_filtering', 'tag_filtering_match_any', 'fallbacks'],
    ...['default_fallbacks', 'num_retries', 'retry_after'],
  ]);
  test.each([WHOLE, null])('only documented keys, no key of anybody', (text) => {
    for (const tags of [false, true]) {
      const { config } = litellm(text ?? JSON.stringify({ routing: { preset: 'c2' } }), tags);
      const { model_list, router_settings = {}, litellm_settings = {}, ...more } = config;
      expect(more).toEqual({});
      for (const one of model_list as { litellm_params: { api_key?: string } }[]) {
        expect(Object.keys(one)).toEqual(['model_name', 'litellm_params']);
        for (const key of Object.keys(one.litellm_params)) expect(PARAMS).toContain(key);
        expect(one.litellm_params.api_key ?? 'os.environ/A').toMatch(/^os\.environ\/[A-Z_]+$/);
      }
      for (const key of Object.keys(router_settings as object)) expect(ROUTER).toContain(key);
      const { cache_params = {} } = litellm_settings as { cache_params?: object };
      for (const key of Object.keys(cache_params)) expect(['type', 'ttl']).toContain(key);
    }
  });
});

describe('Portkey', () => {
  test('conditions in the order of the rules, targets with their fallbacks', () => {
    const { config } = portkey(`
routing:
  rules:
    - if: { tag: [bulk], model: [big] }
      use: [mini]
    - if: { tag: [slow] }
      use: keep
  otherwise: [flash]
fallback: { mini: [haiku] }
cache: { ttl_hours: 0.001 }
retries: { max_retries: 7 }
`);
    const then = 'then';
    expect(config.strategy).toEqual({
      mode: 'conditional',
      conditions: [
        {
          query: {
            $and: [{ 'params.model': { $in: ['big'] } }, { 'metadata.tag': { $in: ['bulk'] } }],
          },
          [then]: 'mini',
        },
        { query: { 'metadata.tag': { $in: ['slow'] } }, [then]: 'as-requested' },
      ],
      default: 'flash',
    });
    const [mini, kept, flash] = config.targets as { targets?: object[]; provider?: string }[];
    expect(mini).toMatchObject({ name: 'mini', strategy: { mode: 'fallback' } });
    expect(mini?.targets).toEqual([
      {
        provider: 'openai',
        api_key: 'os.environ/OPENAI_API_KEY',
        override_params: { model: 'mini' },
      },
      {
        provider: 'anthropic',
        api_key: 'os.environ/ANTHROPIC_API_KEY',
        override_params: { model: 'haiku' },
      },
    ]);
    expect(kept).toEqual({
      name: 'as-requested',
      provider: 'openai',
      api_key: 'os.environ/OPENAI_API_KEY',
    });
    expect(flash?.provider).toBe('google');
    // 3.6 seconds are less than Portkey's least, 7 retries more than its most.
    expect(config.cache).toEqual({ mode: 'simple', max_age: 60 });
    expect(config.retry).toEqual({ attempts: 5 });
  });

  test('without rules there is one target', () => {
    expect(portkey('routing: { otherwise: [mini] }').config).toEqual({
      ...{
        provider: 'openai',
        api_key: 'os.environ/OPENAI_API_KEY',
        override_params: { model: 'mini' },
      },
    });
  });

  const KEYS = new Set([
    ...['strategy', 'targets', 'cache', 'retry', 'name', 'provider', 'api_key', 'override_params'],
    ...['mode', 'conditions', 'default', 'query', 'then', 'on_status_codes', 'max_age', 'attempts'],
    ...['params.model', 'metadata.tag', 'metadata.task', '$in', '$and', 'model'],
  ]);
  function keysOf(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(keysOf);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, one]) => [key, ...keysOf(one)]);
  }

  test('only documented keys; every condition names a target', () => {
    const texts = [WHOLE, ...PRESET_NAMES.map((preset) => JSON.stringify({ routing: { preset } }))];
    for (const text of texts) {
      const { config } = portkey(text, true);
      for (const key of keysOf(config)) expect(KEYS).toContain(key);
      const { strategy, targets } = config as {
        strategy?: { conditions: { then: string }[]; default: string };
        targets?: { name: string }[];
      };
      const names = (targets ?? []).map(({ name }) => name);
      const asked = strategy?.conditions?.map((one) => one.then) ?? [];
      for (const one of asked) expect(names).toContain(one);
      if (strategy !== undefined) expect(names).toContain(strategy.default);
    }
  });
});

describe('what is left out', () => {
  test('each section and rule a gateway cannot have is named, once', () => {
    const left = plan(WHOLE).left;
    const about = (start: string) => left.filter((one) => one.startsWith(start));
    expect(about('routing: rule 1 (priority high: keep) is left out')).toHaveLength(1);
    expect(about('routing: the certainty of rule 2')).toHaveLength(1);
    expect(about('routing: rule 2 takes the cheapest of mini, flash')).toHaveLength(1);
    expect(about('routing: rule 4')[0]).toContain('does not know min_complexity, task');
    expect(about('fallback: the chain of the task qa')).toHaveLength(1);
    for (const section of ['cascade', 'semantic_cache', 'output_caps']) {
      expect(about(`${section}: left out`), section).toHaveLength(1);
    }
    expect(about('cache: a gateway has no capacity of 9')).toHaveLength(1);
  });

  test('rules by task are kept where callers send it; the confidence of a named task is no matter', () => {
    const text = 'routing: { rules: [{ if: { task: [qa], min_confidence: 60 }, use: [mini] }] }';
    expect(plan(text).rules).toEqual([]);
    expect(plan(text, true).rules).toEqual([
      { models: null, tags: null, tasks: ['qa'], use: 'mini' },
    ]);
  });

  test("a user's own cache is not shared", () => {
    expect(plan('cache: { scope: user }').cache).toBeNull();
    expect(plan('cache: { scope: user }').left.join()).toContain('answers of another');
    expect(plan('cache: { scope: shared }').cache).toEqual({ ttlSeconds: 3600 });
  });

  test('a rule for every request is what the rest comes to', () => {
    const { rules, otherwise } = plan(
      'routing: { rules: [{ if: { tag: a }, use: keep }, { use: [mini] }, { if: { tag: b }, use: [flash] }] }',
    );
    expect(rules).toHaveLength(1);
    expect(otherwise).toBe('mini');
  });
});
