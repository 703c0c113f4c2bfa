/** Schemas and expressions that would never come to an end. */
import { describe, expect, test } from 'vitest';
import { regexCheck } from '../../src/batch/checks.ts';
import { findsIn } from '../../src/batch/find-in.ts';
import { schemaMismatch } from '../../src/batch/json-schema.ts';
import { schemaProblem } from '../../src/batch/schema-problem.ts';
import { parseCheckSpec } from '../../src/policy/check-spec.ts';

/** Each level asks twice for the next: 2^levels ways, and no circle. */
function branching(levels: number): Record<string, unknown> {
  const $defs: Record<string, unknown> = { [`d${levels}`]: { type: 'null' } };
  for (let at = 0; at < levels; at++) {
    const next = { $ref: `#/$defs/d${at + 1}` };
    $defs[`d${at}`] = { anyOf: [next, next] };
  }
  return { $ref: '#/$defs/d0', $defs };
}

describe('schemaProblem', () => {
  test.each([
    [{ anyOf: [{ $ref: '#' }, { $ref: '#' }] }, '$: goes in a circle'],
    [{ properties: { a: { $ref: '#/properties/a' } } }, '$.properties.a: goes in a circle'],
    [{ $defs: { a: { not: { $ref: '#/$defs/a' } } } }, '$.$defs.a: goes in a circle'],
    [{ items: { $ref: '#/$defs/none' } }, '$.items: #/$defs/none is not in the schema'],
    [{ $ref: 'https://example.com/x' }, '$: https://example.com/x is not in the schema'],
    [{ $ref: '#name' }, '$: #name is not in the schema'],
    [{ $ref: '#/%' }, '$: #/% is not in the schema'],
    [
      { properties: { a: { pattern: '^(a+)+$' } } },
      '$.properties.a: the pattern ^(a+)+$ could back-track for ever: a repetition within a repetition',
    ],
    [
      { $ref: '#/components/a', components: { a: { pattern: '(a|a)*' } } },
      '#/components/a: the pattern (a|a)* could back-track for ever: a repetition within a repetition',
    ],
    // A tree: each part is a part of the value, so it ends with the value.
    [{ properties: { parts: { items: { $ref: '#' } } } }, null],
  ])('%j: %s', (schema, expected) => {
    expect(schemaProblem(schema)).toBe(expected);
  });
});

describe('schemaMismatch', () => {
  test('takes a schema that branches for none that goes in a circle', () => {
    expect(schemaProblem(branching(30))).toBeNull();
  });

  test('gives up a schema that branches without end', () => {
    const expected = '$: the schema takes more than 300000 steps for this answer';
    expect(schemaMismatch(branching(40), 1)).toBe(expected);
    // What must not fit is not taken to fit because nobody knows.
    expect(schemaMismatch({ ...branching(40), not: { $ref: '#' } }, 1)).toBe(expected);
  });

  test('finds equal items among many', () => {
    const numbers = Array.from({ length: 100_000 }, (_, at) => at);
    expect(schemaMismatch({ uniqueItems: true }, numbers)).toBeNull();
    expect(schemaMismatch({ uniqueItems: true }, [...numbers, 7])).toBe('$: has equal items');
    expect(schemaMismatch({ uniqueItems: true }, ['1', 1, null, false, {}, []])).toBeNull();
    const objects = numbers.map((at) => ({ at }));
    expect(schemaMismatch({ uniqueItems: true }, objects)).toMatch(/300000 steps/);
  });
});

describe('a search that takes too long', () => {
  // 300³ and more steps for a text of this length; 2^300 where it is not refused at the start.
  const forever = /^(a+)+$/;
  const text = `${'a'.repeat(300)}!`;

  test('is given up', () => {
    expect(findsIn(forever, text)).toBeNull();
    expect(findsIn(forever, 'a'.repeat(300))).toBe(true);
    expect(findsIn(/b+/, text)).toBe(false);
  });

  test('is an answer that does not pass', async () => {
    const verdict = await regexCheck(forever).check(
      { text } as never,
      {} as never,
      async () => null,
    );
    expect(verdict).toEqual({ passed: false, reason: 'takes too long to match with ^(a+)+$' });
    expect(schemaMismatch({ pattern: '^(a+)+$' }, text)).toBe(
      '$: takes too long to match with ^(a+)+$',
    );
  });
});

test('a check by such an expression is none', () => {
  expect(parseCheckSpec('regex:^(a+)+$')).toBe(
    "'regex:^(a+)+$' could back-track for ever: a repetition within a repetition",
  );
});
