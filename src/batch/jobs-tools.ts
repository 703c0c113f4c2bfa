/**
 * What the steps of a run by files share: its ledger, prices, endpoints and Batch APIs.
 *
 * Takes an opened run and how it goes, gives the tools. Never sends anything.
 */
import type { Job } from '../ledger/batch-jobs.ts';
import type { BatchApi } from '../providers/batch-api.ts';
import type { BatchApis } from '../providers/batch-apis.ts';
import type { Endpoint, Prompt, Wire } from '../providers/provider.ts';
import { wireFor } from '../providers/send.ts';
import { BatchCosts } from './costs.ts';
import { RunKeeper } from './keep.ts';
import { openTools, type RunOptions, type RunTools, runKeyOf } from './run-tools.ts';
import { servingEndpoint } from './serving.ts';

/** What becomes of rows that a file leaves without an answer. */
export type Unanswered = 'batch' | 'live' | 'fail';

export interface JobsOptions extends RunOptions {
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
  /** Says how a file fares. */
  readonly tell: (message: string) => void;
}

/** Tools of one run in one process. */
export interface JobTools extends RunTools {
  readonly options: JobsOptions;
  readonly keep: RunKeeper;
  readonly costs: BatchCosts;
  /** What rows in files ask, hashed: equal rows wait for the answer of the first. */
  readonly asked: Set<number>;
  /** What rows of this process asked and were answered, hashed: equal rows share these answers. */
  readonly answered: Set<number>;
  /** The most rows in a file from now on: smaller after a file was too large for a quota. */
  fileRows: number;
  /** How often an output held fewer rows than were counted, by job. */
  readonly shortfalls: Map<number, number>;
  /** The account may have no more waiting until a file is settled. */
  isFull: boolean;
}

/** Makes the tools. Throws UserError for settings that files cannot serve. */
export function createJobTools(options: JobsOptions): JobTools {
  const costs = new BatchCosts({ ...options, tier: 'batch' });
  const tools = openTools(options, costs);
  return {
    ...tools,
    ...{ options, costs },
    // Money is taken and given back by the file, in leases of their own.
    keep: new RunKeeper({ ...tools.keeping, spending: null }),
    asked: new Set(),
    answered: new Set(),
    shortfalls: new Map(),
    isFull: false,
    fileRows: options.fileRows ?? Number.POSITIVE_INFINITY,
  };
}

/** The endpoint a model is asked at, in the wire format of a prompt; null: nobody serves it. */
export function endpointFor({ options }: JobTools, { model, operation }: Prompt): Endpoint | null {
  const endpoint = servingEndpoint(options.endpoints, model);
  return endpoint === null ? null : { ...endpoint, wire: wireFor(endpoint, { operation }) };
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
  return `${runKeyOf(run)}-${number}`;
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
