/**
 * OpenAI's Batch API, as others speak it too: a file is uploaded, a batch is made of it, and its
 * answers are in an output file and an error file.
 *
 * Takes files, gives batches. Never one file for two models or two endpoints: OpenAI refuses those.
 */
import { Buffer } from 'node:buffer';
import { DAY_MS } from '../domain/time.ts';
import type { BatchApi, BatchFault, BatchFile, BatchState, Lost, Search } from './batch-api.ts';
import { type AskBody, type BatchTransfer, isFailure, refusedSearch } from './batch-transfer.ts';
import { isObject, type JsonObject } from './json-object.ts';
import type { AttemptFailure, Endpoint, Prompt } from './provider.ts';
import { oneLine, withoutQuotes } from './redact.ts';
import { textIn, type WireFormat } from './wire.ts';

/** Documented: 50,000 requests, 200 MB. */
const LIMITS = { requests: 50_000, bytes: 200_000_000 };
const PAGE = 100;
/** So many pages of batches are looked through for a lost one. */
const MOST_PAGES = 50;
/** Clocks may be wrong by hours: a batch may seem to be made long before it was asked for. */
const CLOCK_SLACK_S = (2 * DAY_MS) / 1000;

/** The Batch API of an endpoint for one kind of request. */
export function openAiBatchApi(
  transfer: BatchTransfer,
  format: WireFormat,
  endpoint: Endpoint,
): BatchApi {
  const url = `/v1${format.pathAt(endpoint.baseUrl)}`;
  const batch = async (method: 'GET' | 'POST', path: string) =>
    stateOrFailure(await transfer.json({ method, path }));
  return {
    limits: LIMITS,
    mixesModels: false,
    takesFiles: true,
    lineOf: (custom_id, prompt: Prompt) =>
      JSON.stringify({ custom_id, method: 'POST', url, body: format.bodyOf(prompt, endpoint) }),
    async upload(file, signal) {
      const body = formOf(file);
      const given = await transfer.json({ method: 'POST', path: '/files', body, signal });
      return isFailure(given) ? given : requiredText(given, 'id');
    },
    async create({ tag }, fileId) {
      const request = {
        ...{ input_file_id: fileId, endpoint: url, completion_window: '24h' },
        metadata: { aicost_job: tag },
      };
      const body = jsonBody(request);
      const given = { method: 'POST', path: '/batches', body, idempotencyKey: tag } as const;
      return stateOrFailure(await transfer.json(given));
    },
    read: (id) => batch('GET', `/batches/${encodeURIComponent(id)}`),
    cancel: (id) => batch('POST', `/batches/${encodeURIComponent(id)}/cancel`),
    find: (lost) => find(transfer, lost),
    download: (path, signal) => transfer.lines({ path, signal }),
  };
}

/** A multipart form; a line of JSON never holds the boundary, since it holds no line break. */
function formOf({ tag, lines }: BatchFile): AskBody {
  const part = (name: string) => `--${tag}\r\nContent-Disposition: form-data; name="${name}"`;
  const head = `${part('purpose')}\r\n\r\nbatch\r\n${part('file')}; filename="${tag}.jsonl"\r\n`;
  const start = `${head}Content-Type: application/jsonl\r\n\r\n`;
  const end = `\r\n--${tag}--\r\n`;
  let bytes = start.length + end.length;
  for (const line of lines()) bytes += Buffer.byteLength(line) + 1;
  const pieces = {
    *[Symbol.iterator]() {
      yield start;
      for (const line of lines()) yield `${line}\n`;
      yield end;
    },
  };
  return { type: `multipart/form-data; boundary=${tag}`, bytes, pieces };
}

/** A small body. */
function jsonBody(value: JsonObject): AskBody {
  const text = JSON.stringify(value);
  return { type: 'application/json', bytes: Buffer.byteLength(text), pieces: [text] };
}

function requiredText(body: JsonObject, name: string): string {
  return textIn(body, name) ?? '';
}

const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

function stateOrFailure(given: JsonObject | AttemptFailure): BatchState | AttemptFailure {
  return isFailure(given) ? given : stateOf(given);
}

function stateOf(batch: JsonObject): BatchState {
  const status = requiredText(batch, 'status');
  const counts = isObject(batch.request_counts) ? batch.request_counts : {};
  const files = [textIn(batch, 'output_file_id'), textIn(batch, 'error_file_id')];
  const done = countIn(counts, 'completed');
  const isComplete = status === 'completed';
  return {
    ...{ id: requiredText(batch, 'id'), status, isComplete, done },
    // Answers that are counted are somewhere: their file follows.
    isOver: OVER.has(status) && !(isComplete && done > 0 && files[0] === null),
    failed: countIn(counts, 'failed'),
    faults: faultsOf(batch.errors),
    outputs: files.flatMap((id) =>
      id === null ? [] : [`/files/${encodeURIComponent(id)}/content`],
    ),
  };
}

function countIn(counts: JsonObject, name: string): number {
  const count = counts[name];
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : 0;
}

function faultsOf(errors: unknown): BatchFault[] {
  if (!isObject(errors) || !Array.isArray(errors.data)) return [];
  return errors.data.filter(isObject).map(({ line, code, message }) => ({
    line: typeof line === 'number' && line > 0 ? line : null,
    code: String(code ?? 'error'),
    message: oneLine(withoutQuotes(String(message ?? ''))),
  }));
}

/** The newest batches come first: those from before the request cannot be it. */
async function find(
  transfer: BatchTransfer,
  { tag, fileId, sentAtMs }: Lost,
): Promise<Search | AttemptFailure> {
  const earliestS = Math.floor(sentAtMs / 1000) - CLOCK_SLACK_S;
  let after = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = `/batches?limit=${PAGE}${after}`;
    const given = await transfer.json({ method: 'GET', path });
    if (isFailure(given)) return refusedSearch(given);
    if (!Array.isArray(given.data)) return { kind: 'cannot', why: 'it lists no batches' };
    const batches = given.data.filter(isObject);
    const own = batches.find(
      ({ metadata, input_file_id }) =>
        (isObject(metadata) && metadata.aicost_job === tag) ||
        (fileId !== null && input_file_id === fileId),
    );
    if (own !== undefined) return { kind: 'found', state: stateOf(own) };
    const last = batches.at(-1);
    if (last === undefined || given.has_more !== true) return { kind: 'none' };
    if (typeof last.created_at === 'number' && last.created_at < earliestS) return { kind: 'none' };
    after = `&after=${encodeURIComponent(requiredText(last, 'id'))}`;
  }
  return { kind: 'cannot', why: `it is not among the last ${MOST_PAGES * PAGE} batches` };
}
