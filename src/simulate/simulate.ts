/**
 * The door of the simulation: a log and a policy's levers → what the same calls would have cost.
 *
 * Takes the calls as columns and the levers in their order, gives the waterfall with intervals; its
 * parts add up to the last digit. A lever that must know what comes has a pass of its own before, so
 * any lever may stand anywhere. Never reads a clock; randomness is passed in.
 *
 * Memory: that of the `CallTable`, and 9 bytes a call for blocks and holdout.
 */
import type { EpochMs } from '../domain/time.ts';
import type { Certainty } from '../policy/route.ts';
import { BlockBuilder, type CallBlocks } from './blocks.ts';
import { shareInterval } from './bootstrap.ts';
import type { CallTable } from './call-table.ts';
import { holdoutFrom, isHeldOut } from './holdout.ts';
import type { Interval } from './interval.ts';
import type { CallState, Lever, LeverPlan } from './lever.ts';
import type { TaskMove } from './lever-tally.ts';
import { Pipeline, type Savings } from './pipeline.ts';

/** Which calls a figure is about. */
export interface Parts {
  /** Null: nothing is held out, and every call counts. */
  readonly heldOut: Uint8Array | null;
  /** Sessions and calls from here on are held out; null: none are. */
  readonly fromMs: EpochMs | null;
  readonly trainingCalls: number;
  readonly heldOutCalls: number;
  /** Figures are of the training alone, and what is held out is not even seen: for searches. */
  readonly isTraining?: boolean;
}

/** The same split, with figures of the training part. */
export function trainingOf(parts: Parts): Parts {
  return { ...parts, isTraining: true };
}

/** A replayed policy. */
export interface Simulation {
  readonly savings: Savings;
  /** One for each lever, in their order: the share of the baseline that it saves. */
  readonly intervals: readonly Interval[];
  readonly total: Interval;
  readonly blocks: Pick<CallBlocks, 'kind' | 'gathered'>;
  readonly parts: Parts;
  /** Moves between models by task, of all levers. */
  readonly moves: readonly (TaskMove & { readonly lever: string })[];
}

/** Which calls are held out: the latest `share` of them, 0 for none. */
export function partsOf(table: CallTable, share: number): Parts {
  const calls = table.calls;
  const { fromMs } = holdoutFrom(table.startedAtMs, share);
  if (fromMs === null) return { heldOut: null, fromMs, trainingCalls: calls, heldOutCalls: 0 };
  const heldOut = new Uint8Array(calls);
  const isLate = isHeldOut(fromMs);
  let heldOutCalls = 0;
  table.each(({ startedAtMs, sessionKey }, position) => {
    if (!isLate(startedAtMs, sessionKey)) return;
    heldOut[position] = 1;
    heldOutCalls += 1;
  });
  return { heldOut, fromMs, trainingCalls: calls - heldOutCalls, heldOutCalls };
}

/**
 * Told of each call that counts, behind the last lever, with what each lever saved on it in pico-USD;
 * both are overwritten by the next call.
 */
export type OnCall = (state: CallState, savedPico: readonly number[]) => void;

export interface SimulateOptions {
  readonly parts: Parts;
  readonly random: () => number;
  readonly onCall?: OnCall | null;
}

/** Replays the levers; figures are about the held-out part where there is one, else about all. */
export function simulate(
  table: CallTable,
  plans: readonly LeverPlan[],
  { parts, random, onCall = null }: SimulateOptions,
): Simulation {
  const blocks = blocksOf(table, parts);
  const paid = new Float64Array(blocks.blocks);
  const saved = plans.map(() => new Float64Array(blocks.blocks));
  const onThis = plans.map(() => 0);
  let block = 0;
  const pipeline = new Pipeline(leversOf(table, plans, parts), (lever, savedPico) => {
    saved[lever]![block]! += savedPico;
    onThis[lever] = savedPico;
  });
  const standing = { position: 0, heldOut: false, counts: true };
  let calls = 0;
  eachOf(table, parts, (call, position) => {
    stand(standing, position, parts);
    block = blocks.blockOf[position]!;
    if (block >= 0 && call.costPico !== null) {
      paid[block]! += call.costPico;
      calls += 1;
    }
    if (onCall !== null) onThis.fill(0);
    const state = pipeline.pass(call, standing);
    if (standing.counts) onCall?.(state, onThis);
  });
  const all = new Float64Array(blocks.blocks);
  for (const one of saved) for (let at = 0; at < all.length; at++) all[at]! += one[at]!;
  const interval = (amounts: Float64Array) =>
    shareInterval({ paid, saved: amounts, calls }, { random });
  return {
    savings: pipeline.result(),
    intervals: saved.map(interval),
    total: interval(all),
    blocks,
    parts,
    moves: movesOf(pipeline),
  };
}

