/**
 * What Batch APIs send and fetch: small JSON, large files in pieces.
 *
 * Takes an endpoint and its key, gives JSON objects, or lines as they come. Never holds a file,
 * follows a redirect, retries or prints a key: what went wrong comes back as a failure.
 */
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { OutputPiece, Search } from './batch-api.ts';
import type { Exchanged } from './exchange.ts';
import { isNeverSent } from './failures.ts';
import { isObject, type JsonObject, parseJson } from './json-object.ts';
import type { AttemptFailure, Endpoint } from './provider.ts';
import { proxyAgent } from './proxies.ts';
import { readFailure } from './read-attempt.ts';
import { CONNECT_TIMEOUT_MS, headersOf, type SenderOptions } from './send.ts';

/** A request of a Batch API. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  /** After the base URL. */
  readonly path: string;
  readonly body?: AskBody;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** A body, in pieces that are read as they are sent. */
export interface AskBody {
  readonly type: string;
  readonly bytes: number;
  readonly pieces: Iterable<string>;
}

/** Large uploads are read, scanned and stored before they are answered. */
const ANSWER_MS = 10 * 60_000;
/** Between two pieces of an answer. */
const SILENCE_MS = 2 * 60_000;
const MAX_JSON_BYTES = 64 * 1024 * 1024;
/** A longer line of an output is left out: its row counts as not answered. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Sends requests to one endpoint. */
export class BatchTransfer {
  readonly #endpoint: Endpoint;
  readonly #options: SenderOptions;
  readonly #dispatcher: Dispatcher;
  readonly #headers: readonly string[];

  constructor(endpoint: Endpoint, options: SenderOptions, dispatcher: Dispatcher) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#dispatcher = dispatcher;
    const key = options.keys.keyOf(endpoint.id);
    const own = headersOf(endpoint.wire, key, options.version);
    this.#headers = [...own, ...options.keys.headersOf(endpoint.id)];
  }

  /** Sends a request whose answer is a JSON object. */
  async json(ask: Ask): Promise<JsonObject | AttemptFailure> {
    const given = await this.#send(ask);
    if ('kind' in given) return given;
    const exchanged = await this.#whole(given);
    const { httpStatus, fault, body } = exchanged;
    if (fault === null && httpStatus !== null && httpStatus >= 200 && httpStatus < 300) {
      const value = parseJson(body.toString('utf8'));
      if (isObject(value)) return value;
    }
    return this.#failure(exchanged);
  }

  /** The lines of an answer as they come; the last piece says what broke, if anything did. */
  async *lines({ path, signal }: Pick<Ask, 'path' | 'signal'>): AsyncGenerator<OutputPiece> {
    const given = await this.#send({ method: 'GET', path, ...(signal && { signal }) });
    if ('kind' in given) {
      yield given;
      return;
    }
    if (given.statusCode < 200 || given.statusCode >= 300) {
      yield this.#failure(await this.#whole(given));
      return;
    }
    const broken = { error: null as Error | null };
    const bytes = caught(decoded(given), broken);
    yield* linesOf(bytes);
    if (broken.error !== null) yield this.#broken(broken.error, true);
  }

  async #send(ask: Ask): Promise<Dispatcher.ResponseData | AttemptFailure> {
    const { origin, pathname } = new URL(this.#endpoint.baseUrl);
    const { method, body, idempotencyKey, signal } = ask;
    const headers = [...this.#headers];
    if (body !== undefined) {
      headers.push('content-type', body.type, 'content-length', String(body.bytes));
    }
    if (idempotencyKey !== undefined) headers.push('idempotency-key', idempotencyKey);
    try {
      return await this.#dispatcher.request({
        ...{ origin, method, headers },
        path: `${pathname.replace(/\/+$/, '')}${ask.path}`,
        body: body === undefined ? null : Readable.from(inBlocks(body.pieces)),
        signal: signal ?? null,
        ...{ headersTimeout: ANSWER_MS, bodyTimeout: SILENCE_MS },
      });
    } catch (error) {
      return this.#ofError(error, signal);
    }
  }

  #ofError(error: unknown, signal: AbortSignal | undefined): AttemptFailure {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error ? String(error.code) : '';
    if (signal?.aborted === true) return this.#failure(exchangedOf({ kind: 'aborted' }));
    // The file changed while it was sent, or a bug: no network does this.
    if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' || code === '') throw error;
    return this.#broken(error, !isNeverSent(code));
  }

  #broken(error: Error, isSent: boolean): AttemptFailure {
    return this.#failure({ ...exchangedOf({ kind: 'broken', error }), isSent });
  }

  async #whole({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Exchanged> {
    const exchanged = { ...exchangedOf(null), httpStatus: statusCode, headers };
    const pieces: Buffer[] = [];
    let bytes = 0;
    const broken = { error: null as Error | null };
    for await (const piece of caught(body, broken)) {
      bytes += piece.length;
      if (bytes > MAX_JSON_BYTES) return { ...exchanged, fault: { kind: 'too_large' } };
      pieces.push(piece);
    }
    if (broken.error === null) return { ...exchanged, body: Buffer.concat(pieces) };
    return { ...exchanged, fault: { kind: 'broken', error: broken.error } };
  }

  #failure(exchanged: Exchanged): AttemptFailure {
    const { keys, clock } = this.#options;
    return readFailure(exchanged, {
      ...{ endpoint: this.#endpoint, requestText: '', nowMs: clock.now() },
      ...{ timeoutMs: ANSWER_MS, maxBytes: MAX_JSON_BYTES },
      redact: (text) => keys.redact(text),
    });
  }
}

