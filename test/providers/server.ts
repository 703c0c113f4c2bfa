/**
 * A server on loopback that does what a script says, with every fault a provider has.
 *
 * Takes a script, gives a base URL and what was asked. Never listens on another interface.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as the server saw it. */
export interface Received {
  /** From 0. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; empty if it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the server does with a request. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON. */
      readonly json?: unknown;
      /** Sent as it is. */
      readonly text?: string | Buffer;
      readonly delayMs?: number;
    }
  /** Accepts the request and never answers. */
  | { readonly fault: 'hang' }
  /** Closes the connection without a byte. */
  | { readonly fault: 'reset' }
  /** Sends the head and half of a body of known length, then closes the connection. */
  | { readonly fault: 'cut'; readonly json?: unknown }
  /** Sends half of the JSON as if it were all. */
  | { readonly fault: 'half'; readonly json?: unknown }
  /** Sends a blank every few milliseconds, for ever. */
  | { readonly fault: 'drip' }
  /** Sends this many bytes, with or without saying so before. */
  | { readonly fault: 'flood'; readonly bytes: number; readonly isTold?: boolean };

/** What to do with each request: a function, or replies in turn, the last one for all others. */
export type Script = ((request: Received) => Reply | Promise<Reply>) | readonly Reply[];

/** A running server. */
export interface ScriptedServer {
  /** Such as http://127.0.0.1:40001/v1. */
  readonly baseUrl: string;
  readonly port: number;
  /** Everything that was asked, in order. */
  readonly received: readonly Received[];
  /** How many connections were made. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts a server; it closes connections and all when `close` is called. */
export async function startServer(script: Script, port = 0): Promise<ScriptedServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', async () => {
      const text = Buffer.concat(pieces).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const seen: Received = {
        ...{ index: received.length, method, path, headers, text, body: jsonOf(text) },
      };
      received.push(seen);
      const reply =
        typeof script === 'function'
          ? await script(seen)
          : script[Math.min(seen.index, script.length - 1)]!;
      give(reply, response);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const address = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    port: address.port,
    received,
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function jsonOf(text: string): Received['body'] {
  return text.startsWith('{') && text.endsWith('}') ? JSON.parse(text) : {};
}

function give(reply: Reply, response: ServerResponse): void {
  if (!('fault' in reply)) {
    if (reply.delayMs === undefined) answer(reply, response);
    else setTimeout(() => answer(reply, response), reply.delayMs);
    return;
  }
  const json = { 'content-type': 'application/json' };
  if (reply.fault === 'reset') response.socket?.destroy();
  else if (reply.fault === 'flood') flood(reply.bytes, reply.isTold === true, response);
  else if (reply.fault === 'drip') {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  } else if (reply.fault === 'cut' || reply.fault === 'half') {
    const text = JSON.stringify(reply.json ?? chatAnswer('cut'));
    const half = text.slice(0, text.length / 2);
    if (reply.fault === 'half') return void response.writeHead(200, json).end(half);
    response.writeHead(200, { ...json, 'content-length': String(text.length) });
    response.write(half, () => response.socket?.destroy());
  }
}

function answer(reply: Exclude<Reply, { fault: string }>, response: ServerResponse): void {
  const text = reply.text ?? JSON.stringify(reply.json ?? chatAnswer('ok'));
  const type = reply.text === undefined ? 'application/json' : 'text/plain';
  response.writeHead(reply.status ?? 200, {
    'content-type': type,
    'content-length': String(Buffer.byteLength(text)),
    ...reply.headers,
  });
  response.end(text);
}

function flood(bytes: number, isTold: boolean, response: ServerResponse): void {
  const piece = Buffer.alloc(65_536, 0x20);
  response.writeHead(200, isTold ? { 'content-length': String(bytes) } : {});
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    if (left <= 0) response.end();
  };
  more();
}

/** The body of a chat completion. */
export function chatAnswer(text: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    ...more,
  };
}

/** The body of an error as OpenAI sends it. */
export function openAiError(code: string | null, message: string, type = 'error'): object {
  return { error: { message, type, param: null, code } };
}

/** The body of an answer of Anthropic's Messages API. */
export function messageAnswer(text: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 12, output_tokens: 5 },
    ...more,
  };
}
