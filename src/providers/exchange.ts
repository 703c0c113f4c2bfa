/**
 * One request and its answer on the wire, bytes only.
 *
 * Takes a dispatcher and a request, gives what came back or how it broke. Never holds more bytes
 * than allowed, never waits longer than allowed, and tells whether a byte of the request had left.
 */
import { Buffer } from 'node:buffer';
import type { Dispatcher } from 'undici';
import type { Headers } from './limit-headers.ts';

/** A request, ready to be sent. */
export interface Request {
  readonly origin: string;
  readonly path: string;
  /** Names and values in turns. */
  readonly headers: string[];
  readonly body: string;
}

/** What bounds an exchange. */
export interface ExchangeLimits {
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Why there is no whole answer. */
export type Fault =
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'aborted' };

/** What came of a request. */
export interface Exchanged {
  readonly isSent: boolean;
  /** Null: no answer began. */
  readonly httpStatus: number | null;
  readonly headers: Headers;
  /** Whole if there is no fault. */
  readonly body: Buffer;
  readonly fault: Fault | null;
  /** Null: nobody measured it. */
  readonly latencyMs: number | null;
}

/** Sends a request. Never rejects for what the network or the server does. */
export function exchange(
  dispatcher: Dispatcher,
  request: Request,
  limits: ExchangeLimits,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const running = new Running(limits, resolve);
    if (limits.signal.aborted) running.stop({ kind: 'aborted' });
    else dispatcher.dispatch({ ...request, method: 'POST' }, running);
  });
}

/** Exchanges by the signal that may abort them: one listener for all, since a run has one signal. */
const BY_SIGNAL = new WeakMap<AbortSignal, Running[]>();

function runningUnder(signal: AbortSignal): Running[] {
  const known = BY_SIGNAL.get(signal);
  if (known !== undefined) return known;
  const all: Running[] = [];
  BY_SIGNAL.set(signal, all);
  const abortAll = (): void => {
    for (const running of [...all]) running.stop({ kind: 'aborted' });
  };
  signal.addEventListener('abort', abortAll, { once: true });
  return all;
}

const NOTHING = Buffer.alloc(0);
/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class Running implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #resolve: (exchanged: Exchanged) => void;
  /** A list, not a set: a set that lives long drags what it held into the old generation. */
  readonly #siblings: Running[];
  /** Where in that list it stands. */
  #place: number;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #httpStatus: number | null = null;
  #headers: Headers = {};
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isSettled = false;

  constructor(limits: ExchangeLimits, resolve: (exchanged: Exchanged) => void) {
    this.#limits = limits;
    this.#resolve = resolve;
    this.#siblings = runningUnder(limits.signal);
    this.#place = this.#siblings.push(this) - 1;
    const timeoutMs = Math.min(limits.timeoutMs, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.stop({ kind: 'timed_out' }), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It waited for a connection until it was too late.
    if (this.#isSettled) {
      controller.abort(new Error('stopped'));
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, httpStatus: number, headers: Headers): void {
    // 100 and 103 come before the answer.
    if (httpStatus < 200) return;
    this.#httpStatus = httpStatus;
    this.#headers = headers;
    if (Number(headers['content-length'] ?? 0) > this.#limits.maxBytes) {
      this.stop({ kind: 'too_large' });
    }
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#isSettled) return;
    this.#bytes += piece.length;
    if (this.#bytes > this.#limits.maxBytes) this.stop({ kind: 'too_large' });
    else this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    this.#settle(null);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle({ kind: 'broken', error });
  }

  /** Ends it at once, whatever it waits for. */
  stop(fault: Fault): void {
    this.#settle(fault);
    // What cannot be read to its end takes its connection with it.
    this.#controller?.abort(new Error(fault.kind));
  }

  #settle(fault: Fault | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#leave();
    const [first = NOTHING] = this.#pieces;
    const body = this.#pieces.length < 2 ? first : Buffer.concat(this.#pieces, this.#bytes);
    this.#resolve({
      isSent: this.#controller !== null,
      httpStatus: this.#httpStatus,
      headers: this.#headers,
      body: fault === null ? body : NOTHING,
      fault,
      latencyMs: performance.now() - this.#startedMs,
    });
    this.#pieces = [];
  }

  /** The last of the siblings takes the place that becomes free. */
  #leave(): void {
    const last = this.#siblings.pop();
    if (last === undefined || last === this) return;
    this.#siblings[this.#place] = last;
    last.#place = this.#place;
  }
}
