import { describe, expect, test } from 'vitest';
import { parseBatchLine, readBatchLine } from '../../src/providers/batch-line.ts';
import type { Endpoint, Prompt } from '../../src/providers/provider.ts';

const PROMPT: Prompt = {
  ...{ operation: 'chat', model: 'm', system: null, images: [], maxTokens: null, extra: {} },
  messages: [{ role: 'user', content: 'a secret thing that nobody else should ever read' }],
  ...{ temperatureMilli: null, schema: null },
};

function read(line: object, wire: Endpoint['wire'] = 'openai_chat') {
  const parsed = parseBatchLine(JSON.stringify(line));
  if (parsed === null) throw new Error('no line');
  const endpoint: Endpoint = {
    id: 'one',
    wire,
    baseUrl: 'https://one.example',
    provider: 'openai',
  };
  return readBatchLine(parsed, { endpoint, prompt: PROMPT, nowMs: 0, redact: (text) => text });
}

describe('a line of an output', () => {
  test('what is no line of one', () => {
    expect(parseBatchLine('{"half')).toBeNull();
    expect(parseBatchLine('[]')).toBeNull();
    expect(parseBatchLine('{"response":null}')).toBeNull();
  });

  test('a refused row: why, without its prompt, and never billed', () => {
    const message = `no: ${PROMPT.messages[0]?.content}`;
    const body = { error: { message, type: 'invalid_request_error', code: 'too_long' } };
    const failure = read({ custom_id: '1', response: { status_code: 400, body }, error: null });
    expect(failure).toMatchObject({ code: 'bad_request', mayHaveBeenBilled: false });
    expect(JSON.stringify(failure)).not.toContain('secret thing');
    expect(JSON.stringify(failure)).toContain('too_long');
  });

  test('a server’s failure may be asked again, and a gateway’s cost nothing here', () => {
    const at = (status_code: number) =>
      read({ custom_id: '1', response: { status_code, body: {} }, error: null });
    expect(at(500)).toMatchObject({ code: 'server_error', isRetryable: true });
    expect(at(502)).toMatchObject({ code: 'gateway_error', mayHaveBeenBilled: false });
    expect(at(429)).toMatchObject({ code: 'rate_limited', isRetryable: true });
  });

  test('a 200 that holds no answer may have been billed', () => {
    const line = { custom_id: '1', response: { status_code: 200, body: { odd: 1 } }, error: null };
    expect(read(line)).toMatchObject({ code: 'bad_answer', mayHaveBeenBilled: true });
  });

  test('rows that were not run', () => {
    const expired = { code: 'batch_expired', message: 'This request could not be executed' };
    expect(read({ custom_id: '1', response: null, error: expired })).toMatchObject({
      ...{ code: 'not_run', isRetryable: true, mayHaveBeenBilled: false },
      message: 'batch_expired: This request could not be executed',
    });
    for (const type of ['canceled', 'expired']) {
      const line = { custom_id: '1', result: { type } };
      expect(read(line, 'anthropic_messages')).toMatchObject({ code: 'not_run', message: type });
    }
  });

  test('Anthropic’s errors by their words', () => {
    const of = (type: string) => {
      const error = { type: 'error', error: { type, message: 'oh' } };
      return read({ custom_id: '1', result: { type: 'errored', error } }, 'anthropic_messages');
    };
    expect(of('invalid_request_error')).toMatchObject({ code: 'bad_request', httpStatus: 400 });
    expect(of('overloaded_error')).toMatchObject({ code: 'server_error', isRetryable: true });
    expect(of('api_error')).toMatchObject({ httpStatus: 500, mayHaveBeenBilled: false });
  });
});
