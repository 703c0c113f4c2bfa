/**
 * Finding: a kind of waste seen in a log, with the money in it.
 *
 * Takes the calls a finder picks, gives counts, tokens, money and examples. Never claims that the
 * money can all be saved, and never adds findings up: one call may be in several.
 */
import type { PricedCall } from '../domain/call.ts';
import { PicoSum, type PicoUsd, shareBp } from '../domain/money.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';

export interface Finding {
  readonly id: string;
  readonly title: string;
  /** Calls in it, priced or not. */
  readonly calls: number;
  /** Calls of these without a cost: they are in no amount. */
  readonly unpricedCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The money in it. */
  readonly costPico: PicoUsd;
  /** Of the spend, in parts of ten thousand, rounded down. */
  readonly shareBp: number;
  readonly basis: 'measured' | 'estimated';
  /** How it was counted, with the limits used; what was counted is in `counts`. */
  readonly method: string;
  /** Further counts, by names that end in their unit: `retry_calls`, `excess_tokens`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What could not be judged; null if every call was. */
  readonly note: string | null;
  /** Ledger ids of up to five calls, the dearest first. */
  readonly exampleIds: readonly number[];
}

/** Looks for one kind of waste in calls that come in time order. */
export interface Finder {
  add(call: PricedCall): void;
  /** The finding so far; `spendPico` is the known cost of the whole log. */
  result(spendPico: bigint): Finding;
}

/** What a finder says about itself. */
type FindingText = Pick<Finding, 'id' | 'title' | 'basis' | 'method' | 'counts'> &
  Partial<Pick<Finding, 'note'>>;

const MAX_EXAMPLES = 5;

/** Adds up the calls of one finding. */
export class FindingTally {
  #calls = 0;
  #unpricedCalls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  readonly #cost = new PicoSum();
  readonly #examples: { id: number; pico: number }[] = [];

  /** Counts a call with the money in it, a safe integer of pico-USD; null if that is unknown. */
  add(call: PricedCall, pico: number | null): void {
    this.#calls += 1;
    this.#inputTokens += inputTotal(call.usage);
    this.#outputTokens += outputTotal(call.usage);
    if (pico === null) this.#unpricedCalls += 1;
    else this.#cost.add(pico);
    this.#offerExample(call.id, pico ?? -1);
  }

  get calls(): number {
    return this.#calls;
  }

  /** The finding, with its share of `spendPico`. */
  result(text: FindingText, spendPico: bigint): Finding {
    const costPico = this.#cost.total;
    return {
      ...text,
      note: text.note ?? null,
      calls: this.#calls,
      unpricedCalls: this.#unpricedCalls,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      costPico,
      shareBp: shareBp(costPico, spendPico),
      exampleIds: this.#examples.map(({ id }) => id),
    };
  }

  /** Keeps the dearest; of equally dear ones the earlier. */
  #offerExample(id: number, pico: number): void {
    const examples = this.#examples;
    const isFull = examples.length === MAX_EXAMPLES;
    if (isFull && pico <= examples[MAX_EXAMPLES - 1]!.pico) return;
    if (isFull) examples.pop();
    let at = examples.length;
    while (at > 0 && examples[at - 1]!.pico < pico) at -= 1;
    examples.splice(at, 0, { id, pico });
  }
}
