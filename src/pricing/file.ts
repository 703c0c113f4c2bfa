/**
 * The user's own price table, from CSV or JSON text.
 *
 * Takes a text and its file name for messages; gives a table, or throws UserError naming the file,
 * the line and the value. Never reads the file, and never turns an empty cell into a price of 0.
 */
import { createHash } from 'node:crypto';
import { EXIT, UserError } from '../errors.ts';
import { type Aliases, checkAlias } from './aliases.ts';
import type { PriceTableInfo } from './book.ts';
import { readCsvTable } from './csv-table.ts';
import type { ExchangeRate, ExchangeRates } from './exchange.ts';
import { COLUMNS } from './file-cells.ts';
import { type FileScale, type RawRow, tableRows } from './file-rows.ts';
import { scanJson } from './json-text.ts';
import type { PriceTable } from './tables.ts';

/** A file's name, for messages, and its text. */
export interface PriceFile {
  readonly name: string;
  readonly text: string;
}

/** What the caller knows and the file may not say. */
export interface PriceFileOptions {
  /** Units of a currency for one US dollar: `{ CNY: '7.3' }`, or a list with the days they hold. */
  readonly perUsd?: ExchangeRates;
  /** The day the prices were true, `YYYY-MM-DD`, if the file has no `as_of`. */
  readonly asOf?: string;
}

const ROOT_KEYS = [
  ...['name', 'version', 'as_of', 'currency', 'exchange_rates', 'multiplier', 'aliases', 'models'],
];
const REQUIRED = ['model', 'input', 'output'];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

interface Head {
  readonly name: string;
  readonly version: string;
  readonly asOf: string;
  readonly scale: FileScale;
  readonly aliases: Aliases;
}

/**
 * Parses a price table. It is JSON if it begins with a bracket or its file's name says so, else CSV.
 * Throws UserError.
 */
export function parsePriceFile(file: PriceFile, options: PriceFileOptions = {}): PriceTable {
  const text = file.text.replace(/^\uFEFF/, '');
  const scale = { perUsd: options.perUsd ?? {}, currency: 'USD', multiplier: '1' };
  const name = baseName(file.name);
  const bare = { name, version: '', asOf: options.asOf ?? '', scale, aliases: {} };
  const isJson = /\.json$/i.test(file.name) || /^\s*[{[]/.test(text);
  const [head, raw] = isJson ? readJson(file.name, text, bare) : [bare, readCsv(file.name, text)];
  const aliases = { ...head.aliases, ...aliasRows(raw) };
  const rows = tableRows(
    raw.filter(({ cells }) => (cells.get('alias_of') ?? '') === ''),
    head.scale,
  );
  if (rows.length + Object.keys(aliases).length === 0) {
    throw fail(`${file.name} has no prices`, 'add at least one model');
  }
  return { info: infoOf(file.name, text, head), asOfMs: dayOf(head.asOf), rows, aliases };
}

function infoOf(file: string, text: string, { name, version, asOf }: Head): PriceTableInfo {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return {
    id: `file:${name}`,
    name,
    version: version === '' ? `sha256:${hash}` : version,
    source: `your table ${file}`,
    asOf,
  };
}

function dayOf(asOf: string): number | null {
  return asOf === '' ? null : Date.parse(`${asOf}T00:00:00Z`);
}

/** Rows with `alias_of` name a model and nothing else. */
function aliasRows(raw: readonly RawRow[]): Aliases {
  const aliases: Record<string, string> = {};
  for (const { where, cells } of raw) {
    const model = cells.get('alias_of') ?? '';
    if (model === '') continue;
    const name = cells.get('model') ?? '';
    const extra = [...cells].find(
      ([column, text]) => text !== '' && column !== 'model' && column !== 'alias_of',
    );
    if (extra !== undefined) {
      throw fail(
        `${where}: '${name}' is an alias of '${model}' and has ${extra[0]} '${extra[1]}'`,
        'an alias has no prices of its own: empty the cell, or remove alias_of',
      );
    }
    checkAlias(where, name, model);
    if (name.toLowerCase() in aliases) {
      throw fail(`${where}: a second alias for '${name}'`, 'remove one of them');
    }
    aliases[name.toLowerCase()] = model;
  }
  return aliases;
}

function fail(message: string, hint: string, cause?: unknown): UserError {
  return new UserError(EXIT.usage, message, hint, cause === undefined ? undefined : { cause });
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.(?:csv|json)$/i, '');
}

function readCsv(file: string, text: string): RawRow[] {
  const { columns, rows } = readCsvTable(text, { file, hasComments: true, fail });
  if (columns.length === 0) throw fail(`${file} is empty`, 'the first line names the columns');
  checkColumns(file, columns);
  return rows.map(({ line, cells }) => ({ where: `${file} line ${line}`, cells }));
}

function checkColumns(file: string, columns: readonly string[]): void {
  for (const required of REQUIRED) {
    if (columns.includes(required)) continue;
    throw fail(
      `${file} line 1 has no column '${required}'`,
      'model, input and output are required',
    );
  }
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined) throw unknownColumn(`${file} line 1`, unknown);
}

