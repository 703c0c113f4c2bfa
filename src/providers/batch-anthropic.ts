/**
 * Anthropic's Message Batches: the requests go with the order to begin, the answers are one file.
 *
 * Takes files, gives batches. Anthropic lets a batch carry no name: a lost one is known by what it
 * answers, when it has ended, and by nothing before. Never takes one for ours whose answers do not
 * say so.
 */
import { Buffer } from 'node:buffer';
import { DAY_MS, parseInstant } from '../domain/time.ts';
import { ANTHROPIC_MESSAGES } from './anthropic.ts';
import type { BatchApi, BatchFile, BatchState, Lost, Search } from './batch-api.ts';
import { type AskBody, type BatchTransfer, isFailure, refusedSearch } from './batch-transfer.ts';
import { isObject, type JsonObject } from './json-object.ts';
import type { AttemptFailure, Endpoint, Prompt } from './provider.ts';
import { textIn } from './wire.ts';

/** Documented: 100,000 requests, 256 MB. */
const LIMITS = { requests: 100_000, bytes: 256_000_000 };
const PAGE = 100;
const MOST_PAGES = 50;
/** Clocks may be wrong by hours; which batch it is, its answers tell. */
const CLOCK_SLACK_MS = 2 * DAY_MS;

/** The Message Batches API of an endpoint. */
export function anthropicBatchApi(transfer: BatchTransfer, endpoint: Endpoint): BatchApi {
  const root = `${ANTHROPIC_MESSAGES.pathAt(endpoint.baseUrl)}/batches`;
  const at = (id: string, more = '') => `${root}/${encodeURIComponent(id)}${more}`;
  const batch = async (method: 'GET' | 'POST', path: string) => {
    const given = await transfer.json({ method, path });
    return isFailure(given) ? given : stateOf(given, at);
  };
  return {
    limits: LIMITS,
    mixesModels: true,
    takesFiles: false,
    lineOf: (custom_id, prompt: Prompt) =>
      JSON.stringify({ custom_id, params: ANTHROPIC_MESSAGES.bodyOf(prompt, endpoint) }),
    upload: async () => '',
    async create(file) {
      const body = bodyOf(file);
      const given = await transfer.json({ method: 'POST', path: root, body });
      return isFailure(given) ? given : stateOf(given, at);
    },
    read: (id) => batch('GET', at(id)),
    cancel: (id) => batch('POST', at(id, '/cancel')),
    find: (lost) => find(transfer, lost, { root, at }),
    download: (path, signal) => transfer.lines({ path, signal }),
  };
}

function bodyOf({ lines }: BatchFile): AskBody {
  const start = '{"requests":[';
  const end = ']}';
  let bytes = start.length + end.length - 1;
  for (const line of lines()) bytes += Buffer.byteLength(line) + 1;
  const pieces = {
    *[Symbol.iterator]() {
      yield start;
      let comma = '';
      for (const line of lines()) {
        yield `${comma}${line}`;
        comma = ',';
      }
      yield end;
    },
  };
  return { type: 'application/json', bytes, pieces };
}

type PathOf = (id: string, more?: string) => string;

/** Those that were answered or refused; the others ended without being run. */
function stateOf(batch: JsonObject, at: PathOf): BatchState {
  const status = textIn(batch, 'processing_status') ?? '';
  const id = textIn(batch, 'id') ?? '';
  const counts = isObject(batch.request_counts) ? batch.request_counts : {};
  const of = (name: string) => (typeof counts[name] === 'number' ? counts[name] : 0);
  const isOver = status === 'ended';
  return {
    ...{ id, status, isOver, isComplete: isOver },
    done: of('succeeded'),
    failed: of('errored') + of('canceled') + of('expired'),
    faults: [],
    outputs: isOver ? [at(id, '/results')] : [],
  };
}

interface Places {
  readonly root: string;
  readonly at: PathOf;
}

/** What could be the lost one: made since, as large, and of no other file. */
async function find(
  transfer: BatchTransfer,
  lost: Lost,
  { root, at }: Places,
): Promise<Search | AttemptFailure> {
  let after = '';
  let waiting = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = `${root}?limit=${PAGE}${after}`;
    const given = await transfer.json({ method: 'GET', path });
    if (isFailure(given)) return refusedSearch(given);
    if (!Array.isArray(given.data)) return { kind: 'cannot', why: 'it lists no batches' };
    const batches = given.data.filter(isObject);
    for (const batch of batches.filter((one) => mayBe(one, lost))) {
      const state = stateOf(batch, at);
      if (!state.isOver) {
        waiting = state.id;
        continue;
      }
      const isOwn = await holds(transfer, state, lost.tag);
      if (isOwn === true) return { kind: 'found', state };
      if (isOwn !== false) return isOwn;
    }
    const last = batches.at(-1);
    const lastMs = parseInstant(String(last?.created_at ?? ''));
    const isOlder = lastMs !== null && lastMs < lost.sentAtMs - CLOCK_SLACK_MS;
    if (last === undefined || given.has_more !== true || isOlder) return ended(waiting);
    after = `&after_id=${encodeURIComponent(textIn(last, 'id') ?? '')}`;
  }
  return { kind: 'cannot', why: `it is not among the last ${MOST_PAGES * PAGE} batches` };
}

function ended(waiting: string): Search {
  if (waiting === '') return { kind: 'none' };
  return { kind: 'later', why: `${waiting} may be it, which shows when it has ended` };
}

function mayBe(batch: JsonObject, { sentAtMs, rows, taken }: Lost): boolean {
  const createdMs = parseInstant(String(batch.created_at ?? ''));
  if (taken.has(textIn(batch, 'id') ?? '')) return false;
  if (createdMs !== null && createdMs < sentAtMs - CLOCK_SLACK_MS) return false;
  const counts = Object.values(isObject(batch.request_counts) ? batch.request_counts : {});
  const total = counts.reduce<number>((sum, count) => sum + Number(count), 0);
  return total === rows;
}

/** Whether a batch that has ended answers rows of this file. */
async function holds(
  transfer: BatchTransfer,
  { outputs }: BatchState,
  tag: string,
): Promise<boolean | AttemptFailure> {
  const [path = ''] = outputs;
  for await (const piece of transfer.lines({ path })) {
    if (typeof piece !== 'string') return piece;
    return piece.includes(`"custom_id":"${tag}-`) || piece.includes(`"custom_id": "${tag}-`);
  }
  return false;
}
