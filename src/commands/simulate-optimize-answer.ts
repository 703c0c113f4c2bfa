/**
 * The answer of `aicost simulate optimize`: the waterfall of the calls held out, beside what the training
 * had promised; the rules; what was left out and which limit binds.
 *
 * Takes what was found and its replay, gives rows. Never a promise without what became of it.
 */
import { formatUsd } from '../domain/money.ts';
import { countColumn, moneyColumn } from '../report/columns.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';
import { type NotTaken, ONLY_LIKELY } from '../simulate/lever-options.ts';
import type { Optimized } from '../simulate/optimize.ts';
import type { MoveBar, MovesNotTaken, RuleFigures } from '../simulate/search-moves.ts';
import { displaySigned, rounded, shareOf, simulateAnswer } from './simulate-answer.ts';
import { figuresOf, limitsText, type OptimizeLimits } from './simulate-optimize-file.ts';
import { falseHitsOf } from './simulate-semantic.ts';
import { allFailed, type Simulated } from './simulate-words.ts';

/** What the answer is about. */
export interface Answered {
  readonly simulated: Simulated;
  readonly found: Optimized;
  readonly limits: OptimizeLimits;
  /** The policy file. */
  readonly text: string;
  /** Where it was written; null: nowhere. */
  readonly file: string | null;
}

/** Makes the answer. */
export function optimizeAnswer(answered: Answered): Sections {
  const { simulated, found } = answered;
  const answer = simulateAnswer(simulated);
  const [waterfall, ...rest] = answer.sections;
  const promised = promisedRows(answered);
  const rules = found.rules.filter(({ rule }) => rule.to !== null);
  const left = notTakenRows(answered);
  return {
    schema: 'aicost.simulate-optimize/1',
    head: { ...answer.head, ...headOf(answered) },
    headline: headlineOf(answered, answer.headline, left),
    sections: [
      ...(waterfall === undefined ? [] : [waterfall]),
      sectionOf('promised', 'Promised by the training, and kept', promised, PROMISED),
      sectionOf('rules', 'Rules, as in the training', rules, RULES),
      ...rest,
      ...falseHitsOf(simulated.subject),
      sectionOf('not_taken', 'Not taken', left, NOT_TAKEN),
    ],
    notes: [...notesOf(answered), ...answer.notes],
  };
}

function headOf({ simulated, found, limits, text, file }: Answered) {
  const { subject } = simulated;
  const { savings } = found.trial.replay;
  const { movesPico, boundPico } = found;
  return {
    limits: {
      max_quality_loss: limits.maxLoss,
      allow: limits.allow,
      max_false_hits: subject.policy.semantic_cache?.maxFalseHits ?? null,
      max_latency_ms: subject.maxLatencyMs,
    },
    training: {
      priced_calls: found.trainingCalls,
      baseline_usd: formatUsd(savings.baselinePico),
      saved_usd: formatUsd(savings.savedPico),
      saved_share: shareOf(savings.savedPico, savings.baselinePico),
      expected_loss: rounded(found.loss),
    },
    search: {
      policies: found.trials,
      groups: found.groups,
      options: found.options,
      exact: found.isExact,
      gap_share: boundPico === 0 ? 0 : rounded((boundPico - movesPico) / boundPico),
    },
    policy_file: file,
    policy_yaml: text,
  };
}

function headlineOf(answered: Answered, replayed: string, left: readonly LeftRow[]): string {
  const { found, limits, simulated } = answered;
  const { settings, rules } = found.trial.draft;
  const flags = limitsText(limits, simulated.subject);
  if (settings.size + rules.length === 0) {
    const binding = left.find(({ couldSavePico }) => couldSavePico !== null);
    const nothing = allFailed(simulated.subject)
      ? 'every call failed'
      : 'nothing could be saved at all';
    const why = binding === undefined ? nothing : binding.reason;
    if (found.trainingCalls === 0) return 'no call with a price to search with';
    return `no policy within ${flags} saves anything on ${displayOf(found.trainingCalls, 'priced call')} of training; what binds: ${why}`;
  }
  return replayed;
}

function notesOf({ simulated, found }: Answered): string[] {
  const { isExact, boundPico, movesPico, trials, groups, options } = found;
  const gap = boundPico === 0 ? 0 : (boundPico - movesPico) / boundPico;
  const proof = isExact
    ? 'no other choice of these moves saves more within the limit'
    : `a better choice of moves could save at most ${displayShare(gap)} more`;
  const notes = [
    `searched: ${displayOf(groups, 'group')} of calls with ${displayOf(options, 'move')} between models, ${displayOf(trials, 'replay')}${options === 0 ? '' : `; ${proof}`}`,
  ];
  if (simulated.simulation.parts.fromMs === null) {
    notes.push('no call is held out: the figures are of the calls the policy was fitted on');
  }
  return notes;
}

