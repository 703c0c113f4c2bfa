/**
 * Flat records: one call in a row of named columns or members, whatever they are called.
 *
 * Takes records with a model and counts, a cost, or the texts of a call, gives one call each; rows of CSV are read the same
 * way. Never picks one of two counts that contradict each other.
 */
import type { Rejected } from '../domain/reject.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { assemble, type ParsedCall } from './assemble.ts';
import type { Dialect } from './dialect.ts';
import { modelInUrl, tellsFailure } from './facts.ts';
import type { Fields } from './json.ts';
import { K, keysOf } from './keys.ts';
import { agentUsage, settleCents, settleGateway, settleOwnKey, settleTimes } from './loggers.ts';
import type { Memory } from './memory.ts';
import { nativeUsage } from './native-usage.ts';
import { objectIn } from './nested.ts';
import { promptIn } from './prompt.ts';
import { R, type RoleValues } from './roles.ts';
import { recordAnswer } from './texts.ts';
import {
  anthropicUsage,
  flatUsage,
  hasDetails,
  hidesReasoning,
  looksAnthropic,
  openAiUsage,
} from './usage.ts';
import { BadValue, countOf, countUnder, numberOf, stringOf } from './values.ts';

/** A model beside counts or a cost, under any of the usual names. */
export const flat: Dialect = {
  id: 'flat',
  parse: flatCalls,
};

function flatCalls(
  record: Fields,
  values: RoleValues,
  memory: Memory,
): ParsedCall[] | Rejected | null {
  useBareCounts(values);
  const counted = values[R.input] ?? values[R.output] ?? values[R.total] ?? values[R.cost];
  if (counted === undefined) return textCalls(values, memory) ?? failedCall(values, memory);
  const request = requestOf(values);
  const model = values[R.model] ?? request?.get(K.model);
  if (model === undefined) return null;
  if (values[R.aggregate] !== undefined || countsCalls(record)) {
    return { reason: 'aggregate_row', detail: 'a sum over many calls, of a usage export' };
  }
  settleTimes(record, values);
  settleCents(record, values);
  const other = settleGateway(record, values);
  if (other !== null) return other;
  const provider = stringOf(values[R.provider])?.toLowerCase() ?? '';
  checkAgreement(record, values);
  settleOwnKey(record, values);
  const usage = providerUsage(record, values, provider) ?? plainUsage(record, values, provider);
  const silent = values[R.httpStatus] === undefined && values[R.success] === undefined;
  const nothing = usage !== null && usage.input + usage.cacheRead + usage.output === 0;
  // Traces write a failed request as a row of zeros.
  if (nothing && silent && values[R.error] === undefined) values[R.failed] = true;
  const found = { values, request, body: null, usage, half: usage === null ? half(record) : null };
  return assemble({ ...found, format: 'flat', tier: null }, memory);
}

/** Ollama leaves out the count of a prompt it has cached: the answer's count is no whole usage. */
function half(record: Fields): Usage | null {
  const output = countUnder(record.fields(K.usage) ?? record, K.eval_count);
  return output === null ? null : { ...emptyUsage(), output };
}

/** The request, if it holds the prompt, or the model that the record does not name. */
function requestOf(values: RoleValues): Fields | null {
  if (values[R.request] === undefined) return null;
  const request = objectIn(values[R.request], true);
  const isWhole = request !== null && (promptIn(request) ?? null) !== null;
  return isWhole || values[R.model] === undefined ? request : null;
}

/** A row may stand for one call and say so; a row of a report says how many have no price. */
function countsCalls(record: Fields): boolean {
  for (let i = 0; i < CALL_COUNTS.length; i++) {
    const count = record.get(CALL_COUNTS[i]!);
    if (count !== undefined && (numberOf(count) ?? 0) > 1) return true;
  }
  return false;
}

const CALL_COUNTS = keysOf(
  'calls requests request_count call_count total_requests total_calls num_calls',
);

/** A call that failed needs no counts, only its model; null for anything else. */
function failedCall(values: RoleValues, memory: Memory): ParsedCall[] | Rejected | null {
  if (!tellsFailure(values)) return null;
  const request = objectIn(values[R.request], true);
  values[R.model] ??= modelInUrl(stringOf(values[R.url])) ?? undefined;
  if (stringOf(values[R.model] ?? request?.get(K.model)) === null) return null;
  const found = { values, request, body: null, usage: null };
  return assemble({ ...found, format: 'flat', tier: null }, memory);
}

/** Counts under plain names, checked by the total that stands beside them. */
function plainUsage(record: Fields, values: RoleValues, provider: string): Usage | null {
  const total = readsBeside(record, values, provider) ? null : values[R.total];
  const counted = flatUsage(values, provider, total);
  const usage = agentUsage(record) ?? settled(counted, record, values);
  const model = values[R.model];
  if (usage !== null && typeof model === 'string' && model.includes('-search-preview')) {
    usage.webSearches = 1;
  }
  return usage;
}

/**
 * The AI SDK before version 6, of Anthropic's counts: what was cached stands beside input and total,
 * what was written in the maker's own part of the answer.
 */
