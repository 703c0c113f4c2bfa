/**
 * Keys: from the environment or a file, to the endpoint they belong to.
 *
 * Takes names of variables and files, gives keys to those who send. Never prints one, and never
 * takes one from a flag, where every process of the machine could read it.
 */
import { resolve } from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import { readSmallFile } from '../small-file.ts';
import { hideSecrets } from './redact.ts';

/** The environment's variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A key, and what to tell about where it came from. */
export interface FoundKey {
  readonly key: string;
  /** Empty if there is nothing to tell. */
  readonly note: string;
}

/** A header that an endpoint wants besides its key. */
export interface ExtraHeader {
  readonly name: string;
  readonly value: string;
  /** Its value came from a variable. */
  readonly isSecret: boolean;
}

/** The keys and headers of all endpoints; printing it shows none. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, string>;
  readonly #headers: ReadonlyMap<string, readonly ExtraHeader[]>;

  /** `keys`: endpoint id → key. */
  constructor(
    keys: ReadonlyMap<string, string>,
    headers: ReadonlyMap<string, readonly ExtraHeader[]> = new Map(),
  ) {
    this.#keys = keys;
    this.#headers = headers;
  }

  /** The key of an endpoint; null if it needs none. */
  keyOf(endpointId: string): string | null {
    return this.#keys.get(endpointId) ?? null;
  }

  /** The further headers of an endpoint, names and values in turns. */
  headersOf(endpointId: string): string[] {
    return (this.#headers.get(endpointId) ?? []).flatMap(({ name, value }) => [name, value]);
  }

  /** The text without any of the keys, and without what looks like one. */
  redact(text: string): string {
    const extra = [...this.#headers.values()].flat().filter(({ isSecret }) => isSecret);
    const secrets = [...this.#keys.values(), ...extra.map(({ value }) => value)];
    return hideSecrets(text, [...new Set(secrets)]);
  }
}

/** The key in a variable; null if it is unset or empty. Throws UserError when it is no key. */
export function readKeyVariable(name: string, env: Env): string | null {
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : checkedKey(value, name);
}

const MAX_FILE_BYTES = 65_536;

/** The key a file holds, on one line. Throws UserError when there is none, or more. */
export function readKeyFile(path: string, cwd: string): FoundKey {
  const text = textOf(resolve(cwd, path), path);
  const lines = text.text.split('\n').map((line) => line.trim());
  const [key, ...more] = lines.filter((line) => line !== '');
  if (key === undefined) throw noKey(`${path} is empty`);
  if (more.length > 0) throw noKey(`${path} holds ${more.length + 1} lines, not one key`);
  const isOpen = (text.mode & 0o077) !== 0 && process.platform !== 'win32';
  const note = isOpen ? `others can read ${path}: chmod 600 ${path}` : '';
  return { key: checkedKey(key, path), note };
}

function textOf(path: string, shown: string): { readonly text: string; readonly mode: number } {
  try {
    const { bytes, mode } = readSmallFile(path, { maxBytes: MAX_FILE_BYTES, mayBePipe: true });
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), mode };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const message = `cannot read the key in ${shown} (${String(cause.code)})`;
    throw new UserError(EXIT.usage, message, 'give a file that holds the key alone', { cause });
  }
}

/** The origin is named, the value never: it may be a key with a slip of the pen. */
function checkedKey(value: string, origin: string): string {
  if (/^(?:export\s+)?[A-Z][A-Z0-9_]*=/.test(value)) {
    throw noKey(`${origin} holds NAME=KEY, not the key alone`);
  }
  if (!/^[\x21-\x7e]+$/.test(value)) throw noKey(`${origin} holds spaces or other characters`);
  return value;
}

function noKey(message: string): UserError {
  return new UserError(EXIT.usage, message, 'a key is one word of letters, digits and signs');
}
