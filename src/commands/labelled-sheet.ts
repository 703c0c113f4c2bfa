/**
 * A labelled sheet: what a person's spreadsheet saved → prompts with labels.
 *
 * Takes the text of a CSV with columns `prompt`, `task` and perhaps `system`, separated by comma,
 * semicolon or tab, in any case; gives the labelled rows and what was left out. Never drops a label it
 * does not know without naming its line, and never chooses between two labels of one prompt.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { append } from '../domain/multimap.ts';
import { parseTask, type Task } from '../domain/task.ts';
import { EXIT, UserError } from '../errors.ts';

/** A row with a label. */
export interface LabelledRow {
  readonly line: number;
  readonly system: string;
  readonly prompt: string;
  readonly task: Task;
}

/** What a sheet holds. */
export interface LabelledSheet {
  /** Of equal prompts the first. */
  readonly rows: readonly LabelledRow[];
  /** Rows without a label. */
  readonly empty: number;
  /** Labels that are none, with their rows. */
  readonly unknown: readonly { readonly label: string; readonly lines: readonly number[] }[];
  /** Equal prompts with different labels: none of them is among the rows. */
  readonly contradictions: readonly (readonly LabelledRow[])[];
  /** Rows that say what one before them said. */
  readonly repeated: number;
  /** Rows labelled `embedding`, which the endpoint tells and no text. */
  readonly embeddings: number;
  /** Rows with a label but no text. */
  readonly textless: number;
  /** Rows with characters that show a wrong encoding. */
  readonly garbled: number;
}

interface Read {
  readonly record: readonly string[];
  /** Where it begins, as an editor counts. */
  readonly line: number;
}

const DELIMITERS = [',', ';', '\t'];
/** A column that the sheets of --sample have and no other answer. */
const SHEET_MARK = 'label_now';
/** A header is not longer than this. */
const HEADER_CHARACTERS = 4_096;
const HINT = 'save the sheet as CSV (UTF-8) with its columns prompt and task';
const NAMES = { prompt: ['prompt', 'user'], system: ['system'], task: ['task', 'label'] };

/** Reads a sheet. Throws UserError when it is none. */
export function parseLabelledSheet(text: string, file: string): LabelledSheet {
  if (text.includes('\u0000')) {
    throw new UserError(EXIT.failed, `${file} is no UTF-8 text`, HINT);
  }
  const [header, ...rows] = recordsOf(text, file);
  if (header === undefined) throw new UserError(EXIT.failed, `${file} is empty`, HINT);
  const columns = columnsOf(header.record, file);
  const found: LabelledRow[] = [];
  const unknown = new Map<string, number[]>();
  const left = { empty: 0, embeddings: 0, textless: 0, garbled: 0 };
  for (const { record, line } of rows) {
    const label = (record[columns.task] ?? '').trim();
    const prompt = cellText(record[columns.prompt]);
    const system = cellText(record[columns.system]);
    const task = label === '' ? null : parseTask(label);
    if (label === '') left.empty++;
    else if (task === null) append(unknown, label, line);
    else if (task === 'embedding') left.embeddings++;
    else if (prompt.trim() === '' && system.trim() === '') left.textless++;
    else {
      if (prompt.includes('\ufffd')) left.garbled++;
      found.push({ line, system, prompt, task });
    }
  }
  const unknowns = [...unknown].map(([label, lines]) => ({ label, lines }));
  return { ...settled(found), unknown: unknowns, ...left };
}

/** How many rows of a text have a label, and whether it is a sheet of --sample; none in what is no sheet. */
export function labelsIn(text: string): { readonly rows: number; readonly isOurs: boolean } {
  const none = { rows: 0, isOurs: false };
  if (!/task|label/i.test(text.slice(0, HEADER_CHARACTERS))) return none;
  try {
    const [header, ...rows] = recordsOf(text, '');
    if (header === undefined) return none;
    const { task } = columnsOf(header.record, '');
    const isOurs = header.record.some((name) => name.trim().toLowerCase() === SHEET_MARK);
    return { rows: rows.filter(({ record }) => (record[task] ?? '').trim() !== '').length, isOurs };
  } catch (error) {
    if (error instanceof UserError) return none;
    throw error;
  }
}

/** Of equal prompts one, and none where their labels differ. */
function settled(
  all: readonly LabelledRow[],
): Pick<LabelledSheet, 'rows' | 'contradictions' | 'repeated'> {
  const byText = new Map<string, LabelledRow[]>();
  for (const row of all) {
    const key = [row.system, row.prompt].map((text) => text.trim().replace(/\s+/g, ' ')).join('\n');
    append(byText, key, row);
  }
  const rows: LabelledRow[] = [];
  const contradictions: LabelledRow[][] = [];
  let repeated = 0;
  for (const equal of byText.values()) {
    if (new Set(equal.map(({ task }) => task)).size > 1) contradictions.push(equal);
    else {
      rows.push(...equal.slice(0, 1));
      repeated += equal.length - 1;
    }
  }
  return { rows, contradictions, repeated };
}

function recordsOf(text: string, file: string): Read[] {
  const [mark = ''] = /^\ufeff?(?:sep=.\r?\n)?/i.exec(text) ?? [];
  // Within quotes csv-parse takes CRLF for two lines.
  const plain = text.slice(mark.length).replace(/\r\n?/g, '\n');
  try {
    // Empty lines are records too: else nothing would count them.
    const read = parseCsv(plain, {
      delimiter: delimiterOf(plain),
      info: true,
      relax_column_count: true,
    }) as unknown as { record: readonly string[]; info: { lines: number } }[];
    let before = mark.endsWith('\n') ? 1 : 0;
    const records: Read[] = [];
    for (const { record, info } of read) {
      const line = before + 1;
      before = info.lines + (mark.endsWith('\n') ? 1 : 0);
      if (record.length > 1 || record[0] !== '') records.push({ record, line });
    }
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UserError(EXIT.failed, `${file}: ${error.message}`, HINT, { cause: error });
  }
}

/** The delimiter that the header has most of. */
function delimiterOf(text: string): string {
  const [header = ''] = /[^\n]+/.exec(text) ?? [];
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function columnsOf(header: readonly string[], file: string) {
  const names = header.map((name) => name.trim().toLowerCase());
  const at = (wanted: readonly string[]): number =>
    Math.max(
      -1,
      ...wanted
        .map((name) => names.indexOf(name))
        .filter((index) => index >= 0)
        .slice(0, 1),
    );
  const columns = { prompt: at(NAMES.prompt), system: at(NAMES.system), task: at(NAMES.task) };
  for (const name of ['prompt', 'task'] as const) {
    if (columns[name] >= 0) continue;
    const seen = header.slice(0, 10).join(', ');
    throw new UserError(EXIT.failed, `${file} has no column ${name}; it has: ${seen}`, HINT);
  }
  return columns;
}

/** A cell as it was before it was written for a spreadsheet. */
function cellText(cell: string | undefined): string {
  return (cell ?? '').replace(/^'(?=[=+\-@\t\n＝＋－＠])/, '');
}
