/**
 * One line of a batch's output → an answer, a failure, or why its row was not run.
 *
 * Takes lines of OpenAI's output and error files and of Anthropic's results; what is inside is read
 * as if it had come over the wire. Never counts a refused row as billed: batches bill answers only.
 */
import { Buffer } from 'node:buffer';
import { errorIn } from './error-body.ts';
import { failureOf, statusInside } from './failures.ts';
import { isObject, type JsonObject, parseJson } from './json-object.ts';
import { NO_LIMITS } from './limit-headers.ts';
import type { Attempt, AttemptFailure, Endpoint, Prompt } from './provider.ts';
import { readAttempt } from './read-attempt.ts';
import { oneLine, withoutQuotes } from './redact.ts';
import { formatOf } from './send.ts';
import { textIn } from './wire.ts';

/** A line as it stands. */
export interface BatchLine {
  readonly customId: string;
  readonly response: { readonly status: number; readonly body: unknown } | null;
  /** Why there is no response. */
  readonly notRun: string;
}

/** Reads a line; null if it is none. */
export function parseBatchLine(text: string): BatchLine | null {
  const line = parseJson(text);
  if (!isObject(line)) return null;
  const customId = textIn(line, 'custom_id');
  if (customId === null) return null;
  if (isObject(line.result)) return { customId, ...ofResult(line.result) };
  return { customId, ...ofResponse(line) };
}

/** Anthropic's. */
function ofResult({ type, message, error }: JsonObject): Omit<BatchLine, 'customId'> {
  if (type === 'succeeded') return { response: { status: 200, body: message }, notRun: '' };
  if (type === 'canceled' || type === 'expired') return { response: null, notRun: type };
  const inside = errorIn(error);
  const status = inside === null ? null : statusInside(inside);
  return { response: { status: status ?? 500, body: error }, notRun: '' };
}

/** OpenAI's. An error without a response is the batch's own: it expired, or was cancelled. */
function ofResponse({ response, error }: JsonObject): Omit<BatchLine, 'customId'> {
  if (isObject(response)) {
    const { status_code: status, body } = response;
    return { response: { status: typeof status === 'number' ? status : 200, body }, notRun: '' };
  }
  const code = isObject(error) ? textIn(error, 'code') : null;
  const message = isObject(error) ? textIn(error, 'message') : null;
  const why = [code, message].filter((one) => one !== null).join(': ');
  return { response: null, notRun: why === '' ? 'no answer' : oneLine(withoutQuotes(why)) };
}

/** Who asked, and what. */
export interface LineContext {
  /** With the wire format of the file. */
  readonly endpoint: Endpoint;
  readonly prompt: Prompt;
  readonly nowMs: number;
  readonly redact: (text: string) => string;
}

/** What a line says as an attempt. */
export function readBatchLine({ response, notRun }: BatchLine, context: LineContext): Attempt {
  if (response === null) return notRunFailure(notRun);
  const { endpoint, prompt } = context;
  const wire = formatOf(endpoint.wire);
  const body = Buffer.from(JSON.stringify(response.body ?? null));
  const exchanged = {
    ...{ isSent: true, httpStatus: response.status, headers: {}, body },
    ...{ fault: null, latencyMs: null },
  };
  const attempt = readAttempt(exchanged, {
    ...{ ...context, wire, timeoutMs: 0, maxBytes: body.length },
    get requestText() {
      return JSON.stringify(wire.bodyOf(prompt, endpoint));
    },
  });
  if (attempt.kind === 'answer') return { ...attempt, tier: 'batch' };
  return response.status >= 400 ? { ...attempt, mayHaveBeenBilled: false } : attempt;
}

/** A row that a batch ended without; `isCounted`: it said that it had run all. */
export function notRunFailure(why: string, isCounted = false): AttemptFailure {
  const facts = { httpStatus: null, message: why, latencyMs: null, limits: NO_LIMITS };
  return failureOf('not_run', facts, { mayHaveBeenBilled: isCounted });
}
