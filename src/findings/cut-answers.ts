/**
 * Finding `cut_answers`: answers that ended because they reached `max_tokens`.
 *
 * Takes calls, gives those whose stop reason is `length`. Never judges whether the cut hurt: caps of
 * a few tokens are often meant, and are counted apart.
 */
import type { PricedCall } from '../domain/call.ts';
import { type Finder, type Finding, FindingTally } from './finding.ts';

/** A cap up to this is most likely meant: a label, a digit. */
const SHORT_CAP_TOKENS = 16;

export class CutAnswers implements Finder {
  readonly #tally = new FindingTally();
  #shortCaps = 0;

  add(call: PricedCall): void {
    if (call.outcome.stopReason !== 'length') return;
    this.#tally.add(call, call.costPico);
    if (call.maxTokens !== null && call.maxTokens <= SHORT_CAP_TOKENS) this.#shortCaps += 1;
  }

  result(spendPico: bigint): Finding {
    const method =
      'Calls whose answer ended with stop reason "length", at their whole cost. A short cap is one ' +
      `of ${SHORT_CAP_TOKENS} tokens or less, which may be meant.`;
    const counts = { short_cap_calls: this.#shortCaps };
    return this.#tally.result(
      { id: 'cut_answers', title: 'Answers cut off', basis: 'measured', method, counts },
      spendPico,
    );
  }
}
