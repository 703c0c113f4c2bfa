/**
 * The formats a result can be written in, and what a renderer must know about its reader.
 *
 * Takes a name, gives a format; holds the options every renderer reads. Never decides which format is used: the
 * terminal room does.
 */

import { EXIT, UserError } from '../errors.ts';

export const OUTPUT_FORMATS = ['table', 'csv', 'json', 'ndjson'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How CSV is written: Excel outside the US wants a byte-order mark and often a semicolon. */
export interface CsvOptions {
  readonly bom: boolean;
  /** One character. */
  readonly delimiter: string;
}

/** Everything a renderer must know about where its text goes. */
export interface TextOptions extends CsvOptions {
  readonly format: OutputFormat;
  /** ANSI colours in tables. */
  readonly colour: boolean;
  /** Columns a table may take, 40 or more. */
  readonly width: number;
}

/** Reads a format's name; `origin` says where it stood. Throws UserError for any other text. */
export function parseFormat(text: string, origin: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  const hint = `formats: ${OUTPUT_FORMATS.join(', ')}`;
  throw new UserError(EXIT.usage, `${origin}: no format is called '${text}'`, hint);
}
