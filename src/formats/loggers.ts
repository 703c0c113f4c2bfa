/**
 * Records of loggers whose plain names mean something of their own: coding agents, gateways.
 *
 * Takes a flat record and its roles, gives counts or settles roles by what that logger means. Never
 * touches a record without the names that only this logger writes.
 */
import type { Rejected } from '../domain/reject.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { Fields, type Json, parseJson, Text, treeOf } from './json.ts';
import { K } from './keys.ts';
import { checked } from './native-usage.ts';
import { R, type RoleValues } from './roles.ts';
import { BadValue, countOf, countUnder, numberOf, stringOf } from './values.ts';

/** Counts of Gemini CLI and opencode, and of those that write alike; null for another record. */
export function agentUsage(record: Fields): Usage | null {
  const tokens = record.fields(K.tokens) ?? record.fields(K.usage);
  if (tokens === undefined) return null;
  const cache = tokens.fields(K.cache);
  if (cache !== undefined) return opencodeUsage(tokens, cache);
  return tokens.has(K.thoughts) ? geminiCliUsage(tokens) : null;
}

/** The input includes what was cached, thoughts stand beside the output. */
function geminiCliUsage(tokens: Fields): Usage | null {
  const input = countUnder(tokens, K.input);
  if (input === null) return null;
  const result = emptyUsage();
  const output = countUnder(tokens, K.output) ?? 0;
  result.reasoning = countUnder(tokens, K.thoughts) ?? 0;
  result.cacheRead = countUnder(tokens, K.cached) ?? 0;
  result.input = input - result.cacheRead;
  result.output = output + result.reasoning;
  const total = countUnder(tokens, K.total) ?? 0;
  // The prompts of its tools are in the total, too.
  if (total > 0) result.input += total - input - result.output;
  return checked(result);
}

/** Everything stands beside everything; reasoning came out of the output at some version. */
function opencodeUsage(tokens: Fields, cache: Fields): Usage | null {
  const input = countUnder(tokens, K.input);
  if (input === null) return null;
  const result = emptyUsage();
  result.input = input;
  result.cacheRead = countUnder(cache, K.read) ?? 0;
  result.cacheWrite5m = countUnder(cache, K.write) ?? 0;
  result.reasoning = countOf(tokens.get(K.reasoning) ?? null, 'reasoning') ?? 0;
  const output = countUnder(tokens, K.output) ?? 0;
  const isBeside = reasoningIsBeside(result, output, countUnder(tokens, K.total));
  result.output = isBeside ? output + result.reasoning : output;
  return result;
}

function reasoningIsBeside(counted: Usage, output: number, total: number | null): boolean {
  const { input, cacheRead, cacheWrite5m, reasoning } = counted;
  const rest = (total ?? 0) - input - cacheRead - cacheWrite5m - output;
  if (reasoning === 0 || reasoning > output) return reasoning > 0;
  if (rest === 0 || rest === reasoning) return rest > 0;
  const detail = `reasoning ${reasoning} is a part of the output ${output}, or beside it`;
  throw new BadValue({ reason: 'inconsistent_tokens', detail });
}

/** Settles what Helicone and One API mean; a Rejected for their rows that are no calls. */
export function settleGateway(record: Fields, values: RoleValues): Rejected | null {
  const served = stringOf(record.get(K.cache_reference_id));
  if (served !== null && /[1-9a-f]/i.test(served)) values[R.cacheHit] = true;
  const quota = numberOf(record.get(K.quota));
  const kind = numberOf(record.get(K.type));
  if (quota === null || kind === null) return null;
  if (kind !== USED && kind !== FAILED) {
    return { reason: 'not_a_call', detail: 'a payment or a note of the gateway' };
  }
  if (kind === FAILED) values[R.failed] = true;
  // 500,000 are a dollar.
  values[R.costMicros] ??= quota * 2;
  const more = textualFields(record.get(K.other));
  values[R.cacheRead] ??= more?.get(K.cache_tokens);
  values[R.cacheWrite] ??= more?.get(K.cache_creation_tokens);
  return null;
}

/** Types of One API's rows. */
const USED = 2;
const FAILED = 5;

function textualFields(value: Json | undefined): Fields | null {
  const isJson = value instanceof Text && value.startsWith('{');
  const tree = isJson ? treeOf(parseJson(value.toString())) : (value ?? null);
  return tree instanceof Fields ? tree : null;
}

/** opencode's times stand in an object of their own. */
export function settleTimes(record: Fields, values: RoleValues): void {
  const time = record.fields(K.time);
  if (time === undefined) return;
  values[R.start] ??= time.get(K.created);
  values[R.end] ??= time.get(K.completed);
}

/** Portkey counts money in cents, and says only the currency. */
export function settleCents(record: Fields, values: RoleValues): void {
  if (!record.has(K.cost_currency) || !record.has(K.ai_org)) return;
  values[R.costCents] ??= values[R.cost];
  values[R.cost] = undefined;
}

/** OpenRouter: where the user's own key was billed, its amount is not what the call cost. */
export function settleOwnKey(record: Fields, values: RoleValues): void {
  for (const place of [record, record.fields(K.usage)]) {
    if (place === undefined || place.get(K.is_byok) !== true) continue;
    if (values[R.cost] === place.get(K.cost)) values[R.cost] = undefined;
    if (values[R.costTicks] === place.get(K.cost_in_usd_ticks)) values[R.costTicks] = undefined;
  }
}
