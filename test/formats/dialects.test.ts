/** Every dialect, one fixture a case; the expected counts are worked out beside each. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { readPlainly, type SeenCall, WarmReader } from './reading.ts';

/** The calls of each line of a fixture, read by the scanner and by JSON.parse. */
function callsOf(name: string): SeenCall[] {
  const text = readFileSync(new URL(`../../fixtures/formats/${name}`, import.meta.url), 'utf8');
  const reader = new WarmReader();
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const read = reader.read(line);
      expect(read).toEqual(readPlainly(line));
      if (isRejected(read)) throw new Error(`${read.reason}: ${read.detail}`);
      return read;
    });
}

function oneOf(name: string): SeenCall {
  const calls = callsOf(name);
  expect(calls).toHaveLength(1);
  return calls[0]!;
}

const usage = (counts: Partial<SeenCall['usage']>): SeenCall['usage'] => ({
  ...emptyUsage(),
  ...counts,
});
const at = (time: string): number => Date.parse(time);

describe('OpenAI', () => {
  test('a pair: the snapshot that answered, counters made disjoint, the record’s own time', () => {
    const call = oneOf('openai-pair.jsonl');
    // 1,200 prompt − 1,024 cached = 176 fresh; 16 of the 80 were reasoning.
    expect(call.usage).toEqual(usage({ input: 176, cacheRead: 1024, output: 80, reasoning: 16 }));
    expect(call).toMatchObject({
      target: {
        provider: 'openai',
        model: 'gpt-4o-2024-08-06',
        modelRequested: 'gpt-4o',
        format: 'openai_chat',
        tier: 'standard',
        timeSource: 'start',
        usageBasis: 'measured',
      },
      outcome: { status: 'ok', httpStatus: 200, stopReason: 'stop', errorType: '' },
      startedAtMs: at('2026-03-02T08:00:00Z'),
      latencyMs: 812,
      maxTokens: 120,
      temperatureMilli: 700,
      user: 'desk-eu',
      // "Answer briefly." is 15 bytes, "Where is my parcel?" 19; "On its way." 11.
      promptBytes: 34,
      answerBytes: 11,
      turns: 2,
      hasTools: false,
      hasSchema: false,
      system: 'Answer briefly.',
      user_text: 'Where is my parcel?',
    });
    expect([
      call.idKey,
      call.promptHash,
      call.systemHash,
      call.answerHash,
      call.sessionKey,
    ]).not.toContain(null);
  });

  test('a bare response: its own time of creation, the tier that served it, a tool call as answer', () => {
    const call = oneOf('openai-bare.jsonl');
    expect(call.usage).toEqual(usage({ input: 50, output: 12 }));
    expect(call).toMatchObject({
      target: { model: 'gpt-4.1-2025-04-14', tier: 'flex', timeSource: 'created' },
      outcome: { stopReason: 'tool_calls' },
      startedAtMs: 1_772_438_400_000,
      promptHash: null,
      answerBytes: 0,
    });
    expect(call.answerHash).not.toBeNull();
  });

  test('a stream as text: the last usage counts once, the pieces make one answer', () => {
    const call = oneOf('openai-stream.jsonl');
    expect(call.usage).toEqual(usage({ input: 30, output: 5 }));
    expect(call).toMatchObject({
      target: { model: 'gpt-4o-mini-2024-07-18', modelRequested: 'gpt-4o-mini' },
      outcome: { stopReason: 'stop' },
      answerBytes: 'On its way.'.length,
    });
    // The same answer as the one that came whole.
    expect(call.answerHash).toBe(oneOf('openai-pair.jsonl').answerHash);
  });

  test('Responses: cached and reasoning parts, structured output, an answer that was cut', () => {
    const [done, cut] = callsOf('openai-responses.jsonl');
    // 400 input − 128 cached = 272.
    expect(done?.usage).toEqual(usage({ input: 272, cacheRead: 128, output: 300, reasoning: 256 }));
    expect(done).toMatchObject({
      target: { format: 'openai_responses', model: 'gpt-5-2025-08-07' },
      outcome: { stopReason: 'stop' },
      system: 'Be brief.',
      user_text: 'Where is my parcel?',
      maxTokens: 500,
      hasSchema: true,
    });
    expect(cut).toMatchObject({
      outcome: { status: 'ok', stopReason: 'length' },
      usage: { input: 10, output: 500 },
    });
  });

  test('embeddings', () => {
    const call = oneOf('openai-embeddings.jsonl');
    expect(call.usage).toEqual(usage({ input: 9 }));
    expect(call).toMatchObject({
      target: { operation: 'embeddings', format: 'openai_embeddings' },
      promptBytes: 16,
    });
  });

  test('batch output is of the batch tier, whatever its body says', () => {
    const call = oneOf('batch-output.jsonl');
    // 1,500 − 1,024 = 476.
    expect(call.usage).toEqual(usage({ input: 476, cacheRead: 1024, output: 200 }));
    expect(call).toMatchObject({
      target: { tier: 'batch', format: 'openai_batch' },
      startedAtMs: 1_772_438_420_000,
    });
  });

  test('batch errors are failed calls that used nothing', () => {
    const [limited, expired] = callsOf('batch-errors.jsonl');
    expect(limited).toMatchObject({
      outcome: { status: 'error', httpStatus: 429, errorType: 'rate_limit_exceeded' },
      usage: emptyUsage(),
    });
    expect(expired).toMatchObject({
      outcome: { status: 'error', errorType: 'batch_expired' },
      usage: emptyUsage(),
    });
    expect(limited?.idKey).not.toBe(expired?.idKey);
  });
});

