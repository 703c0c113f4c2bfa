/**
 * A result of several lists in any format: what `prices diff`, `prices compare`, `reprice` and the
 * like print.
 *
 * Takes a head and sections of rows, gives text ending in a line break. CSV has every section in one
 * table, told apart by its first column. Never a figure in one format only, notes and titles apart.
 */
import { type Cell, formatCsv } from './csv.ts';
import type { TextOptions } from './format.ts';
import { MAX_ROWS, renderGrid } from './grid.ts';
import { jsonText, ndjsonText } from './json-text.ts';
import { displayOf } from './numbers.ts';
import { type Column, cellText } from './rows.ts';
import { type Style, styles } from './style.ts';
import { escapeUnsafe, wrapText } from './text.ts';

/** A column of a section. */
export interface SectionColumn<Row> extends Column<Row> {
  /** Left out on a terminal; the default is false. */
  readonly isFurther?: boolean;
  /** Left out on a narrow terminal, the last of these first; `if_zero`: only where all is 0. */
  readonly optional?: boolean | 'if_zero';
}

/** One list of rows, ready for every format. */
export interface Section {
  /** The key in JSON, the first column in CSV. */
  readonly name: string;
  /** The heading on a terminal. */
  readonly title: string;
  readonly keys: readonly string[];
  /** The columns on a terminal. */
  readonly columns: readonly (Pick<Column<never>, 'title' | 'align' | 'isName'> & {
    readonly optional: boolean;
  })[];
  /** Exact values, for machines. */
  readonly values: readonly (readonly Cell[])[];
  /** The same for people. */
  readonly texts: readonly (readonly string[])[];
}

/** A whole answer. */
export interface Sections {
  /** `aicost.NAME/1`; the first field of the JSON. */
  readonly schema: string;
  /** Further fields of the JSON, money as decimal text. */
  readonly head: Readonly<Record<string, unknown>>;
  /** What stands first on a terminal. */
  readonly headline: string;
  readonly sections: readonly Section[];
  /** What the reader must know about the figures; in JSON as `notes`. */
  readonly notes: readonly string[];
}

/** Makes a section of rows and their columns. */
export function sectionOf<Row>(
  name: string,
  title: string,
  rows: readonly Row[],
  columns: readonly SectionColumn<Row>[],
): Section {
  const shown = columns.filter(({ isFurther }) => isFurther !== true);
  return {
    name,
    title,
    keys: columns.map(({ key }) => key),
    columns: shown.map((column) => ({ ...column, optional: isOptional(column, rows) })),
    values: rows.map((row) => columns.map((column) => column.value(row))),
    texts: rows.slice(0, MAX_ROWS).map((row) => shown.map((column) => cellText(row, column))),
  };
}

function isOptional<Row>(column: SectionColumn<Row>, rows: readonly Row[]): boolean {
  if (column.optional !== 'if_zero') return column.optional === true;
  return rows.every((row) => column.value(row) === 0);
}

/** One row as the fields of a JSON object. */
export function fieldsOf<Row>(row: Row, columns: readonly Column<Row>[]): Record<string, Cell> {
  return Object.fromEntries(columns.map((column) => [column.key, column.value(row)]));
}

/** Renders a whole answer. */
export function renderSections(answer: Sections, options: TextOptions): string {
  switch (options.format) {
    case 'table':
      return tableText(answer, options);
    case 'csv':
      return csvText(answer, options);
    case 'json':
      return jsonText(jsonOf(answer));
    case 'ndjson':
      return ndjsonText(linesOf(answer));
  }
}

function jsonOf({ schema, head, sections, notes }: Sections): object {
  const lists = sections.map((section) => [section.name, objectsOf(section)]);
  return { schema, ...head, ...Object.fromEntries(lists), notes };
}

function linesOf({ schema, head, sections, notes }: Sections): object[] {
  const rows = sections.flatMap((section) =>
    objectsOf(section).map((row) => ({ section: section.name, ...row })),
  );
  return [{ section: 'report', schema, ...head, notes }, ...rows];
}

function objectsOf({ keys, values }: Section): Record<string, Cell>[] {
  return values.map((cells) =>
    Object.fromEntries(keys.map((key, index) => [key, cells[index] ?? null])),
  );
}

function csvText({ sections }: Sections, options: TextOptions): string {
  const keys = [...new Set(sections.flatMap((section) => section.keys))];
  const named = sections.length > 1 ? ['section'] : [];
  const rows = sections.flatMap((section) =>
    objectsOf(section).map((row) => [
      ...named.map(() => section.name),
      ...keys.map((key) => row[key] ?? null),
    ]),
  );
  return formatCsv([...named, ...keys], rows, options);
}

function tableText({ headline, sections, notes }: Sections, options: TextOptions): string {
  const style = styles(options.colour);
  const head = wrapText(escapeUnsafe(headline), options.width).map((line) => style.bold(line));
  const tables = sections
    .filter(({ values }) => values.length > 0)
    .map((section) => sectionText(section, options, style));
  const further = notes.map((note) => noteText(note, options.width, style));
  const parts = [head.join('\n'), ...tables, further.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function sectionText(section: Section, { width }: TextOptions, style: Style): string {
  const { title, columns, values, texts } = section;
  const grid = renderGrid(
    columns.map(({ title: name, align = 'left', isName = false, optional }) => {
      return { title: name, align, isName, optional, shrinks: align === 'left' };
    }),
    texts.map((cells) => ({ cells })),
    { width, style },
  );
  const hidden = values.length - texts.length;
  const more =
    hidden > 0 ? [`  … ${displayOf(hidden, 'more row')}: --csv or --json shows all`] : [];
  const heading = title === '' ? [] : [style.bold(escapeUnsafe(title))];
  return [...heading, grid, ...more].join('\n');
}

function noteText(note: string, width: number, style: Style): string {
  const lines = wrapText(escapeUnsafe(note), width - 4);
  return lines.map((line, i) => style.dim(`${i === 0 ? '  ' : '    '}${line}`)).join('\n');
}
