/**
 * Where the results of a batch go, and in which format.
 *
 * Takes the output flags and a run, gives a writer of results. Never writes over the input or the
 * ledger.
 */
import { resolve } from 'node:path';
import { fieldsOf, resultCells, resultHeader } from '../batch/result-rows.ts';
import { checkResultFile, ResultWriter } from '../batch/results.ts';
import { valuesOf } from '../batch/row-fields.ts';
import { parseSettings } from '../batch/settings.ts';
import { EXIT, UserError, usageError } from '../errors.ts';
import { type RowWithResult, rowReader, servesLikes } from '../ledger/batch-rows.ts';
import type { BatchRun } from '../ledger/batch-runs.ts';
import type { Ledger } from '../ledger/open.ts';
import { formatCsv, formatCsvRows } from '../report/csv.ts';
import { ndjsonText } from '../report/json-text.ts';
import type { Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';

export interface ResultFlags {
  readonly cache?: boolean | string;
  readonly spread?: boolean;
}

/** Refuses formats that cannot grow row by row. Throws UserError. */
function checkResultFormat({ output }: Deps): void {
  if (output.format !== 'json') return;
  throw new UserError(
    EXIT.usage,
    'a batch writes its results as CSV or as one JSON object a line',
    'use --csv or --format ndjson, or a file that ends in .csv or .jsonl',
  );
}

/** Whether results are written at all: on a terminal without --out they stay in the ledger. */
export function hasResultOutput({ output }: Deps): boolean {
  return output.path !== null || output.format !== 'table';
}

/** A writer of the results of a run. Throws UserError where they would overwrite its input. */
export function resultWriter(
  deps: Deps,
  flags: ResultFlags,
  { db, run }: { readonly db: Ledger; readonly run: BatchRun },
): ResultWriter {
  refuseResults(deps.output, [run.input]);
  const isWritten = hasResultOutput(deps);
  const isLike = flags.cache === 'semantic' || servesLikes(db, run.id);
  const { head, render } = renderer(deps, flags, { run, isLike });
  return new ResultWriter({
    id: run.id,
    path: deps.output.path,
    async write(text) {
      if (!isWritten || text === '') return;
      deps.streams.stdout.write(text);
      await deps.streams.stdout.drained();
    },
    read: rowReader(db, run.id),
    head,
    render: isWritten ? render : () => '',
  });
}

/** Throws UserError where there is no schema whose fields could be spread. */
export function checkSpread(schema: object | null): void {
  if (schema !== null) return;
  throw usageError(
    '--spread: the batch has no JSON schema whose fields could be columns',
    'leave it out, or begin the batch with --json-schema FILE',
  );
}

/**
 * Refuses results that nobody could write, or that would overwrite `files`, which the command
 * reads. Throws UserError.
 */
export async function checkResults(
  deps: Deps,
  files: readonly (string | undefined)[],
): Promise<void> {
  checkResultFormat(deps);
  const read = files.filter((file) => file !== undefined).map((file) => resolve(deps.cwd, file));
  refuseResults(deps.output, read);
  if (deps.output.path !== null) await checkResultFile(deps.output.path);
}

/** They begin as a file beside their place. */
function refuseResults({ path }: Deps['output'], files: readonly string[]): void {
  if (path === null) return;
  for (const written of [path, `${path}.part`]) refuseOverwrite({ path: written }, files);
}

function renderer(
  { output }: Deps,
  flags: ResultFlags,
  { run, isLike }: { readonly run: BatchRun; readonly isLike: boolean },
) {
  const { schema, fallback, cascade, policy } = parseSettings(run.settings);
  const hasReason = fallback.length + cascade.length > 0 || policy !== null || isLike;
  if (flags.spread === true) checkSpread(schema);
  const fields = flags.spread === true ? fieldsOf(schema) : [];
  const shape = { columns: run.columns, fields, hasReason };
  const header = resultHeader(shape);
  const cells = (rows: readonly RowWithResult[]) => rows.map((row) => resultCells(row, shape));
  if (output.format !== 'ndjson') {
    return {
      head: formatCsv(header, [], output),
      render: (rows: readonly RowWithResult[]) => formatCsvRows(cells(rows), output),
    };
  }
  const object = (row: RowWithResult): object => {
    const added = resultCells(row, shape).slice(run.columns.length);
    const values = [...valuesOf(row.input, run.columns), ...added];
    return Object.fromEntries(header.map((name, index) => [name, values[index]]));
  };
  return {
    head: '',
    render: (rows: readonly RowWithResult[]) => ndjsonText(rows.map(object)),
  };
}
