/**
 * The moves between models of a search: all of them priced, then those chosen that are worth their loss.
 *
 * Takes what is known of models and a policy's levers before the routing, gives rules for a policy file
 * and what was not taken, with the reason. Never a move of unknown loss within a limit of quality.
 */
import { isCommodity, type Task } from '../domain/task.ts';
import { routingOf } from '../policy/file-routing.ts';
import { modelName } from '../policy/model-family.ts';
import type { PlainMap } from '../policy/preset-rules.ts';
import { cheaperSibling } from '../policy/siblings.ts';
import { type Choice, chooseMoves } from './choose-moves.ts';
import { isAllowed } from './lever-options.ts';
import {
  type Barred,
  CONFIDENCES,
  type Destination,
  type MoveFacts,
  type MoveOption,
  type MoveOptions,
  MoveScout,
} from './move-scout.ts';
import { type DraftRule, EMPTY_DRAFT, type PolicyDraft, policyOf } from './policy-draft.ts';
import { Routing } from './routing.ts';
import { eachTrained } from './simulate.ts';
import type { Trials, TrialWorld } from './trials.ts';

/** What moves are searched among. */
export interface MoveWorld extends TrialWorld {
  /** The models calls may go to. */
  readonly destinations: readonly string[];
  /** In milliseconds; null: not known. */
  latencyOf(model: string): number | null;
}

/** Why the best move of a group was not taken. */
export type MoveBar = Barred | 'over_budget' | 'chance';

/** Groups of calls of which the best move was not taken, for one reason. */
export interface MovesNotTaken {
  readonly bar: MoveBar;
  readonly groups: number;
  readonly calls: number;
  /** What the best of each would have saved more than what was taken. */
  readonly couldSavePico: bigint;
}

/** A group with the option that was chosen; null: its calls stay. */
export interface ChosenMove {
  readonly group: MoveOptions;
  readonly option: MoveOption | null;
}

/** What was chosen among the moves. */
export interface ChosenMoves {
  readonly moves: readonly ChosenMove[];
  readonly choice: Choice;
}

/** Of a call: losses are shares of a hundred, which doubles do not hold exactly. */
const ROUNDING = 1e-9;

/** Prices every move on the training's calls as the levers of `before` leave them. */
export function scoutMoves(world: MoveWorld, trials: Trials, before: PolicyDraft): MoveOptions[] {
  const { blockOf, blocks } = trials.training;
  const destinations = world.destinations.map((model) => destinationOf(world, model));
  const scout = new MoveScout({
    ...{ blockOf, blocks, destinations },
    factsOf: (group, to) => moveFacts(world, group, to),
  });
  const plans = trials.plansOf({ ...before, rules: [] });
  eachTrained(world.table, plans, world.parts, (state) => scout.see(state));
  return scout.groups();
}

function destinationOf({ facts, pricer, limitsOf }: MoveWorld, model: string): Destination {
  const plain: PlainMap = {
    routing: { otherwise: [model] },
    models: { [model]: { ...facts.factsOf(model) } },
  };
  const isStated = Object.keys(facts.factsOf(model)).length > 0;
  const { models: _models, ...bare } = plain;
  const policy = policyOf(isStated ? plain : bare, facts.name);
  // What is too slow is priced too: it is to be said what the limit costs.
  const { maxLatencyMs: _limit, ...limits } = limitsOf(policy);
  const lever = new Routing(routingOf(policy), pricer, null, limits);
  return { model, family: modelName(model).family, lever };
}

function moveFacts(
  world: MoveWorld,
  { task, from, confidence }: { task: Task; from: string; confidence: number },
  to: string,
): MoveFacts {
  const { quality, maxLatencyMs, maxLoss } = world;
  const loss = quality.loss(task, from, to);
  const isMeasured = loss !== null && loss.basis !== 'by_size';
  const isLikely = (isMeasured || isToSibling(task, from, to)) && confidence >= CONFIDENCES[0];
  const certainty = isLikely ? 'likely' : 'needs_test';
  const latencyMs = world.latencyOf(to);
  let barred: Barred | null = null;
  if (maxLatencyMs !== null && latencyMs === null) barred = 'unknown_latency';
  else if (maxLatencyMs !== null && latencyMs! > maxLatencyMs) barred = 'too_slow';
  else if (maxLoss !== null && loss === null) barred = 'unknown_loss';
  else if (!isAllowed(certainty, world)) barred = isLikely ? 'only_likely' : 'needs_test';
  return { loss, certainty, barred };
}

/** What the policy `conservative` does: small models are near large ones on commodity tasks. */
function isToSibling(task: Task, from: string, to: string): boolean {
  const sibling = cheaperSibling('', from);
  const isSibling = sibling !== null && modelName(sibling.model).family === modelName(to).family;
  return isCommodity(task) && isSibling;
}

