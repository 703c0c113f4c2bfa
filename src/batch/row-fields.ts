/**
 * The fields of a record: what its columns say about how it is asked.
 *
 * Takes a record as it was kept, gives its fields by name and the cells that are carried through.
 * Never guesses a number: what is none is a fault of the row.
 */
import { parseTask, type Task } from '../domain/task.ts';
import { PRIORITIES } from '../policy/condition.ts';
import type { Priority } from '../policy/route.ts';

/** Why a row is not asked; for people, without its texts. */
export class RowFault {
  constructor(readonly message: string) {}
}

/** A record by the names of its columns. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a record as it was kept. */
export function parseFields(input: string, columns: readonly string[]): Fields {
  const value = JSON.parse(input) as unknown[] | Record<string, unknown>;
  if (!Array.isArray(value)) return value;
  const fields: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index] as string;
    // A name that means something else to objects is for the columns alone.
    if (column === '__proto__') own(fields, column, value[index] ?? '');
    else fields[column] = value[index] ?? '';
  }
  return fields;
}

function own(fields: object, name: string, value: unknown): void {
  Object.defineProperty(fields, name, { value, enumerable: true });
}

/** A field by its name; undefined where the record has none of its own. */
export function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The cells of a record as they are carried into the results. */
export function cellsOf(input: string, columns: readonly string[]): string[] {
  return valuesOf(input, columns).map(textOf);
}

/** The values of a record as they are carried into JSON; undefined for a member it does not have. */
export function valuesOf(input: string, columns: readonly string[]): unknown[] {
  const value = JSON.parse(withLongNumbers(input)) as unknown[] | Record<string, unknown>;
  if (Array.isArray(value)) return columns.map((_, index) => value[index]);
  return columns.map((column) => (Object.hasOwn(value, column) ? value[column] : undefined));
}

/** A text of JSON, or a number in it; `JSON.parse` keeps no more than 15 digits of one. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]{15,}(?:[eE][+-]?\d+)?/g;

/** JSON with its longest numbers as texts: ids may be such. */
function withLongNumbers(json: string): string {
  if (!/\d[\d.]{15}/.test(json)) return json;
  return json.replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`));
}

/** A value as text: texts as they are, nothing as nothing, all else as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** A text that is not empty; null without one. */
export function optionalText(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const text = textOf(fieldOf(fields, name));
    if (text !== '') return text;
  }
  return null;
}

/** A whole number from 1 on; null without one. */
export function optionalCount(fields: Fields, names: readonly string[]): number | null | RowFault {
  const text = optionalText(fields, names);
  if (text === null) return null;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  return new RowFault(`${names[0]}: '${text.slice(0, 20)}' is not a whole number above 0`);
}

/** A temperature in thousandths; null without one. */
export function optionalMilli(fields: Fields, name: string): number | null | RowFault {
  const text = optionalText(fields, [name]);
  if (text === null) return null;
  const value = Number(text);
  if (value >= 0 && value <= 2) return Math.round(value * 1000);
  return new RowFault(`${name}: '${text.slice(0, 20)}' is not a number from 0 to 2`);
}

/** A task label; null without one. */
export function optionalTask(fields: Fields): Task | null | RowFault {
  const text = optionalText(fields, ['task']);
  if (text === null) return null;
  return parseTask(text) ?? new RowFault(`task: '${text.slice(0, 30)}' is not a task`);
}

/** A priority by name, or by number from 0 (low) to 3 (critical). */
export function priorityOf(fields: Fields): Priority | RowFault {
  const text = optionalText(fields, ['priority']);
  if (text === null) return 'medium';
  const named = PRIORITIES.find((one) => one === text.trim().toLowerCase());
  const numbered = /^[0-3]$/.test(text.trim()) ? PRIORITIES[Number(text)] : undefined;
  const known = named ?? numbered;
  return known ?? new RowFault(`priority: '${text.slice(0, 20)}' is not ${PRIORITIES.join(', ')}`);
}

const USUAL_PROMPTS = ['prompt', 'text', 'input', 'question', 'content', 'message'];

/** The column that holds the prompts: the one named, else one of the usual names, else the only one. */
export function promptColumn(columns: readonly string[], named: string | null): string | null {
  if (named !== null) {
    const numbered = /^\d+$/.test(named) ? columns[Number(named) - 1] : undefined;
    return columns.find((column) => column === named) ?? numbered ?? null;
  }
  const usual = USUAL_PROMPTS.flatMap((name) => {
    return columns.filter((column) => column === name || column.toLowerCase() === name);
  })[0];
  return usual ?? (columns.length === 1 ? (columns[0] ?? null) : null);
}

const SLOT = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** The columns a template names. */
export function slotsOf(template: string): string[] {
  return [...template.matchAll(SLOT)].map(([, name = '']) => name);
}

/** The first field that a template names and a record does not have; null: it has them all. */
export function absentSlot(template: string, fields: Fields): RowFault | null {
  const absent = slotsOf(template).find((slot) => !Object.hasOwn(fields, slot));
  return absent === undefined ? null : new RowFault(`${absent}: the row has none, for --template`);
}

/** Why nothing is left of a template but its own words: all its fields are empty; null: something is. */
export function emptySlots(template: string, fields: Fields): RowFault | null {
  const slots = [...new Set(slotsOf(template))];
  const isEmpty = slots.length > 0 && slots.every((slot) => textOf(fields[slot]).trim() === '');
  return isEmpty ? new RowFault(`${slots.join(', ')}: empty`) : null;
}

/** A template with its slots filled; what a cell holds is never read as a slot. */
export function fillTemplate(template: string, fields: Fields): string {
  return template.replace(SLOT, (_, name: string) => textOf(fieldOf(fields, name)));
}
