/**
 * Settings: flags > AICOST_* > project file > user file > defaults.
 *
 * Takes layers, gives each setting with where it came from. Never ignores a key it does not know in
 * a file, and never reads a secret: those stay in the environment.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT, UserError, usageError } from './errors.ts';
import { type OutputFormat, parseFormat } from './report/format.ts';
import { readSmallFile } from './small-file.ts';

/** The environment's variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A value and where it was set: `--ledger`, `AICOST_LEDGER`, a file's path, or `default`. */
export interface Setting<Value> {
  readonly value: Value;
  readonly origin: string;
}

/** Paths are as written, relative to the working directory wherever they were set. */
export interface Config {
  readonly ledger: Setting<string>;
  /** A price table's name or file; null for the default table. */
  readonly prices: Setting<string | null>;
  /** Single prices over the table: `gpt-4o:input=2.5,output=10`. */
  readonly price: Setting<readonly string[]>;
  /** Names in logs and the models they stand for, as `NAME=MODEL`; later ones win. */
  readonly aliases: Setting<readonly string[]>;
  /** A routing policy's name, or a policy file; null for the default policy. */
  readonly policy: Setting<string | null>;
  /** A file of rules that label calls (docs/teaching.md); null: none. */
  readonly rules: Setting<string | null>;
  /** The file of a taught classifier, or `shipped`; null: the one beside the ledger if there is one. */
  readonly classifier: Setting<string | null>;
  /** Null: a table on a terminal, CSV when piped. */
  readonly format: Setting<OutputFormat | null>;
  readonly quiet: Setting<boolean>;
  /** Where batches are sent, as a file lists it; `providers` reads it. Undefined: the environment says. */
  readonly endpoints: Setting<unknown>;
}

export const CONFIG_KEYS = [
  'ledger',
  'prices',
  'price',
  'aliases',
  'policy',
  'rules',
  'classifier',
  'format',
  'quiet',
  'endpoints',
] as const;
export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** Some settings, as one place gives them. */
export interface ConfigLayer {
  /** The place: a file's path; where each key has its own name, `originOf` gives it. */
  readonly origin: string;
  originOf?(key: ConfigKey): string;
  readonly values: Readonly<Record<string, unknown>>;
}

export const PROJECT_FILE = 'aicost.config.json';
const DEFAULT_LEDGER = 'aicost.db';

/** Settles every setting from layers, strongest first. Throws UserError on a bad key or value. */
export function resolveConfig(layers: readonly ConfigLayer[]): Config {
  layers.forEach(refuseUnknownKeys);
  return {
    ledger: settle(layers, 'ledger', DEFAULT_LEDGER, parseText),
    prices: settle(layers, 'prices', null, parseText),
    price: settle(layers, 'price', [], parseTexts),
    aliases: gather(layers, 'aliases', parseAliases),
    policy: settle(layers, 'policy', null, parseText),
    rules: settle(layers, 'rules', null, parseText),
    classifier: settle(layers, 'classifier', null, parseText),
    format: settle(layers, 'format', null, parseFormatSetting),
    quiet: settle(layers, 'quiet', false, parseSwitch),
    endpoints: settle(layers, 'endpoints', undefined, parseList),
  };
}

/** What settings name that may be a file: a price table, a policy, the keys of endpoints. */
export function filesOf({ prices, policy, endpoints }: Config): string[] {
  const listed: readonly unknown[] = Array.isArray(endpoints.value) ? endpoints.value : [];
  const keys = listed.map((one) =>
    typeof one === 'object' && one !== null && 'key_file' in one ? one.key_file : null,
  );
  return [prices.value, policy.value, ...keys].filter((name) => typeof name === 'string');
}

type Parse<Value> = (value: unknown, origin: string) => Value;

function settle<Value, Default>(
  layers: readonly ConfigLayer[],
  key: ConfigKey,
  fallback: Default,
  parse: Parse<Value>,
): Setting<Value | Default> {
  for (const layer of layers) {
    const setting = settingOf(layer, key, parse);
    if (setting !== null) return setting;
  }
  return { value: fallback, origin: 'default' };
}

/** All layers together: a map of names grows from file to flags, where another setting is replaced. */
function gather(
  layers: readonly ConfigLayer[],
  key: ConfigKey,
  parse: Parse<readonly string[]>,
): Setting<readonly string[]> {
  const given = layers.map((layer) => settingOf(layer, key, parse)).filter((one) => one !== null);
  return {
    value: given.toReversed().flatMap(({ value }) => value),
    origin: given.map(({ origin }) => origin).join(', ') || 'default',
  };
}

