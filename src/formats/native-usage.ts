/**
 * Usage in the shapes of Gemini, Bedrock Converse and Cohere → disjoint counters.
 *
 * Takes a usage object, gives its counters, or null for another shape or no counts. Throws BadValue
 * where a part is greater than its whole. Never reads a shape by one name that others use too.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { Fields, type Json } from './json.ts';
import { K, keysOf } from './keys.ts';
import { BadValue, countUnder, stringOf } from './values.ts';

const GEMINI = keysOf(
  `candidates_token_count thoughts_token_count cached_content_token_count
    tool_use_prompt_token_count`,
);
const CONVERSE = keysOf(
  'cache_write_input_tokens cache_read_input_token_count cache_write_input_token_count',
);

/** The counters of a usage in one of these shapes. */
export function nativeUsage(usage: Fields): Usage | null {
  if (looksConverse(usage)) return converseUsage(usage);
  if (looksGemini(usage)) return geminiUsage(usage);
  const billed = usage.fields(K.billed_units);
  return billed === undefined ? null : billedUsage(billed);
}

/** Whether a usage has names that only Bedrock's Converse gives. */
export function looksConverse(usage: Fields): boolean {
  return hasOneOf(usage, CONVERSE);
}

function looksGemini(usage: Fields): boolean {
  return hasOneOf(usage, GEMINI) && !usage.has(K.completion_tokens);
}

function hasOneOf(usage: Fields, ids: readonly number[]): boolean {
  for (let i = 0; i < ids.length; i++) if (usage.has(ids[i]!)) return true;
  return false;
}

/** Gemini's `usageMetadata`: prompts hold what was cached, thoughts stand beside the answer. */
export function geminiUsage(usage: Fields): Usage | null {
  const prompt = countUnder(usage, K.prompt_token_count);
  const forTools = countUnder(usage, K.tool_use_prompt_token_count) ?? 0;
  const cached = countUnder(usage, K.cached_content_token_count) ?? 0;
  const answered = countUnder(usage, K.candidates_token_count, K.response_token_count) ?? 0;
  if (prompt === null) return null;
  const result = emptyUsage();
  result.reasoning = countUnder(usage, K.thoughts_token_count) ?? 0;
  const kept = usage.get(K.cache_tokens_details);
  result.cacheReadAudio = modality(kept, 'audio');
  result.cacheReadImage = modality(kept, 'image');
  result.cacheRead = cached - result.cacheReadAudio - result.cacheReadImage;
  const given = usage.get(K.prompt_tokens_details);
  const fetched = usage.get(K.tool_use_prompt_tokens_details);
  result.inputAudio = modality(given, 'audio') + modality(fetched, 'audio') - result.cacheReadAudio;
  result.inputImage = modality(given, 'image') + modality(fetched, 'image') - result.cacheReadImage;
  result.input = prompt + forTools - cached - result.inputAudio - result.inputImage;
  const made = usage.get(K.candidates_tokens_details) ?? usage.get(K.response_tokens_details);
  result.outputAudio = modality(made, 'audio');
  result.outputImage = modality(made, 'image');
  result.output = answered + result.reasoning - result.outputAudio - result.outputImage;
  return checked(result);
}

/** Tokens of one modality in a list of `{modality, tokenCount}`. */
function modality(list: Json | undefined, name: string): number {
  if (!Array.isArray(list)) return 0;
  let tokens = 0;
  for (const entry of list) {
    if (!(entry instanceof Fields)) continue;
    if (stringOf(entry.get(K.modality))?.toLowerCase() !== name) continue;
    tokens += countUnder(entry, K.token_count) ?? 0;
  }
  return tokens;
}

/** Bedrock Converse: the input is what no cache held; each cache count may have two names. */
export function converseUsage(usage: Fields): Usage | null {
  const input = countUnder(usage, K.input_tokens, K.input_token_count);
  if (input === null) return null;
  const result = emptyUsage();
  result.input = input;
  result.output = countUnder(usage, K.output_tokens, K.output_token_count) ?? 0;
  result.cacheRead =
    countUnder(usage, K.cache_read_input_tokens, K.cache_read_input_token_count) ?? 0;
  const written =
    countUnder(usage, K.cache_write_input_tokens, K.cache_write_input_token_count) ?? 0;
  result.cacheWrite1h =
    countUnder(usage, K.ephemeral_1h_input_tokens) ?? keptForAnHour(usage.get(K.cache_details));
  result.cacheWrite5m = written - result.cacheWrite1h;
  return checked(result);
}

function keptForAnHour(details: Json | undefined): number {
  if (!Array.isArray(details)) return 0;
  let tokens = 0;
  for (const entry of details) {
    if (!(entry instanceof Fields) || stringOf(entry.get(K.ttl)) !== '1h') continue;
    tokens += countUnder(entry, K.input_tokens) ?? 0;
  }
  return tokens;
}

/** Cohere bills units that leave out what it adds to the prompt; its `tokens` are not billed. */
function billedUsage(billed: Fields): Usage | null {
  const input = countUnder(billed, K.input_tokens);
  const output = countUnder(billed, K.output_tokens);
  if (input === null) return null;
  return { ...emptyUsage(), input, output: output ?? 0 };
}

/** The usage, if none of its counters is negative. Throws BadValue. */
export function checked(usage: Usage): Usage {
  for (const name of COUNTERS) {
    if (usage[name] >= 0) continue;
    const detail = `the parts of ${name} are ${-usage[name]} more than the whole`;
    throw new BadValue({ reason: 'inconsistent_tokens', detail });
  }
  return usage;
}

const COUNTERS = Object.keys(emptyUsage()) as (keyof Usage)[];
