/**
 * Flat records: one call in a row of named columns or members, whatever they are called.
 *
 * Takes records with a model and counts or a cost; rows of CSV are read the same way.
 */
import type { Rejected } from '../domain/reject.ts';
import type { Usage } from '../domain/tokens.ts';
import { assemble, type ReadCall } from './assemble.ts';
import type { Dialect } from './dialect.ts';
import type { Fields } from './json.ts';
import { R, type RoleValues } from './roles.ts';
import { anthropicUsage, flatUsage, looksAnthropic, openAiUsage } from './usage.ts';
import { stringOf } from './values.ts';

/** A model beside counts or a cost, under any of the usual names. */
export const flat: Dialect = {
  id: 'flat',
  title: 'flat records (JSONL or CSV)',
  evidence:
    'a model (model, model_name, engine, …) beside token counts (prompt_tokens, input_tokens, tokens_in, …) or a cost',
  read: readFlat,
};

function readFlat(record: Fields, values: RoleValues): ReadCall[] | Rejected | null {
  const counted = values[R.input] ?? values[R.output] ?? values[R.total] ?? values[R.cost];
  if (counted === undefined || values[R.model] === undefined) return null;
  if (values[R.aggregate] !== undefined) {
    return { reason: 'aggregate_row', detail: 'a sum over many calls, of a usage export' };
  }
  const provider = stringOf(values[R.provider])?.toLowerCase() ?? '';
  const usage = providerUsage(record, values, provider) ?? flatUsage(values, provider);
  const silent = values[R.httpStatus] === undefined && values[R.success] === undefined;
  const nothing = usage !== null && usage.input + usage.cacheRead + usage.output === 0;
  // Traces write a failed request as a row of zeros.
  if (nothing && silent && values[R.error] === undefined) values[R.failed] = true;
  return assemble({ format: 'flat', values, request: null, body: null, tier: null, usage });
}

/**
 * Counts in a provider's own shape, flat or under `usage`: with OpenAI's details, or under Anthropic's
 * names for a Claude model, which beat what a total computed by the logger says.
 */
function providerUsage(record: Fields, values: RoleValues, provider: string): Usage | null {
  const usage = record.fields('usage') ?? record.fields('token_usage') ?? record;
  if (usage.fields('prompt_tokens_details') ?? usage.fields('input_tokens_details')) {
    return openAiUsage(usage);
  }
  const isClaude = /claude/i.test(stringOf(values[R.model]) ?? '') || provider === 'anthropic';
  const isRaw = looksAnthropic(usage) || usage.fields('cache_creation') !== undefined;
  return isClaude && isRaw && usage.has('input_tokens') ? anthropicUsage(usage) : null;
}