/** Chooses of each group at most one move, within the limit of quality. */
export function chooseFrom(
  groups: readonly MoveOptions[],
  { maxLoss }: MoveWorld,
  trials: Trials,
): ChosenMoves {
  const eligible = groups.map(({ options, paid }) =>
    options.filter((option) => option.barred === null && trials.isSteady(option, paid)),
  );
  const worths = eligible.map((options) =>
    options.map((option) => ({
      value: Number(option.saved.total),
      weight: weightOf(option, maxLoss),
    })),
  );
  const { pricedCalls } = trials.training;
  const budget = maxLoss === null ? Number.POSITIVE_INFINITY : maxLoss * pricedCalls + ROUNDING;
  const choice = chooseMoves(worths, budget);
  const moves = groups.map((group, at): ChosenMove => {
    return { group, option: eligible[at]![choice.chosen[at]!] ?? null };
  });
  return { moves, choice };
}

/** In calls whose quality is lost; a gain counts as 0. */
function weightOf({ loss, calls }: MoveOption, maxLoss: number | null): number {
  return maxLoss === null ? 0 : Math.max(0, loss!.loss) * calls;
}

/** The mean loss that chosen moves are expected to come to. */
export function lossOf(moves: readonly ChosenMove[], trials: Trials): number {
  const lost = moves.reduce(
    (sum, { option }) => sum + Math.max(0, option?.loss?.loss ?? 0) * (option?.calls ?? 0),
    0,
  );
  return lost / Math.max(1, trials.training.pricedCalls);
}

/** Why the best move of each group was not taken, where it was not. */
export function movesNotTaken({ moves }: ChosenMoves, trials: Trials): MovesNotTaken[] {
  const byBar = new Map<MoveBar, { groups: number; calls: number; couldSavePico: bigint }>();
  for (const { group, option } of moves) {
    const taken = option?.saved.total ?? 0n;
    let best: MoveOption | null = null;
    for (const one of group.options) {
      if (one.saved.total > (best?.saved.total ?? taken)) best = one;
    }
    if (best === null) continue;
    const bar = best.barred ?? (trials.isSteady(best, group.paid) ? 'over_budget' : 'chance');
    const sum = byBar.get(bar) ?? { groups: 0, calls: 0, couldSavePico: 0n };
    const couldSavePico = sum.couldSavePico + best.saved.total - taken;
    byBar.set(bar, { groups: sum.groups + 1, calls: sum.calls + best.calls, couldSavePico });
  }
  return [...byBar]
    .map(([bar, sum]) => ({ bar, ...sum }))
    .sort((a, b) => (a.couldSavePico < b.couldSavePico ? 1 : -1));
}

/** A rule of the policy with what it did in the training. */
export interface RuleFigures {
  readonly rule: DraftRule;
  readonly options: readonly MoveOption[];
}

/**
 * The rules of chosen moves, those that save most first. Where calls with a less sure label go and the
 * surer ones do not, a rule keeps these.
 */
export function rulesOf(moves: readonly ChosenMove[]): RuleFigures[] {
  const byCalls = new Map<string, ChosenMove[]>();
  for (const move of moves) {
    const key = `${move.group.task}\n${move.group.from}`;
    byCalls.set(key, [...(byCalls.get(key) ?? []), move]);
  }
  const all = [...byCalls.values()].map((pair) => {
    const saved = pair.reduce((sum, { option }) => sum + (option?.saved.total ?? 0n), 0n);
    return { saved, rules: rulesOfPair(pair) };
  });
  // A stable sort: groups come in an order of their own.
  return all
    .sort((a, b) => (a.saved < b.saved ? 1 : a.saved > b.saved ? -1 : 0))
    .flatMap(({ rules }) => rules);
}

function rulesOfPair(pair: readonly ChosenMove[]): RuleFigures[] {
  const [sure, unsure] = CONFIDENCES.map((least) =>
    pair.find(({ group }) => group.minConfidence === least),
  );
  const one = (move: ChosenMove, rest: Partial<DraftRule> = {}): RuleFigures => {
    const { task, from, minConfidence } = move.group;
    const { to = null, certainty = 'needs_test' } = move.option ?? {};
    const options = move.option === null ? [] : [move.option];
    return { rule: { task, from, to, minConfidence, certainty, ...rest }, options };
  };
  const [first, second] = [sure?.option ?? null, unsure?.option ?? null];
  if (second === null) return first === null ? [] : [one(sure!)];
  if (first?.to === second.to && first.certainty === second.certainty) {
    const minConfidence = CONFIDENCES[1];
    return [{ ...one(sure!, { minConfidence }), options: [first, second] }];
  }
  return sure === undefined ? [one(unsure!)] : [one(sure), one(unsure!)];
}

/** A draft with these moves. */
export function withMoves(draft: PolicyDraft, moves: readonly ChosenMove[]): PolicyDraft {
  return { ...EMPTY_DRAFT, ...draft, rules: rulesOf(moves).map(({ rule }) => rule) };
}
