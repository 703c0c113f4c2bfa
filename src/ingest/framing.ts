/**
 * Framing: how the records of a log are laid out, found out from its head.
 *
 * Takes the head of a log, gives `lines` (one JSON object a line), `values` (an array, or objects over
 * several lines) or `csv`; and what the first record's keys are, for a message about an unknown one.
 * Never decides what the records mean.
 */
import type { Buffer } from 'node:buffer';
import { Fields, treeOf } from '../formats/json.ts';
import { lookupKey } from '../formats/keys.ts';
import { R, rolesOf } from '../formats/roles.ts';
import { headText } from './head.ts';

export type Framing =
  | { readonly kind: 'lines' }
  | { readonly kind: 'values' }
  | { readonly kind: 'csv'; readonly delimiter: string };

/** So many lines are looked at before one object is taken to span them. */
const RECORD_LINES = 50;
const DELIMITERS = [',', '\t', ';', '|'];

/** The framing of a log. */
export function framingOf(head: Buffer): Framing {
  const text = headText(head);
  if (text.startsWith('[')) return { kind: 'values' };
  const firstLine = text.split('\n', 1)[0] ?? '';
  if (text.startsWith('{')) {
    const whole = firstLine.length < text.length;
    const spans = whole && !isObject(firstLine) && spansLines(firstLine);
    return spans && !isTorn(text, firstLine) ? { kind: 'values' } : { kind: 'lines' };
  }
  const delimiter = DELIMITERS.find((candidate) => isHeader(firstLine, candidate));
  return delimiter === undefined ? { kind: 'lines' } : { kind: 'csv', delimiter };
}

/** Whether the first line is a torn record among whole ones, and not the start of a long object. */
function isTorn(text: string, firstLine: string): boolean {
  if (firstLine.trimEnd().endsWith('[')) return false;
  const others = text.split('\n', RECORD_LINES).slice(1);
  return others.some((line) => line.startsWith('{') && isObject(line));
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether a line looks like the first one of a pretty-printed object, not like a broken record. */
function spansLines(line: string): boolean {
  return /^\{\s*$|^\{\s*"[^"]*"\s*:.*[,{[]\s*$/.test(line);
}

/** Whether a line names a model and a count, a cost or a response among its cells. */
function isHeader(line: string, delimiter: string): boolean {
  const cells = headerCells(line, delimiter);
  if (cells.length < 2 || !cells.some((cell) => lookupKey(cell) !== undefined)) return false;
  const sample = treeOf(
    Object.fromEntries(cells.filter((cell) => cell !== '__proto__').map((cell) => [cell, 1])),
  );
  if (!(sample instanceof Fields)) return false;
  const values = rolesOf(sample);
  const counted = values[R.input] ?? values[R.output] ?? values[R.total] ?? values[R.cost];
  const body = values[R.response] ?? values[R.request];
  return (values[R.model] !== undefined && counted !== undefined) || body !== undefined;
}

function headerCells(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** The first keys of the first record, or the first cells of the first line. */
export function firstKeys(head: Buffer): string[] {
  const text = headText(head);
  const line = text.split('\n', 1)[0] ?? '';
  const keys = [...text.slice(0, 20_000).matchAll(/"([^"\\]{1,40})"\s*:/g)].map(
    (match) => match[1] ?? '',
  );
  if (text.startsWith('{') || text.startsWith('[')) return [...new Set(keys)].slice(0, 8);
  const delimiter = DELIMITERS.find((candidate) => line.includes(candidate)) ?? ',';
  return headerCells(line, delimiter)
    .slice(0, 8)
    .map((cell) => cell.slice(0, 40));
}
