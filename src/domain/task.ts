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

/**
 * Other names people use for a label, in tags, in sheets and in the articles' routing tables: words with
 * `_` between them. Only names that mean one label wherever they stand; docs/teaching.md lists them.
 */
export const TASK_ALIASES: Readonly<Record<Task, string>> = {
  other: '',
  classification: `simple_classification text_classification classify classifying classifier categorization
    categorisation categorize categorise labeling labelling sentiment sentiment_analysis moderation
    content_moderation intent intent_detection`,
  extraction: `extract extracting information_extraction data_extraction entity_extraction
    keyword_extraction named_entity_recognition ner`,
  summarization: `summary summarisation summarize summarise summarizing summarising text_summarization
    batch_summary tldr`,
  translation:
    'translate translating machine_translation realtime_translation real_time_translation',
  rewriting: `rewrite paraphrase paraphrasing rephrase rephrasing proofread proofreading
    grammar_correction`,
  qa: `simple_qa q_a faq fact_lookup question question_answering question_answer question_and_answer
    questions_and_answers open_qa closed_qa`,
  chat: `chatbot chatting greeting conversation dialogue dialog small_talk smalltalk role_play
    roleplay`,
  code: `coding code_generation code_review code_completion code_explanation programming debugging
    sql`,
  reasoning:
    'complex_reasoning logical_reasoning logic math maths mathematics problem_solving puzzle',
  analysis: `complex_analysis data_analysis analyses analyze analyse analyzing analysing explanation
    explain comparison advice`,
  creative: `creative_writing generation long_form story storytelling copywriting brainstorm
    brainstorming`,
  embedding: 'embed',
};

const LABELS: ReadonlyMap<string, Task> = new Map(
  TASKS.flatMap((task) => {
    const names = TASK_ALIASES[task].split(/\s+/).filter((name) => name !== '');
    return [task, ...names].map((name) => [name, task] as const);
  }),
);

const CODES = new Map<string, number>(TASKS.map((task, code) => [task, code]));

/** The ledger's code of a label. */
export function taskCode(task: Task): number {
  return CODES.get(task) ?? 0;
}

/** The label of a ledger code; `other` for a code this version does not know. */
export function taskOfCode(code: number): Task {
  return TASKS[code] ?? 'other';
}

/**
 * Reads a label or one of its other names, as a person writes it: in any case, with blanks, `-` or `_`
 * between words, in the plural, with `task` behind it. Null if it is none.
 */
export function parseTask(text: string): Task | null {
  const key = text
    .trim()
    .toLowerCase()
    .replace(/^["'`]+|["'`.]+$/g, '')
    .replace(/&/g, ' ')
    .trim()
    .replace(/[\s_/-]+/g, '_')
    .replace(/_tasks?$/, '');
  const singular = key.endsWith('ies') ? `${key.slice(0, -3)}y` : key.replace(/s$/, '');
  return LABELS.get(key) ?? LABELS.get(singular) ?? null;
}

/** Tags that name no label in a log, though they do elsewhere: Langfuse calls any call a generation. */
const NO_TAGS: ReadonlySet<string> = new Set(['generation', 'generations']);

/** The label that a log's own tag names; null if it names none. */
export function parseTag(tag: string): Task | null {
  return NO_TAGS.has(tag.trim().toLowerCase()) ? null : parseTask(tag);
}

/** Whether a cheap model usually does this task as well as a dear one. */
export function isCommodity(task: Task): boolean {
  return COMMODITY.has(task);
}
