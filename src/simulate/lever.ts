/**
 * Lever: one way of saving, as a step that every call passes.
 *
 * Takes the state the levers before it left, changes what would be sent and paid, and says how sure
 * that is; the replay measures the saving from the state itself. Never sees a later lever, so savings
 * compose without counting a cent twice. Never keeps a call or a usage: both are records that the next
 * call overwrites (targets and outcomes are shared objects and may be kept).
 */
import type { PricedCall, Target } from '../domain/call.ts';
import type { PicoUsd } from '../domain/money.ts';
import type { Usage } from '../domain/tokens.ts';
import type { Certainty } from '../policy/route.ts';

/** What would happen to one call now; one record is reused for all calls. */
export interface CallState {
  /** As logged; valid until the next call. */
  call: PricedCall;
  /** Which call of the log this is, from 0: the same in every pass over it. */
  position: number;
  /** Whether what is fitted may not look at this call: it is what the fit is judged by. */
  heldOut: boolean;
  /** What would be called. */
  target: Target;
  /** What it would use; valid until the next call. */
  usage: Usage;
  /** What it would cost, a safe integer; null if unpriced. */
  costPico: number | null;
  /**
   * What levers themselves cost on this call, such as a compressor, beside `costPico`: a lever adds
   * to it, and none prices it anew.
   */
  ownPico: number;
  /** Nothing is sent: a cache answers. */
  served: boolean;
  /** Set by a lever that must leave this call out: why. Null when a lever is given the state. */
  skipped: string | null;
}

/** How a lever counted, for people. */
export interface LeverWords {
  /** How it was counted, with the limits used. */
  readonly method: string;
  /** Why its saving is not that of the finding it looks like; null if there is none. */
  readonly note: string | null;
}

/** A step of the replay. */
export interface Lever {
  readonly id: string;
  /**
   * Sees one call, in time order. Null: the call is left as it is. Else the state was changed, and
   * this is how sure a saving is; `costPico` may also have risen (a step that costs something itself).
   */
  apply(state: CallState): Certainty | null;
  words(): LeverWords;
  /** For a lever that knows only at the end: what it saved; such a lever must be the last. */
  late?(): LateSavings;
}

/** Savings that no call's state shows. */
export interface LateSavings {
  readonly calls: number;
  readonly savedPico: bigint;
  readonly certainty: Certainty;
  readonly skipped: readonly { readonly reason: string; readonly calls: number }[];
}

/** A lever as a policy has it, before a replay. */
export interface LeverPlan {
  readonly id: string;
  /** A lever with nothing seen yet; of one that looks ahead, what `lookAhead` gives is taken. */
  create(): Lever;
  /** For a lever that must know the calls to come: a pass of its own before the replay. */
  lookAhead?(): LookAhead;
}

/** Sees every call as the levers before left it, then makes the lever. */
export interface LookAhead {
  see(state: CallState): void;
  /** May be called several times; each lever starts with nothing but what was looked ahead. */
  create(): Lever;
}

export type ByCertainty = Readonly<Record<Certainty, PicoUsd>>;

/** Calls that a lever sent to another model. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly savedPico: PicoUsd;
}

/** What a lever saved on priced calls. */
export interface LeverResult {
  readonly lever: string;
  /** Priced calls it changed. */
  readonly calls: number;
  /** The sum of `byCertainty`. */
  readonly savedPico: PicoUsd;
  readonly byCertainty: ByCertainty;
  /** From which model to which, largest saving first; together the calls and the saving above. */
  readonly moves: readonly Move[];
  /** How it was counted, with the limits used. */
  readonly method: string;
  /** Why its saving is not that of the finding it looks like; null if there is none. */
  readonly note: string | null;
}

/** Priced calls a lever had to leave out, and why. */
export interface Skipped {
  readonly lever: string;
  readonly calls: number;
  readonly reason: string;
}
