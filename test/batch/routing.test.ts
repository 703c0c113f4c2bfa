/** Where rows go: routing, cascades and chains of a policy, and flags over it. */
import { describe, expect, test } from 'vitest';
import { chainsOf } from '../../src/batch/chains.ts';
import type { EndpointSpec } from '../../src/batch/fleet.ts';
import type { ReadTask } from '../../src/batch/prompt-facts.ts';
import { type RoutePrices, routeRows } from '../../src/batch/route-row.ts';
import { RowFault } from '../../src/batch/row-fields.ts';
import { type PlannedRow, RowBuilder } from '../../src/batch/rows.ts';
import type { BatchSettings } from '../../src/batch/settings.ts';
import { parsePolicyFile, presetPolicy } from '../../src/policy/policy-file.ts';
import { endpoint, LIMITS } from './run-world.ts';

const SETTINGS: BatchSettings = {
  ...{ format: 'auto', promptColumn: null, template: null, system: null, model: 'auto' },
  ...{ operation: 'chat', maxTokens: null, temperatureMilli: 0, task: null, schema: null },
  ...{ fallback: [], cascade: [], checks: [], autoBase: null, policy: null },
};

/** Pico-USD per token, in and out alike. */
const RATES: Readonly<Record<string, number>> = { tiny: 1, small: 2, large: 10, 'gpt-4o-mini': 3 };
const PRICES: RoutePrices = {
  usagePico: (model, _, { input, output }) => {
    const rate = RATES[model];
    return rate === undefined ? null : rate * (input + output);
  },
  windowOf: (model) => (model === 'tiny' ? 20 : null),
};
const EVERYWHERE: EndpointSpec[] = [{ endpoint: endpoint('one'), models: null, limits: LIMITS }];

interface World {
  readonly settings?: Partial<BatchSettings>;
  readonly policy?: string;
  readonly endpoints?: readonly EndpointSpec[];
  readonly readTask?: ReadTask;
}

function policyOf(text: string | undefined) {
  if (text === undefined) return null;
  return /^\w+$/.test(text) ? presetPolicy(text) : parsePolicyFile(text, 'p.yaml');
}

function build(fields: Record<string, unknown>, world: World): PlannedRow | RowFault {
  const settings = { ...SETTINGS, ...world.settings };
  const builder = new RowBuilder({
    columns: Object.keys(fields),
    settings,
    runKey: 'run',
    cachedUpToMilli: 0,
    readTask:
      world.readTask ??
      (() => ({ task: 'qa', confidence: 60, complexity: null, sketch: 1, systemSketch: 2 })),
    measuredShareOf: () => null,
    route: routeRows({
      ...{ settings, policy: policyOf(world.policy), prices: PRICES },
      ...{ endpoints: world.endpoints ?? EVERYWHERE, measuredShareOf: () => null },
    }),
    readImage: () => ({ mediaType: 'image/png', base64: 'eA==' }),
  });
  return builder.build({
    ...{ index: 0, line: 2, input: JSON.stringify(fields), attemptsBefore: 0, costBeforePico: 0 },
  });
}

function row(fields: Record<string, unknown>, world: World = {}): PlannedRow {
  const built = build({ prompt: 'hi', ...fields }, world);
  if (built instanceof RowFault) throw new Error(built.message);
  return built;
}

const RULES = `
name: mine
routing:
  rules:
    - if: { priority: [high] }
      use: keep
    - if: { task: [qa, summary] }
      use: [large, small]
`;

