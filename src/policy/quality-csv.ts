/**
 * A table of quality scores as CSV: columns `model`, `task` and `quality`.
 *
 * Takes the text and the file's name, gives scores from 0 to 100. Throws UserError with file and line
 * for what makes no sense. Never reads a file.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { parseTask, TASKS } from '../domain/task.ts';
import { EXIT, UserError } from '../errors.ts';
import { ANY_TASK, type QualityScore } from './quality.ts';

const COLUMNS = ['model', 'task', 'quality'] as const;
type Row = { readonly [Column in (typeof COLUMNS)[number]]?: string };

/** Reads the table. Throws UserError. */
export function parseQualityCsv(text: string, name: string): QualityScore[] {
  return readRows(text, name).map(({ record, info }) => {
    const where = `${name}:${info.lines}`;
    const { model = '', task = '', quality = '' } = record;
    if (model === '') throw mistake(`${where}: no model`, 'name one in the column model');
    const label = task === ANY_TASK ? ANY_TASK : parseTask(task);
    if (label === null) {
      throw mistake(`${where}: '${task}' is no task`, `tasks: ${TASKS.join(', ')}, or '*'`);
    }
    const score = quality === '' ? Number.NaN : Number(quality);
    if (score >= 0 && score <= 100) return { model, task: label, score };
    throw mistake(
      `${where}: quality '${quality}' is not from 0 to 100`,
      'give points of a hundred',
    );
  });
}

interface ReadRow {
  readonly record: Row;
  readonly info: { readonly lines: number };
}

function readRows(text: string, name: string): ReadRow[] {
  const options = { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true };
  let rows: ReadRow[];
  try {
    rows = parse(text, options) as unknown as ReadRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw mistake(`${name}: ${error.message}`, `a CSV file with the columns ${COLUMNS.join(', ')}`);
  }
  const [first] = rows;
  const missing = COLUMNS.find((column) => first !== undefined && !(column in first.record));
  if (first !== undefined && missing === undefined) return rows;
  const what = first === undefined ? 'no rows' : `no column ${missing}`;
  throw mistake(`${name}: ${what}`, `give the columns ${COLUMNS.join(', ')} and at least one row`);
}

function mistake(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}
