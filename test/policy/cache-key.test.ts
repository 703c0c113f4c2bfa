import { describe, expect, it } from 'vitest';
import { arrivalMs, isCacheable, isDeterministic, ModelIds } from '../../src/policy/cache-key.ts';
import { call, outcome, T0, target } from './calls.ts';

describe('isCacheable', () => {
  it.each([
    [null, true],
    [0, true],
    [299, true],
    [300, true],
    [301, false],
  ])('temperature %s: %s', (temperatureMilli, expected) => {
    expect(isCacheable(call({ temperatureMilli }))).toBe(expected);
  });

  it('takes another limit', () => {
    expect(isCacheable(call({ temperatureMilli: 700 }), 700)).toBe(true);
    expect(isCacheable(call({ temperatureMilli: 1 }), 0)).toBe(false);
  });

  it('wants a prompt, an answer, no tool call, and text or vectors', () => {
    expect(isCacheable(call({ promptHash: null }))).toBe(false);
    expect(isCacheable(call({ outcome: outcome({ status: 'error' }) }))).toBe(false);
    expect(isCacheable(call({ outcome: outcome({ stopReason: 'tool_calls' }) }))).toBe(false);
    expect(isCacheable(call({ target: target({ operation: 'image' }) }))).toBe(false);
    expect(isCacheable(call({ target: target({ operation: 'embeddings' }) }))).toBe(true);
  });
});

it('an answer arrives after its latency, late if that is unknown, at the time of an end', () => {
  expect(arrivalMs(call({ latencyMs: 250 }), T0)).toBe(T0 + 250);
  expect(arrivalMs(call({ latencyMs: null }), T0)).toBe(T0 + 30_000);
  const end = target({ timeSource: 'end' });
  expect(arrivalMs(call({ latencyMs: null, target: end }), T0)).toBe(T0);
});

it('an unset temperature is not 0, but vectors have none', () => {
  expect(isDeterministic(call({ temperatureMilli: 0 }))).toBe(true);
  expect(isDeterministic(call({ temperatureMilli: null }))).toBe(false);
  const embeddings = target({ operation: 'embeddings' });
  expect(isDeterministic(call({ temperatureMilli: null, target: embeddings }))).toBe(true);
});

it('models are told apart by provider and name, not by tier', () => {
  const ids = new ModelIds();
  const first = ids.idOf(target());
  expect(ids.idOf(target({ tier: 'batch' }))).toBe(first);
  expect(ids.idOf(target({ provider: 'azure' }))).not.toBe(first);
  expect(ids.idOf(target({ model: 'gpt-4o-mini' }))).not.toBe(first);
});