function readsBeside(record: Fields, values: RoleValues, provider: string): boolean {
  const own = record.fields(K.provider_metadata)?.fields(K.anthropic);
  values[R.cacheRead] ??= own?.get(K.cache_read_input_tokens);
  values[R.cacheWrite] ??= own?.get(K.cache_creation_input_tokens);
  const isSdk = record.fields(K.usage)?.has(K.cached_input_tokens) === true || own !== undefined;
  return isSdk && /anthropic|bedrock/.test(provider);
}

/** Throws BadValue where the total is none of the sums that loggers write. */
function settled(usage: Usage | null, record: Fields, values: RoleValues): Usage | null {
  const total = values[R.total] ?? record.fields(K.usage)?.get(K.total);
  if (usage === null || total === undefined || total === record.get(K.tokens)) return usage;
  const input = countOf(values[R.input], 'input') ?? 0;
  const output = countOf(values[R.output], 'output') ?? 0;
  const told = countOf(total, 'total') ?? 0;
  const rest = told - input - output;
  if (told === 0 || isKnownRest(usage, rest)) return usage;
  if (rest > 0 && usage.reasoning === 0 && hidesReasoning(values[R.model])) {
    return { ...usage, output: output + rest, reasoning: rest };
  }
  const detail = `total is ${told}, input is ${input}, output is ${output}`;
  throw new BadValue({ reason: 'inconsistent_tokens', detail });
}

/** What a total may hold beside input and output: nothing, cached parts, reasoning. */
function isKnownRest(usage: Usage, rest: number): boolean {
  if (rest === 0) return true;
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  const kept = usage.cacheRead + written;
  const { cacheRead, reasoning } = usage;
  for (const more of [rest, rest - reasoning]) {
    if (more === 0 || more === kept || more === cacheRead || more === written) return true;
  }
  return Math.abs(rest) === 1;
}

/** A model beside a prompt and its answer, but without counts; null for anything else. */
function textCalls(values: RoleValues, memory: Memory): ParsedCall[] | Rejected | null {
  if (recordAnswer(values) === null) return null;
  const request = objectIn(values[R.request], true);
  const asked = request === null ? values[R.prompt] : promptIn(request);
  if ((asked ?? null) === null || (values[R.model] ?? request?.get(K.model)) === undefined)
    return null;
  const found = { values, request, body: null, usage: null };
  return assemble({ ...found, format: 'flat', tier: null }, memory);
}

/**
 * Counts in a provider's own shape, flat or under `usage`: with OpenAI's details, or under the names of
 * Gemini, Bedrock, Cohere, or of Anthropic for a Claude model. They beat what a total computed by the
 * logger says.
 */
function providerUsage(record: Fields, values: RoleValues, provider: string): Usage | null {
  const usage = usageIn(record);
  const native = nativeUsage(usage);
  if (native !== null) return native;
  const isClaude = /claude/i.test(stringOf(values[R.model]) ?? '') || provider === 'anthropic';
  if (isClaude && usage.has(K.input_tokens) && isRawAnthropic(usage)) return anthropicUsage(usage);
  if (!hasDetails(usage) && !usage.has(K.prompt_cache_miss_tokens)) return null;
  return openAiUsage(usage, values[R.model], provider);
}

function usageIn(record: Fields): Fields {
  return (
    record.fields(K.usage) ??
    record.fields(K.token_usage) ??
    record.fields(K.usage_metadata) ??
    (record.fields(K.meta)?.fields(K.billed_units) === undefined ? record : record.fields(K.meta)!)
  );
}

function isRawAnthropic(usage: Fields): boolean {
  if (looksAnthropic(usage)) return true;
  const ofAnthropic = usage.fields(K.cache_creation) ?? usage.fields(K.server_tool_use);
  return ofAnthropic !== undefined && !hasDetails(usage);
}

/** Numbers under `prompt` and `completion` are the counts where both are there and no other is. */
function useBareCounts(values: RoleValues): void {
  if ((values[R.input] ?? values[R.output] ?? values[R.total]) !== undefined) return;
  const { [R.bareInput]: input, [R.bareOutput]: output } = values;
  if (input === undefined || output === undefined) return;
  values[R.input] = input;
  values[R.output] = output;
  if (values[R.prompt] === input) values[R.prompt] = undefined;
  if (values[R.answer] === output) values[R.answer] = undefined;
}

/**
 * Throws BadValue where a record counts its input under both usual names and not the same; a
 * difference of just the cached part is that of two conventions, and zeros are left by gateways.
 */
function checkAgreement(record: Fields, values: RoleValues): void {
  const usage = record.fields(K.usage) ?? record;
  const whole = countUnder(usage, K.prompt_tokens) ?? 0;
  const fresh = countUnder(usage, K.input_tokens) ?? 0;
  if (whole === 0 || fresh === 0 || whole === fresh) return;
  const kept =
    (countOf(values[R.cacheRead], 'cached') ?? 0) + (countOf(values[R.cacheWrite], 'written') ?? 0);
  if (whole !== fresh + kept) {
    const detail = `prompt_tokens is ${whole} and input_tokens is ${fresh}`;
    throw new BadValue({ reason: 'inconsistent_tokens', detail });
  }
  values[R.total] ??= whole + (countOf(values[R.output], 'output') ?? 0);
}
