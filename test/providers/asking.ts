/** Prompts, endpoints and a sender, for tests that ask the scripted server. */
import { KeyRing } from '../../src/providers/keys.ts';
import type {
  Attempt,
  AttemptAnswer,
  AttemptFailure,
  Endpoint,
  Prompt,
  SendOptions,
} from '../../src/providers/provider.ts';
import { createSender, type SenderOptions } from '../../src/providers/send.ts';

/** Looks like a key, and is none. */
export const KEY = 'sk-test-0123456789abcdef';

/** 2026-11-22T09:00:00Z. */
export const NOW_MS = Date.UTC(2026, 10, 22, 9);

export function prompt(more: Partial<Prompt> = {}): Prompt {
  return {
    operation: 'chat',
    model: 'gpt-4o-mini',
    system: null,
    messages: [{ role: 'user', content: 'Say something.' }],
    images: [],
    maxTokens: null,
    temperatureMilli: null,
    schema: null,
    extra: {},
    ...more,
  };
}

export function endpoint(baseUrl: string, more: Partial<Endpoint> = {}): Endpoint {
  return { id: 'here', wire: 'openai_chat', baseUrl, provider: 'openai', ...more };
}

export function sendOptions(more: Partial<SendOptions> = {}): SendOptions {
  const signal = new AbortController().signal;
  return { timeoutMs: 2000, signal, idempotencyKey: 'run-1-row-1', ...more };
}

export function newSender(more: Partial<SenderOptions> = {}) {
  return createSender({
    keys: new KeyRing(new Map([['here', KEY]])),
    env: {},
    clock: { now: () => NOW_MS },
    version: '0.0.0',
    ...more,
  });
}

export function answered(attempt: Attempt): AttemptAnswer {
  if (attempt.kind === 'answer') return attempt;
  throw new Error(`${attempt.code}: ${attempt.message}`);
}

export function failed(attempt: Attempt): AttemptFailure {
  if (attempt.kind === 'failure') return attempt;
  throw new Error(`answered: ${attempt.text}`);
}
