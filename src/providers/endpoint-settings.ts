/**
 * One endpoint of a config file, checked.
 *
 * Takes parsed JSON, gives settings. Never takes a key: a file names the variable or the file that
 * holds it.
 */
import { usageError } from '../errors.ts';
import { isObject } from './json-object.ts';
import type { Wire } from './provider.ts';

/** What an endpoint allows; null: nobody said. */
export interface EndpointLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly inputTokensPerMinute: number | null;
  readonly outputTokensPerMinute: number | null;
  readonly concurrency: number | null;
}

/** An endpoint as a config file describes it. */
export interface EndpointSetting {
  /** Where it stands in the file, for messages. */
  readonly origin: string;
  /** Given for this run alone: AICOST_API_KEY and `--key-file` are for it. */
  readonly isOwn: boolean;
  readonly id: string | null;
  readonly baseUrl: string;
  readonly wire: Wire | null;
  readonly provider: string | null;
  readonly keyVariable: string | null;
  readonly keyFile: string | null;
  /** Further headers, as gateways want them: names in lower case, values as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly models: readonly string[];
  readonly limits: EndpointLimits;
}

/** The words of `--endpoint` and of `wire` in a config file. */
export const WIRE_WORDS: Readonly<Record<string, Wire>> = {
  chat: 'openai_chat',
  responses: 'openai_responses',
  embeddings: 'openai_embeddings',
  messages: 'anthropic_messages',
};

/** The wire format of a word. Throws UserError for another word. */
export function parseWire(word: string, origin: string): Wire {
  const wire = Object.hasOwn(WIRE_WORDS, word) ? WIRE_WORDS[word] : undefined;
  if (wire !== undefined) return wire;
  const hint = `give ${Object.keys(WIRE_WORDS).join(', ')}`;
  throw usageError(`${origin} is '${word.slice(0, 40)}', which is no kind of endpoint`, hint);
}

const LIMITS = ['rpm', 'tpm', 'input_tpm', 'output_tpm', 'concurrency'] as const;
const KEYS: readonly string[] = [
  ...['id', 'base_url', 'wire', 'provider', 'key_env', 'key_file', 'headers', 'models'],
  ...LIMITS,
];

/** Reads the list of endpoints of a config file. Throws UserError for what is none. */
export function parseEndpointSettings(value: unknown, origin: string): EndpointSetting[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw usageError(`${origin} is no list`, 'give a list of endpoints');
  return value.map((item: unknown, index) => parseOne(item, `${origin}[${index}]`));
}

function parseOne(value: unknown, origin: string): EndpointSetting {
  if (!isObject(value)) throw usageError(`${origin} is no object`, `give ${KEYS.join(', ')}`);
  refuseStrangers(Object.keys(value), origin);
  const text = (name: string) => parseText(value[name], `${origin}.${name}`);
  const limit = (name: (typeof LIMITS)[number]) => parseLimit(value[name], `${origin}.${name}`);
  const baseUrl = text('base_url');
  if (baseUrl === null) throw usageError(`${origin} has no base_url`, 'such as https://HOST/v1');
  const wire = text('wire');
  return {
    origin,
    isOwn: false,
    id: text('id'),
    baseUrl,
    wire: wire === null ? null : parseWire(wire, `${origin}.wire`),
    provider: text('provider'),
    keyVariable: text('key_env'),
    keyFile: text('key_file'),
    headers: parseHeaders(value.headers, `${origin}.headers`),
    models: parseTexts(value.models, `${origin}.models`),
    limits: {
      requestsPerMinute: limit('rpm'),
      tokensPerMinute: limit('tpm'),
      inputTokensPerMinute: limit('input_tpm'),
      outputTokensPerMinute: limit('output_tpm'),
      concurrency: limit('concurrency'),
    },
  };
}

function refuseStrangers(names: readonly string[], origin: string): void {
  const stranger = names.find((name) => !KEYS.includes(name));
  if (stranger === undefined) return;
  if (/^(?:api_?)?(?:key|token|secret)$/i.test(stranger)) {
    const hint = 'name the variable (key_env) or the file (key_file) that holds it';
    throw usageError(`${origin}.${stranger}: a key does not belong into a config file`, hint);
  }
  throw usageError(`${origin} knows no '${stranger.slice(0, 40)}'`, `give ${KEYS.join(', ')}`);
}

/** The value is not shown: under the wrong name it may be a key. */
function parseText(value: unknown, origin: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw usageError(`${origin} is no text`, 'give a text between quotes');
}

function parseTexts(value: unknown, origin: string): string[] {
  if (value === undefined || value === null) return [];
  const texts = Array.isArray(value) ? value : [value];
  return texts.map((text: unknown) => {
    const parsed = parseText(text, origin);
    if (parsed === null) throw usageError(`${origin} holds null`, 'give names of models');
    return parsed;
  });
}

/** Set by aicost, or by what carries the request. */
const OWN_HEADERS =
  /^(?:accept|accept-encoding|anthropic-version|authorization|connection|content-.*|expect|host|idempotency-key|keep-alive|te|trailer|transfer-encoding|upgrade|user-agent|x-api-key)$/;
const SECRET_NAME = /(?:^|-)(?:auth|api-?key|cookie|key|password|secret|token)(?:-|$)/;

function parseHeaders(value: unknown, origin: string): (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw usageError(`${origin} is no object`, 'give names and values');
  return Object.entries(value).map(([given, text]) => {
    const name = given.toLowerCase();
    const place = `${origin}.${given.slice(0, 60)}`;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw usageError(`${place} is no name`, 'such as x-team');
    if (OWN_HEADERS.test(name)) {
      throw usageError(`${place} is set by aicost`, 'a key is named with key_env or key_file');
    }
    const parsed = parseText(text, place) ?? '';
    if (SECRET_NAME.test(name) && !parsed.startsWith('$')) {
      const hint = 'name a variable that holds it, such as "$PORTKEY_API_KEY"';
      throw usageError(`${place}: a key does not belong into a config file`, hint);
    }
    if (/^[\x20-\x7e]+$/.test(parsed)) return [name, parsed];
    throw usageError(
      `${place} holds characters that no header takes`,
      'give plain letters and signs',
    );
  });
}

function parseLimit(value: unknown, origin: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw usageError(`${origin} is ${JSON.stringify(value)}`, 'give a whole number from 1');
}
