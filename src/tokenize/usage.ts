/**
 * Usage from texts: the counters of a call whose log has its texts but no counts.
 *
 * Takes the texts of one call, gives its Usage and the weaker basis of its two sides. Never half a
 * usage: where one side cannot be known there is none, and the call stays unpriced. All input is
 * fresh input: what a cache held shows in no text.
 */
import type { Operation } from '../domain/call.ts';
import { emptyUsage, MAX_TOKENS, type Usage } from '../domain/tokens.ts';
import type { Chat, CountableText, TokenCount, TokenCounter } from './tokenize.ts';

/** What a record tells of a call besides counts; null where it does not hold it. */
export interface CallTexts {
  readonly model: string;
  readonly operation: Operation;
  readonly prompt: Chat | null;
  /** The texts of the answer and the arguments of the tools it calls. */
  readonly answer: readonly CountableText[] | null;
}

/** Counters and what they rest on. */
export interface CountedUsage extends Pick<TokenCount, 'basis' | 'isLowerBound'> {
  readonly usage: Usage;
}

/** The usage of a call by its texts; null if a side of it is unknown. */
export function usageOfTexts(counter: TokenCounter, call: CallTexts): CountedUsage | null {
  const { model, operation, prompt, answer } = call;
  if (prompt === null || (operation !== 'chat' && operation !== 'embeddings')) return null;
  const isBare = prompt.isBare === true || operation === 'embeddings';
  const input = counter.countChat({ ...prompt, isBare }, model);
  if (input === null || input.tokens > MAX_TOKENS) return null;
  const usage = { ...emptyUsage(), input: input.tokens };
  if (operation === 'embeddings') return { usage, basis: input.basis, isLowerBound: false };
  const output = answer === null ? null : counter.countAnswer(joined(answer), model);
  if (output === null || output.tokens > MAX_TOKENS) return null;
  usage.output = output.tokens;
  const isExact = input.basis === 'tokenised' && output.basis === 'tokenised';
  return {
    usage,
    basis: isExact ? 'tokenised' : 'estimated',
    isLowerBound: output.isLowerBound,
  };
}

function joined(texts: readonly CountableText[]): CountableText {
  return texts.length === 1 ? texts[0]! : texts.map((text) => text.toString()).join('\n');
}
