/**
 * Every move between models that a search may choose from, with what it saves and loses.
 *
 * Takes calls of the training as the levers before a routing leave them, has the routing itself move each
 * to every candidate, gives what that saves by task, model and confidence. Never a move of its own
 * making: it is the lever that counts, and a move that is ruled out is named with its reason.
 */
import { PicoSum } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { modelName } from '../policy/model-family.ts';
import type { QualityLoss } from '../policy/quality.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever } from './lever.ts';

/** How sure a label must be: the surer half may claim more, as in the policy `conservative`. */
export const CONFIDENCES = [80, 60] as const;
export type MinConfidence = (typeof CONFIDENCES)[number];

/** Why a move is not among those to choose from. */
export type Barred = 'unknown_loss' | 'needs_test' | 'only_likely' | 'too_slow' | 'unknown_latency';

/** A model that calls could go to. */
export interface Destination {
  readonly model: string;
  readonly family: string;
  /** A routing that sends everything there. */
  readonly lever: Lever;
}

/** What is to be known of a move before it is priced. */
export interface MoveFacts {
  readonly loss: QualityLoss | null;
  readonly certainty: Certainty;
  readonly barred: Barred | null;
}

/** Calls of one group on one destination. */
export interface MoveOption extends MoveFacts {
  readonly to: string;
  calls: number;
  readonly saved: PicoSum;
  /**
   * The same as doubles, for choosing: of its first call, and of those after it. A call only moves
   * where its price falls: with two, each half of the calls of this very move saves.
   */
  readonly halves: [number, number];
  /** The same by block. */
  readonly blocks: Float64Array;
}

/** Calls of one task, from one model, of one confidence. */
export interface MoveOptions {
  readonly task: Task;
  readonly from: string;
  readonly minConfidence: MinConfidence;
  /** Calls that could have moved. */
  calls: number;
  /** What they cost, by block. */
  readonly paid: Float64Array;
  readonly options: readonly MoveOption[];
}

/** How the calls are split, to tell chance from a saving. */
export interface Splits {
  readonly blockOf: Int32Array;
  readonly blocks: number;
  /** The first call of the later half. */
  readonly laterFrom: number;
}

export interface ScoutOptions extends Pick<Splits, 'blockOf' | 'blocks'> {
  readonly destinations: readonly Destination[];
  /** `from` is a model of the group as the log spells it. */
  factsOf(group: { task: Task; from: string; confidence: number }, to: string): MoveFacts;
}

const TASK_CONFIDENCES = 256;

export class MoveScout {
  readonly #options: ScoutOptions;
  readonly #families = new Map<string, { readonly name: string; readonly id: number }>();
  readonly #groups = new Map<string, Map<number, MoveOptions>>();

  constructor(options: ScoutOptions) {
    this.#options = options;
  }

  /** Sees a call; its state is as before when this returns. */
  see(state: CallState): void {
    const { call, costPico, served, target } = state;
    if (served || costPico === null || costPico === 0 || target.operation !== 'chat') return;
    // A rule cannot name what has no name.
    if (target.model.trim() === '') return;
    const minConfidence = CONFIDENCES.find((least) => call.taskConfidence >= least);
    if (minConfidence === undefined) return;
    const block = this.#options.blockOf[state.position]!;
    if (block < 0) return;
    const group = this.#groupOf(call.task, target.model, minConfidence);
    group.calls += 1;
    group.paid[block]! += costPico;
    this.#tryAll(state, group, block);
  }

  #tryAll(state: CallState, { options }: MoveOptions, block: number): void {
    const { target, usage, costPico, skipped } = state;
    const { destinations } = this.#options;
    let at = 0;
    for (const option of options) {
      while (destinations[at]!.model !== option.to) at += 1;
      if (destinations[at]!.lever.apply(state) !== null) {
        const saved = costPico! - state.costPico!;
        option.halves[option.calls === 0 ? 0 : 1] += saved;
        option.calls += 1;
        option.saved.add(saved);
        option.blocks[block]! += saved;
      }
      state.target = target;
      state.usage = usage;
      state.costPico = costPico;
      state.skipped = skipped;
    }
  }

  #groupOf(task: Task, model: string, minConfidence: MinConfidence): MoveOptions {
    const family = this.#familyOf(model);
    let byConfidence = this.#groups.get(task);
    if (byConfidence === undefined) {
      byConfidence = new Map();
      this.#groups.set(task, byConfidence);
    }
    const key = family.id * TASK_CONFIDENCES + minConfidence;
    let group = byConfidence.get(key);
    if (group === undefined) {
      group = this.#newGroup({ task, model, family: family.name, minConfidence });
      byConfidence.set(key, group);
    }
    return group;
  }

  #newGroup(key: { task: Task; model: string; family: string; minConfidence: MinConfidence }) {
    const { task, model, family, minConfidence } = key;
    const { destinations, blocks, factsOf } = this.#options;
    const others = destinations.filter((one) => one.family !== family);
    const options = others.map(
      ({ model: to }): MoveOption => ({
        ...factsOf({ task, from: model, confidence: minConfidence }, to),
        ...{ to, calls: 0, saved: new PicoSum(), halves: [0, 0], blocks: new Float64Array(blocks) },
      }),
    );
    const paid = new Float64Array(blocks);
    return { task, from: family, minConfidence, calls: 0, paid, options };
  }

  #familyOf(model: string) {
    let family = this.#families.get(model);
    if (family === undefined) {
      const { family: name } = modelName(model);
      const same = [...this.#families.values()].find((one) => one.name === name);
      family = same ?? { name, id: this.#families.size };
      this.#families.set(model, family);
    }
    return family;
  }

  /** The groups, those that cost most first. */
  groups(): MoveOptions[] {
    const all = [...this.#groups.values()].flatMap((groups) => [...groups.values()]);
    const sum = ({ paid }: MoveOptions) => paid.reduce((total, amount) => total + amount, 0);
    return all
      .map((group) => ({ group, paid: sum(group) }))
      .sort((a, b) => b.paid - a.paid || (nameOf(a.group) < nameOf(b.group) ? -1 : 1))
      .map(({ group }) => group);
  }
}

function nameOf({ task, from, minConfidence }: MoveOptions): string {
  return `${task}\n${from}\n${minConfidence}`;
}
