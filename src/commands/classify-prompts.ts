/**
 * `aicost classify --prompts`: labels of prompts that stand in no log.
 *
 * Takes the files that `aicost batch` takes, gives a row for each of theirs: label, confidence,
 * complexity, or why it has none. Never opens a ledger, never holds more than a page.
 */
import { resolve } from 'node:path';
import type { ReadTask } from '../batch/prompt-facts.ts';
import { type FilePrompt, type PromptFile, promptPages } from '../batch/read-prompts.ts';
import { keywordComplexity, keywordTask } from '../classify/keywords.ts';
import type { Task } from '../domain/task.ts';
import { EXIT, type ExitCode, usageError } from '../errors.ts';
import { displayOf } from '../report/numbers.ts';
import { type Column, renderRowStream } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { taskReader } from './batch-send.ts';
import { labellingOf } from './labelling.ts';

/** Flags that say which prompts, as typed. */
export interface PromptFlags {
  readonly prompts?: string;
  readonly promptColumn?: string;
  readonly keywords?: boolean;
}

interface LabelledPrompt extends Omit<FilePrompt, 'task'> {
  /** Null where the row could not be read. */
  readonly task: Task | null;
  readonly confidence: number | null;
  /** 0 to 1 in thousandths; null where nothing is said. */
  readonly complexity: number | null;
}

const COLUMNS: Column<LabelledPrompt>[] = [
  { key: 'line', title: 'Line', align: 'right', value: (row) => row.line },
  { key: 'id', title: 'Id', value: (row) => row.id },
  { key: 'task', title: 'Task', value: (row) => row.task },
  { key: 'confidence', title: 'Confidence', align: 'right', value: (row) => row.confidence },
  { key: 'complexity', title: 'Complexity', align: 'right', value: (row) => row.complexity },
];
const ERROR_COLUMN: Column<LabelledPrompt> = {
  key: 'error',
  title: 'Error',
  value: (row) => row.fault,
};

/** The preset `keywords`, beside the classifier. */
const KEYWORD_COLUMNS: Column<LabelledPrompt>[] = [
  {
    key: 'keyword_task',
    title: 'By keywords',
    value: ({ system, user, fault }) => (fault === null ? keywordTask(system, user) : null),
  },
  {
    key: 'keyword_complexity',
    title: 'Complexity by keywords',
    align: 'right',
    value: ({ system, user, fault }) =>
      fault === null ? Math.round(keywordComplexity(system, user) * 1000) / 1000 : null,
  },
];

/** The file of prompts that flags name; the answer never overwrites it. Throws UserError. */
export function promptFileOf(
  { prompts = '-', promptColumn }: PromptFlags,
  { cwd, streams, output }: Deps,
): PromptFile {
  const { stdin } = streams;
  if (prompts === '-' && stdin.isTTY === true) {
    throw usageError('no prompts are given', 'pipe a CSV or JSONL file in, or name one');
  }
  const path = prompts === '-' ? '-' : resolve(cwd, prompts);
  if (path !== '-') refuseOverwrite(output, [path]);
  const name = path === '-' ? 'standard input' : prompts;
  return { path, name, stdin, column: promptColumn ?? null };
}

/** Labels the prompts of a file, or of standard input for `-`. Throws UserError. */
export async function classifyPrompts(flags: PromptFlags, deps: Deps): Promise<ExitCode> {
  const file = promptFileOf(flags, deps);
  const keywords = flags.keywords === true ? KEYWORD_COLUMNS : [];
  const readTask = taskReader(labellingOf(deps));
  const seen = { rows: 0, faults: 0 };
  async function* labelled(pages: AsyncIterable<FilePrompt[]>): AsyncGenerator<LabelledPrompt[]> {
    for await (const page of pages) {
      deps.signal.throwIfAborted();
      seen.rows += page.length;
      seen.faults += page.filter(({ fault }) => fault !== null).length;
      yield page.map((prompt) => labelPrompt(prompt, readTask));
    }
  }
  const pages = await readable(file);
  const columns = [...COLUMNS, ...keywords, ERROR_COLUMN];
  await deps.write(renderRowStream(labelled(pages), columns, deps.output));
  if (seen.faults === 0) return EXIT.ok;
  deps.note(
    `${displayOf(seen.faults, 'row')} of ${seen.rows} could not be read: no label`,
    'the column error says why',
  );
  return EXIT.gaps;
}

/** The pages of a file that has some: before it is read, no file of answers is begun. */
async function readable(file: PromptFile): Promise<AsyncGenerator<FilePrompt[]>> {
  const pages = promptPages(file);
  const { value } = await pages.next();
  const first: FilePrompt[] = value ?? [];
  if (first.length === 0) {
    throw usageError(`${file.name} has no rows`, 'a header and one row for each prompt');
  }
  return (async function* all() {
    yield first;
    yield* pages;
  })();
}

function labelPrompt(prompt: FilePrompt, readTask: ReadTask): LabelledPrompt {
  const label = promptLabel(prompt, readTask);
  if (label === null) return { ...prompt, task: null, confidence: null, complexity: null };
  const { task, confidence, complexity } = label;
  const rounded = complexity === null ? null : Math.round(complexity * 1000) / 1000;
  return { ...prompt, task, confidence, complexity: rounded };
}

/** The label of a prompt as a batch of the file would give it; null where it could not be read. */
export function promptLabel(
  { task: named, source }: FilePrompt,
  readTask: ReadTask,
): Pick<ReturnType<ReadTask>, 'task' | 'confidence' | 'complexity'> | null {
  if (source === null) return null;
  const { task, confidence, complexity } = readTask(source);
  return named === null
    ? { task, confidence, complexity }
    : { task: named, confidence: 100, complexity };
}
