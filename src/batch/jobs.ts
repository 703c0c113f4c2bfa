/**
 * Jobs: the door of `--via batch`. Rows go to providers' Batch APIs in files, and come back.
 *
 * Takes an opened run, gives why it ended. Never submits a file twice, however it was cut off: each
 * step is in the ledger before and after it is made, and files that are at a provider are looked
 * after before new ones are made.
 */

import { EXIT, UserError } from '../errors.ts';
import { type Job, noteCancelling, noteJob, openJobs } from '../ledger/batch-jobs.ts';
import { loseJob } from '../ledger/batch-jobs-rows.ts';
import type { AttemptFailure } from '../providers/provider.ts';
import { planJobs } from './jobs-plan.ts';
import { noteAsked } from './jobs-rows.ts';
import { settleJob } from './jobs-settle.ts';
import { type Step, troubleOf } from './jobs-step.ts';
import { submitJob } from './jobs-submit.ts';
import {
  apiOf,
  createJobTools,
  endpointOf,
  type JobsOptions,
  type JobTools,
  nameOf,
} from './jobs-tools.ts';
import { noteStop } from './run-tools.ts';
import type { StopReason } from './stop.ts';

/** How it ended; `at_provider`: files are left there, as was asked for. */
export interface JobsEnd {
  readonly stop: StopReason | 'at_provider';
  /** What the provider or the budget said; null when done. */
  readonly message: string | null;
  /** Rows that this process finished. */
  readonly results: number;
  /** Files that are at the provider, or may be. */
  readonly open: number;
}

/** The wait between two looks grows by this factor while nothing changes, up to so many first waits. */
const POLL_GROWTH = 1.5;
const LONGEST_POLL = 10;
/** So many looks in a row may go wrong. */
const MOST_TROUBLES = 20;

/** Works on the files of a run until all rows have results, or until told to leave. */
export async function runJobs(options: JobsOptions): Promise<JobsEnd> {
  const tools = createJobTools(options);
  try {
    await options.results.start();
    const end = await new Rounds(tools).run();
    tools.journal.close();
    // Else the rows that are left are asked live, and their results follow.
    if (end.stop === 'done' && options.isContinued) return end;
    noteStop(options, end.stop);
    await options.results.complete();
    return end;
  } catch (error) {
    await options.results.abandon();
    throw error;
  } finally {
    tools.journal.close();
    await options.apis.close();
  }
}

/** Throws UserError where files went that nobody knows the way to. */
function checkEndpoints(tools: JobTools, jobs: readonly Job[]): void {
  const lost = jobs.find((job) => endpointOf(tools, job) === null);
  if (lost === undefined) return;
  throw new UserError(
    EXIT.usage,
    `${nameOf(lost)} is at ${lost.endpoint}, which is none of the endpoints`,
    'give the endpoint it was sent to: --base-url, its key, or the config',
  );
}

type Stop = Extract<Step, { kind: 'stop' }>;

/** Rounds of looking, planning and submitting. */
class Rounds {
  readonly #tools: JobTools;
  /** What was said last of each file. */
  readonly #told = new Map<number, string>();
  #quietRounds = 0;
  #troubles = 0;
  /** A file was settled in this round: rows or money may be free for the next. */
  #hasSettled = false;
  #trouble = '';

  constructor(tools: JobTools) {
    this.#tools = tools;
  }

