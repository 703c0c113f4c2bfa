/**
 * What the steps of a run by files share: its ledger, prices, endpoints and Batch APIs.
 *
 * Takes an opened run and how it goes, gives the tools. Never sends anything.
 */
import { Answers } from '../ledger/answers.ts';
import type { Job } from '../ledger/batch-jobs.ts';
import { LedgerBudget } from '../ledger/budget.ts';
import { CallRows } from '../ledger/call-rows.ts';
import { BatchJournal } from '../ledger/journal.ts';
import type { BatchApi } from '../providers/batch-api.ts';
import type { BatchApis } from '../providers/batch-apis.ts';
import type { Endpoint, Prompt, Wire } from '../providers/provider.ts';
import { wireFor } from '../providers/send.ts';
import type { Chain } from './chain.ts';
import { chainsOf } from './chains.ts';
import { BatchCosts } from './costs.ts';
import { judgeRows } from './judge.ts';
import { LedgerAnswers, RunJournal } from './keep.ts';
import { type LiveOptions, rowBuilder } from './live.ts';
import type { Row } from './row.ts';
import type { RowBuilder } from './rows.ts';
import { parseSettings } from './settings.ts';

/** What becomes of rows that a file leaves without an answer. */
export type Unanswered = 'batch' | 'live' | 'fail';

export interface JobsOptions
  extends Omit<LiveOptions, 'sender' | 'retry' | 'adaptive' | 'cancel' | 'onSeen'> {
  readonly apis: BatchApis;
  /** Hides keys in what providers say. */
  readonly redact: (text: string) => string;
  readonly unanswered: Unanswered;
  /** So many files a row may go into. */
  readonly maxAttempts: number;
  /** The most rows in a file; null: as many as the provider takes. */
  readonly fileRows: number | null;
  /** The first wait between two looks at the provider. */
  readonly pollMs: number;
  /** False: what can be done now is done, and the rest left to the provider. */
  readonly isWaiting: boolean;
  /** The files of the run are to be stopped: nothing new is sent. */
  readonly isCancelling: boolean;
  /** Whether something else writes the rest of the results. */
  readonly isContinued: boolean;
  readonly onSeen: () => void;
  /** Says how a file fares. */
  readonly tell: (message: string) => void;
}

/** Tools of one run in one process. */
export interface JobTools {
  readonly options: JobsOptions;
  readonly journal: BatchJournal;
  readonly keep: RunJournal;
  readonly costs: BatchCosts;
  readonly builder: RowBuilder;
  readonly answers: LedgerAnswers | null;
  readonly chainOf: (row: Row) => Chain;
  /** What rows in files ask, hashed: equal rows wait for the answer of the first. */
  readonly asked: Set<number>;
  /** The most rows in a file from now on: smaller after a file was too large for a quota. */
  fileRows: number;
  /** How often an output held fewer rows than were counted, by job. */
  readonly shortfalls: Map<number, number>;
  /** The account may have no more waiting until a file is settled. */
  isFull: boolean;
}

/** Makes the tools. Throws UserError for settings that files cannot serve. */
export function createJobTools(options: JobsOptions): JobTools {
  const { db, run, clock, cache, timers, seen } = options;
  const calls = new CallRows(db, options.book, run.sourceId);
  const later = (call: () => void): void => void setImmediate(call);
  const journal = new BatchJournal(db, { runId: run.id, calls, later });
  const keep = new RunJournal({
    ...{ journal, clock },
    // Money is taken and given back by the file, in leases of their own.
    budget: new LedgerBudget(db, run.id, { limits: options.limits, clock }),
    isReserved: true,
    observe: (start, end) => seen.attempt(start, end, timers.nowMs()),
  });
  const costs = new BatchCosts({ ...options, tier: 'batch' });
  const settings = parseSettings(run.settings);
  return {
    ...{ options, journal, keep, costs },
    builder: rowBuilder({ ...options, costs }),
    answers: cache === null ? null : new LedgerAnswers(new Answers(db, cache), journal, clock),
    chainOf: chainsOf({ ...options, settings, judgeRows: judgeRows(options.readTask) }),
    asked: new Set(),
    shortfalls: new Map(),
    isFull: false,
    fileRows: options.fileRows ?? Number.POSITIVE_INFINITY,
  };
}

/** The endpoint a model is asked at, in the wire format of a prompt; null: nobody serves it. */
export function endpointFor({ options }: JobTools, { model, operation }: Prompt): Endpoint | null {
  const spec = options.endpoints.find(({ models }) => models === null || models.includes(model));
  if (spec === undefined) return null;
  return { ...spec.endpoint, wire: wireFor(spec.endpoint, { operation }) };
}

/** The endpoint a job went to; null if it is not among those of this time. */
export function endpointOf({ options }: JobTools, { endpoint, wire }: Job): Endpoint | null {
  const spec = options.endpoints.find((one) => one.endpoint.id === endpoint);
  return spec === undefined ? null : { ...spec.endpoint, wire: wire as Wire };
}

/** The endpoint a job went to, once it is known that it is there. */
export function sentTo(tools: JobTools, job: Job): Endpoint {
  const endpoint = endpointOf(tools, job);
  if (endpoint === null) throw new Error(`no endpoint ${job.endpoint}`);
  return endpoint;
}

/** The Batch API a job went to. */
export function apiOf(tools: JobTools, job: Job): BatchApi {
  return tools.options.apis.of(sentTo(tools, job));
}

/** Names a job among all batches of an account: the run's input and beginning, and its number. */
export function tagOf({ options: { run } }: JobTools, { number }: Pick<Job, 'number'>): string {
  return `aicost-${run.inputHash.slice(0, 12)}-${run.createdAtMs.toString(36)}-${number}`;
}

/** The custom id of a row: its job's name, and its place in the input from 1. */
export function customIdOf(tag: string, index: number): string {
  return `${tag}-${index + 1}`;
}

/** The place of a custom id, from 0; null if it is of another job. */
export function indexOf(tag: string, customId: string): number | null {
  if (!customId.startsWith(`${tag}-`)) return null;
  const number = Number(customId.slice(tag.length + 1));
  return Number.isSafeInteger(number) && number > 0 ? number - 1 : null;
}

/** A number of rows, for people. */
export function rowsText(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}

/** How messages call a job. */
export function nameOf({ number }: Pick<Job, 'number'>): string {
  return `file ${number}`;
}