describe('Anthropic', () => {
  test('a pair: its counters are disjoint already, and input is never less its cache', () => {
    const call = oneOf('anthropic-pair.jsonl');
    expect(call.usage).toEqual(
      usage({ input: 18, cacheRead: 1000, cacheWrite5m: 5000, output: 64 }),
    );
    expect(call).toMatchObject({
      target: {
        provider: 'anthropic',
        model: 'claude-sonnet-4-5-20250929',
        modelRequested: 'claude-sonnet-4-5',
      },
      outcome: { stopReason: 'length' },
      // 09:00:06 at +01:00.
      startedAtMs: at('2026-03-02T08:00:06Z'),
      maxTokens: 64,
      system: 'Answer briefly.',
      user_text: 'Where is my parcel?',
    });
    // The same system prompt as OpenAI's pair: one hash, whoever is asked.
    expect(call.systemHash).toBe(oneOf('openai-pair.jsonl').systemHash);
  });

  test('a bare message has no time', () => {
    const call = oneOf('anthropic-bare.jsonl');
    expect(call.usage).toEqual(usage({ input: 7, output: 3 }));
    expect(call).toMatchObject({
      startedAtMs: null,
      target: { timeSource: 'none' },
      outcome: { stopReason: 'stop' },
    });
  });

  test('cache writes by lifetime, and searches', () => {
    // 3,000 written: 1,000 for five minutes, 2,000 for an hour.
    expect(oneOf('anthropic-1h-writes.jsonl').usage).toEqual(
      usage({ input: 4, cacheWrite5m: 1000, cacheWrite1h: 2000, output: 20, webSearches: 2 }),
    );
  });

  test('iterations are billed one by one, each at its own model', () => {
    const calls = callsOf('anthropic-iterations.jsonl');
    expect(
      calls.map((call) => [
        call.target.model,
        call.usage.input,
        call.usage.cacheRead,
        call.usage.output,
      ]),
    ).toEqual([
      ['claude-opus-4-5-20251101', 60, 0, 20],
      ['claude-haiku-4-5-20251001', 900, 10, 40],
      ['claude-opus-4-5-20251101', 40, 0, 30],
    ]);
    expect(new Set(calls.map((call) => call.idKey)).size).toBe(3);
  });

  test('an error names its type, never its message', () => {
    const call = oneOf('anthropic-error.jsonl');
    expect(call).toMatchObject({
      target: { model: 'claude-sonnet-4-5' },
      outcome: { status: 'error', httpStatus: 529, errorType: 'overloaded_error' },
      usage: emptyUsage(),
    });
    expect(JSON.stringify(call.outcome)).not.toContain('secret');
  });
});

