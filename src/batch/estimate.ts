/**
 * Estimates: how many tokens a prompt probably has, and how many its answer will have.
 *
 * Takes prompts, gives whole numbers for plans and token limits. Never a count that is called
 * measured, and never a bound: `bound.ts` gives that.
 */
import { Buffer } from 'node:buffer';
import type { Task } from '../domain/task.ts';
import type { Prompt } from '../providers/provider.ts';
import { textsOf } from './bound.ts';

const LIKELY_IMAGE_TOKENS = 1_000;
/** Technique C3: output tokens by task as a share of the input. */
const OUTPUT_SHARE: Readonly<Record<Task, number>> = {
  classification: 0.02,
  extraction: 0.15,
  summarization: 0.25,
  translation: 0.35,
  analysis: 0.5,
  reasoning: 0.8,
  creative: 1,
  other: 0.5,
  rewriting: 0.5,
  qa: 0.5,
  chat: 0.5,
  code: 0.5,
  embedding: 0,
};
const LEAST_OUTPUT_TOKENS = 1;
/** How far off estimates may be, as factors. */
export const ESTIMATE_RANGE = {
  low: { input: 0.85, output: 0.5 },
  likely: { input: 1, output: 1 },
  high: { input: 1.3, output: 3 },
} as const;

/** Output tokens by input token of a task on a model; null: it has not been seen often enough. */
export type MeasuredShareOf = (task: Task, model: string) => number | null;

/** What an estimate of output rests on: calls of the ledger, or technique C3's ratios. */
export type OutputBasis = 'measured' | 'task_ratio';

/** The size of a prompt's texts. */
export interface PromptSize {
  readonly characters: number;
  readonly bytes: number;
}

/** Measures the texts of a prompt. */
export function promptSizeOf(prompt: Prompt): PromptSize {
  let characters = 0;
  let bytes = 0;
  for (const text of textsOf(prompt)) {
    characters += text.length;
    bytes += Buffer.byteLength(text);
  }
  return { characters, bytes };
}

/** About four characters to a token, and about one token for each character that takes three bytes. */
export function likelyInputTokens(prompt: Prompt, { characters, bytes }: PromptSize): number {
  const text = characters / 4 + (bytes - characters) * 0.4;
  const template = 3 + (prompt.messages.length + (prompt.system === null ? 0 : 1)) * 4;
  return Math.ceil(text + template + prompt.images.length * LIKELY_IMAGE_TOKENS);
}

/** The output a task probably has: as measured, else by technique C3. */
export function likelyOutputTokens(
  task: Task,
  inputTokens: number,
  measuredShare: number | null,
): number {
  if (task === 'embedding') return 0;
  const share = measuredShare ?? OUTPUT_SHARE[task];
  return Math.max(LEAST_OUTPUT_TOKENS, Math.ceil(inputTokens * share));
}