function settingOf<Value>(
  layer: ConfigLayer,
  key: ConfigKey,
  parse: Parse<Value>,
): Setting<Value> | null {
  const value = layer.values[key];
  if (value === undefined) return null;
  const origin = layer.originOf?.(key) ?? layer.origin;
  return {
    value: parse(value, layer.originOf === undefined ? `${origin}: ${key}` : origin),
    origin,
  };
}

function refuseUnknownKeys({ origin, values }: ConfigLayer): void {
  const known: readonly string[] = CONFIG_KEYS;
  const stranger = Object.keys(values).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw usageError(
    `${origin}: no setting is called '${stranger}'`,
    `settings: ${known.join(', ')}`,
  );
}

function parseText(value: unknown, origin: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw usageError(`${origin} is ${shown(value)}, not a text`, 'give a name or a path');
}

/** A text, several separated by semicolons, or a list of texts. */
function parseTexts(value: unknown, origin: string): string[] {
  const texts = typeof value === 'string' ? value.split(';') : value;
  if (!Array.isArray(texts))
    throw usageError(`${origin} is ${shown(value)}`, 'give a list of texts');
  return texts.map((text: unknown) => parseText(text, origin).trim());
}

/** `{"name": "model"}` in a file, `NAME=MODEL` elsewhere. */
function parseAliases(value: unknown, origin: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return parseTexts(value, origin);
  }
  return Object.entries(value).map(
    ([name, model]) => `${name}=${parseText(model, `${origin}: ${name}`)}`,
  );
}

/** A list, which only a file can hold: what is in it is for others to check. */
function parseList(value: unknown, origin: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw usageError(`${origin} is no list`, 'list the endpoints in a config file');
}

function parseFormatSetting(value: unknown, origin: string): OutputFormat {
  return parseFormat(typeof value === 'string' ? value : shown(value), origin);
}

function parseSwitch(value: unknown, origin: string): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw usageError(`${origin} is ${shown(value)}, neither true nor false`, 'give true or false');
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The layer of the flags: only the keys that are settings, only those given. */
export function flagLayer(flags: Readonly<Record<string, unknown>>): ConfigLayer {
  // `--alias` is one of them, the setting is all of them.
  const flagOf = (key: ConfigKey): string => (key === 'aliases' ? 'alias' : key);
  const values = pick((key) => flags[flagOf(key)]);
  return { origin: 'flags', originOf: (key) => `--${flagOf(key)}`, values };
}

/** The layer of the environment; an empty variable counts as unset. */
export function envLayer(env: Env): ConfigLayer {
  const originOf = (key: ConfigKey): string => `AICOST_${key.toUpperCase()}`;
  const values = pick((key) => (env[originOf(key)] === '' ? undefined : env[originOf(key)]));
  return { origin: 'environment', originOf, values };
}

function pick(given: (key: ConfigKey) => unknown): Record<string, unknown> {
  const pairs = CONFIG_KEYS.map((key) => [key, given(key)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/**
 * Reads the project file of the working directory and the user's own; absent files are no layers.
 * Throws UserError on a file that cannot be read or is not a JSON object.
 */
export function readConfigFiles(env: Env, cwd: string): ConfigLayer[] {
  const userFolder = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return [join(cwd, PROJECT_FILE), join(userFolder, 'aicost', 'config.json')]
    .map(readLayer)
    .filter((layer) => layer !== null);
}

function readLayer(path: string): ConfigLayer | null {
  const text = readIfPresent(path);
  return text === null ? null : parseLayer(text, path);
}

function readIfPresent(path: string): string | null {
  try {
    return textOf(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    const message = `cannot read ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.usage, message, 'make it readable or remove it', { cause });
  }
}

/** Reads the text of a config file; throws UserError unless it is a JSON object. */
export function parseLayer(text: string, path: string): ConfigLayer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const hint = 'a config file is one JSON object, such as {"ledger": "aicost.db"}';
    throw new UserError(EXIT.usage, `${path} is not JSON: ${cause.message}`, hint, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return { origin: path, values: { ...parsed } };
  }
  throw usageError(
    `${path} holds ${shown(parsed).slice(0, 40)}`,
    'a config file is one JSON object',
  );
}

/** Far more than any of them has; a pipe may go on for ever. */
const MAX_SETTING_BYTES = 256 * 1024 * 1024;

function textOf(path: string): string {
  const limits = { maxBytes: MAX_SETTING_BYTES, mayBePipe: true };
  return readSmallFile(path, limits).bytes.toString('utf8');
}

/** The text of the file a setting names. Throws UserError, with `hint`, when it cannot be read. */
export function readSettingFile(setting: Setting<string>, cwd: string, hint: string): string {
  const path = resolve(cwd, setting.value);
  try {
    return textOf(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const message = `${setting.origin}: cannot read ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.usage, message, hint, { cause });
  }
}
