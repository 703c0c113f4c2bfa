/** Names that loggers give to models and counts, and records that must not be guessed at. */
import { describe, expect, test } from 'vitest';
import { callOf, rejectOf } from './reading.ts';

describe('names of counts and models', () => {
  test.each([
    ['tokens_prompt', 'tokens_completion'],
    ['tokens_input', 'tokens_output'],
    ['n_input_tokens', 'n_output_tokens'],
    ['n_prompt_tokens', 'n_completion_tokens'],
    ['usage_prompt_tokens', 'usage_completion_tokens'],
    ['usage_input_tokens', 'usage_output_tokens'],
    ['usage.prompt_tokens', 'usage.completion_tokens'],
    ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'],
    ['gen_ai.usage.prompt_tokens', 'gen_ai.usage.completion_tokens'],
    ['prompt', 'completion'],
  ])('%s and %s', (input, output) => {
    const { usage, target } = callOf({ model: 'gpt-4o', [input]: 120, [output]: 30 });
    expect(usage).toMatchObject({ input: 120, output: 30 });
    expect(target.usageBasis).toBe('measured');
  });

  test.each(['model_used', 'main_model', 'gen_ai.response.model', 'gen_ai.request.model'])(
    '%s',
    (name) => {
      expect(callOf({ [name]: 'gpt-4o', prompt_tokens: 1 }).target).toMatchObject({
        model: 'gpt-4o',
        modelRequested: 'gpt-4o',
      });
    },
  );

  test('the model that answered before the one asked for, in a flat span', () => {
    const call = callOf({
      'gen_ai.provider.name': 'openai',
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 9,
    });
    expect(call.target).toMatchObject({
      provider: 'openai',
      model: 'gpt-4o-2024-08-06',
      modelRequested: 'gpt-4o',
      operation: 'embeddings',
    });
  });

  test('lines of a proxy, which writes a dash for what it does not know', () => {
    const line = {
      start_time: '2026-01-12T00:00:00.123Z',
      response_code: 200,
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 1200,
      'gen_ai.usage.output_tokens': 80,
      'gen_ai.usage.cached_input_tokens': 1024,
    };
    // 1200 - 1024 = 176
    expect(callOf(line).usage).toMatchObject({ input: 176, cacheRead: 1024, output: 80 });
    const failed = callOf({
      ...line,
      response_code: 429,
      'gen_ai.response.model': '-',
      'gen_ai.usage.input_tokens': '-',
      'gen_ai.usage.output_tokens': '-',
      'gen_ai.usage.cached_input_tokens': '-',
    });
    expect(failed.target).toMatchObject({ model: 'gpt-4o', usageBasis: 'missing' });
    expect(failed.outcome).toMatchObject({ status: 'error', httpStatus: 429 });
    expect(failed.usage).toMatchObject({ input: 0, cacheRead: 0, output: 0 });
  });

  test('the cached part and the reasoning of a flat span, and only of the one that made the call', () => {
    const usage = {
      'ai.usage.inputTokens': 1200,
      'ai.usage.outputTokens': 80,
      'ai.usage.cachedInputTokens': 1024,
      'ai.usage.reasoningTokens': 64,
    };
    const inner = {
      ...usage,
      'ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.usage.input_tokens': 1200,
      'gen_ai.usage.output_tokens': 80,
    };
    const call = callOf({ id: 'c1', attributes: inner });
    // 1200 - 1024 = 176
    expect(call.usage).toMatchObject({ input: 176, cacheRead: 1024, output: 80, reasoning: 64 });
    expect(call.target.model).toBe('gpt-5-mini-2025-08-07');
    const outer = { ...usage, 'ai.model.id': 'gpt-5-mini' };
    expect(rejectOf({ id: 'p1', attributes: outer }).reason).toBe('unknown_shape');
  });

  test('the counts of the model that ran before those of another tokenizer', () => {
    const { usage } = callOf({
      model: 'anthropic/claude-sonnet-4',
      tokens_prompt: 100,
      native_tokens_prompt: 118,
      tokens_completion: 20,
      native_tokens_completion: 25,
    });
    expect(usage).toMatchObject({ input: 118, output: 25 });
  });

  test('an event of a coding tool, with its model and counts among its properties', () => {
    const call = callOf({
      event: 'message_send',
      properties: {
        main_model: 'gpt-4o-mini',
        prompt_tokens: 638,
        completion_tokens: 25,
        cost: 0.0001107,
      },
      user_id: '52b5cc12',
      time: 1723560043,
    });
    expect(call.usage).toMatchObject({ input: 638, output: 25 });
    expect(call).toMatchObject({ user: '52b5cc12', billedPico: 110_700_000n });
  });
});

describe('numbers under `prompt` and `completion`', () => {
  test('are counts below a container as well, beside a prompt that is a text', () => {
    const call = callOf({
      model: 'm',
      prompt: 'Hi',
      cost: 0.1,
      tokens: { prompt: 12, completion: 5 },
    });
    expect(call.usage).toMatchObject({ input: 12, output: 5 });
    expect(call.user_text).toBe('Hi');
  });

  test('are counts in cells of text', () => {
    expect(callOf({ model: 'm', prompt: '12', completion: '5' }).usage).toMatchObject({
      input: 12,
      output: 5,
    });
  });

  test('are none beside a proper count', () => {
    const call = callOf({ model: 'm', prompt_tokens: 7, prompt: '12', completion: '5' });
    expect(call.usage).toMatchObject({ input: 7, output: 0 });
    expect(call.user_text).toBe('12');
  });

  test('are none alone: a prompt may be "42"', () => {
    const call = callOf({ model: 'm', prompt: '42', completion: 'The answer', cost: 0.1 });
    expect(call.target.usageBasis).toBe('missing');
    expect(call.user_text).toBe('42');
  });
});

describe('counts that contradict each other', () => {
  test('two different inputs are a reject that names both', () => {
    const record = { model: 'm', prompt_tokens: 100, input_tokens: 250, output_tokens: 5 };
    expect(rejectOf(record)).toEqual({
      reason: 'inconsistent_tokens',
      detail: 'prompt_tokens is 100 and input_tokens is 250',
    });
    expect(rejectOf({ model: 'm', usage: { ...record } }).reason).toBe('inconsistent_tokens');
  });

  test('a difference of just the cached part is two conventions, read as one', () => {
    // 1000 in all, 800 of them from the cache: 200 are fresh.
    const call = callOf({
      model: 'claude-sonnet-4',
      provider: 'anthropic',
      prompt_tokens: 1000,
      input_tokens: 200,
      cached_tokens: 800,
      completion_tokens: 5,
    });
    expect(call.usage).toMatchObject({ input: 200, cacheRead: 800, output: 5 });
  });

  test('equal counts and zeros agree', () => {
    for (const input_tokens of [100, 0]) {
      const call = callOf({ model: 'm', prompt_tokens: 100, input_tokens, output_tokens: 5 });
      expect(call.usage).toMatchObject({ input: 100, output: 5 });
    }
  });

  test('an output alone, without an input, is no usage', () => {
    expect(callOf({ model: 'm', output_tokens: 5 }).target.usageBasis).toBe('missing');
  });
});