/** A replay without intervals. */
export type PlainReplay = Pick<Simulation, 'savings' | 'moves'>;

/** One saving that counts, in pico-USD; the record is reused. */
export interface Saving {
  lever: number;
  savedPico: number;
  certainty: Certainty;
  /** Which call of the log. */
  position: number;
}

/** What a set of levers saves, and nothing else: for searches and shares. */
export function replayParts(
  table: CallTable,
  plans: readonly LeverPlan[],
  parts: Parts,
  onSaving: ((saving: Saving) => void) | null = null,
): PlainReplay {
  const standing = { position: 0, heldOut: false, counts: true };
  const saving: Saving = { lever: 0, savedPico: 0, certainty: 'needs_test', position: 0 };
  const tell = (lever: number, savedPico: number, certainty: Certainty) => {
    saving.lever = lever;
    saving.savedPico = savedPico;
    saving.certainty = certainty;
    saving.position = standing.position;
    onSaving?.(saving);
  };
  const pipeline = new Pipeline(leversOf(table, plans, parts), onSaving === null ? null : tell);
  eachOf(table, parts, (call, position) => {
    stand(standing, position, parts);
    pipeline.pass(call, standing);
  });
  return { savings: pipeline.result(), moves: movesOf(pipeline) };
}

/** Hands on the training's calls as the levers leave them, those before the last lever's own turn. */
export function eachTrained(
  table: CallTable,
  plans: readonly LeverPlan[],
  parts: Parts,
  see: (state: CallState) => void,
): void {
  const training = trainingOf(parts);
  const pipeline = new Pipeline(leversOf(table, plans, training));
  const standing = { position: 0, heldOut: false, counts: false };
  eachOf(table, training, (call, position) => {
    stand(standing, position, training);
    standing.counts = false;
    see(pipeline.pass(call, standing));
  });
}

/** The moves of the last lever on the calls that fitting may look at: all, where none are held out. */
export function trainingMoves(
  table: CallTable,
  plans: readonly LeverPlan[],
  parts: Parts,
): readonly TaskMove[] {
  const pipeline = new Pipeline(leversOf(table, plans, parts));
  const standing = { position: 0, heldOut: false, counts: true };
  table.each((call, position) => {
    stand(standing, position, parts);
    standing.counts = !standing.heldOut;
    pipeline.pass(call, standing);
  });
  return pipeline.taskMoves().at(-1)?.moves ?? [];
}

function movesOf(pipeline: Pipeline): Simulation['moves'] {
  return pipeline
    .taskMoves()
    .flatMap(({ lever, moves }) => moves.map((move) => ({ ...move, lever })));
}

interface MutableStanding {
  position: number;
  heldOut: boolean;
  counts: boolean;
}

function stand(standing: MutableStanding, position: number, { heldOut, isTraining }: Parts): void {
  standing.position = position;
  standing.heldOut = heldOut !== null && heldOut[position] === 1;
  standing.counts = heldOut === null || isTraining === true || standing.heldOut;
}

/** Every call that is seen: all, or those of the training. */
function eachOf(table: CallTable, parts: Parts, see: Parameters<CallTable['each']>[0]): void {
  const { heldOut, isTraining } = parts;
  if (heldOut === null || isTraining !== true) {
    table.each(see);
    return;
  }
  table.each((call, position) => {
    if (heldOut[position] === 0) see(call, position);
  });
}

/** The levers of one replay, each that looks ahead having seen what those before it leave. */
function leversOf(table: CallTable, plans: readonly LeverPlan[], parts: Parts): Lever[] {
  const makers: (() => Lever)[] = [];
  for (const plan of plans) {
    const ahead = plan.lookAhead?.();
    if (ahead === undefined) {
      makers.push(() => plan.create());
      continue;
    }
    const before = new Pipeline(makers.map((make) => make()));
    const standing = { position: 0, heldOut: false, counts: false };
    eachOf(table, parts, (call, position) => {
      stand(standing, position, parts);
      ahead.see(before.pass(call, standing));
    });
    makers.push(() => ahead.create());
  }
  return makers.map((make) => make());
}

/** The blocks of the calls that count. */
export function blocksOf(table: CallTable, { heldOut, isTraining }: Parts): CallBlocks {
  const builder = new BlockBuilder(table.calls);
  table.each((call, position) => {
    const counts = heldOut === null || (heldOut[position] === 0) === (isTraining === true);
    builder.add(call, counts && call.costPico !== null);
  });
  return builder.finish();
}
