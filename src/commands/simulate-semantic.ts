/**
 * What `aicost simulate` says of a semantic cache: its settings, and the sweep of its thresholds.
 *
 * Takes a policy, gives the settings to read texts for; takes what was read, gives a row for each
 * threshold. Never a rate without its bound.
 */
import { EXIT, UserError } from '../errors.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';
import { countColumn } from '../report/columns.ts';
import { displayShare } from '../report/numbers.ts';
import { type Section, type SectionColumn, sectionOf } from '../report/sections.ts';
import type { ThresholdRate } from '../simulate/false-hits.ts';
import { chosenRate, type SemanticLog } from '../simulate/lever-semantic-cache.ts';
import { shareOf } from './simulate-flags.ts';

const NOT_SAID: SemanticCacheSettings = {
  ...{ ttlMs: null, capacity: null, maxTemperatureMilli: null, scope: null },
  ...{ minSimilarity: null, maxFalseHits: null, embed: null },
};

/** The policy with `--max-false-hits` in place of its own bound. Throws UserError. */
export function withFalseHits(policy: PolicyFile, flag: string | undefined): PolicyFile {
  if (flag === undefined) return policy;
  const maxFalseHits = shareOf(flag, '--max-false-hits');
  const settings = semanticSettings(policy);
  if (settings === null) {
    const message = `--max-false-hits ${flag}: policy ${policy.name} has no semantic cache`;
    throw new UserError(EXIT.usage, message, 'add semantic_cache: {} (docs/policies.md)');
  }
  return { ...policy, semantic_cache: { ...settings, maxFalseHits } };
}

/** The settings of the semantic cache that is replayed; null: none is. Throws UserError. */
export function semanticSettings(policy: PolicyFile): SemanticCacheSettings | null {
  const { semantic_cache: section, levers } = policy;
  const isReplayed = levers === null ? section !== null : levers.includes('semantic_cache');
  if (!isReplayed) return null;
  const settings = section ?? NOT_SAID;
  if (settings.embed === null) return settings;
  throw new UserError(
    EXIT.usage,
    `policy ${policy.name}: semantic_cache.embed ${settings.embed}: embeddings are not supported yet`,
    'leave embed out: the texts themselves are compared',
  );
}

/** What was replayed. */
interface Replayed {
  readonly policy: PolicyFile;
  readonly semantic: SemanticLog | null;
}

interface SweepRow extends ThresholdRate {
  readonly isReplayed: boolean;
}

/** The section with the sweep; nothing where no semantic cache is replayed. */
export function falseHitsOf({ policy, semantic }: Replayed): Section[] {
  const settings = semanticSettings(policy);
  if (semantic === null || settings === null) return [];
  const replayed = chosenRate(semantic.rates, settings)?.threshold;
  const rows = semantic.rates.map((rate) => ({
    ...rate,
    isReplayed: rate.threshold === replayed,
  }));
  const title = 'False hits of the semantic cache, by similarity';
  return [sectionOf('false_hits', title, rows, COLUMNS)];
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
