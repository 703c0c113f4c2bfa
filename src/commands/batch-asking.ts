/**
 * What a run of a batch is asked with: its rows, their costs, and whose answers they may have.
 *
 * Takes an opened run and how it is sent, gives what plans and runs are made of. Never asks anything
 * but vectors, and these only once it may.
 */
import { dirname } from 'node:path';
import { BatchCosts } from '../batch/costs.ts';
import type { OpenedRun } from '../batch/open-run.ts';
import { rowBuilder } from '../batch/run-tools.ts';
import type { SemanticUse } from '../batch/semantic-answers.ts';
import { parseSettings } from '../batch/settings.ts';
import type { ResultState } from '../ledger/batch-rows.ts';
import type { BatchRun } from '../ledger/batch-runs.ts';
import type { Ledger } from '../ledger/open.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Deps } from '../terminal/command.ts';
import type { SendFlags } from './batch-flags.ts';
import { goesByFiles, type JobFlags } from './batch-jobs.ts';
import type { Planning } from './batch-plan.ts';
import { plannedAnswers, settleSemantic } from './batch-semantic.ts';
import type { Sending } from './batch-send.ts';

/** The command that asks. */
export interface Work {
  readonly flags: SendFlags & JobFlags;
  readonly deps: Deps;
}

/** What rows are sent with. */
export interface Means {
  readonly sending: Sending;
  readonly book: PriceBook;
}

/** A command, and what it sends with. */
export type Asking = Work & Means;

/** Whose results a command asks again. */
export function reopenedBy({ retryFailed, retryUnknown }: SendFlags): ResultState[] {
  const states: ResultState[] = [];
  if (retryUnknown === true) states.push('unknown');
  if (retryFailed === true) states.push('failed');
  return states;
}

/** What the plan of a run is made of. */
export async function planOptions(
  db: Ledger,
  opened: OpenedRun,
  asking: Asking,
): Promise<Planning> {
  const { flags, deps, sending } = asking;
  const { run, isResumed } = opened;
  const { endpoints, policy, cache } = sending;
  const rows = rowsToAsk(db, run, asking);
  const use = await semanticFor(db, opened, asking, true);
  const { clock } = deps;
  return {
    ...{ ...rows, db, runId: run.id, reopened: reopenedBy(flags), endpoints, policy, isResumed },
    settings: parseSettings(run.settings),
    isByFiles: goesByFiles(db, run.id, flags),
    semanticOf:
      use === null || cache === null
        ? null
        : () => plannedAnswers(db, { run, use, clock, cache, endpoints }),
  };
}

/** What makes the rows of a run, and their costs. */
function rowsToAsk(db: Ledger, run: BatchRun, { flags, deps, sending, book }: Asking) {
  const { clock } = deps;
  const { contextTokensOf, endpoints } = sending;
  const tier = goesByFiles(db, run.id, flags) ? ({ tier: 'batch' } as const) : {};
  const costs = new BatchCosts({ book, clock, contextTokensOf, endpoints, ...tier });
  const of = { db, run, costs, imageFolder: folderOf(run.input, deps) };
  const comparesTexts = sending.semanticSettings !== null;
  return { costs, builder: rowBuilder({ ...sending, ...of, comparesTexts }) };
}

/** How alike prompts must be to share an answer; null: only equal rows do. */
export async function semanticFor(
  db: Ledger,
  opened: OpenedRun,
  asking: Asking,
  isPlan: boolean,
): Promise<SemanticUse | null> {
  const { flags, deps, sending, book } = asking;
  const { semanticSettings: settings, cache } = sending;
  if (settings === null || cache === null) return null;
  const { builder } = rowsToAsk(db, opened.run, asking);
  const asked = { flags, deps, settings, cache, book, opened, builder, isPlan };
  return settleSemantic(db, { ...asked, reopened: reopenedBy(flags) });
}

/** Images and the like are relative to the input's folder. */
export function folderOf(input: string, { cwd }: Deps): string {
  return input === '-' ? cwd : dirname(input);
}