/** Where the transfers of endpoints come from. */
export interface Transfers {
  of(endpoint: Endpoint): BatchTransfer;
  /** Drops all connections. */
  close(): Promise<void>;
}

/** Makes transfers. Throws UserError for a proxy that is none. */
export async function createTransfers(options: SenderOptions): Promise<Transfers> {
  const undici = await import('undici');
  const connecting = { connect: { timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS } };
  // One for all hosts: nothing here is in a hurry.
  const agent = (await proxyAgent(options.env, connecting)) ?? new undici.Agent(connecting);
  return {
    of: (endpoint) => new BatchTransfer(endpoint, options, agent),
    close: () => agent.destroy(),
  };
}

/** Whether it went wrong. */
export function isFailure(given: JsonObject | AttemptFailure): given is AttemptFailure {
  return given.kind === 'failure' && 'isRetryable' in given;
}

/** A list of batches that is refused for good tells nothing. */
export function refusedSearch(failure: AttemptFailure): Search | AttemptFailure {
  if (failure.code !== 'bad_request' && failure.code !== 'bad_answer') return failure;
  return { kind: 'cannot', why: failure.message };
}

function exchangedOf(fault: Exchanged['fault']): Exchanged {
  const body = Buffer.alloc(0);
  return { isSent: true, httpStatus: null, headers: {}, body, fault, latencyMs: null };
}

const BLOCK_BYTES = 65_536;

/** Pieces joined to blocks, so that a file of short lines is not sent in a packet for each. */
function* inBlocks(pieces: Iterable<string>): Generator<Buffer> {
  let block: string[] = [];
  let characters = 0;
  for (const piece of pieces) {
    block.push(piece);
    characters += piece.length;
    if (characters < BLOCK_BYTES) continue;
    yield Buffer.from(block.join(''));
    block = [];
    characters = 0;
  }
  if (block.length > 0) yield Buffer.from(block.join(''));
}

/** Nobody asked for a compressed answer, but some proxies send one. */
function decoded({ headers, body }: Dispatcher.ResponseData): AsyncIterable<Buffer> {
  const coding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding === 'gzip' || coding === 'x-gzip') return body.pipe(createGunzip());
  if (coding === 'br') return body.pipe(createBrotliDecompress());
  return coding === 'deflate' ? body.pipe(createInflate()) : body;
}

/** Bytes until they end or break; what broke them is noted. */
async function* caught(
  bytes: AsyncIterable<Buffer>,
  broken: { error: Error | null },
): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    if (!(error instanceof Error && ('code' in error || error.name === 'AbortError'))) throw error;
    broken.error = error;
  }
}

const LINE_BREAK = 0x0a;

async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let started: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length <= MAX_LINE_BYTES) started.push(piece);
    else started = [];
  };
  const take = (): string => {
    const line = Buffer.concat(started).toString('utf8').trim();
    started = [];
    length = 0;
    return line;
  };
  for await (const piece of bytes) {
    let from = 0;
    for (let to = piece.indexOf(LINE_BREAK); to !== -1; to = piece.indexOf(LINE_BREAK, from)) {
      add(piece.subarray(from, to));
      from = to + 1;
      const line = take();
      if (line !== '') yield line;
    }
    if (from < piece.length) add(piece.subarray(from));
  }
  const last = take();
  if (last !== '') yield last;
}
