import { expect, test } from 'vitest';
import { outputLimit } from '../../src/batch/output-limits.ts';

test.each([
  ['gpt-4o', 16_384],
  // A date and a maker's name are no other model.
  ['gpt-4o-2024-08-06', 16_384],
  ['claude-sonnet-4-20250514', 64_000],
  ['gpt-3.5-turbo', 4_096],
  // A longer name is another one.
  ['gpt-4.1-mini', 32_768],
  ['o3-mini', 100_000],
])('%s gives %i tokens at most', (model, tokens) => {
  expect(outputLimit(model)).toBe(tokens);
});

test.each(['gpt-4o-audio', 'house-llm-7b', '', 'constructor', '__proto__'])(
  'nobody says how long answers of %j are',
  (model) => {
    expect(outputLimit(model)).toBeNull();
  },
);