  async run(): Promise<JobsEnd> {
    const { options } = this.#tools;
    const { db, run, interrupt } = options;
    if (options.isCancelling) noteCancelling(db, run.id);
    checkEndpoints(this.#tools, openJobs(db, run.id));
    noteAsked(this.#tools, openJobs(db, run.id));
    for (;;) {
      this.#hasSettled = false;
      this.#trouble = '';
      const stop = await this.#look();
      if (stop !== null) return this.#end(stop.reason, stop.message);
      const planned = await this.#plan();
      const refused = await this.#submit();
      await options.results.advance();
      if (refused !== null) return this.#end(refused.reason, refused.message);
      if (interrupt.aborted) return this.#end('interrupted', 'stopped as asked');
      const isIdle = openJobs(db, run.id).length === 0;
      if (isIdle && planned.jobs === 0) {
        if (!planned.isBudgetOut) return this.#end('done', null);
        return this.#end('budget', 'what is left does not cover the most the next row may cost');
      }
      const stuck = this.#noteTrouble();
      if (stuck !== null) return stuck;
      if (!options.isWaiting && !isIdle) return this.#end('at_provider', null);
      if (!this.#hasSettled && !isIdle) await this.#sleep();
    }
  }

  #end(stop: JobsEnd['stop'], message: string | null): JobsEnd {
    const { db, run, seen, timers } = this.#tools.options;
    const { done, failed, unknown } = seen.now(timers.nowMs());
    const isSent = ({ state }: Job) => state === 'creating' || state === 'submitted';
    const open = openJobs(db, run.id).filter(isSent).length;
    return { stop, message, results: done + failed + unknown, open };
  }

  /** Looks at each file that is at a provider, and settles those that are over. */
  async #look(): Promise<Stop | null> {
    const { db, run, interrupt } = this.#tools.options;
    for (const job of openJobs(db, run.id)) {
      if (interrupt.aborted) return null;
      if (job.state !== 'submitted') continue;
      const step = await this.#lookAt(job);
      if (step.kind === 'stop') return step;
      this.#noteStep(job, step);
    }
    return null;
  }

  async #lookAt(job: Job): Promise<Step> {
    const { db, tell } = this.#tools.options;
    const api = apiOf(this.#tools, job);
    const id = job.providerId ?? '';
    const mayStop = this.#tools.options.isCancelling && !/^cancel/.test(job.providerStatus);
    // A batch that is over cannot be stopped: then it is only looked at.
    const asked = mayStop ? await api.cancel(id) : null;
    const state = asked !== null && 'status' in asked ? asked : await api.read(id);
    if (!('status' in state)) return this.#notRead(job, state);
    const { status, done, failed } = state;
    if (status !== job.providerStatus || done !== job.doneCount || failed !== job.failedCount) {
      this.#quietRounds = 0;
      noteJob(db, job.id, { providerStatus: status, doneCount: done, failedCount: failed });
      if (!state.isOver) tell(`${nameOf(job)}: ${status}, ${done} of ${job.rowCount} done`);
    }
    if (!state.isOver) return { kind: 'wait', why: status };
    return settleJob(this.#tools, job, state);
  }

  #notRead(job: Job, failure: AttemptFailure): Step {
    if (failure.httpStatus !== 404) return troubleOf(failure);
    const { db, clock, tell } = this.#tools.options;
    const message = `the provider does not know ${job.providerId} any more`;
    loseJob(db, job, { message, atMs: clock.now() });
    tell(`${nameOf(job)}: ${message}; its rows without an answer are unknown`);
    return { kind: 'done' };
  }

  async #plan(): Promise<{ readonly jobs: number; readonly isBudgetOut: boolean }> {
    const { isCancelling, interrupt, timers } = this.#tools.options;
    if (isCancelling || interrupt.aborted || this.#isFull()) return { jobs: 0, isBudgetOut: false };
    return planJobs(this.#tools, () => new Promise((resolve) => void timers.after(0, resolve)));
  }

  /** The account takes no more, until one of the files it has is over: however that one ends. */
  #isFull(): boolean {
    const { db, run } = this.#tools.options;
    const isWaiting = openJobs(db, run.id).some(({ state }) => state === 'submitted');
    this.#tools.isFull &&= isWaiting;
    return this.#tools.isFull;
  }

  /** Submits each file that is not at a provider yet. */
  async #submit(): Promise<Stop | null> {
    const { db, run, interrupt } = this.#tools.options;
    for (const job of openJobs(db, run.id)) {
      if (interrupt.aborted) return null;
      if (job.state === 'submitted') continue;
      const step = await submitJob(this.#tools, job);
      if (step.kind === 'stop') return step;
      this.#noteStep(job, step);
    }
    return null;
  }

  #noteStep(job: Job, step: Exclude<Step, Stop>): void {
    const { interrupt, tell } = this.#tools.options;
    if (step.kind === 'done' || interrupt.aborted) {
      this.#hasSettled ||= job.state === 'submitted';
      return;
    }
    const text = `${nameOf(job)}: ${step.why}`;
    if (step.kind === 'trouble') this.#trouble = text;
    else if (job.state === 'submitted') return;
    if (this.#told.get(job.id) === text) return;
    this.#told.set(job.id, text);
    tell(`${text}; tried again with the next look`);
  }

  /** Gives up after too many looks that went wrong. */
  #noteTrouble(): JobsEnd | null {
    this.#troubles = this.#trouble === '' ? 0 : this.#troubles + 1;
    return this.#troubles < MOST_TROUBLES ? null : this.#end('outage', this.#trouble);
  }

  async #sleep(): Promise<void> {
    const { pollMs, timers, interrupt } = this.#tools.options;
    const factor = Math.min(LONGEST_POLL, POLL_GROWTH ** this.#quietRounds++);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        callOff();
        interrupt.removeEventListener('abort', wake);
        resolve();
      };
      const callOff = timers.after(pollMs * factor, wake);
      interrupt.addEventListener('abort', wake);
    });
  }
}
