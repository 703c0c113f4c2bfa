/**
 * The search: the cheapest policy within limits of quality, false hits, latency and certainty.
 *
 * Takes the calls of the training part, gives a policy as a file would have it, with what it saved there
 * and what was left out. Every policy tried is replayed by the simulation itself. Never looks at what is
 * held out, and never takes a rule that saves by chance.
 *
 * Levers before the routing are settled one after the other, then moves between models (exact within the
 * limit of quality), then the levers behind it; at last each part is taken out, and the largest moves
 * are exchanged, wherever that saves more.
 */
import type { Task } from '../domain/task.ts';
import { LEVER_IDS, type LeverId } from '../policy/levers.ts';
import type { PlainMap } from '../policy/preset-rules.ts';
import {
  type LeverOptions,
  leversBefore,
  leversBehind,
  NEEDS_TEST,
  type NotTaken,
  ONLY_LIKELY,
} from './lever-options.ts';
import { answerTokens, learnt, OUTPUT_CAP_DEFAULTS } from './lever-output-caps.ts';
import type { MoveOption, MoveOptions } from './move-scout.ts';
import { EMPTY_DRAFT, type PolicyDraft, withLever } from './policy-draft.ts';
import {
  type ChosenMove,
  type ChosenMoves,
  chooseFrom,
  lossOf,
  type MovesNotTaken,
  type MoveWorld,
  movesNotTaken,
  type RuleFigures,
  rulesOf,
  scoutMoves,
  withMoves,
} from './search-moves.ts';
import { eachTrained } from './simulate.ts';
import { TaskLengths } from './task-lengths.ts';
import { type Trial, Trials } from './trials.ts';

/** What was found. */
export interface Optimized {
  /** The policy on the training part. */
  readonly trial: Trial;
  readonly rules: readonly RuleFigures[];
  readonly notTaken: readonly NotTaken[];
  readonly movesNotTaken: readonly MovesNotTaken[];
  /** The mean loss of quality the moves came to in the training. */
  readonly loss: number;
  readonly trainingCalls: number;
  /** Policies that were replayed. */
  readonly trials: number;
  /** Groups of calls that could move, and ways they could go. */
  readonly groups: number;
  readonly options: number;
  /** What the moves save in the training, and what no choice of moves could exceed. */
  readonly movesPico: number;
  readonly boundPico: number;
  readonly isExact: boolean;
}

/** Moves that are exchanged by hand, the largest: each is a replay or two. */
const SWAPS = 5;
/** A more far-reaching setting must save so much more than one that reaches less far. */
const WORTH_MORE_PERCENT = 1n;

/** Searches; yields before each replay about how many are left. */
export function* optimize(world: MoveWorld): Generator<number, Optimized> {
  const trials = new Trials(world);
  const search = new Search(world, trials);
  yield* search.levers(leversBefore(world));
  const groups = yield* search.moves();
  const behind = leversBehind(world, yield* search.caps());
  search.notTaken.push(...behind.notTaken);
  yield* search.levers(behind.options);
  yield* search.stay(behind.options);
  yield* search.takeOut();
  yield* search.exchange();
  return yield* search.result(groups);
}

class Search {
  readonly #world: MoveWorld;
  readonly #trials: Trials;
  readonly notTaken: NotTaken[] = [];
  #best: Trial;
  #chosen: ChosenMoves = { moves: [], choice: NO_CHOICE };
  /** What the levers before the routing were when the moves were priced. */
  #scouted = '';

  constructor(world: MoveWorld, trials: Trials) {
    this.#world = world;
    this.#trials = trials;
    this.#best = trials.of(EMPTY_DRAFT);
  }

  *levers(all: readonly LeverOptions[]): Generator<number, void> {
    for (const [at, { lever, settings }] of all.entries()) {
      yield* this.#lever(lever, settings, all.length - at);
    }
  }

