/**
 * The log's own evidence of false hits.
 *
 * Takes links between prompts with whether their answers agree, gives the rate of wrong answers at each
 * threshold. Never looks at what is held out.
 */
import { type AnsweredPair, falseHitRates, THRESHOLDS, type ThresholdRate } from './false-hits.ts';
import { AGREEMENT, type SemanticLinks } from './semantic-links.ts';

/** The false-hit rate at each threshold, and at `minSimilarity` where one is set. */
export function semanticRates(
  links: SemanticLinks,
  minSimilarity: number | null,
): readonly ThresholdRate[] {
  const more = minSimilarity === null ? [] : [minSimilarity];
  return falseHitRates(answeredPairs(links), [...new Set([...THRESHOLDS, ...more])]);
}

/**
 * Each prompt with the most alike of those asked before it, where both were answered and neither is
 * held out: one pair a prompt, since repeats of one prompt tell the same again.
 */
function answeredPairs({ prompts, starts, others, similarities, agreement }: SemanticLinks) {
  const pairs: AnsweredPair[] = [];
  for (let prompt = 0; prompt < prompts.count; prompt++) {
    if (prompts.heldOut[prompt] === 1) continue;
    for (let at = starts[prompt]!; at < starts[prompt + 1]!; at++) {
      const other = others[at]!;
      const isKnown = other < prompt && agreement[at] !== AGREEMENT.unknown;
      if (!isKnown || prompts.heldOut[other] === 1) continue;
      const answersAgree = agreement[at] === AGREEMENT.yes;
      pairs.push({ similarity: similarities[at]!, answersAgree });
      break;
    }
  }
  return pairs;
}
