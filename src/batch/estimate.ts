/**
 * Estimates: how many tokens a prompt has at most and probably, and how many its answer will have.
 *
 * Takes prompts, gives whole numbers. Never a count that is called measured: the worst case is a
 * bound for budgets, the likely one is for plans and token limits.
 */
import { Buffer } from 'node:buffer';
import type { Task } from '../domain/task.ts';
import type { Prompt } from '../providers/provider.ts';

/** What a chat template adds to a message, and to a prompt; the most that was seen is 7 and 12. */
const MESSAGE_TOKENS = 8;
const PROMPT_TOKENS = 16;
/** No provider's own rules bill more for one image (gpt-4o-mini: 36,835 for the largest). */
const WORST_IMAGE_TOKENS = 50_000;
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

/** The size of a prompt. */
export interface PromptSize {
  readonly characters: number;
  readonly bytes: number;
  /** A token of any encoding is at least one byte. */
  readonly worstTokens: number;
}

/** Measures a prompt. */
export function inputBytesOf(prompt: Prompt): PromptSize {
  const texts = prompt.system === null ? [] : [prompt.system];
  for (const { content } of prompt.messages) {
    texts.push(typeof content === 'string' ? content : JSON.stringify(content));
  }
  if (prompt.schema !== null) texts.push(JSON.stringify(prompt.schema));
  if (hasMembers(prompt.extra)) texts.push(JSON.stringify(prompt.extra));
  let characters = 0;
  let bytes = 0;
  for (const text of texts) {
    characters += text.length;
    bytes += Buffer.byteLength(text);
  }
  const images = prompt.images.length * WORST_IMAGE_TOKENS + imagesInside(prompt);
  const template = PROMPT_TOKENS + (prompt.messages.length + 1) * MESSAGE_TOKENS;
  return { characters, bytes, worstTokens: bytes + images + template };
}

/** Images that are parts of messages; their text counts too, which only makes the bound larger. */
function imagesInside({ messages }: Prompt): number {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return (
    parts.filter((part) => /image|file|audio/.test(String(part?.type))).length * WORST_IMAGE_TOKENS
  );
}

function hasMembers(extra: Prompt['extra']): boolean {
  for (const _ in extra) return true;
  return false;
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