  *#lever(lever: LeverId, settings: readonly PlainMap[], left: number): Generator<number, void> {
    const before = this.#best;
    let reason = 'saves nothing that is sure enough';
    for (const [at, setting] of settings.entries()) {
      yield left + settings.length - at;
      const trial = this.#trials.of(ordered(withLever(before.draft, lever, setting)));
      const gain = trial.allowedPico - before.allowedPico;
      const gained = this.#best.allowedPico - before.allowedPico;
      if (!isSureEnough(trial, lever)) {
        reason = unsureReason(trial, lever);
        continue;
      }
      if (gain <= 0n) continue;
      if (gain * 100n <= gained * (100n + WORTH_MORE_PERCENT)) continue;
      if (this.#trials.isSteadyLever(trial, lever)) this.#best = trial;
      else reason = 'saves by chance alone';
    }
    if (this.#best === before) this.notTaken.push({ lever, reason });
  }

  *moves(): Generator<number, MoveOptions[]> {
    yield 4;
    const groups = scoutMoves(this.#world, this.#trials, this.#best.draft);
    this.#scouted = beforeRouting(this.#best.draft);
    const chosen = chooseFrom(groups, this.#world, this.#trials);
    this.#chosen = { ...chosen, moves: chosen.moves.map(unmoved) };
    this.#choose(chosen);
    return groups;
  }

  /** Takes moves where that saves more. */
  #choose(chosen: ChosenMoves): void {
    const trial = this.#trials.of(withMoves(this.#best.draft, chosen.moves));
    if (trial.allowedPico <= this.#best.allowedPico || !this.#isWithin(trial)) return;
    this.#chosen = chosen;
    this.#best = trial;
  }

  /** Output caps that the training's answers suggest; none where no cap may be taken. */
  *caps(): Generator<number, ReadonlyMap<Task, number>> {
    if (this.#world.allow !== 'needs_test' || this.#world.maxLoss !== null) return new Map();
    yield 4;
    const lengths = new TaskLengths();
    eachTrained(this.#world.table, [], this.#world.parts, (state) => {
      const tokens = answerTokens(state);
      if (tokens !== null) lengths.add(state.call.task, tokens);
    });
    return learnt(lengths, OUTPUT_CAP_DEFAULTS);
  }

  /** What moves took from a lever behind the routing may be worth more than they save: all stay. */
  *stay(behind: readonly LeverOptions[]): Generator<number, void> {
    if (this.#best.draft.rules.length === 0) return;
    const tried = behind.flatMap(({ lever, settings }) =>
      settings.map((setting) => ({ lever, setting })),
    );
    for (const [at, { lever, setting }] of tried.entries()) {
      yield tried.length - at + 1;
      const staying = { ...this.#best.draft, rules: [] };
      const trial = this.#trials.of(ordered(withLever(staying, lever, setting)));
      if (trial.allowedPico <= this.#best.allowedPico || !isSureEnough(trial, lever)) continue;
      if (!this.#trials.isSteadyLever(trial, lever)) continue;
      this.#best = trial;
      this.#chosen = { ...this.#chosen, moves: this.#chosen.moves.map(unmoved) };
    }
  }

  /** Takes a lever out where the policy saves as much without it. */
  *takeOut(): Generator<number, void> {
    const on = [...this.#best.draft.settings.keys()];
    if (on.length + Math.min(1, this.#best.draft.rules.length) < 2) return;
    for (const [at, lever] of on.entries()) {
      yield on.length - at + 1;
      const without = this.#trials.of(withLever(this.#best.draft, lever, null));
      // Calls that a cache served may move then, and lose quality.
      if (without.allowedPico < this.#best.allowedPico || !this.#isWithin(without)) continue;
      this.#best = without;
      this.notTaken.push({ lever, reason: 'the policy saves as much without it' });
    }
  }

  /** With levers behind the routing a move may cost more there than it saves: the largest are tried. */
  *exchange(): Generator<number, void> {
    const { settings } = this.#best.draft;
    if (!BEHIND.some((lever) => settings.has(lever))) return;
    this.#chosen = this.#figures();
    this.#scouted = beforeRouting(this.#best.draft);
    const most = ({ group }: ChosenMove) => this.#eligible(group)[0]?.saved.total ?? 0n;
    const largest = this.#chosen.moves
      .filter((move) => most(move) > 0n)
      .sort((a, b) => (most(a) < most(b) ? 1 : most(a) > most(b) ? -1 : 0))
      .slice(0, SWAPS);
    for (const [at, { group }] of largest.entries()) {
      yield largest.length - at + 1;
      for (const other of this.#othersOf(group)) this.#swap(group, other);
    }
  }

  /** To stay, and the best other move that may be taken. */
  #othersOf(group: MoveOptions): (MoveOption | null)[] {
    const taken = this.#chosen.moves.find((move) => move.group === group)?.option;
    const others = this.#eligible(group).filter((one) => one !== taken);
    return [null, ...others.slice(0, 1)];
  }

  /** The moves that may be taken, those that save most first. */
  #eligible({ options, paid }: MoveOptions): MoveOption[] {
    return options
      .filter((one) => one.barred === null && one.saved.total > 0n)
      .filter((one) => this.#trials.isSteady(one, paid))
      .sort((a, b) => (a.saved.total < b.saved.total ? 1 : a.saved.total > b.saved.total ? -1 : 0));
  }

  #swap(group: MoveOptions, option: MoveOption | null): void {
    const moves = this.#chosen.moves.map((move): ChosenMove => {
      return move.group === group ? { group, option } : move;
    });
    this.#choose({ ...this.#chosen, moves });
  }

  #isWithin(trial: Trial): boolean {
    return this.#trials.isWithin(trial, this.#world.maxLoss);
  }

  *result(groups: readonly MoveOptions[]): Generator<number, Optimized> {
    yield 1;
    const chosen = this.#figures();
    const { choice } = this.#chosen;
    return {
      trial: this.#best,
      rules: rulesOf(chosen.moves),
      notTaken: this.notTaken.filter(({ lever }) => !this.#best.draft.settings.has(lever)),
      movesNotTaken: movesNotTaken(chosen, this.#trials),
      loss: lossOf(chosen.moves, this.#trials),
      trainingCalls: this.#trials.training.pricedCalls,
      trials: this.#trials.count,
      groups: groups.length,
      options: groups.reduce((sum, { options }) => sum + options.length, 0),
      movesPico: choice.value,
      boundPico: choice.bound,
      isExact: choice.isExact,
    };
  }

  /** The moves with what they save behind the levers that are left: priced anew where these changed. */
  #figures(): ChosenMoves {
    if (beforeRouting(this.#best.draft) === this.#scouted) return this.#chosen;
    const again = scoutMoves(this.#world, this.#trials, this.#best.draft);
    const moves = again.map((group): ChosenMove => {
      const was = this.#chosen.moves.find(({ group: { task, from, minConfidence } }) => {
        return task === group.task && from === group.from && minConfidence === group.minConfidence;
      });
      const option = group.options.find(({ to }) => to === was?.option?.to) ?? null;
      return { group, option };
    });
    return { ...this.#chosen, moves };
  }
}

function unmoved({ group }: ChosenMove): ChosenMove {
  return { group, option: null };
}

/** Most of what a lever saves must be as sure as asked for. */
const SURE_SHARE = 0.9;

function isSureEnough({ replay, evidence }: Trial, lever: LeverId): boolean {
  const total = replay.savings.levers.find((one) => one.lever === lever)?.savedPico ?? 0n;
  const [earlier, later] = evidence.get(lever)?.halves ?? [0, 0];
  return earlier + later >= Number(total) * SURE_SHARE;
}

/** Why what it saves is not sure enough: what would have to be allowed. */
function unsureReason({ replay }: Trial, lever: LeverId): string {
  const found = replay.savings.levers.find((one) => one.lever === lever);
  if (found === undefined) return NEEDS_TEST;
  const { sure, likely } = found.byCertainty;
  return Number(sure + likely) >= Number(found.savedPico) * SURE_SHARE ? ONLY_LIKELY : NEEDS_TEST;
}

const NO_CHOICE = { chosen: [], value: 0, weight: 0, bound: 0, isExact: true };
const BEHIND = LEVER_IDS.slice(LEVER_IDS.indexOf('routing') + 1);

/** Levers in their usual order, whatever the order in which they were settled. */
function ordered(draft: PolicyDraft): PolicyDraft {
  const on = LEVER_IDS.filter((id) => draft.settings.has(id));
  return { ...draft, settings: new Map(on.map((id) => [id, draft.settings.get(id)!])) };
}

function beforeRouting({ settings }: PolicyDraft): string {
  return JSON.stringify([...settings].filter(([id]) => !BEHIND.includes(id)));
}
