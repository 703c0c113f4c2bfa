/**
 * `aicost classify --prompts`: labels of prompts that stand in no log.
 *
 * Takes a CSV or JSONL file with a column `prompt` (or `user`) and perhaps `system`; gives a row each:
 * label, confidence, complexity. Never opens a ledger.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { keywordComplexity, keywordTask } from '../classify/keywords.ts';
import type { Task } from '../domain/task.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { Labeller } from '../ingest/labelling.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import { labellingOf } from './labelling.ts';
import { readText } from './read-text.ts';

interface Prompt {
  readonly line: number;
  readonly system: string;
  readonly user: string;
}

interface LabelledPrompt extends Prompt {
  readonly task: Task;
  readonly confidence: number;
  /** 0 to 1 in thousandths; null where nothing is said. */
  readonly complexity: number | null;
}

const COLUMNS: Column<LabelledPrompt>[] = [
  { key: 'row', title: 'Row', align: 'right', value: (row) => row.line },
  { key: 'task', title: 'Task', value: (row) => row.task },
  { key: 'confidence', title: 'Confidence', align: 'right', value: (row) => row.confidence },
  { key: 'complexity', title: 'Complexity', align: 'right', value: (row) => row.complexity },
];

/** The preset `keywords`, beside the classifier. */
const KEYWORD_COLUMNS: Column<LabelledPrompt>[] = [
  {
    key: 'keyword_task',
    title: 'By keywords',
    value: ({ system, user }) => keywordTask(system, user),
  },
  {
    key: 'keyword_complexity',
    title: 'Complexity by keywords',
    align: 'right',
    value: ({ system, user }) => Math.round(keywordComplexity(system, user) * 1000) / 1000,
  },
];

/** Labels the prompts of a file, or of standard input for `-`. Throws UserError. */
export async function classifyPrompts(
  input: string,
  deps: Deps,
  withKeywords: boolean,
): Promise<ExitCode> {
  const prompts = parsePrompts((await readText(input, deps)).replace(/^\uFEFF/, ''), input);
  const columns = withKeywords ? [...COLUMNS, ...KEYWORD_COLUMNS] : COLUMNS;
  const labeller = new Labeller(labellingOf(deps));
  const rows = prompts.map((prompt) => labelPrompt(prompt, labeller));
  await deps.write([renderRows(rows, columns, deps.output)]);
  return EXIT.ok;
}

function labelPrompt(prompt: Prompt, labeller: Labeller): LabelledPrompt {
  const { task, confidence, complexity } = labeller.labelTexts(prompt.system, prompt.user);
  const rounded = complexity === null ? null : Math.round(complexity * 1000) / 1000;
  return { ...prompt, task, confidence, complexity: rounded };
}

/** JSONL if the first character is a brace, else CSV with a heading. */
function parsePrompts(text: string, input: string): Prompt[] {
  return text.trimStart().startsWith('{') ? parseLines(text, input) : parseTable(text, input);
}

function parseLines(text: string, input: string): Prompt[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    return [promptOf(parseObject(line, `${input}:${at + 1}`), at + 1, input)];
  });
}

function parseObject(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(EXIT.failed, `${where} is no JSON object`, HINT);
}

function parseTable(text: string, input: string): Prompt[] {
  try {
    const rows: Record<string, string>[] = parseCsv(text, { columns: true, bom: true });
    return rows.map((row, at) => promptOf(row, at + 1, input));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UserError(EXIT.failed, `${input}: ${error.message}`, HINT, { cause: error });
  }
}

const HINT = 'give JSONL or CSV with a column prompt, and perhaps one named system';

function promptOf(row: Readonly<Record<string, unknown>>, line: number, input: string): Prompt {
  const user = row.prompt ?? row.user;
  if (typeof user !== 'string') {
    throw new UserError(EXIT.failed, `${input}, row ${line} has no text named prompt`, HINT);
  }
  return { line, user, system: typeof row.system === 'string' ? row.system : '' };
}
