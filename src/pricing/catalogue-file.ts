/**
 * A downloaded catalogue: the JSON that genai-prices publishes, checked before anything is priced.
 *
 * Takes the text of the file; gives its providers and what the list is, or throws UserError naming
 * file and value. Never the network, and never a catalogue of which any price cannot be read.
 */
import { createHash } from 'node:crypto';
import type { Provider } from '@pydantic/genai-prices';
import { parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import { datedCards } from './catalogue-cards.ts';
import { regexProblem } from './regex-bounds.ts';

/** Where the current catalogue is published. */
export const CATALOGUE_URL =
  'https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json';

/** The text of a downloaded catalogue and the day it was fetched, `YYYY-MM-DD`. */
export interface CatalogueFile {
  readonly name: string;
  readonly text: string;
  readonly fetchedOn: string;
}

/** Parses a downloaded catalogue. Throws UserError. */
export function parseCatalogue({ name, text, fetchedOn }: CatalogueFile): Catalogue {
  if (!/^\d{4}-\d\d-\d\d$/.test(fetchedOn) || Number.isNaN(Date.parse(fetchedOn))) {
    throw refusal(`${name}: the day it was fetched is '${fetchedOn}'`, 'give it as YYYY-MM-DD');
  }
  const root = jsonOf(name, text);
  if (!Array.isArray(root) || root.length === 0) {
    throw refusal(`${name} is no list of providers`, HINT);
  }
  const providers = root.map((entry: unknown, i) =>
    providerOf(`${name}: provider ${i + 1}`, entry),
  );
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return {
    info: {
      id: 'catalogue',
      name: 'catalogue',
      version: `sha256:${hash}`,
      source: `genai-prices, fetched ${fetchedOn} (public list prices collected from the providers)`,
      asOf: fetchedOn,
    },
    providers,
  };
}

const HINT = 'fetch it again with aicost prices update';

function refusal(message: string, hint: string, cause?: unknown): UserError {
  return new UserError(EXIT.usage, message, hint, cause === undefined ? undefined : { cause });
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal(`${name} is not valid JSON: ${error.message}`, HINT, error);
  }
}

function providerOf(where: string, entry: unknown): Provider {
  if (!isRecord(entry) || typeof entry.id !== 'string' || !Array.isArray(entry.models)) {
    throw refusal(`${where} has no 'id' or no 'models'`, HINT);
  }
  const fallbacks: unknown = entry.fallback_model_providers ?? [];
  if (!Array.isArray(fallbacks) || fallbacks.some((name) => typeof name !== 'string')) {
    throw refusal(`${where}: fallback_model_providers is ${shown(fallbacks)}`, HINT);
  }
  const provider = entry as unknown as Provider;
  for (const [i, model] of provider.models.entries()) checkModel(where, provider.id, i, model);
  return provider;
}

function checkModel(where: string, provider: string, i: number, model: unknown): void {
  const nth = `${where} (${provider}), model ${i + 1}`;
  if (!isRecord(model) || typeof model.id !== 'string' || !isRecord(model.match)) {
    throw refusal(`${nth} has no 'id' or no 'match'`, HINT);
  }
  const place = `${nth} (${model.id})`;
  checkMatch(place, model.match, 1);
  const entries: unknown[] = Array.isArray(model.prices) ? model.prices : [model];
  if (entries.length === 0) throw refusal(`${place} has no prices`, HINT);
  for (const entry of entries) checkEntry(place, entry);
  try {
    datedCards({ provider, info: model as unknown as Provider['models'][number] });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refusal(`${place}: ${error.message}`, HINT, error);
  }
}

const LITERALS = ['equals', 'starts_with', 'ends_with', 'contains', 'regex'];
/** The bundled catalogue has three levels. */
const DEEPEST_MATCH = 8;

/** A rule that cannot be run would end a command long after the update that kept it. */
function checkMatch(place: string, match: unknown, depth: number): void {
  const [[kind, value] = [], further] = isRecord(match) ? Object.entries(match) : [];
  if (kind === undefined || further !== undefined) {
    throw refusal(`${place} has the match ${shown(match)}`, HINT);
  }
  if ((kind === 'or' || kind === 'and') && Array.isArray(value)) {
    if (depth < DEEPEST_MATCH) for (const part of value) checkMatch(place, part, depth + 1);
    else throw refusal(`${place} has a match of more than ${DEEPEST_MATCH} levels`, HINT);
    return;
  }
  if (!LITERALS.includes(kind) || typeof value !== 'string' || value === '') {
    throw refusal(`${place} has the match ${shown(match)}`, HINT);
  }
  const problem = kind === 'regex' ? regexProblem(value) : null;
  if (problem !== null) throw refusal(`${place}: the regex ${shown(value)} ${problem}`, HINT);
}

function checkEntry(place: string, entry: unknown): void {
  const { prices, constraint }: Record<string, unknown> = isRecord(entry) ? entry : {};
  if (!isRecord(prices)) throw refusal(`${place} has no prices`, HINT);
  for (const [key, value] of Object.entries(prices)) checkPrice(`${place}: ${key}`, value);
  if (constraint !== undefined) checkConstraint(place, constraint);
}

function checkConstraint(place: string, constraint: unknown): void {
  const isKnown =
    isRecord(constraint) && ('start_date' in constraint || 'start_time' in constraint);
  if (!isKnown) throw refusal(`${place} has the constraint ${shown(constraint)}`, HINT);
  const { start_date: day, start_time: start, end_time: end } = constraint;
  if (day === undefined && typeof start === 'string' && typeof end === 'string') return;
  const isDay = typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day);
  if (isDay && start === undefined && parseInstant(day) !== null) return;
  throw refusal(`${place}: ${shown(constraint)} is no day from 2000 to 2099 and no time`, HINT);
}

/** USD per million tokens, or per thousand. What is smaller would be kept as 0. */
const SMALLEST_PRICE = 1e-6;
const LARGEST_PRICE = 1e6;
const LARGEST_START = 1e9;

/** A price, or one by context: its base, and the start and price of each tier. */
function checkPrice(where: string, value: unknown): void {
  const { base, tiers }: Record<string, unknown> = isRecord(value) ? value : { base: value };
  const list: unknown[] = Array.isArray(tiers) ? tiers : [];
  const isWhole = isRecord(value) === Array.isArray(tiers);
  if (isWhole && isPrice(base) && list.every(isTier)) return;
  const range = `0, or from 0.000001 to 1,000,000`;
  throw refusal(`${where} is ${shown(value)}, and a price is ${range}`, HINT);
}

function isTier(tier: unknown): boolean {
  if (!isRecord(tier) || !isPrice(tier.price)) return false;
  const { start } = tier;
  return Number.isInteger(start) && Number(start) >= 0 && Number(start) <= LARGEST_START;
}

function isPrice(value: unknown): boolean {
  if (typeof value !== 'number') return false;
  return value === 0 || (value >= SMALLEST_PRICE && value <= LARGEST_PRICE);
}

/** A value in a message: its first level, and no more than a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (key, part: unknown) =>
    key !== '' && typeof part === 'object' && part !== null ? '…' : part,
  );
  return text !== undefined && text.length > 100 ? `${text.slice(0, 100)}…` : `${text}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
