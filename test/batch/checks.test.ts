import { describe, expect, test } from 'vitest';
import {
  lengthCheck,
  parseJsonAnswer,
  refusalCheck,
  regexCheck,
  schemaCheck,
} from '../../src/batch/checks.ts';
import { schemaMismatch } from '../../src/batch/json-schema.ts';
import type { Answer } from '../../src/batch/row.ts';
import { schemaProblem } from '../../src/batch/schema-problem.ts';
import { answer, row } from './run-world.ts';

const said = (text: string, stopReason = 'stop'): Answer => answer(text, { stopReason }) as Answer;
const passes = (check: ReturnType<typeof refusalCheck>, given: Answer) =>
  check.check(given, row(0));

describe('checks', () => {
  test.each([
    'I’m sorry, but I can’t help with that.',
    "I'm sorry, I cannot provide that information.",
    'I cannot assist with this request.',
    'Unfortunately, I am unable to provide medical advice.',
    'As an AI language model, I do not have opinions.',
    'Es tut mir leid, aber ich kann dabei nicht helfen.',
  ])('a refusal: %s', (text) => {
    expect(passes(refusalCheck(), said(text))).toMatchObject({
      passed: false,
      reason: 'the model declined',
    });
  });

  test.each([
    'The customer writes: "I cannot log in", so the label is account.',
    'I can help with that: restart the router.',
    'Sorry for the wait! Your parcel is on its way.',
    'negative',
    '',
    `${'The review is long. '.repeat(15)}I'm sorry, but I can't help with that.`,
  ])('no refusal: %s', (text) => {
    expect(passes(refusalCheck(), said(text))).toMatchObject({ passed: true });
  });

  test('what a filter stopped is refused', () => {
    expect(passes(refusalCheck(), said('so far', 'content_filter'))).toMatchObject({
      passed: false,
      reason: 'stopped for content_filter',
    });
  });

  test('length: one below, at and above each bound; what was cut off never passes', () => {
    const check = lengthCheck(3, 5);
    const verdicts = ['ab', 'abc', ' abcde\n', 'abcdef'].map((text) => passes(check, said(text)));
    expect(verdicts).toMatchObject([
      { passed: false },
      { passed: true },
      { passed: true },
      { passed: false },
    ]);
    expect(passes(check, said('abcd', 'length'))).toMatchObject({ passed: false });
  });

  test('regex', () => {
    const check = regexCheck(/^(yes|no)$/u);
    expect(passes(check, said('yes'))).toMatchObject({ passed: true });
    expect(passes(check, said('yes.'))).toMatchObject({ passed: false });
  });

  test('schema: JSON with or without a fence', () => {
    const check = schemaCheck({ type: 'object', required: ['label'] });
    expect(passes(check, said('{"label":"x"}'))).toMatchObject({ passed: true });
    expect(passes(check, said('```json\n{"label":"x"}\n```'))).toMatchObject({ passed: true });
    expect(passes(check, said('{"label":'))).toMatchObject({ reason: 'the answer is not JSON' });
    expect(passes(check, said('{}'))).toMatchObject({ reason: '$: has no label' });
    expect(parseJsonAnswer('null')).toBeNull();
    expect(parseJsonAnswer('nothing')).toBeUndefined();
  });
});