interface PromisedRow {
  readonly lever: string;
  readonly trainedPico: bigint;
  readonly trainedShare: number;
  readonly savedPico: bigint;
  readonly savedShare: number;
}

function promisedRows({ simulated, found }: Answered): PromisedRow[] {
  const trained = found.trial.replay.savings;
  const kept = simulated.simulation.savings;
  const row = (lever: string, trainedPico: bigint, savedPico: bigint): PromisedRow => ({
    ...{ lever, trainedPico, savedPico },
    trainedShare: shareOf(trainedPico, trained.baselinePico),
    savedShare: shareOf(savedPico, kept.baselinePico),
  });
  const levers = trained.levers.map(({ lever, savedPico }) => {
    const later = kept.levers.find((one) => one.lever === lever);
    return row(lever, savedPico, later?.savedPico ?? 0n);
  });
  return [...levers, row('in_all', trained.savedPico, kept.savedPico)];
}

const PROMISED: SectionColumn<PromisedRow>[] = [
  { key: 'lever', title: 'lever', isName: true, value: ({ lever }) => lever },
  moneyColumn('training_saved_usd', 'in training', ({ trainedPico }) => trainedPico),
  shareColumn('training_saved_share', 'of paid', ({ trainedShare }) => trainedShare),
  moneyColumn('saved_usd', 'on the calls reported', ({ savedPico }) => savedPico),
  shareColumn('saved_share', 'of paid', ({ savedShare }) => savedShare),
  shareColumn('drop', 'drop', ({ trainedShare, savedShare }) => rounded(trainedShare - savedShare)),
];

const RULES: SectionColumn<RuleFigures>[] = [
  { key: 'task', title: 'task', value: ({ rule }) => rule.task },
  { key: 'from', title: 'from', isName: true, value: ({ rule }) => rule.from },
  { key: 'to', title: 'to', isName: true, value: ({ rule }) => rule.to },
  countColumn('min_confidence', 'sure from', ({ rule }) => rule.minConfidence),
  countColumn('calls', 'calls', (rule) => figuresOf(rule).calls),
  moneyColumn('saved_usd', 'saved', (rule) => figuresOf(rule).savedPico),
  {
    ...{ key: 'expected_loss', title: 'quality lost', align: 'right' },
    value: (rule) => figuresOf(rule).loss,
    display: (rule) => {
      const { loss } = figuresOf(rule);
      return loss === null ? '–' : displaySigned(loss);
    },
  },
  {
    ...{ key: 'quality_basis', title: '', isFurther: true },
    value: (rule) => figuresOf(rule).basis ?? 'unknown',
  },
  { key: 'certainty', title: 'how sure', value: ({ rule }) => rule.certainty },
];

/** Moves or a lever that the policy does without. */
interface LeftRow {
  readonly lever: string;
  readonly reason: string;
  readonly groups: number | null;
  readonly calls: number | null;
  readonly couldSavePico: bigint | null;
}

function notTakenRows({ found, limits, simulated }: Answered): LeftRow[] {
  const moves = found.movesNotTaken.map(
    ({ bar, groups, calls, couldSavePico }: MovesNotTaken): LeftRow => {
      const reason = barText(bar, limits, simulated.subject.maxLatencyMs);
      return { lever: 'routing', reason, groups, calls, couldSavePico };
    },
  );
  const levers = found.notTaken.map(({ lever, reason }: NotTaken): LeftRow => {
    return { lever, reason, groups: null, calls: null, couldSavePico: null };
  });
  return [...moves, ...levers];
}

function barText(bar: MoveBar, { maxLoss }: OptimizeLimits, maxLatencyMs: number | null): string {
  switch (bar) {
    case 'over_budget':
      return `beyond --max-quality-loss ${rounded((maxLoss ?? 0) * 100)}%`;
    case 'unknown_loss':
      return 'unknown loss of quality (--quality takes scores)';
    case 'needs_test':
      return 'needs a test (--allow needs_test)';
    case 'only_likely':
      return ONLY_LIKELY;
    case 'too_slow':
      return `slower than --max-latency ${maxLatencyMs}ms`;
    case 'unknown_latency':
      return 'unknown latency (models: latency_ms)';
    case 'chance':
      return 'one call alone would move: too few to go by';
  }
}

const NOT_TAKEN: SectionColumn<LeftRow>[] = [
  { key: 'lever', title: 'lever', value: ({ lever }) => lever },
  countColumn('groups', 'groups', ({ groups }) => groups),
  countColumn('calls', 'calls', ({ calls }) => calls),
  moneyColumn('could_save_usd', 'could save', ({ couldSavePico }) => couldSavePico),
  { key: 'reason', title: 'why', value: ({ reason }) => reason },
];

function shareColumn(
  key: string,
  title: string,
  share: (row: PromisedRow) => number,
): SectionColumn<PromisedRow> {
  return { key, title, align: 'right', value: share, display: (row) => displaySigned(share(row)) };
}
