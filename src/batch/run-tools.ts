/**
 * What a run works with, live or by files: its ledger, prices, rows, chains and kept answers.
 *
 * Takes an opened run and how it goes, gives the tools. Never sends anything.
 */
import type { Clock } from '../domain/time.ts';
import { type AnswerLimits, Answers } from '../ledger/answers.ts';
import { countRows } from '../ledger/batch-rows.ts';
import { type BatchRun, stopRun } from '../ledger/batch-runs.ts';
import type { SpendLimits } from '../ledger/budget.ts';
import { CallRows } from '../ledger/call-rows.ts';
import { BatchJournal } from '../ledger/journal.ts';
import { OutputShares } from '../ledger/labels.ts';
import type { Ledger } from '../ledger/open.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Chain } from './chain.ts';
import { chainsOf } from './chains.ts';
import type { BatchCosts } from './costs.ts';
import type { MeasuredShareOf } from './estimate.ts';
import type { EndpointSpec } from './fleet.ts';
import { imageReader } from './images.ts';
import { judgeRows } from './judge.ts';
import type { KeepOptions } from './keep.ts';
import { LedgerAnswers } from './kept-answers.ts';
import type { Timers } from './ports.ts';
import type { ReadTask } from './prompt-facts.ts';
import type { ResultWriter } from './results.ts';
import { routeRows } from './route-row.ts';
import type { Row } from './row.ts';
import { RowBuilder } from './rows.ts';
import type { Seen } from './seen.ts';
import { SemanticAnswers, type SemanticUse } from './semantic-answers.ts';
import { parseSettings } from './settings.ts';

/** An opened run, and how it goes this time. */
export interface RunOptions {
  readonly db: Ledger;
  readonly run: BatchRun;
  readonly book: PriceBook;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly endpoints: readonly EndpointSpec[];
  readonly limits: SpendLimits;
  /** The most one row may cost, all models together; null: no limit. */
  readonly maxRowPico: number | null;
  /** Null: no answer is kept or used again. */
  readonly cache: (AnswerLimits & { readonly maxTemperatureMilli: number }) | null;
  /** Serves rows the answers of others that ask the same; null: only equal rows share answers. */
  readonly semantic: SemanticUse | null;
  /** Says where rows go that leave it open; null: flags alone decide. */
  readonly policy: PolicyFile | null;
  readonly readTask: ReadTask;
  readonly contextTokensOf: (provider: string, model: string) => number | null;
  /** Images are relative to this folder. */
  readonly imageFolder: string;
  readonly results: ResultWriter;
  /** Nothing new is sent. */
  readonly interrupt: AbortSignal;
  /** Counts what happens. */
  readonly seen: Seen;
  /** Is called after each result. */
  readonly onSeen: () => void;
  /** Keeps answers somewhere else than in the results. */
  readonly keepAnswer?: KeepOptions['keepAnswer'];
  /** The run whose budget pays, where it is another: what this one is a part of. */
  readonly paidBy?: number;
}

/** What a run works with. */
export interface RunTools {
  readonly journal: BatchJournal;
  /** What a keeper of its rows is made with, but for who counts the money. */
  readonly keeping: Omit<KeepOptions, 'spending'>;
  readonly builder: RowBuilder;
  readonly answers: LedgerAnswers | null;
  /** Null: only equal rows share answers. */
  readonly semantic: SemanticAnswers | null;
  readonly chainOf: (row: Row) => Chain;
}

/** Makes the tools; `costs` are at the tier rows are asked at. */
export function openTools(options: RunOptions, costs: BatchCosts): RunTools {
  const { db, run, clock, cache, timers, seen } = options;
  const calls = new CallRows(db, options.book, run.sourceId);
  const later = (call: () => void): void => void setImmediate(call);
  const journal = new BatchJournal(db, { runId: run.id, calls, later });
  const settings = parseSettings(run.settings);
  const answers = cache === null ? null : new LedgerAnswers(new Answers(db, cache), journal, clock);
  return {
    journal,
    keeping: {
      ...{ journal, clock, keepAnswer: options.keepAnswer },
      observe: (start, end) => seen.attempt(start, end, timers.nowMs()),
    },
    builder: rowBuilder({ ...options, costs, comparesTexts: options.semantic !== null }),
    answers,
    semantic:
      options.semantic === null || answers === null
        ? null
        : new SemanticAnswers({ ...options, use: options.semantic, answers, journal }),
    chainOf: chainsOf({ ...options, settings, judgeRows: judgeRows(options.readTask) }),
  };
}

/** What the rows of a run are made with. */
export interface BuilderOptions
  extends Pick<
    RunOptions,
    'db' | 'run' | 'cache' | 'readTask' | 'imageFolder' | 'policy' | 'endpoints'
  > {
  readonly costs: BatchCosts;
  /** Whether a row may be served the answer of one that asks the same in other words. */
  readonly comparesTexts: boolean;
}

/** A builder of the rows of a run. */
export function rowBuilder(options: BuilderOptions): RowBuilder {
  const { db, run, cache, comparesTexts, readTask, imageFolder, policy, endpoints } = options;
  const settings = parseSettings(run.settings);
  const shares = new OutputShares(db);
  const measuredShareOf: MeasuredShareOf = (task, model) => shares.of(task, model);
  return new RowBuilder({
    columns: run.columns,
    settings,
    runKey: runKeyOf(run),
    cachedUpToMilli: cache?.maxTemperatureMilli ?? null,
    comparesTexts,
    readTask,
    measuredShareOf,
    route: routeRows({ settings, policy, endpoints, measuredShareOf, prices: options.costs }),
    readImage: imageReader(imageFolder),
  });
}

/** Names a run among all runs of all ledgers: by its input and its beginning. */
export function runKeyOf({ inputHash, createdAtMs }: BatchRun): string {
  return `aicost-${inputHash.slice(0, 12)}-${createdAtMs.toString(36)}`;
}

/** Notes in the ledger why a run stopped, and whether it is done. */
export function noteStop(
  { db, run, clock }: Pick<RunOptions, 'db' | 'run' | 'clock'>,
  reason: string,
): void {
  const state = countRows(db, run.id).pending === 0 ? 'done' : 'open';
  stopRun(db, { id: run.id, state, reason, atMs: clock.now() });
}
