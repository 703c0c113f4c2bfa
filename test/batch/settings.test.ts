import { describe, expect, test } from 'vitest';
import {
  type BatchSettings,
  canonicalJson,
  formatSettings,
  hashSettings,
  parseSettings,
} from '../../src/batch/settings.ts';

const SETTINGS = {
  ...{ format: 'auto', promptColumn: null, template: 'é {{a}}', system: null, model: 'm' },
  ...{ operation: 'chat', maxTokens: 5, temperatureMilli: 700, task: null },
  ...{ schema: { type: 'object', properties: { b: {}, a: {} } } },
  ...{ fallback: ['x'], cascade: [], checks: [] },
} as unknown as BatchSettings;

test('settings come back as they were kept', () => {
  expect(parseSettings(formatSettings(SETTINGS))).toEqual(SETTINGS);
});

describe('canonical JSON', () => {
  test.each([
    [{ b: 1, a: [2, { d: null, c: 'x' }] }, '{"a":[2,{"c":"x","d":null}],"b":1}'],
    [{ a: undefined, b: 'é"' }, '{"b":"é\\""}'],
    [null, 'null'],
    [[], '[]'],
  ])('%j', (value, text) => expect(canonicalJson(value)).toBe(text));
});

test('every setting is in the hash; the order of members is not, that of lists is', () => {
  const hash = hashSettings(SETTINGS);
  for (const name of Object.keys(SETTINGS)) {
    expect(hashSettings({ ...SETTINGS, [name]: 'other' }), name).not.toBe(hash);
  }
  const turned = { type: 'object', properties: { a: {}, b: {} } };
  expect(hashSettings({ ...SETTINGS, schema: turned })).toBe(hash);
  const [one, two] = [
    ['x', 'y'],
    ['y', 'x'],
  ].map((fallback) => ({ ...SETTINGS, fallback }));
  expect(hashSettings(one!)).not.toBe(hashSettings(two!));
});
