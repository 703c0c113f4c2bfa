/**
 * A downloaded catalogue: the JSON that genai-prices publishes, checked before anything is priced.
 *
 * Takes the text of the file; gives its providers and what the list is, or throws UserError naming
 * file and value. Never the network, and never a catalogue of which any price cannot be read.
 */
import { createHash } from 'node:crypto';
import type { Provider } from '@pydantic/genai-prices';
import { EXIT, UserError } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import { datedCards } from './catalogue-cards.ts';

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
  const provider = entry as unknown as Provider;
  for (const [i, model] of provider.models.entries()) checkModel(where, provider.id, i, model);
  return provider;
}

function checkModel(where: string, provider: string, i: number, model: unknown): void {
  const place = `${where} (${provider}), model ${i + 1}`;
  if (!isRecord(model) || typeof model.id !== 'string' || !isMatch(model.match)) {
    throw refusal(`${place} has no 'id' or no 'match'`, HINT);
  }
  const entries: unknown[] = Array.isArray(model.prices)
    ? model.prices.map((entry: unknown) => (isRecord(entry) ? entry.prices : null))
    : [model.prices];
  if (entries.length === 0) throw refusal(`${place} (${model.id}) has no prices`, HINT);
  for (const prices of entries) checkPrices(`${place} (${model.id})`, prices);
  try {
    datedCards({ provider, info: model as unknown as Provider['models'][number] });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refusal(`${place} (${model.id}): ${error.message}`, HINT, error);
  }
}

function checkPrices(place: string, prices: unknown): void {
  if (!isRecord(prices)) throw refusal(`${place} has no prices`, HINT);
  for (const [key, value] of Object.entries(prices)) {
    const numbers = isRecord(value) ? numbersOf(value) : [value];
    const bad = numbers.find((number) => typeof number !== 'number' || number < 0);
    if (bad !== undefined) {
      throw refusal(`${place}: ${key} is ${JSON.stringify(value)}`, HINT);
    }
  }
}

/** The numbers of a price by context: its base, and the start and price of each tier. */
function numbersOf(value: Record<string, unknown>): unknown[] {
  const tiers: unknown[] = Array.isArray(value.tiers) ? value.tiers : [null];
  return [
    value.base ?? null,
    ...tiers.flatMap((tier) =>
      isRecord(tier) ? [tier.start ?? null, tier.price ?? null] : [null],
    ),
  ];
}

function isMatch(match: unknown): boolean {
  if (!isRecord(match)) return false;
  const [kind, value] = Object.entries(match)[0] ?? [];
  if (kind === 'or' || kind === 'and') return Array.isArray(value) && value.every(isMatch);
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
