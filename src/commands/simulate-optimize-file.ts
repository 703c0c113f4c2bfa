/**
 * The policy that a search found, as a file for people.
 *
 * Takes what was found, gives YAML: each rule and each lever has a comment with what it saved in the
 * training, what quality it is expected to lose, and how sure that is. Never anything the replay does
 * not read.
 */
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { displayUsd, shareBp } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { LEVER_SECTIONS, type LeverId } from '../policy/levers.ts';
import type { Certainty } from '../policy/route.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import type { ByCertainty, LeverResult } from '../simulate/lever.ts';
import type { Optimized } from '../simulate/optimize.ts';
import type { RuleFigures } from '../simulate/search-moves.ts';
import type { Parts } from '../simulate/simulate.ts';
import { commented, writtenYaml, yamlDocument } from './policy-show.ts';
import type { Subject } from './simulate-subject.ts';

/** What the policy is called, until somebody renames it. */
export const POLICY_NAME = 'optimized';

/** What was asked for. */
export interface OptimizeLimits {
  readonly maxLoss: number | null;
  readonly allow: Certainty;
}

interface Context {
  readonly subject: Subject;
  readonly limits: OptimizeLimits;
  readonly parts: Parts;
}

/** The text of the file. */
export function policyText(found: Optimized, context: Context): string {
  const document = yamlDocument(found.trial.plain);
  const root = document.contents;
  const rules = document.getIn(['routing', 'rules']);
  if (isSeq(rules)) {
    found.rules.forEach((rule, at) => {
      const item = rules.items[at];
      if (isMap(item)) item.commentBefore = ` ${ruleComment(rule)}`;
    });
  }
  for (const lever of found.trial.replay.savings.levers) {
    const section = LEVER_SECTIONS[lever.lever as LeverId];
    if (section === 'routing' || !isMap(root)) continue;
    const key = root.items.find(({ key: one }) => isScalar(one) && one.value === section)?.key;
    if (isScalar(key)) (key as Node).commentBefore = ` ${leverComment(lever)}`;
  }
  return commented(headOf(found, context)) + writtenYaml(document);
}

/** What a rule did in the training. */
export function figuresOf({ options }: RuleFigures) {
  const calls = options.reduce((sum, one) => sum + one.calls, 0);
  const isKnown = options.every(({ loss }) => loss !== null) && calls > 0;
  const lost = options.reduce((sum, one) => sum + (one.loss?.loss ?? 0) * one.calls, 0);
  const bases = new Set(options.map(({ loss }) => loss?.basis ?? 'unknown'));
  return {
    calls,
    savedPico: options.reduce((sum, { saved }) => sum + saved.total, 0n),
    loss: isKnown ? Math.round((lost / calls) * 1e6) / 1e6 : null,
    basis: [...bases].join(', ') || null,
  };
}

function ruleComment(rule: RuleFigures): string {
  if (rule.rule.to === null) return 'stays: only the less sure labels below are worth their loss';
  const { calls, savedPico, loss, basis } = figuresOf(rule);
  const quality =
    loss === null ? 'loss of quality unknown' : `quality ${points(-loss)} (${basis ?? ''})`;
  return `saved ${displayUsd(savedPico, 'down')} on ${displayOf(calls, 'call')}; ${quality}; ${words(rule.rule.certainty)}`;
}

/** What a lever does to the answers; what is not here leaves them as they are. */
const ANSWERS: Readonly<Record<string, string>> = {
  semantic_cache: 'answers of prompts that ask the same',
  compression: 'loss of quality unknown',
  trimming: 'loss of quality unknown',
  output_caps: 'longer answers are cut off',
  batch_tier: 'answers as they are, within a day',
};

function leverComment({ lever, calls, savedPico, byCertainty }: LeverResult): string {
  const answers = ANSWERS[lever] ?? 'answers as they are';
  return `saved ${displayUsd(savedPico, 'down')} on ${displayOf(calls, 'call')}; ${answers}; ${partsOf(byCertainty)}`;
}

function partsOf({ sure, likely, needs_test }: ByCertainty): string {
  const parts = [
    [sure, 'sure'],
    [likely, 'likely'],
    [needs_test, 'needs a test'],
  ] as const;
  const some = parts.filter(([amount]) => amount !== 0n);
  return some.map(([amount, name]) => `${displayUsd(amount, 'down')} ${name}`).join(', ');
}

function headOf(found: Optimized, { subject, limits, parts }: Context): string[] {
  const { baselinePico, savedPico } = found.trial.replay.savings;
  const share = displayShare(Math.max(0, shareBp(savedPico, baselinePico)) / 10_000);
  const until = parts.fromMs === null ? '' : ` before ${formatInstant(parts.fromMs)}`;
  return [
    `Found by aicost simulate optimize ${limitsText(limits, subject)}.`,
    `On the ${displayOf(found.trainingCalls, 'priced call')} it was fitted on${until} it saved ${displayUsd(savedPico, 'down')} of ${displayUsd(baselinePico)} (${share}); amounts below are of those calls. Later calls are the test: the report has them.`,
    `Edit it as you like (docs/policies.md), and see what it does: aicost simulate --policy FILE.`,
  ];
}

/** The limits as flags. */
export function limitsText(
  { maxLoss, allow }: OptimizeLimits,
  { policy, maxLatencyMs }: Pick<Subject, 'policy' | 'maxLatencyMs'>,
): string {
  const falseHits = policy.semantic_cache?.maxFalseHits ?? null;
  return [
    `--max-quality-loss ${maxLoss === null ? 'none' : percent(maxLoss)}`,
    `--allow ${allow}`,
    ...(falseHits === null ? [] : [`--max-false-hits ${percent(falseHits)}`]),
    ...(maxLatencyMs === null ? [] : [`--max-latency ${maxLatencyMs}ms`]),
  ].join(' ');
}

function percent(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`;
}

function points(share: number): string {
  const text = (share * 100).toFixed(1);
  return `${share > 0 ? '+' : ''}${text === '-0.0' ? '0.0' : text} points of 100`;
}

function words(certainty: Certainty): string {
  return certainty === 'needs_test' ? 'needs a test' : certainty;
}
