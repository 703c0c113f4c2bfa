/**
 * `--cache semantic`: how alike prompts must be to share an answer, and their vectors.
 *
 * Takes flags, the policy and what the ledger shows of false hits, gives the settings of the cache.
 * Never a similarity that the ledger's own answers do not allow where a bound was set.
 */
import { LedgerAnswers } from '../batch/kept-answers.ts';
import { messageOf } from '../batch/message.ts';
import type { OpenedRun } from '../batch/open-run.ts';
import { RowFault } from '../batch/row-fields.ts';
import type { RowBuilder } from '../batch/rows.ts';
import {
  SemanticAnswers,
  type SemanticOptions,
  type SemanticUse,
} from '../batch/semantic-answers.ts';
import { type AnswerLimits, Answers } from '../ledger/answers.ts';
import { type PendingRow, pendingRows, type ResultState } from '../ledger/batch-rows.ts';
import { openNeighbours } from '../ledger/embeddings.ts';
import type { Ledger } from '../ledger/open.ts';
import { readCalls } from '../ledger/read.ts';
import { listSources } from '../ledger/sources.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';
import { DEFAULT_SIMILARITY, MOST_CANDIDATES, MOST_CHARACTERS } from '../policy/semantic-index.ts';
import type { PriceBook } from '../pricing/price.ts';
import { displayShare } from '../report/numbers.ts';
import { CallTable } from '../simulate/call-table.ts';
import { chosenRate } from '../simulate/lever-semantic-cache.ts';
import type { Deps } from '../terminal/command.ts';
import type { SendFlags } from './batch-flags.ts';
import { embedTexts } from './embed-texts.ts';
import { eachCall } from './read-ledger.ts';
import { readSemanticLog } from './simulate-texts.ts';

/** What the cache of a run is settled with. */
export interface SemanticAsked {
  readonly flags: SendFlags;
  readonly deps: Deps;
  readonly settings: SemanticCacheSettings;
  readonly cache: { readonly ttlMs: number; readonly maxTemperatureMilli: number };
  readonly book: PriceBook;
  readonly opened: OpenedRun;
  /** Makes rows whose settings are hashed. */
  readonly builder: RowBuilder;
  readonly reopened: readonly ResultState[];
  /** Nothing may be sent yet: only vectors that are there count. */
  readonly isPlan: boolean;
}

/**
 * How alike prompts must be, with their vectors if they are compared by them; null: no similarity
 * keeps false hits within the bound, or a plan cannot know it. Throws UserError.
 */
export async function settleSemantic(
  db: Ledger,
  asked: SemanticAsked,
): Promise<SemanticUse | null> {
  const { settings, deps, cache, flags, isPlan } = asked;
  const minSimilarity = await similarityFor(db, asked);
  if (minSimilarity === null) {
    const share = displayShare(settings.maxFalseHits ?? 0);
    if (!isPlan) {
      deps.note(
        `the ledger's answers show no similarity that keeps false hits within ${share}: only equal rows share answers`,
        'see: aicost simulate with semantic_cache: {} in a policy',
      );
    }
    return null;
  }
  const { cacheTtl, cacheTemperature } = flags;
  const own = <Value>(flag: string | undefined, value: Value | null) =>
    flag === undefined ? value : null;
  const use = {
    minSimilarity,
    ttlMs: own(cacheTtl, settings.ttlMs) ?? cache.ttlMs,
    maxTemperatureMilli:
      own(cacheTemperature, settings.maxTemperatureMilli) ?? cache.maxTemperatureMilli,
  };
  const { embed } = settings;
  return { ...use, neighbours: embed === null ? null : await vectorsFor(db, asked, embed) };
}

async function similarityFor(db: Ledger, asked: SemanticAsked): Promise<number | null> {
  const { settings, deps, book, flags, opened, isPlan } = asked;
  const { minSimilarity, maxFalseHits, embed } = settings;
  if (maxFalseHits === null) return minSimilarity ?? DEFAULT_SIMILARITY;
  const sources = listSources(db, null);
  const table = new CallTable(sources.reduce((sum, { calls }) => sum + calls, 0));
  const selection = { sourceIds: null, sinceMs: null, untilMs: null };
  await eachCall(readCalls(db, selection, book), deps, (call) => table.add(call));
  const log = await readSemanticLog(db, deps, {
    ...{ table, settings, heldOut: null, paidBy: opened.run.id },
    flags: { ...flags, ...(embed === null ? {} : { embed }), dryRun: isPlan },
  });
  if (log === null) {
    deps.note(
      'which rows would have the answers of others is not known before the texts are embedded: the plan takes none to',
    );
    return null;
  }
  const rate = chosenRate(log.rates, settings);
  if (rate === null) return null;
  if (!isPlan) {
    const bound = displayShare(Math.ceil(rate.upperBound * 1000) / 1000);
    deps.note(
      `served from a similarity of ${rate.threshold} on: ${rate.falseHits} of ${rate.pairs} answered pairs of the ledger disagree, false hits are at most ${bound} (95 % confidence)`,
    );
  }
  return rate.threshold;
}

async function vectorsFor(db: Ledger, asked: SemanticAsked, model: string) {
  const { flags, deps, opened, builder, reopened, isPlan } = asked;
  const texts = new Set<string>();
  for (const record of pendingRows(db, opened.run.id, reopened)) addText(texts, builder, record);
  const vectors = await embedTexts(db, deps, {
    ...{ texts, model, paidBy: opened.run.id },
    flags: { ...flags, embed: model, dryRun: isPlan },
  });
  return openNeighbours(db, vectors, { expected: texts.size, most: MOST_CANDIDATES });
}

function addText(texts: Set<string>, builder: RowBuilder, record: PendingRow): void {
  const row = builder.build(record);
  if (row instanceof RowFault || row.settingKey === null) return;
  const text = messageOf(row.prompt);
  if (text !== null && text.trim() !== '' && text.length <= MOST_CHARACTERS) texts.add(text);
}

/** Says which rows a run's plan takes to be served, from what is kept now; nothing is written. */
export function plannedAnswers(
  db: Ledger,
  { run, use, clock, cache, endpoints }: Planned,
): SemanticAnswers {
  const journal = { eventually: () => {} };
  const answers = new LedgerAnswers(new Answers(db, cache), journal, clock);
  return new SemanticAnswers({ db, run, clock, endpoints, use, answers, journal });
}

interface Planned extends Pick<SemanticOptions, 'run' | 'use' | 'clock' | 'endpoints'> {
  readonly cache: AnswerLimits;
}
