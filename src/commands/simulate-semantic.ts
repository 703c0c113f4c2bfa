/**
 * What `aicost simulate` says of a semantic cache: its settings, and the sweep of its thresholds.
 *
 * Takes a policy, gives the settings to read texts for; takes what was read, gives a row for each
 * threshold. Never a rate without its bound.
 */
import { EXIT, UserError } from '../errors.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import {
  NO_SEMANTIC_SETTINGS,
  type SemanticCacheSettings,
} from '../policy/section-semantic-cache.ts';
import { countColumn, moneyColumn } from '../report/columns.ts';
import { displayShare } from '../report/numbers.ts';
import { type Section, type SectionColumn, sectionOf } from '../report/sections.ts';
import type { CallTable } from '../simulate/call-table.ts';
import type { ThresholdRate } from '../simulate/false-hits.ts';
import {
  chosenRate,
  type SemanticLog,
  semanticCachePlan,
} from '../simulate/lever-semantic-cache.ts';
import { partsOf, replayParts } from '../simulate/simulate.ts';
import type { EmbedFlags } from './embed-flags.ts';
import { refuseUnboundVectors } from './semantic-vectors.ts';
import { shareOf } from './simulate-flags.ts';

/**
 * The policy with `--max-false-hits` in place of its own bound. Throws UserError, also where vectors
 * are compared from no similarity.
 */
export function withFalseHits(policy: PolicyFile, flag: string | undefined): PolicyFile {
  if (flag === undefined) {
    refuseUnboundVectors(semanticSettings(policy), UNBOUND_HINT);
    return policy;
  }
  const maxFalseHits = shareOf(flag, '--max-false-hits');
  const settings = semanticSettings(policy);
  if (settings === null) {
    const message = `--max-false-hits ${flag}: policy ${policy.name} has no semantic cache`;
    throw new UserError(EXIT.usage, message, 'add semantic_cache: {} (docs/policies.md)');
  }
  return { ...policy, semantic_cache: { ...settings, maxFalseHits } };
}

const UNBOUND_HINT = 'give --max-false-hits 1%, or min_similarity in the policy';

/** The policy with `--embed` in place of its own model. Throws UserError. */
export function withEmbed(policy: PolicyFile, { embed, dryRun }: EmbedFlags): PolicyFile {
  const settings = semanticSettings(policy);
  if (embed === undefined) {
    if (dryRun !== true || (settings?.embed ?? null) !== null) return policy;
    const message = '--dry-run: nothing is sent without embeddings';
    throw new UserError(EXIT.usage, message, 'name their model with --embed MODEL');
  }
  if (embed.trim() === '') {
    throw new UserError(EXIT.usage, '--embed: the name is empty', 'name a model for embeddings');
  }
  if (settings !== null) return { ...policy, semantic_cache: { ...settings, embed } };
  const message = `--embed ${embed}: policy ${policy.name} has no semantic cache`;
  throw new UserError(EXIT.usage, message, 'add semantic_cache: {} (docs/policies.md)');
}

/** The settings of the semantic cache that is replayed; null: none is. */
export function semanticSettings(policy: PolicyFile): SemanticCacheSettings | null {
  const { semantic_cache: section, levers } = policy;
  const isReplayed = levers === null ? section !== null : levers.includes('semantic_cache');
  if (!isReplayed) return null;
  return section ?? NO_SEMANTIC_SETTINGS;
}

/** What was replayed. */
interface Replayed {
  readonly table: CallTable;
  readonly holdout: number;
  readonly policy: PolicyFile;
  readonly semantic: SemanticLog | null;
}

interface SweepRow extends ThresholdRate {
  /** What the cache saves at it, without other levers. */
  readonly savedPico: bigint;
  readonly isReplayed: boolean;
}

/** The section with the sweep; nothing where no semantic cache is replayed. */
export function falseHitsOf({ table, holdout, policy, semantic }: Replayed): Section[] {
  const settings = semanticSettings(policy);
  if (semantic === null || settings === null) return [];
  const replayed = chosenRate(semantic.rates, settings)?.threshold;
  const parts = partsOf(table, holdout);
  const savedAt = (minSimilarity: number): bigint => {
    const plan = semanticCachePlan(semantic, { ...cacheOptions(settings), minSimilarity });
    return replayParts(table, [plan], parts).savings.savedPico;
  };
  const rows = semantic.rates.map((rate) => ({
    ...rate,
    savedPico: savedAt(rate.threshold),
    isReplayed: rate.threshold === replayed,
  }));
  const title = 'False hits of the semantic cache, by similarity';
  return [sectionOf('false_hits', title, rows, COLUMNS)];
}

/** What is said of a cache; the defaults hold for the rest. */
function cacheOptions({ ttlMs, capacity, maxTemperatureMilli, scope }: SemanticCacheSettings) {
  const all = { ttlMs, capacity, maxTemperatureMilli, scope };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

const COLUMNS: SectionColumn<SweepRow>[] = [
  { key: 'threshold', title: 'from', align: 'right', value: ({ threshold }) => threshold },
  countColumn('pairs', 'answered pairs', ({ pairs }) => pairs),
  countColumn('false_hits', 'disagree', ({ falseHits }) => falseHits),
  {
    ...{ key: 'rate', title: 'rate', align: 'right' },
    value: ({ rate }) => (rate === null ? null : Math.round(rate * 1e6) / 1e6),
    display: ({ rate }) => (rate === null ? '–' : displayShare(rate)),
  },
  {
    ...{ key: 'upper_bound', title: 'at most (95 %)', align: 'right' },
    value: ({ upperBound }) => rounded(upperBound),
    display: ({ upperBound }) => displayShare(rounded(upperBound)),
  },
  moneyColumn('saved_usd', 'alone saves', ({ savedPico }) => savedPico),
  {
    ...{ key: 'replayed', title: 'replayed' },
    value: ({ isReplayed }) => (isReplayed ? 'yes' : 'no'),
    display: ({ isReplayed }) => (isReplayed ? 'yes' : ''),
  },
];

/** Up, at the fourth decimal: no bound is shown below what it is. */
function rounded(share: number): number {
  return Math.ceil(share * 10_000 - 1e-9) / 10_000;
}