describe('the model of a row', () => {
  test('is the cheapest of its rule, and the row says why', () => {
    const world = { policy: RULES, settings: { autoBase: 'large' } };
    expect(row({}, world)).toMatchObject({
      prompt: { model: 'small' },
      routed: { baseModel: 'large', reason: 'routed: mine, task qa (60)' },
    });
    expect(row({ task: 'summary' }, world).routed?.reason).toBe(
      'routed: mine, task summarization (100)',
    );
  });

  test('is the base where the policy keeps it, or where its price would not fall', () => {
    const large = { policy: RULES, settings: { autoBase: 'large' } };
    expect(row({ priority: 'high' }, large)).toMatchObject({
      prompt: { model: 'large' },
      routed: { baseModel: null, reason: 'kept: mine, task qa (60)' },
    });
    expect(row({ task: 'code' }, large).prompt.model).toBe('large');
    const kept = 'kept: mine, task qa (60)';
    const tiny = { policy: RULES, settings: { autoBase: 'tiny' } };
    expect(row({}, tiny)).toMatchObject({ prompt: { model: 'tiny' }, routed: { reason: kept } });
    const small = { policy: RULES, settings: { autoBase: 'small' } };
    expect(row({}, small).routed).toMatchObject({ model: 'small', baseModel: null, reason: kept });
  });

  test('goes by the complexity of the prompt', () => {
    const policy = `
name: hard
routing:
  rules:
    - if: { min_complexity: 0.7 }
      use: [large]
    - if: { max_complexity: 0.3 }
      use: [small]
  otherwise: keep
`;
    const modelAt = (complexity: number | null) =>
      row(
        {},
        {
          ...{ policy, settings: { autoBase: 'gpt-4o-mini' } },
          readTask: () => ({ task: 'qa', confidence: 60, complexity, sketch: 1, systemSketch: 2 }),
        },
      ).routed?.model;
    // `large` costs more than the base: such a row stays; without the base it goes there.
    expect([0.3, 0.31, null].map(modelAt)).toEqual(['small', 'gpt-4o-mini', 'gpt-4o-mini']);
    const free = {
      ...{ policy: policy.replace('keep', '[tiny]'), settings: {} },
      readTask: () => ({
        ...{ task: 'qa', confidence: 60, complexity: 0.7, sketch: 1, systemSketch: 2 },
      }),
    } as const;
    expect(row({}, free).routed?.model).toBe('large');
  });

  test('and its label are those of before a cap of its answer', () => {
    const seen: (number | null)[] = [];
    const built = row(
      {},
      {
        ...{ policy: `${RULES}\noutput_caps: { qa: 9 }\n`, settings: { autoBase: 'large' } },
        readTask: ({ request: { maxTokens } }) => {
          seen.push(maxTokens);
          const task = maxTokens === null ? 'qa' : 'classification';
          return { task, confidence: 60, complexity: 0.5, sketch: 1, systemSketch: 2 };
        },
      },
    );
    // Read once more for the hashes of what is really asked.
    expect(seen).toEqual([null, 9]);
    expect(built.facts).toMatchObject({ task: 'qa', taskConfidence: 60, complexity: 0.5 });
    expect(built.prompt.maxTokens).toBe(9);
  });

  test('is told to whoever labels, with the tag; of `auto` the base', () => {
    const told: { models: readonly string[]; tags: readonly string[] }[] = [];
    const readTask: ReadTask = ({ models, tags }) => {
      told.push({ models, tags });
      return { task: 'qa', confidence: 60, complexity: null, sketch: 1, systemSketch: 2 };
    };
    row({ tag: 'triage' }, { policy: RULES, settings: { autoBase: 'large' }, readTask });
    row({ model: 'tiny' }, { policy: RULES, settings: { autoBase: 'large' }, readTask });
    expect(told).toEqual([
      { models: ['large'], tags: ['triage'] },
      { models: ['tiny'], tags: [] },
    ]);
  });

  test('is its own where it names one', () => {
    const world = { policy: RULES, settings: { autoBase: 'large' } };
    expect(row({ model: 'tiny' }, world)).toMatchObject({
      prompt: { model: 'tiny' },
      routed: { baseModel: null, reason: '' },
    });
    expect(row({ model: 'auto' }, world).prompt.model).toBe('small');
  });

  test('is the first of --cascade; its base the model named beside it', () => {
    const flags = { cascade: ['small', 'large'], model: 'large' };
    expect(row({}, { settings: flags })).toMatchObject({
      prompt: { model: 'small' },
      routed: { baseModel: 'large', cascade: null, reason: '' },
    });
    const alone = row({}, { settings: { ...flags, model: 'small' } });
    expect(alone.routed?.baseModel).toBeNull();
  });

  test('is not a priority nobody gave: a rule on it does not hold', () => {
    const policy =
      'routing:\n  rules:\n    - {if: {priority: [medium]}, use: [tiny]}\n  otherwise: [small]';
    expect(row({}, { policy }).prompt.model).toBe('small');
    expect(row({ priority: 'medium' }, { policy }).prompt.model).toBe('tiny');
  });

  test('fits its window and is served by an endpoint', () => {
    const policy = 'routing: {otherwise: [tiny, small]}';
    expect(row({}, { policy }).prompt.model).toBe('tiny');
    // 100 characters are 25 tokens and 7 of the template: more than 20.
    expect(row({ prompt: 'x'.repeat(100) }, { policy }).prompt.model).toBe('small');
    const endpoints = [{ endpoint: endpoint('one'), models: ['small'], limits: LIMITS }];
    expect(row({}, { policy, endpoints }).prompt.model).toBe('small');
  });

  test('without a price: the first that is named, or the base', () => {
    const policy = 'routing: {otherwise: [nameless, other]}';
    expect(row({}, { policy }).prompt.model).toBe('nameless');
    const settings = { autoBase: 'small' };
    expect(row({}, { policy, settings }).prompt.model).toBe('small');
  });

  test('is a fault where nobody says one', () => {
    const fault = build({ prompt: 'x' }, { policy: RULES, settings: { task: 'code' } });
    expect(fault).toBeInstanceOf(RowFault);
    expect((fault as RowFault).message).toContain('--auto-base');
  });

  test('of a preset goes by the words of the prompt', () => {
    const settings = { autoBase: null };
    const opus = row({ prompt: 'Analysiere und bewerte' }, { policy: 'd1', settings });
    expect(opus.prompt.model).toBe('claude-opus-4.7');
    const sibling = row({}, { policy: 'conservative', settings: { autoBase: 'gpt-4o' } });
    expect(sibling.prompt.model).toBe('gpt-4o-mini');
  });

  test('of embeddings is never routed', () => {
    const settings = { operation: 'embeddings', autoBase: 'small' } as const;
    expect(row({}, { policy: 'routing: {otherwise: [tiny]}', settings }).prompt.model).toBe(
      'small',
    );
  });
});

