/**
 * Task labels: what the caller wanted done, one label a call.
 *
 * The position of a label in TASKS is its code in the ledger: append, never reorder.
 */

export const TASKS = [
  'other',
  'classification',
  'extraction',
  'summarization',
  'translation',
  'rewriting',
  'qa',
  'chat',
  'code',
  'reasoning',
  'analysis',
  'creative',
  'embedding',
] as const;

export type Task = (typeof TASKS)[number];

const COMMODITY: ReadonlySet<Task> = new Set<Task>([
  'classification',
  'extraction',
  'summarization',
  'translation',
  'rewriting',
  'qa',
  'chat',
  'embedding',
]);

/** Other names people use for a label, in tags and in the articles' routing tables. */
const ALIASES: Readonly<Record<string, Task>> = {
  simple_classification: 'classification',
  sentiment: 'classification',
  moderation: 'classification',
  intent: 'classification',
  summary: 'summarization',
  summaries: 'summarization',
  batch_summaries: 'summarization',
  summarisation: 'summarization',
  realtime_translation: 'translation',
  paraphrase: 'rewriting',
  rewrite: 'rewriting',
  simple_qa: 'qa',
  faq: 'qa',
  fact_lookup: 'qa',
  greeting: 'chat',
  chatbot: 'chat',
  code_generation: 'code',
  coding: 'code',
  complex_reasoning: 'reasoning',
  complex_analysis: 'analysis',
  explanation: 'analysis',
  generation: 'creative',
  long_form: 'creative',
  embeddings: 'embedding',
};

const CODES = new Map<string, number>(TASKS.map((task, code) => [task, code]));

/** The ledger's code of a label. */
export function taskCode(task: Task): number {
  return CODES.get(task) ?? 0;
}

/** The label of a ledger code; `other` for a code this version does not know. */
export function taskOfCode(code: number): Task {
  return TASKS[code] ?? 'other';
}

/** Reads a label or one of its aliases from a person's tag; null if it is neither. */
export function parseTask(text: string): Task | null {
  const key = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (CODES.has(key)) return key as Task;
  return Object.hasOwn(ALIASES, key) ? (ALIASES[key] ?? null) : null;
}

/** Whether a cheap model usually does this task as well as a dear one. */
export function isCommodity(task: Task): boolean {
  return COMMODITY.has(task);
}