describe('LiteLLM', () => {
  test('a logging payload: user, tag, amount, and the parameters of the request', () => {
    const call = oneOf('litellm-payload.jsonl');
    expect(call.usage).toEqual(usage({ input: 10, output: 20 }));
    expect(call).toMatchObject({
      target: { provider: 'openai', model: 'gpt-4o', format: 'litellm' },
      user: 'svc-desk',
      tag: 'summarization',
      // 0.00022500000000000002 USD, rounded at the twelfth digit.
      billedPico: 225_000_000n,
      startedAtMs: 1_772_438_410_250,
      // End − start = 1.25 s; `response_time` is the time to the first token when streamed.
      latencyMs: 1250,
      temperatureMilli: 200,
      maxTokens: 50,
      user_text: 'Hello',
    });
  });

  test('a spend log: inclusive counts also for Anthropic, a failure, a cache hit', () => {
    const [billed, hit, failed] = callsOf('litellm-spend-log.jsonl');
    // 6,018 prompt − 1,000 read − 5,000 written = 18.
    expect(billed?.usage).toEqual(
      usage({ input: 18, cacheRead: 1000, cacheWrite5m: 5000, output: 40 }),
    );
    expect(billed?.billedPico).toBe(19_704_000_000n);
    expect(hit).toMatchObject({ outcome: { status: 'cached' } });
    expect(failed).toMatchObject({
      outcome: { status: 'error', errorType: 'RateLimitError' },
      usage: emptyUsage(),
    });
  });

  test('a prompt that was not stored, "{}", is no prompt: such rows are not repeats of each other', () => {
    for (const call of callsOf('litellm-spend-log.jsonl')) {
      expect(call).toMatchObject({
        promptHash: null,
        answerHash: null,
        promptBytes: 0,
        answerBytes: 0,
      });
    }
  });

  test('messages stored as JSON in a string are the same prompt as messages stored as a list', () => {
    const [row] = readFileSync(
      new URL('../../fixtures/formats/litellm-payload.jsonl', import.meta.url),
      'utf8',
    ).split('\n');
    const payload = JSON.parse(row!) as { messages: unknown };
    const listed = new WarmReader().read(JSON.stringify(payload));
    const stringed = new WarmReader().read(
      JSON.stringify({ ...payload, messages: JSON.stringify(payload.messages) }),
    );
    expect(stringed).toEqual(listed);
  });
});

