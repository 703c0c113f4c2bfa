/**
 * What reordering prompts would add: the parts that stay the same first.
 *
 * Takes prompts as parts (a system prompt, a document, the examples, the question), each with a hash
 * of its content and its tokens; gives each prompt as blocks, as sent or with its parts ordered. Never
 * moves a part that must stay where it is, such as the turns of a conversation.
 */
import { type PromptTrace, TraceBuilder } from './prompt-cache-trace.ts';

/** A part of a prompt. */
export interface PromptPart {
  /** Equal for equal contents, wherever they stand. */
  readonly hash: number;
  readonly tokens: number;
  /** Whether the part could stand elsewhere. */
  readonly isMovable: boolean;
}

/** A prompt as its parts. */
export interface PartedPrompt {
  readonly startedAtMs: number;
  readonly latencyMs: number | null;
  readonly outputTokens: number;
  readonly scope: string;
  readonly parts: readonly PromptPart[];
}

/** The prompts as blocks of a trace, in the order they were sent. */
export function traceOfParts(prompts: readonly PartedPrompt[], blockTokens: number): PromptTrace {
  return traceOf(prompts, blockTokens, ({ parts }) => parts);
}

/**
 * The same with the movable parts in front, the one most prompts share first: what a better order
 * could reach at the most, if the answers stay the same.
 */
export function staticFirst(prompts: readonly PartedPrompt[], blockTokens: number): PromptTrace {
  const counts = partCounts(prompts);
  const usesOf = (scope: string, part: PromptPart) => counts.get(nameOf(scope, part)) ?? 0;
  return traceOf(prompts, blockTokens, ({ scope, parts }) => [
    ...parts
      .filter(({ isMovable }) => isMovable)
      .sort((a, b) => usesOf(scope, b) - usesOf(scope, a) || a.hash - b.hash),
    ...parts.filter(({ isMovable }) => !isMovable),
  ]);
}

/** In how many prompts of its scope each movable part stands. */
function partCounts(prompts: readonly PartedPrompt[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { scope, parts } of prompts) {
    const names = new Set(
      parts.filter((part) => part.isMovable).map((part) => nameOf(scope, part)),
    );
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function nameOf(scope: string, { hash }: PromptPart): string {
  return `${hash}\n${scope}`;
}

function traceOf(
  prompts: readonly PartedPrompt[],
  blockTokens: number,
  order: (prompt: PartedPrompt) => readonly PromptPart[],
): PromptTrace {
  const builder = new TraceBuilder(blockTokens);
  for (const prompt of prompts) {
    const { startedAtMs, latencyMs, outputTokens, scope } = prompt;
    const parts = order(prompt);
    const inputTokens = parts.reduce((sum, { tokens }) => sum + tokens, 0);
    const blockIds = blocksOf(parts, blockTokens);
    builder.add({ startedAtMs, latencyMs, outputTokens, inputTokens, blockIds, scope });
  }
  return builder.finish();
}

/**
 * The ids of a prompt's blocks: a text that says which contents, and how much of the last of them,
 * the prompt has up to the end of the block.
 */
function blocksOf(parts: readonly PromptPart[], blockTokens: number): string[] {
  const ids: string[] = [];
  let before = '';
  let start = 0;
  for (const { hash, tokens } of parts) {
    const end = start + tokens;
    for (let at = (ids.length + 1) * blockTokens; at <= end; at += blockTokens) {
      ids.push(`${before}${hash}:${at - start}`);
    }
    before = `${before}${hash}:${tokens},`;
    start = end;
  }
  if (start > ids.length * blockTokens) ids.push(before);
  return ids;
}