function unknownColumn(where: string, column: string): UserError {
  return fail(
    `${where} has an unknown column '${column}'`,
    `prices are in USD per million tokens; known columns: ${COLUMNS.join(', ')}`,
  );
}

function readJson(file: string, text: string, bare: Head): [Head, RawRow[]] {
  const root = jsonObject(file, text);
  const { rowLines, repeated } = scanJson(text);
  if (repeated !== null) {
    const { key, line } = repeated;
    throw fail(`${file} line ${line} has the key '${key}' twice`, 'remove one of them');
  }
  for (const key of Object.keys(root)) {
    if (!ROOT_KEYS.includes(key))
      throw fail(`${file} has an unknown key '${key}'`, `known keys: ${ROOT_KEYS.join(', ')}`);
  }
  const field = (key: string): string => scalar(`${file}: '${key}'`, root[key]);
  const asOf = field('as_of') || bare.asOf;
  if (asOf !== '' && !DAY.test(asOf)) {
    throw fail(`${file}: 'as_of' is '${asOf}', which is not a day`, 'write it as YYYY-MM-DD');
  }
  if (field('name') === '')
    throw fail(`${file} has no 'name'`, 'add a name, such as "name": "contract-2026"');
  if (!Array.isArray(root.models))
    throw fail(`${file} has no list 'models'`, 'add "models": [{…}]');
  const scale = {
    perUsd: { ...bare.scale.perUsd, ...exchangeRates(file, root.exchange_rates) },
    currency: field('currency') || 'USD',
    multiplier: field('multiplier') || '1',
  };
  const aliases = jsonAliases(file, root.aliases);
  const rows = root.models.map((entry: unknown, i) =>
    jsonRow(`${file} line ${rowLines[i] ?? '?'} (models[${i}])`, entry),
  );
  return [{ name: field('name'), version: field('version'), asOf, scale, aliases }, rows];
}

function jsonAliases(file: string, value: unknown): Aliases {
  const aliases: Record<string, string> = {};
  for (const [name, model] of entriesOf(`${file}: 'aliases'`, value)) {
    const text = scalar(`${file}: alias '${name}'`, model);
    checkAlias(`${file}: 'aliases'`, name, text);
    aliases[name.toLowerCase()] = text;
  }
  return aliases;
}

/** `{"CNY": "7.3"}`, or a list of rates with the days they hold. */
function exchangeRates(file: string, value: unknown): ExchangeRates {
  const where = `${file}: 'exchange_rates'`;
  const entries = entriesOf(where, value).map(([code, rates]) => [
    code.toUpperCase(),
    Array.isArray(rates) ? rates.map((rate) => datedRate(where, rate)) : scalar(where, rates),
  ]);
  return Object.fromEntries(entries) as ExchangeRates;
}

function datedRate(where: string, value: unknown): ExchangeRate {
  const rate = Object.fromEntries(
    entriesOf(where, value).map(([key, text]) => [key, scalar(`${where}: '${key}'`, text)]),
  );
  const unknown = Object.keys(rate).find((key) => !['per_usd', 'from', 'until'].includes(key));
  if (unknown !== undefined) {
    throw fail(`${where} has an unknown key '${unknown}'`, 'known keys: per_usd, from, until');
  }
  return { perUsd: rate.per_usd ?? '', from: rate.from ?? null, until: rate.until ?? null };
}

function entriesOf(where: string, value: unknown): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'object' && !Array.isArray(value)) return Object.entries(value);
  throw fail(`${where} is ${JSON.stringify(value)}`, 'write an object: {"name": "value"}');
}

function jsonObject(file: string, text: string): Record<string, unknown> {
  const root = parseJson(file, text);
  if (typeof root === 'object' && root !== null && !Array.isArray(root)) {
    return root as Record<string, unknown>;
  }
  const kind = Array.isArray(root) ? 'a list' : root === null ? 'null' : `a ${typeof root}`;
  throw fail(
    `${file} holds ${kind}`,
    'write an object: {"name": "contract-2026", "models": [{…}]}',
  );
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fail(`${file} is not valid JSON: ${error.message}`, 'correct it at that position', error);
  }
}

function jsonRow(where: string, entry: unknown): RawRow {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw fail(`${where} is not an object`, 'write it as {"model": …, "input": …, "output": …}');
  }
  const cells = new Map<string, string>();
  for (const [key, value] of Object.entries(entry)) {
    if (!COLUMNS.includes(key)) throw unknownColumn(where, key);
    cells.set(key, scalar(`${where}: '${key}'`, value));
  }
  for (const required of (cells.get('alias_of') ?? '') === '' ? REQUIRED : []) {
    if (!cells.has(required))
      throw fail(`${where} has no '${required}'`, 'write null for a price you do not know');
  }
  return { where, cells };
}

/** Text of a string or a number; absent and null are empty. */
function scalar(where: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  throw fail(`${where} is ${JSON.stringify(value)}`, 'write a string or a number');
}