describe('JSON schema', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          parts: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
  };
  test.each([
    [{}, 1, null],
    [true, 1, null],
    [false, 1, '$: nothing is allowed here'],
    [{ type: 'string' }, 'a', null],
    [{ type: 'string' }, 1, '$: not a string'],
    [{ type: ['string', 'null'] }, null, null],
    [{ type: ['integer', 'null'] }, 1.5, '$: not an integer or null'],
    [{ type: 'integer' }, 2, null],
    [{ type: 'object' }, [], '$: not an object'],
    [{ type: 'object' }, null, '$: not an object'],
    [{ type: 'number' }, true, '$: not a number'],
    [{ enum: ['a', { b: 1 }] }, { b: 1 }, null],
    [{ enum: ['a'] }, 'b', '$: not one of the values allowed'],
    [{ const: null }, null, null],
    [{ const: [1, 2] }, [2, 1], '$: not the value required'],
    [{ minimum: 1 }, 1, null],
    [{ minimum: 1 }, 0.9, '$: below 1'],
    [{ maximum: 1 }, 1.1, '$: above 1'],
    [{ exclusiveMinimum: 1 }, 1, '$: not above 1'],
    [{ exclusiveMaximum: 1 }, 1, '$: not below 1'],
    [{ multipleOf: 0.1 }, 0.3, null],
    [{ multipleOf: 2 }, 3, '$: not a multiple of 2'],
    [{ minLength: 2 }, '😀', '$: shorter than 2 characters'],
    [{ maxLength: 1 }, '😀', null],
    [{ pattern: '^\\d+$' }, '12a', '$: does not match ^\\d+$'],
    [{ minItems: 1 }, [], '$: fewer than 1 items'],
    [{ maxItems: 1 }, [1, 2], '$: more than 1 items'],
    [{ uniqueItems: true }, [{ a: 1 }, { a: 1 }], '$: has equal items'],
    [
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      ['a', 'b'],
      '$[1]: not a number',
    ],
    [{ required: ['toString'] }, {}, '$: has no toString'],
    [{ additionalProperties: false }, { a: 1 }, '$: has a field a that is not in the schema'],
    [{ additionalProperties: { type: 'number' } }, { a: 'x' }, '$.a: not a number'],
    [{ patternProperties: { '^x_': true }, additionalProperties: false }, { x_a: 1 }, null],
    [
      { patternProperties: { '^x_': true }, additionalProperties: false },
      { y: 1 },
      '$: has a field y that is not in the schema',
    ],
    [{ patternProperties: { '^x_': { type: 'number' } } }, { x_a: 'b' }, '$.x_a: not a number'],
    // A name and a pattern: both hold.
    [
      { properties: { x_a: { minimum: 1 } }, patternProperties: { '^x_': { maximum: 2 } } },
      { x_a: 3 },
      '$.x_a: above 2',
    ],
    [
      { patternProperties: { '^x_': true }, additionalProperties: { type: 'number' } },
      { x_a: 'b', y: 'c' },
      '$.y: not a number',
    ],
    // `\\-` outside of brackets is none of the `u` flag, but many write it.
    [{ pattern: '^a\\-b$' }, 'a-b', null],
    [{ pattern: '(' }, 'a', '$: does not match ('],
    [{ minProperties: 1 }, {}, '$: fewer than 1 fields'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, '$: fits none of anyOf'],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, '$: does not fit exactly one of oneOf'],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 3, '$: above 2'],
    [{ not: { type: 'null' } }, null, '$: fits what it must not'],
    [tree, { name: 'a', parts: [{ name: 'b' }] }, null],
    [tree, { name: 'a', parts: [{ name: 7 }] }, '$.parts[0].name: not a string'],
    [{ $ref: '#' }, 1, '$: # goes in a circle'],
    [{ $ref: '#/$defs/none' }, 1, '$: #/$defs/none is not in the schema'],
    [{ $ref: 'https://example.com/x' }, 1, '$: https://example.com/x is not in the schema'],
    [{ format: 'email', title: 'a note' }, 'not an email', null],
  ])('%j of %j: %s', (schema, value, expected) => {
    expect(schemaMismatch(schema, value)).toBe(expected);
  });

  const wrong = { pattern: '(' };
  test.each([
    [{ type: 'object', properties: { a: { pattern: '^\\d+$' } } }, null],
    [wrong, '$'],
    [{ properties: { a: { items: wrong } } }, '$.properties.a.items'],
    [{ prefixItems: [{}, wrong] }, '$.prefixItems.1'],
    [{ $defs: { node: { anyOf: [wrong] } } }, '$.$defs.node.anyOf.0'],
    [{ patternProperties: { '(': {} } }, '$'],
    // No schemas: a field of that name, and values.
    [{ properties: { pattern: { type: 'string' } } }, null],
    [{ enum: [wrong], default: wrong }, null],
  ])('a pattern that is none is found before it is used: %j', (schema, path) => {
    const problem = `${path}: the pattern ( is no regular expression`;
    expect(schemaProblem(schema)).toBe(path === null ? null : problem);
  });
});
