/**
 * Submitting a file: uploaded, begun, and found again when nobody knows whether it was.
 *
 * Takes a job, moves it to the next step it can reach, noting each before and after. Never asks a
 * provider twice to begin: where its answer was lost, the batch is looked up first, and where that
 * cannot tell, the rows are unknown.
 */
import { type Job, noteJob, providerIds } from '../ledger/batch-jobs.ts';
import { loseJob, openRowsOf } from '../ledger/batch-jobs-rows.ts';
import type { BatchApi, BatchFile, BatchState, Search } from '../providers/batch-api.ts';
import type { AttemptFailure } from '../providers/provider.ts';
import { askedRow, builtRow } from './jobs-rows.ts';
import { releaseJob } from './jobs-settle.ts';
import { type Step, troubleOf } from './jobs-step.ts';
import { apiOf, customIdOf, type JobTools, nameOf, rowsText, tagOf } from './jobs-tools.ts';

const DONE: Step = { kind: 'done' };

/** A provider may list a batch a little after it was told to make it. */
const LISTED_AFTER_MS = 60_000;

/** Moves a job that is not submitted as far as it goes. */
export async function submitJob(tools: JobTools, job: Job): Promise<Step> {
  const api = apiOf(tools, job);
  if (job.state === 'creating') return findJob(tools, api, job);
  if (tools.options.isCancelling) return releaseJob(tools, job, 'cancelled before it was sent');
  if (job.state === 'made' && api.takesFiles) {
    const uploaded = await upload(tools, api, job);
    return typeof uploaded === 'string'
      ? create(tools, api, { ...job, fileId: uploaded })
      : uploaded;
  }
  return create(tools, api, job);
}

async function upload(tools: JobTools, api: BatchApi, job: Job): Promise<string | Step> {
  const { db, interrupt } = tools.options;
  const given = await api.upload(fileOf(tools, api, job), interrupt);
  if (typeof given !== 'string') return refusal(tools, job, given);
  if (given === '') return { kind: 'trouble', why: 'its answer to the upload names no file' };
  noteJob(db, job.id, { state: 'uploaded', fileId: given });
  return given;
}

/** The file of a job; its lines are built anew whenever they are read. */
function fileOf(tools: JobTools, api: BatchApi, job: Job): BatchFile {
  const tag = tagOf(tools, job);
  const { db } = tools.options;
  return {
    tag,
    rows: job.rowCount,
    *lines() {
      for (const page of openRowsOf(db, job)) {
        for (const record of page) {
          const { row } = askedRow(tools, builtRow(tools, record));
          const prompt = { ...row.prompt, model: record.model };
          yield api.lineOf(customIdOf(tag, record.index), prompt);
        }
      }
    },
  };
}

async function create(tools: JobTools, api: BatchApi, job: Job): Promise<Step> {
  const { db, clock } = tools.options;
  // From here on it may be at work, whatever happens.
  noteJob(db, job.id, { state: 'creating', sentAtMs: clock.now() });
  const given = await api.create(fileOf(tools, api, job), job.fileId);
  if ('status' in given && given.id !== '') return submitted(tools, job, given);
  if ('status' in given) return { kind: 'trouble', why: 'its answer names no batch' };
  if (isUnclear(given)) return { kind: 'trouble', why: given.message };
  uncreate(tools, job);
  return refusal(tools, job, given);
}

/** What a server does before it fails, nobody knows. */
function isUnclear({ code, mayHaveBeenBilled }: AttemptFailure): boolean {
  return code === 'server_error' || mayHaveBeenBilled;
}

/** It was not begun: back to where it was before. */
function uncreate({ options }: JobTools, { id, fileId }: Job): void {
  noteJob(options.db, id, { state: fileId === null ? 'made' : 'uploaded' });
}

function submitted({ options }: JobTools, job: Job, state: BatchState): Step {
  noteJob(options.db, job.id, {
    ...{ state: 'submitted', providerId: state.id, providerStatus: state.status },
    ...{ doneCount: state.done, failedCount: state.failed },
    submittedAtMs: options.clock.now(),
  });
  options.tell(`${nameOf(job)}: ${rowsText(job.rowCount)} submitted as ${state.id}`);
  return DONE;
}

/** Looks for the batch of a job whose creation was not answered. */
async function findJob(tools: JobTools, api: BatchApi, job: Job): Promise<Step> {
  const { db, clock } = tools.options;
  const sentAtMs = job.sentAtMs ?? job.madeAtMs;
  const taken = providerIds(db);
  const { fileId, rowCount: rows } = job;
  const found = await api.find({ tag: tagOf(tools, job), fileId, rows, sentAtMs, taken });
  if (found.kind === 'failure') return troubleOf(found);
  if (found.kind !== 'none') return ofSearch(tools, job, found);
  if (clock.now() - sentAtMs < LISTED_AFTER_MS) {
    return { kind: 'wait', why: 'whether it was submitted shows within a minute' };
  }
  uncreate(tools, job);
  const state = fileId === null ? 'made' : 'uploaded';
  return submitJob(tools, { ...job, state });
}

function ofSearch(tools: JobTools, job: Job, found: Exclude<Search, { kind: 'none' }>): Step {
  if (found.kind === 'found') return submitted(tools, job, found.state);
  if (found.kind === 'later') return { kind: 'wait', why: found.why };
  const { db, clock, tell } = tools.options;
  const message = `whether ${nameOf(job)} was submitted cannot be told: ${found.why}`;
  loseJob(db, job, { message, atMs: clock.now() });
  tell(`${message}; what becomes of its ${rowsText(job.rowCount)} is unknown`);
  return DONE;
}

/** A provider that takes no file, now or ever. */
function refusal(tools: JobTools, job: Job, failure: AttemptFailure): Step | Promise<Step> {
  const { httpStatus, code, message } = failure;
  if (httpStatus === 404 || httpStatus === 405) {
    const why = `it has no Batch API (${message}): --via live`;
    return releaseJob(tools, job, why).then(() => ({
      ...{ kind: 'stop', reason: 'outage' as const, message: why },
    }));
  }
  if (code === 'bad_request') return releaseJob(tools, job, message, failure);
  return troubleOf(failure);
}
