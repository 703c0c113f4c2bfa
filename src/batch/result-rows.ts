/**
 * Result rows: a row of the input with what became of it, cell by cell.
 *
 * Takes rows with results, gives the cells of the results' columns. Never a name twice: a column of
 * the results that the input has too is called `result_…`, until nothing else is.
 */
import { formatUsd } from '../domain/money.ts';
import type { RowWithResult } from '../ledger/batch-rows.ts';
import { parseJsonAnswer } from './checks.ts';
import { cellsOf, type Fields, fieldOf, textOf } from './row-fields.ts';

/** One cell; null is empty. */
export type ResultCell = string | number | null;

const RESULT_COLUMNS = [
  'status',
  'model',
  'answer',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'cost_usd',
  'latency_ms',
  'attempts',
  'cache',
  'error',
] as const;

/** Which columns results have. */
export interface ResultShape {
  /** The input's own. */
  readonly columns: readonly string[];
  /** Fields of a JSON answer that get a column each. */
  readonly fields: readonly string[];
  /** Whether rows could go to other models: then a column says why they did. */
  readonly hasReason: boolean;
}

/** The names of all columns, in their order. */
export function resultHeader({ columns, fields, hasReason }: ResultShape): string[] {
  const added = hasReason ? [...RESULT_COLUMNS, 'reason'] : RESULT_COLUMNS;
  const header = [...columns];
  const taken = new Set(columns);
  for (const name of [...added, ...fields.map((field) => `answer.${field}`)]) {
    const free = freeName(name, taken);
    taken.add(free);
    header.push(free);
  }
  return header;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`result_${name}`, taken) : name;
}

/** The cells of one row, in the order of the header. */
export function resultCells(row: RowWithResult, shape: ResultShape): ResultCell[] {
  const { columns, fields, hasReason } = shape;
  const { costPico } = row;
  return [
    ...cellsOf(row.input, columns),
    row.state ?? 'pending',
    row.model ?? '',
    row.answer ?? '',
    row.inputTokens,
    row.cachedTokens,
    row.outputTokens,
    costPico === null ? null : formatUsd(BigInt(costPico)),
    row.latencyMs,
    row.attempts ?? 0,
    row.cache ?? '',
    row.error ?? '',
    ...(hasReason ? [row.reason ?? ''] : []),
    ...(fields.length === 0 ? [] : spread(row.answer, fields)),
  ];
}

/** The fields of an answer that is a JSON object; empty cells if it is none. */
function spread(answer: string | null, fields: readonly string[]): ResultCell[] {
  const value = parseJsonAnswer(answer ?? '');
  const members = typeof value === 'object' && value !== null ? value : {};
  return fields.map((field) => {
    const member = fieldOf(members as Fields, field);
    return typeof member === 'number' ? member : textOf(member);
  });
}

/** The fields a JSON schema describes at its top. */
export function fieldsOf(schema: object | null): string[] {
  const properties = schema !== null && 'properties' in schema ? schema.properties : null;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}
