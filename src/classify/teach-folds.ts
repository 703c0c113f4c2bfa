/**
 * Folds: prompts → which of them are judged together, so that none is judged by a model that has seen
 * its like.
 *
 * Takes labelled prompts, gives the number of a fold for each. Equal texts, texts that differ in numbers,
 * case, punctuation or the order of words, and those with the beginning and the end of one template never
 * end in different folds. Deterministic.
 */
import { TASKS, type Task } from '../domain/task.ts';
import type { PromptText } from './read.ts';
import { sketchTemplate } from './templates.ts';

/** What is known of a prompt before it is given a fold. */
export interface FoldedPrompt {
  readonly text: PromptText;
  readonly task: Task;
}

const decoder = new TextDecoder();

/** The fold of each prompt, from 0; the labels are spread evenly. */
export function foldsOf(prompts: readonly FoldedPrompt[], folds: number): number[] {
  const groups = groupsOf(prompts);
  const foldOf = new Map<number, number>();
  const next = new Map<Task, number>();
  return prompts.map(({ task }, at) => {
    const group = groups[at]!;
    const known = foldOf.get(group);
    if (known !== undefined) return known;
    const turn = next.get(task) ?? TASKS.indexOf(task);
    next.set(task, turn + 1);
    foldOf.set(group, turn % folds);
    return turn % folds;
  });
}

/** A number for each prompt, the same for those that share a key, at first hand or by way of others. */
function groupsOf(prompts: readonly FoldedPrompt[]): number[] {
  const parents = prompts.map((_, at) => at);
  const sizes = prompts.map(() => 1);
  const rootOf = (at: number): number => {
    let root = at;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  /** The smaller below the larger, so that no chain grows long. */
  const join = (one: number, other: number): void => {
    if (one === other) return;
    const [small, large] = sizes[one]! < sizes[other]! ? [one, other] : [other, one];
    parents[small] = large;
    sizes[large]! += sizes[small]!;
  };
  const firsts = new Map<string, number>();
  for (const [at, prompt] of prompts.entries()) {
    for (const key of keysOf(prompt)) {
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, at);
      else join(rootOf(at), rootOf(first));
    }
  }
  return prompts.map((_, at) => rootOf(at));
}

/** Prompts that share one of these are alike. */
function keysOf({ text }: FoldedPrompt): string[] {
  const template = { system: 0, message: 0 };
  sketchTemplate(text, template);
  const user = plainOf(text, text.userStart, text.userEnd);
  const plain = user === '' ? plainOf(text, text.systemStart, text.systemEnd) : user;
  const words = [...new Set(plain.split(' '))].sort().join(' ');
  const keys = [`words ${words}`];
  if (template.message !== 0) keys.push(`template ${template.system} ${template.message}`);
  return keys;
}

/** A text without what may differ between two of the same: case, numbers, blanks and punctuation. */
function plainOf({ bytes }: PromptText, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end)).toLowerCase();
  return text
    .replace(/\\[nrt]/g, ' ')
    .replace(/\p{Nd}[\p{Nd}.,:/-]*/gu, '0')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
