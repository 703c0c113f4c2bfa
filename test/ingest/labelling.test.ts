/** What labels: rules before tags before the classifier, and by what labels are known as old. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/classify/rules.ts';
import { RecordParser } from '../../src/formats/parse.ts';
import {
  Labeller,
  type Labelling,
  labellingKey,
  PLAIN,
  signalsOf,
} from '../../src/ingest/labelling.ts';
import { shippedId } from '../../src/ingest/model-file.ts';
import { promptTextOf } from '../../src/ingest/pack.ts';

function rule(line: number, key: 'model' | 'tag' | 'prompt_contains', text: string): Rule {
  return { line, task: 'creative', conditions: [{ key, oneOf: [text] }] };
}

function parsedOf(user: string, more: object = {}) {
  const record = {
    ...{ model: 'gpt-4o', messages: [{ role: 'user', content: user }], ...more },
    ...{ prompt_tokens: 10, completion_tokens: 1 },
  };
  const bytes = Buffer.from(JSON.stringify(record));
  const parser = new RecordParser(null);
  parser.reset(bytes);
  const items = parser.parse(0, bytes.length);
  const [item] = Array.isArray(items) ? items : [];
  if (item === undefined || !('call' in item)) throw new Error(JSON.stringify(items));
  return item;
}

function labelled(labelling: Labelling, user: string, more: object = {}) {
  const parsed = parsedOf(user, more);
  const { call, system, user: text } = parsed;
  return new Labeller(labelling).label(parsed, call, promptTextOf(call, system, text));
}

describe('the key of a labelling', () => {
  const own = { path: '/x', id: 7 };

  test('tells rules, their order and classifiers apart, and never is 0', () => {
    const [one, two] = [rule(1, 'tag', 'a'), rule(2, 'tag', 'b')];
    const all = [
      PLAIN,
      { rules: [one], own: null },
      { rules: [one, two], own: null },
      { rules: [two, one], own: null },
      { rules: [], own },
      { rules: [], own: { ...own, id: 8 } },
    ];
    const keys = all.map(labellingKey);
    expect(new Set(keys).size).toBe(all.length);
    expect(keys).not.toContain(0);
    for (const key of keys) expect(Number.isSafeInteger(key) && key > 0).toBe(true);
  });

  test('a rule that stands elsewhere, or a model of another name, is the same', () => {
    expect(labellingKey({ rules: [rule(9, 'tag', 'a')], own: null })).toBe(
      labellingKey({ rules: [rule(1, 'tag', 'a')], own: null }),
    );
    expect(labellingKey({ rules: [], own })).toBe(
      labellingKey({ rules: [], own: { ...own, path: '/y' } }),
    );
  });

  test('goes by the shipped weights where those are in force', () => {
    // With weights of another id, labels of before are old: as if a model of that id were in force.
    expect(labellingKey(PLAIN)).toBe(
      labellingKey({ rules: [], own: { path: '', id: shippedId() } }),
    );
    expect(labellingKey(PLAIN)).not.toBe(
      labellingKey({ rules: [], own: { path: '', id: shippedId() + 1 } }),
    );
  });
});

describe('a label', () => {
  const rules = [rule(4, 'prompt_contains', 'tender')];
  const TRANSLATE = 'Translate this sentence into German: the train is late.';

  test('is that of the first rule, else the tag, else the classifier', () => {
    const tagged = { metadata: { task: 'summary' } };
    const withRules = { rules, own: null };
    expect(labelled(withRules, 'The Tender is late', tagged)).toMatchObject({
      ...{ task: 'creative', confidence: 100, by: 'rule', rule: { line: 4 } },
    });
    expect(labelled(withRules, TRANSLATE, tagged)).toMatchObject({
      ...{ task: 'summarization', confidence: 100, by: 'tag', rule: null },
    });
    const read = labelled(withRules, TRANSLATE);
    expect(read).toMatchObject({ task: 'translation', by: 'classifier', rule: null });
    expect(read.confidence).toBeLessThan(100);
  });

  test('has a complexity whoever gave it, but not without a prompt', () => {
    const plain = labelled(PLAIN, TRANSLATE).complexity;
    expect(plain).toBeGreaterThan(0);
    const asked = { rules: [rule(1, 'model', '*')], own: null };
    expect(labelled(asked, TRANSLATE).complexity).toBe(plain);
    expect(labelled(asked, '').complexity).toBeNull();
  });

  test('of a request that is still to be made is that of the same request in a log', () => {
    for (const labelling of [PLAIN, { rules: [rule(1, 'model', 'gpt-4o')], own: null }]) {
      const parsed = parsedOf(TRANSLATE);
      const { call, system, user } = parsed;
      const text = promptTextOf(call, system, user);
      const labeller = new Labeller(labelling);
      const signals = signalsOf(call);
      const request = { signals, text, system, user, models: ['gpt-4o'], tags: [] };
      expect(labeller.labelRequest(request)).toEqual(labeller.label(parsed, call, text));
    }
  });

  test('of a request: rules on tags, endpoints, models and their makers know it', () => {
    const { call, system, user } = parsedOf(TRANSLATE);
    const text = promptTextOf(call, system, user);
    const by = (key: 'tag' | 'endpoint' | 'model' | 'provider', value: string, models = ['m']) => {
      const rules = [{ line: 1, task: 'code', conditions: [{ key, oneOf: [value] }] }] as const;
      const request = { signals: signalsOf(call), text, system, user, models, tags: ['triage'] };
      return new Labeller({ rules, own: null }).labelRequest(request).by;
    };
    expect(by('tag', 'triage')).toBe('rule');
    expect(by('tag', 'other')).toBe('classifier');
    expect(by('endpoint', '/v1/chat/completions')).toBe('rule');
    expect(by('endpoint', '/v1/embeddings')).toBe('classifier');
    expect(by('model', '*')).toBe('rule');
    expect(by('model', '*', [])).toBe('classifier');
    expect(by('provider', 'openai', ['gpt-4o'])).toBe('rule');
    expect(by('provider', 'openai', ['claude-3-haiku'])).toBe('classifier');
  });
});