describe('limits of output and the cache', () => {
  const policy = 'routing: {otherwise: [small]}\noutput_caps: {qa: 40}\ncache: {scope: user}\n';

  test('a cap counts where nothing is asked for, and is a part of the request', () => {
    const capped = row({}, { policy });
    const asked = row({ max_tokens: '90' }, { policy });
    expect([capped.prompt.maxTokens, asked.prompt.maxTokens]).toEqual([40, 90]);
    const same = row({ max_tokens: '40' }, { policy });
    expect(capped.facts.paramsHash).toBe(same.facts.paramsHash);
    expect(capped.cacheKey).toBe(same.cacheKey);
    expect(row({ task: 'code' }, { policy }).prompt.maxTokens).toBeNull();
  });

  test('users share no answer where the scope says so', () => {
    const [ann, bob, nobody] = [{ user: 'ann' }, { user: 'bob' }, {}].map(
      (fields) => row(fields, { policy }).cacheKey,
    );
    expect(new Set([ann, bob, nobody]).size).toBe(3);
    const shared = 'routing: {otherwise: [small]}\n';
    expect(row({ user: 'ann' }, { policy: shared }).cacheKey).toBe(
      row({ user: 'bob' }, { policy: shared }).cacheKey,
    );
  });
});

describe('the chain of a row', () => {
  const policy = `
routing: { otherwise: [small] }
fallback: { small: [mid], mid: [big], code: [coder], '*': [last] }
cascade:
  - if: { task: [summary] }
    models: [{ model: tiny, checks: [refusal] }, large]
    checks: ['length:1-200']
`;

  function chain(fields: Record<string, unknown>, settings: Partial<BatchSettings> = {}) {
    const all = { ...SETTINGS, ...settings };
    const chainOf = chainsOf({
      ...{ settings: all, policy: policyOf(policy), maxRowPico: null },
      judgeRows: (_, __, judged) => judged,
    });
    const { steps } = chainOf(row(fields, { policy, settings }));
    return steps.map(({ model, checks }) => [model, ...checks.map(({ name }) => name)].join(' '));
  }

  test("falls back by model, then task, then everybody's", () => {
    expect(chain({})).toEqual(['small', 'mid', 'big']);
    expect(chain({ model: 'mine', task: 'code' })).toEqual(['mine', 'coder']);
    expect(chain({ model: 'mine' })).toEqual(['mine', 'last']);
  });

  test("is a cascade with each model's checks, then the last one's fallback", () => {
    expect(chain({ task: 'summary' })).toEqual(['tiny refusal', 'large length', 'last length']);
  });

  test('a row that names its model is in no cascade', () => {
    expect(chain({ task: 'summary', model: 'small' })).toEqual(['small', 'mid', 'big']);
  });

  test('flags win over the policy', () => {
    expect(chain({}, { fallback: ['x'] })).toEqual(['small', 'x']);
    expect(chain({ task: 'summary' }, { checks: ['refusal'] })).toEqual([
      ...['tiny refusal', 'large refusal', 'last refusal'],
    ]);
    expect(chain({ task: 'summary' }, { cascade: ['a', 'b'], checks: ['judge:c'] })).toEqual([
      ...['a judge', 'b judge', 'last judge'],
    ]);
  });

  test('what is no check, or lacks its schema, is said before anything is asked', () => {
    expect(() => chain({}, { checks: ['polite'] })).toThrow("--check: 'polite' is no check");
    expect(() => chain({}, { checks: ['json_schema'] })).toThrow('no schema to check against');
    expect(chain({}, { checks: ['json_schema'], schema: {} })[0]).toBe('small schema');
  });

  test('its id is of models and checks: others share no answer', () => {
    const settings = { ...SETTINGS };
    const chainOf = chainsOf({
      ...{ settings, policy: policyOf(policy), maxRowPico: null },
      judgeRows: (_, __, judged) => judged,
    });
    const one = chainOf(row({}, { policy }));
    expect(chainOf(row({ prompt: 'other' }, { policy }))).toBe(one);
    expect(one.id).toBe('small>mid>big');
    expect(chainOf(row({ task: 'summary' }, { policy })).id).not.toBe('tiny>large>last');
  });
});
