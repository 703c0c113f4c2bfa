/**
 * Policies tried on the training part: what each saves there, and whether that is more than chance.
 *
 * Takes drafts of a policy, replays each as the file it would be. Counts only savings that are sure
 * enough, and never looks at what is held out.
 */
import type { LeverId } from '../policy/levers.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { PlainMap } from '../policy/preset-rules.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { QualityTable } from '../policy/quality.ts';
import type { Certainty } from '../policy/route.ts';
import { shareInterval } from './bootstrap.ts';
import type { CallTable } from './call-table.ts';
import type { LeverPlan } from './lever.ts';
import { isAllowed, type SearchLimits } from './lever-options.ts';
import { plansOf } from './lever-plans.ts';
import type { SemanticLog } from './lever-semantic-cache.ts';
import type { Splits } from './move-scout.ts';
import { type DraftFacts, type PolicyDraft, plainPolicy, policyOf } from './policy-draft.ts';
import { expectedLoss, groupsOf } from './quality-groups.ts';
import type { RoutingLimits } from './routing.ts';
import { blocksOf, type Parts, type PlainReplay, replayParts, trainingOf } from './simulate.ts';

/** What policies are tried on. */
export interface TrialWorld extends SearchLimits {
  readonly table: CallTable;
  readonly parts: Parts;
  readonly pricer: Pricer;
  readonly quality: QualityTable;
  readonly semantic: SemanticLog | null;
  readonly facts: DraftFacts;
  /** What is known of models besides a policy. */
  limitsOf(policy: PolicyFile): RoutingLimits;
  /** A fresh source of numbers, the same each time. */
  random(): () => number;
}

/** A policy that was tried. */
export interface Trial {
  readonly draft: PolicyDraft;
  readonly plain: PlainMap;
  readonly replay: PlainReplay;
  /** The savings that are sure enough to choose by. */
  readonly allowedPico: bigint;
  readonly evidence: ReadonlyMap<string, Evidence>;
}

/** What a lever or move saved, split to tell chance from a saving. */
export interface Evidence {
  /** In the earlier and the later half of the training. */
  readonly halves: [number, number];
  readonly blocks: Float64Array;
}

/** The training part as trials see it. */
export interface Training extends Splits {
  /** What was paid, by block. */
  readonly paid: Float64Array;
  readonly pricedCalls: number;
}

const CERTAINTIES: readonly Certainty[] = ['sure', 'likely', 'needs_test'];

/** With fewer sessions or days a saving in one half is taken for chance. */
const LEAST_BLOCKS = 3;
/** Losses are shares of a hundred, which doubles do not hold exactly. */
const ROUNDING = 1e-10;

export class Trials {
  readonly training: Training;
  readonly #world: TrialWorld;
  readonly #parts: Parts;
  readonly #known = new Map<string, Trial>();
  readonly #steady = new WeakMap<Float64Array, boolean>();

  constructor(world: TrialWorld) {
    this.#world = world;
    this.#parts = trainingOf(world.parts);
    this.training = trainingIn(world.table, this.#parts);
  }

  /** How many policies were replayed. */
  get count(): number {
    return this.#known.size;
  }

  /** Replays a draft, once. */
  of(draft: PolicyDraft): Trial {
    const plain = plainPolicy(draft, this.#world.facts);
    const key = JSON.stringify(plain);
    let trial = this.#known.get(key);
    if (trial === undefined) {
      trial = this.#replay(draft, plain);
      this.#known.set(key, trial);
    }
    return trial;
  }

  /** Whether the moves of a trial, as replayed, stay within a limit of quality; null: there is none. */
  isWithin({ replay }: Trial, maxLoss: number | null): boolean {
    if (maxLoss === null) return true;
    const { quality } = this.#world;
    const { mean, unknownCalls } = expectedLoss(
      groupsOf(replay.moves, quality),
      replay.savings.pricedCalls,
    );
    return unknownCalls === 0 && mean <= maxLoss + ROUNDING;
  }

  #replay(draft: PolicyDraft, plain: PlainMap): Trial {
    const plans = this.plansOf(draft);
    const { blockOf, blocks, laterFrom } = this.training;
    const evidence = plans.map(
      (): Evidence => ({ halves: [0, 0], blocks: new Float64Array(blocks) }),
    );
    const { table } = this.#world;
    const replay = replayParts(table, plans, this.#parts, (saving) => {
      const { lever, savedPico, certainty, position } = saving;
      if (!isAllowed(certainty, this.#world)) return;
      evidence[lever]!.halves[position < laterFrom ? 0 : 1] += savedPico;
      evidence[lever]!.blocks[blockOf[position]!]! += savedPico;
    });
    const sure = CERTAINTIES.filter((certainty) => isAllowed(certainty, this.#world));
    const { byCertainty } = replay.savings;
    const allowedPico = sure.reduce((sum, certainty) => sum + byCertainty[certainty], 0n);
    const byLever = new Map(plans.map(({ id }, lever) => [id, evidence[lever]!]));
    return { draft, plain, replay, allowedPico, evidence: byLever };
  }

  /** The levers of a draft, read from the file it would be. */
  plansOf(draft: PolicyDraft): readonly LeverPlan[] {
    const { pricer, quality, semantic, facts, limitsOf } = this.#world;
    const policy = policyOf(plainPolicy(draft, facts), facts.name);
    const world = { policy, pricer, quality, maxLoss: null, limits: limitsOf(policy), semantic };
    return plansOf(world).plans;
  }

  /** Whether a lever of a trial saves for more reasons than chance. */
  isSteadyLever({ evidence }: Trial, lever: LeverId): boolean {
    const own = evidence.get(lever);
    return own !== undefined && this.isSteady(own, this.training.paid);
  }

  /** Saves in both halves, or in resampled sessions or days with 95 % confidence. */
  isSteady(evidence: Evidence, paid: Float64Array): boolean {
    let isSteady = this.#steady.get(evidence.blocks);
    if (isSteady === undefined) {
      isSteady = this.#judge(evidence, paid);
      this.#steady.set(evidence.blocks, isSteady);
    }
    return isSteady;
  }

  #judge({ halves, blocks }: Evidence, paid: Float64Array): boolean {
    if (halves[0] > 0 && halves[1] > 0) return true;
    if (halves[0] + halves[1] <= 0) return false;
    // What one or two sessions saved no resampling makes sure: most small groups end here.
    if (blocks.reduce((sum, saved) => sum + Number(saved !== 0), 0) < LEAST_BLOCKS) return false;
    const calls = this.training.pricedCalls;
    const { low } = shareInterval({ paid, saved: blocks, calls }, { random: this.#world.random() });
    return low !== null && low > 0;
  }
}

/** Splits the training's priced calls in two halves and in blocks. */
function trainingIn(table: CallTable, parts: Parts): Training {
  const { blockOf, blocks } = blocksOf(table, parts);
  const paid = new Float64Array(blocks);
  let pricedCalls = 0;
  for (const block of blockOf) if (block >= 0) pricedCalls += 1;
  let seen = 0;
  let laterFrom = table.calls;
  table.each(({ costPico }, position) => {
    const block = blockOf[position]!;
    if (block < 0 || costPico === null) return;
    paid[block]! += costPico;
    if (seen * 2 >= pricedCalls) laterFrom = Math.min(laterFrom, position);
    seen += 1;
  });
  return { blockOf, blocks, laterFrom, paid, pricedCalls };
}
