/**
 * Sessions as they grow: what the prompt of each turn holds of the turns before it.
 *
 * Takes answered calls in time order, gives the turns that a prompt repeats. A turn goes on with
 * the one before if its input is longer than that turn's input and answer: the history is sent
 * again. Never guesses across models, system prompts or tool loops. Memory: 100,000 sessions, the
 * least recently used goes first; 60 bytes and 16 for each turn kept.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { inputTotal } from '../domain/tokens.ts';
import { ModelIds } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';

const MAX_SESSIONS = 100_000;
/** Stands for "no system prompt": hashes are never negative. */
const NONE = -1;

/** Where a call stands in its session; one record is reused. */
export interface Turn {
  /** From 1; 1 also where the history begins anew. */
  number: number;
  /** Input tokens of turn 1. */
  firstInput: number;
  /** Input tokens of the turn before; 0 for turn 1. */
  previousInput: number;
  /** When the turn before started. */
  previousMs: number;
  /** Whether the session has ever called a tool. */
  hasTools: boolean;
}

export class SessionTurns {
  readonly #kept: number;
  readonly #models = new ModelIds();
  readonly #sessions = new KeyLru(MAX_SESSIONS);
  readonly #turns = new Int32Array(MAX_SESSIONS);
  readonly #firstInput = new Float64Array(MAX_SESSIONS);
  readonly #startedMs = new Float64Array(MAX_SESSIONS);
  readonly #hasTools = new Uint8Array(MAX_SESSIONS);
  /** Input and visible answer of the last turns, `kept` of each a session. */
  readonly #inputs: Float64Array;
  readonly #answers: Float64Array;
  readonly #turn: Turn = {
    ...{ number: 0, firstInput: 0, previousInput: 0, previousMs: 0, hasTools: false },
  };
  #slot = -1;

  /** `kept`: turns of each session that can be asked for. */
  constructor(kept: number) {
    this.#kept = Math.max(1, kept);
    this.#inputs = new Float64Array(MAX_SESSIONS * this.#kept);
    this.#answers = new Float64Array(MAX_SESSIONS * this.#kept);
  }

  /** Adds an answered call of a session; gives its turn, valid until the next. */
  add(call: PricedCall, target: Target, nowMs: number): Turn {
    const system = call.systemHash ?? NONE;
    const model = this.#models.idOf(target);
    const input = inputTotal(call.usage);
    let slot = this.#sessions.find(call.sessionKey!, system, model, 0);
    if (slot === -1) {
      slot = this.#sessions.insert(call.sessionKey!, system, model, 0);
      this.#turns[slot] = 0;
      this.#hasTools[slot] = 0;
    } else this.#sessions.touch(slot);
    this.#slot = slot;
    const before = this.#turns[slot]!;
    const goesOn = before > 0 && input > this.#input(before) + this.#answer(before);
    if (!goesOn) this.#firstInput[slot] = input;
    if (call.outcome.stopReason === 'tool_calls') this.#hasTools[slot] = 1;
    const turn = this.#turn;
    turn.number = goesOn ? before + 1 : 1;
    turn.firstInput = this.#firstInput[slot]!;
    turn.previousInput = goesOn ? this.#input(before) : 0;
    turn.previousMs = this.#startedMs[slot]!;
    turn.hasTools = this.#hasTools[slot] === 1;
    this.#keep(slot, turn.number, { call, input, nowMs });
    return turn;
  }

  #keep(
    slot: number,
    number: number,
    { call, input, nowMs }: { call: PricedCall; input: number; nowMs: number },
  ): void {
    const at = slot * this.#kept + (number % this.#kept);
    this.#turns[slot] = number;
    this.#inputs[at] = input;
    this.#answers[at] = call.usage.output - call.usage.reasoning;
    this.#startedMs[slot] = nowMs;
  }

  /** Input and answer tokens of a turn of the session last added to: one of the last `kept`. */
  heldUpTo(number: number): number {
    return this.#input(number) + this.#answer(number);
  }

  #input(number: number): number {
    return this.#inputs[this.#slot * this.#kept + (number % this.#kept)]!;
  }

  #answer(number: number): number {
    return this.#answers[this.#slot * this.#kept + (number % this.#kept)]!;
  }
}
