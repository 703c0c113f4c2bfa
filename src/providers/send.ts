/**
 * Sends prompts to endpoints, over connections that are kept.
 *
 * Takes endpoints with their keys, gives a Sender. Never follows a redirect, retries or prints a
 * key: what went wrong comes back as a value.
 */
import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/time.ts';
import { ANTHROPIC_MESSAGES, ANTHROPIC_VERSION } from './anthropic.ts';
import { exchange } from './exchange.ts';
import type { Env, KeyRing } from './keys.ts';
import { OPENAI_CHAT } from './openai-chat.ts';
import { OPENAI_EMBEDDINGS } from './openai-embeddings.ts';
import { OPENAI_RESPONSES } from './openai-responses.ts';
import type { Attempt, Endpoint, Prompt, Sender, SendOptions, Wire } from './provider.ts';
import { proxyAgent } from './proxies.ts';
import { readAttempt } from './read-attempt.ts';
import type { WireFormat } from './wire.ts';

/** What a sender needs. */
export interface SenderOptions {
  readonly keys: KeyRing;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured, in either case. */
  readonly env: Env;
  readonly clock: Clock;
  /** Sent as the user agent. */
  readonly version: string;
  /** A larger answer is refused; 16 MiB unless told. */
  readonly maxAnswerBytes?: number;
  /** How long a connection may take to be made; 10 s unless told. */
  readonly connectTimeoutMs?: number;
  /** To one host: as many as prompts are ever in flight there. Unlimited unless told. */
  readonly maxConnections?: number;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** How long a connection may take to be made, unless told. */
export const CONNECT_TIMEOUT_MS = 10_000;

const WIRES: Readonly<Record<Wire, WireFormat>> = {
  openai_chat: OPENAI_CHAT,
  openai_responses: OPENAI_RESPONSES,
  openai_embeddings: OPENAI_EMBEDDINGS,
  anthropic_messages: ANTHROPIC_MESSAGES,
};

/** Makes a sender. Throws UserError when the environment names a proxy that is none. */
export async function createSender(options: SenderOptions): Promise<Sender> {
  // The pool and what it needs: all of undici takes 50 ms more to load.
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  const connecting = {
    connect: { timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS },
    connections: options.maxConnections ?? null,
    // The exchange has one clock for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const agent = await proxyAgent(options.env, connecting);
  return new PooledSender(options, (origin) => agent ?? new Pool(origin, connecting));
}

/** What is the same for all requests to an endpoint in one wire format. */
interface Lane {
  readonly wire: WireFormat;
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly takesIdempotencyKey: boolean;
  readonly dispatcher: Dispatcher;
}

class PooledSender implements Sender {
  readonly #options: SenderOptions;
  readonly #connect: (origin: string) => Dispatcher;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #lanes = new Map<string, Lane>();
  readonly #maxBytes: number;
  readonly #redact: (text: string) => string;

  constructor(options: SenderOptions, connect: (origin: string) => Dispatcher) {
    this.#options = options;
    this.#connect = connect;
    this.#maxBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
    this.#redact = (text) => options.keys.redact(text);
  }

  async send(endpoint: Endpoint, prompt: Prompt, options: SendOptions): Promise<Attempt> {
    const lane = this.#laneOf(endpoint, prompt);
    const { dispatcher, wire, origin, path } = lane;
    const body = JSON.stringify(wire.bodyOf(prompt, endpoint));
    const { timeoutMs, signal } = options;
    const exchanged = await exchange(
      dispatcher,
      { origin, path, headers: headersFor(lane, options.idempotencyKey), body },
      { timeoutMs, signal, maxBytes: this.#maxBytes },
    );
    return readAttempt(exchanged, {
      endpoint,
      prompt,
      wire,
      requestText: body,
      nowMs: this.#options.clock.now(),
      timeoutMs,
      maxBytes: this.#maxBytes,
      redact: this.#redact,
    });
  }

  /** Drops all connections; what is still in flight breaks. */
  async close(): Promise<void> {
    const dispatchers = [...new Set(this.#dispatchers.values())];
    this.#dispatchers.clear();
    this.#lanes.clear();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  #laneOf(endpoint: Endpoint, prompt: Prompt): Lane {
    const wire = wireFor(endpoint, prompt);
    const name = `${wire} ${endpoint.id}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const { origin, pathname } = new URL(endpoint.baseUrl);
    const { keys, version } = this.#options;
    const format = WIRES[wire];
    const lane: Lane = {
      wire: format,
      origin,
      path: `${pathname.replace(/\/+$/, '')}${format.pathAt(endpoint.baseUrl)}`,
      headers: [
        ...['content-type', 'application/json'],
        ...headersOf(wire, keys.keyOf(endpoint.id), version),
        ...keys.headersOf(endpoint.id),
      ],
      takesIdempotencyKey: wire !== 'anthropic_messages',
      dispatcher: this.#dispatcherOf(origin),
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  #dispatcherOf(origin: string): Dispatcher {
    const known = this.#dispatchers.get(origin);
    const dispatcher = known ?? this.#connect(origin);
    if (known === undefined) this.#dispatchers.set(origin, dispatcher);
    return dispatcher;
  }
}

/** How prompts are put and answers read in a wire format. */
export function formatOf(wire: Wire): WireFormat {
  return WIRES[wire];
}

/** A file for OpenAI's Batch API may mix chat and embeddings: the host is the same. */
export function wireFor({ wire }: Endpoint, { operation }: Pick<Prompt, 'operation'>): Wire {
  if (operation !== 'embeddings' || wire === 'anthropic_messages') return wire;
  return 'openai_embeddings';
}

/** The headers of all requests to an endpoint, whatever they carry: names and values in turns. */
export function headersOf(wire: Wire, key: string | null, version: string): string[] {
  const headers = ['accept', 'application/json', 'user-agent', `aicost/${version}`];
  if (wire === 'anthropic_messages') headers.push('anthropic-version', ANTHROPIC_VERSION);
  if (key === null) return headers;
  const isAnthropic = wire === 'anthropic_messages';
  return [...headers, ...(isAnthropic ? ['x-api-key', key] : ['authorization', `Bearer ${key}`])];
}

/** OpenAI and most who are compatible take an idempotency key; Anthropic has none. */
function headersFor({ headers, takesIdempotencyKey }: Lane, key: string): string[] {
  return takesIdempotencyKey ? [...headers, 'idempotency-key', key] : [...headers];
}
