/**
 * Reading an invoice: the text of an export → its rows, whatever its shape.
 *
 * Takes a file's name and text; gives an Invoice, or throws UserError naming file, line and value.
 * Never a part of an invoice, never an amount that was guessed.
 */
import { ANTHROPIC_COSTS, ANTHROPIC_USAGE, CONSOLE_COSTS, CONSOLE_TOKENS } from './anthropic.ts';
import { genericShape } from './generic-csv.ts';
import type { Invoice, InvoiceOptions, InvoiceRow } from './invoice-row.ts';
import { OPENAI_COSTS, OPENAI_USAGE } from './openai.ts';
import { OPENROUTER_ACTIVITY, OPENROUTER_GENERATIONS } from './openrouter.ts';
import { refuseOverlaps, type TimedRow } from './overlap.ts';
import { invoiceError } from './refuse.ts';
import { Cells, type ReadRow, type Shape } from './shape.ts';
import { readSheet, type Sheet } from './sheet.ts';

const SHAPES: readonly Shape[] = [
  OPENAI_COSTS,
  OPENAI_USAGE,
  ANTHROPIC_COSTS,
  ANTHROPIC_USAGE,
  CONSOLE_COSTS,
  CONSOLE_TOKENS,
  OPENROUTER_GENERATIONS,
  OPENROUTER_ACTIVITY,
];

type ReadTimed = TimedRow & { readonly read: ReadRow | null };

/** Reads an invoice. Throws UserError when it is of no known shape, or says something impossible. */
export function parseInvoice(
  file: { readonly name: string; readonly text: string },
  options: InvoiceOptions,
): Invoice {
  const sheet = readSheet(file.name, file.text);
  const shape = shapeOf(sheet);
  const read = readRows(sheet, shape, options);
  refuseOverlaps(sheet.file, shape, read);
  const rows = read.flatMap((each) => each.read ?? []);
  return {
    file: sheet.file,
    shape: shape.id,
    provider: shape.provider,
    hasAmounts: shape.hasAmounts,
    rows: withRounding(read),
    days: [...new Set(read.map(({ stretch }) => stretch.day))].sort(),
    converted: [...new Set(rows.map(({ amount }) => amount?.currency ?? 'USD'))]
      .filter((currency) => currency !== 'USD')
      .sort(),
    notes: notesOf(sheet, shape),
  };
}

function shapeOf(sheet: Sheet): Shape {
  const columns = new Set(sheet.columns);
  const shape =
    SHAPES.find((each) => each.fits(columns)) ?? genericShape(sheet.file, sheet.columns);
  if (sheet.rows.length + sheet.empty.length === 0) {
    throw invoiceError(`${sheet.file} has no rows`, 'export days on which something was billed');
  }
  if (shape !== null) return shape;
  if (sheet.rows.length === 0 || columns.has('start_time_iso')) {
    throw invoiceError(
      `${sheet.file} has days and no amounts: nothing was billed on them`,
      'export days on which something was billed',
    );
  }
  const names = sheet.columns.slice(0, 8).join(', ');
  throw invoiceError(
    `${sheet.file} line ${sheet.rows[0]?.line ?? 1} is of no known shape; its first columns are: ${names}`,
    'give an export of OpenAI, Anthropic or OpenRouter, or a CSV with the columns day, model, amount',
  );
}

function readRows(sheet: Sheet, shape: Shape, options: InvoiceOptions): ReadTimed[] {
  const timed = (row: Sheet['rows'][number], isEmpty: boolean): ReadTimed => {
    const cells = new Cells(sheet, row, options);
    const stretch = cells.stretch(shape.time);
    return { row, stretch, read: isEmpty ? null : shape.read(cells) };
  };
  return [
    ...sheet.rows.map((row) => timed(row, false)),
    ...sheet.empty.map((row) => timed(row, true)),
  ];
}

/** A file is rounded as finely as its finest amount is written: `0.50` may stand there as `0.5`. */
function withRounding(read: readonly ReadTimed[]): InvoiceRow[] {
  let unit: bigint | null = null;
  for (const { read: row } of read) {
    const own = row?.amount?.unitPico ?? null;
    if (own !== null && (unit === null || own < unit)) unit = own;
  }
  const roundingPico = (unit ?? 0n) / 2n;
  return read.flatMap(({ row: { line }, stretch: { day }, read: row }) => {
    if (row === null) return [];
    const { amount, ...rest } = row;
    return [{ ...rest, line, day, roundingPico: amount === null ? 0n : roundingPico }];
  });
}

function notesOf(sheet: Sheet, { id }: Shape): string[] {
  const own = sheet.rows.filter(({ cells }) => {
    const byok = cells.get('byok_usage_inference') ?? cells.get('byok usage') ?? '0';
    return Number(byok) > 0;
  }).length;
  return [
    ...(sheet.hasMore ? [`${sheet.file} says that there are more pages: it is not complete`] : []),
    ...(own > 0
      ? [`${own} rows of ${sheet.file} used your own key: OpenRouter bills its fee only`]
      : []),
    ...(id === 'anthropic_costs' ? [`Anthropic's cost report leaves out the priority tier`] : []),
  ];
}