describe('flat records', () => {
  test('one family of names after another', () => {
    const [plain, texts, claude, totalOnly, timeout] = callsOf('flat.jsonl');
    expect(plain).toMatchObject({
      usage: usage({ input: 176, cacheRead: 1024, output: 80 }),
      billedPico: 2_520_000_000n,
      latencyMs: 1250,
      user: 'u1',
      tag: 'translation',
    });
    // "1,200" and "$0.0038" are numbers; 1.25 s are 1,250 ms; the fraction of a second stays.
    expect(texts).toMatchObject({
      usage: usage({ input: 1200, output: 80 }),
      billedPico: 3_800_000_000n,
      startedAtMs: 1_772_438_431_250,
      latencyMs: 1250,
    });
    // More cached than input: Anthropic's way of counting.
    expect(claude).toMatchObject({
      usage: usage({ input: 18, cacheRead: 1000, cacheWrite5m: 5000, output: 40 }),
      target: { provider: 'anthropic' },
      startedAtMs: 1_772_438_432_000,
      latencyMs: 1500,
    });
    // Only a total: what of it was input is unknown, so it is not zero but missing.
    expect(totalOnly).toMatchObject({
      target: { usageBasis: 'missing' },
      billedPico: 3_800_000_000n,
    });
    expect(timeout).toMatchObject({
      outcome: { status: 'timeout' },
      usage: usage({ input: 10, output: 2 }),
    });
  });

  const INPUT =
    'prompt_tokens input_tokens tokens_in in_tokens prompt_token_count input_token_count num_prompt_tokens request_tokens context_tokens n_prompt_tokens usage_input in input promptTokens Prompt-Tokens tokensIn'.split(
      ' ',
    );
  const OUTPUT =
    'completion_tokens output_tokens tokens_out out_tokens candidates_token_count output_token_count num_completion_tokens completion_token_count generated_tokens response_tokens n_generated usage_output out output completionTokens'.split(
      ' ',
    );
  const MODEL =
    'model model_name model_id model_served response_model used_model llm_model llm ai_model gen_ai_model engine deployment deployment_name modelName MODEL'.split(
      ' ',
    );
  const CACHED =
    'cache_read_input_tokens cached_tokens cache_read_tokens cached_input_tokens cache_read cached_prompt_tokens prompt_cache_hit_tokens num_cached_tokens cached cachedTokens'.split(
      ' ',
    );

  test.each(INPUT)('%s is the input', (name) => {
    expect(readOne({ model: 'm', [name]: 12, completion_tokens: 3 }).usage).toEqual(
      usage({ input: 12, output: 3 }),
    );
  });
  test.each(OUTPUT)('%s is the output', (name) => {
    expect(readOne({ model: 'm', prompt_tokens: 12, [name]: 3 }).usage).toEqual(
      usage({ input: 12, output: 3 }),
    );
  });
  test.each(MODEL)('%s is the model', (name) => {
    expect(readOne({ [name]: 'gpt-4o', prompt_tokens: 1, completion_tokens: 1 }).target.model).toBe(
      'gpt-4o',
    );
  });
  test.each(CACHED)('%s is the cached part', (name) => {
    expect(
      readOne({ model: 'm', prompt_tokens: 12, completion_tokens: 3, [name]: 10 }).usage,
    ).toEqual(usage({ input: 2, cacheRead: 10, output: 3 }));
  });

  test.each([
    ['in seconds', 1_772_438_400],
    ['in seconds with a fraction', 1_772_438_400.0],
    ['in milliseconds', 1_772_438_400_000],
    ['in microseconds', 1_772_438_400_000_000],
    ['in nanoseconds', 1_772_438_400_000_000_000],
    ['as text of a number', '1772438400'],
    ['ISO, Z', '2026-03-02T08:00:00Z'],
    ['ISO, milliseconds', '2026-03-02T08:00:00.000Z'],
    ['ISO, an offset', '2026-03-02T13:30:00+05:30'],
    ['ISO, no zone', '2026-03-02 08:00:00'],
  ])('a time %s', (_, timestamp) => {
    expect(readOne({ model: 'm', prompt_tokens: 1, timestamp }).startedAtMs).toBe(
      at('2026-03-02T08:00:00Z'),
    );
  });

  test.each([null, '', 'yesterday', 0, -5, 12, {}, [], true])('%j is no time', (timestamp) => {
    expect(readOne({ model: 'm', prompt_tokens: 1, timestamp })).toMatchObject({
      startedAtMs: null,
      target: { timeSource: 'none' },
    });
  });

  test('an end and a duration give the start', () => {
    const call = readOne({
      model: 'm',
      prompt_tokens: 1,
      end_time: '2026-03-02T08:00:02Z',
      latency_ms: 2000,
    });
    expect(call).toMatchObject({
      startedAtMs: at('2026-03-02T08:00:00Z'),
      target: { timeSource: 'end' },
    });
  });

  test('a total tells whether cached tokens are inside the input', () => {
    const row = { model: 'm', prompt_tokens: 1000, completion_tokens: 10, cached_tokens: 400 };
    expect(readOne({ ...row, total_tokens: 1010 }).usage).toEqual(
      usage({ input: 600, cacheRead: 400, output: 10 }),
    );
    expect(readOne({ ...row, total_tokens: 1410 }).usage).toEqual(
      usage({ input: 1000, cacheRead: 400, output: 10 }),
    );
  });

  test('reasoning beside the output, as the total shows, is added to it', () => {
    const row = { model: 'm', prompt_tokens: 100, completion_tokens: 10, reasoning_tokens: 50 };
    expect(readOne({ ...row, total_tokens: 160 }).usage).toEqual(
      usage({ input: 100, output: 60, reasoning: 50 }),
    );
    expect(readOne({ ...row, completion_tokens: 60, total_tokens: 160 }).usage).toEqual(
      usage({ input: 100, output: 60, reasoning: 50 }),
    );
  });

  test('a row of zeros without a word on success is a failed call', () => {
    expect(readOne({ model: 'm', prompt_tokens: 0, completion_tokens: 0 }).outcome.status).toBe(
      'error',
    );
  });
});

test('a wrapper around a list gives each of its records', () => {
  const calls = callsOf('wrapper.json');
  expect(calls.map((call) => [call.target.model, call.usage.input, call.usage.output])).toEqual([
    ['gpt-4-turbo', 1250, 450],
    ['claude-3.5-sonnet', 450, 120],
  ]);
});

function readOne(record: object): SeenCall {
  const line = JSON.stringify(record);
  const read = new WarmReader().read(line);
  expect(read).toEqual(readPlainly(line));
  if (isRejected(read)) throw new Error(`${read.reason}: ${read.detail}`);
  return read[0]!;
}
