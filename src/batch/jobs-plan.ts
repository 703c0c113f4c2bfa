/**
 * Planning files: which pending rows go together to which endpoint, as far as the budget reaches.
 *
 * Takes the rows that are left, gives jobs in the ledger, with the worst case of each set aside.
 * Never the same question twice: equal rows wait for the first one's answer.
 */
import { Buffer } from 'node:buffer';
import { addJob, type JobEntry, openJobs } from '../ledger/batch-jobs.ts';
import { rowsToSubmit } from '../ledger/batch-jobs-rows.ts';
import type { BatchApi } from '../providers/batch-api.ts';
import type { Endpoint, Prompt } from '../providers/provider.ts';
import { type AskedRow, askedRow, failRow, faultRow, fromCache, fromLike } from './jobs-rows.ts';
import { customIdOf, endpointFor, type JobTools, tagOf } from './jobs-tools.ts';
import { blockedBy, OVER_ROW_BUDGET, type RowFailure } from './row.ts';
import { RowFault } from './row-fields.ts';
import { spentBeforePico } from './tally.ts';

/** What planning came to. */
export interface Planned {
  readonly jobs: number;
  /** Rows are left that the budget does not cover. */
  readonly isBudgetOut: boolean;
}

/** Rows on their way into one file. */
interface Group {
  readonly endpoint: Endpoint;
  readonly api: BatchApi;
  entries: Entry[];
  requests: number;
  bytes: number;
}

interface Entry extends JobEntry {
  /** What it counts as: each text of a list to embed is one. */
  readonly requests: number;
  readonly askKey: number | null;
}

/** How a row would stand in a file. */
interface Fit extends Pick<Group, 'endpoint' | 'api'> {
  readonly bytes: number;
  readonly worstPico: number | null;
}

/** What a file has besides its lines: a form's parts, brackets. */
const FRAME_BYTES = 4_096;
/** Digits of a job's number and a row's, at most, that a line is measured with. */
const LARGEST_JOB = { number: 99_999 };

/** Plans files for all rows that may go into one; `pause` lets Ctrl-C come between pages. */
export async function planJobs(tools: JobTools, pause: () => Promise<void>): Promise<Planned> {
  const planning = new Planning(tools);
  const { db, run, interrupt, unanswered } = tools.options;
  if (openJobs(db, run.id).length === 0) tools.semantic?.closeAll();
  for (const page of rowsToSubmit(db, run.id)) {
    for (const record of page) {
      // With --unanswered live files are for the first attempt only.
      if (unanswered === 'live' && record.attemptsBefore > 0) continue;
      const row = tools.builder.build(record);
      if (row instanceof RowFault) faultRow(tools, record, row);
      else await planning.add(askedRow(tools, row));
      if (planning.isBudgetOut) break;
    }
    await pause();
    if (planning.isBudgetOut || interrupt.aborted) break;
  }
  planning.flush();
  tools.journal.close();
  return planning;
}

class Planning implements Planned {
  readonly #tools: JobTools;
  readonly #groups = new Map<string, Group>();
  jobs = 0;
  isBudgetOut = false;

  constructor(tools: JobTools) {
    this.#tools = tools;
  }

  /** Puts a row into the file it belongs to, unless it has its answer, or cannot be asked. */
  async add(asked: AskedRow): Promise<void> {
    const { asked: known } = this.#tools;
    const { row, askKey } = asked;
    if (askKey !== null && known.has(askKey)) return;
    if (await fromCache(this.#tools, asked)) return;
    if (await fromLike(this.#tools, asked)) return;
    const { prompt } = row;
    const endpoint = endpointFor(this.#tools, prompt);
    if (endpoint === null) {
      const message = `no endpoint serves ${prompt.model}`;
      return failRow(this.#tools, row, { code: 'no_endpoint', message, httpStatus: null });
    }
    const api = this.#tools.options.apis.of(endpoint);
    const customId = customIdOf(tagOf(this.#tools, LARGEST_JOB), row.index);
    const bytes = Buffer.byteLength(api.lineOf(customId, prompt)) + 1;
    const worstPico = this.#tools.costs.worstPico(row, prompt.model, endpoint);
    const blocked = this.#blocked(asked, { endpoint, api, bytes, worstPico });
    if (blocked !== null) {
      return failRow(this.#tools, row, { ...blocked, httpStatus: null });
    }
    const attempt = row.attemptsBefore + 1;
    const { model } = prompt;
    const requests = requestsOf(prompt);
    const entry = { index: row.index, attempt, model, worstPico, bytes, askKey, requests };
    if (askKey !== null) known.add(askKey);
    this.#tools.semantic?.open(row, model);
    this.#put(entry, { endpoint, api });
  }

  #blocked(
    { row }: AskedRow,
    { endpoint, api, bytes, worstPico }: Fit,
  ): Pick<RowFailure, 'code' | 'message'> | null {
    const { limits, maxRowPico } = this.#tools.options;
    const isLimited = limits.runPico !== null || limits.dayPico !== null || maxRowPico !== null;
    if (worstPico === null && isLimited) {
      return blockedBy(this.#tools.costs.whyNoWorst(row, row.prompt.model, endpoint));
    }
    if (maxRowPico !== null && spentBeforePico(row) + (worstPico ?? 0) > maxRowPico) {
      return OVER_ROW_BUDGET;
    }
    if (bytes + FRAME_BYTES <= api.limits.bytes) return null;
    const message = `${bytes} bytes are more than a file of a batch may have`;
    return { code: 'bad_request', message };
  }

  #put(entry: Entry, { endpoint, api }: Pick<Group, 'endpoint' | 'api'>): void {
    const model = api.mixesModels ? '' : entry.model;
    const name = `${endpoint.id}\n${endpoint.wire}\n${model}`;
    let group = this.#groups.get(name);
    const isFull =
      group !== undefined &&
      (group.entries.length >= this.#tools.fileRows ||
        group.requests + entry.requests > api.limits.requests ||
        group.bytes + entry.bytes > api.limits.bytes);
    if (group !== undefined && isFull) this.#make(group);
    if (group === undefined || isFull) {
      group = { endpoint, api, entries: [], requests: 0, bytes: FRAME_BYTES };
      this.#groups.set(name, group);
    }
    group.entries.push(entry);
    group.requests += entry.requests;
    group.bytes += entry.bytes;
  }

  /** Makes jobs of all that is gathered. */
  flush(): void {
    for (const group of this.#groups.values()) this.#make(group);
    this.#groups.clear();
  }

  #make({ endpoint, entries }: Group): void {
    const { db, run, limits, clock } = this.#tools.options;
    const count = addJob(db, {
      ...{ runId: run.id, endpoint: endpoint.id, wire: endpoint.wire },
      ...{ entries, limits, atMs: clock.now() },
    });
    if (count > 0) this.jobs++;
    if (count === entries.length) return;
    this.isBudgetOut = true;
    for (const { askKey } of entries.slice(count)) {
      if (askKey !== null) this.#tools.asked.delete(askKey);
    }
  }
}

function requestsOf({ operation, messages }: Prompt): number {
  const content = messages.at(-1)?.content;
  if (operation !== 'embeddings' || !Array.isArray(content)) return 1;
  return content.every((text) => typeof text === 'string') ? Math.max(1, content.length) : 1;
}
