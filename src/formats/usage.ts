/**
 * Usage objects of providers and loggers → disjoint counters.
 *
 * Takes the usage as logged, gives a Usage or null for "not logged". Throws BadValue where counts
 * contradict each other. Never guesses a convention that the numbers can decide.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import type { Fields, Json } from './json.ts';
import { K } from './keys.ts';
import { checked, looksConverse } from './native-usage.ts';
import { R, type RoleValues } from './roles.ts';
import { BadValue, countOf, countUnder, stringOf } from './values.ts';

/**
 * OpenAI's shapes (Chat, Responses, Realtime, Embeddings), those of compatible vendors and of the AI
 * SDK: the input includes cached and written tokens; reasoning that is missing from the output shows
 * in the total. What the counts mean differs for a few models and senders.
 */
export function openAiUsage(usage: Fields, model?: Json, provider = ''): Usage | null {
  const input = countUnder(usage, K.prompt_tokens, K.input_tokens) ?? missedAndHit(usage);
  const output = countUnder(usage, K.completion_tokens, K.output_tokens);
  if (input === null) return null;
  const inside = inputDetails(usage);
  const made = outputDetails(usage);
  const result = emptyUsage();
  result.cacheRead =
    countUnder(inside, K.cached_tokens, K.cache_read_tokens) ??
    countUnder(usage, K.cache_read_input_tokens, K.prompt_cache_hit_tokens) ??
    countUnder(usage, K.num_cached_tokens, K.cached_tokens) ??
    countUnder(usage, K.cached_input_tokens, K.cached_prompt_text_tokens) ??
    0;
  splitWrites(usage, result, countUnder(inside, K.cache_write_tokens, K.cache_creation_tokens));
  result.inputAudio = countUnder(inside, K.audio_tokens) ?? 0;
  result.inputImage = countUnder(inside, K.image_tokens) ?? 0;
  result.outputAudio = countUnder(made, K.audio_tokens) ?? 0;
  result.outputImage = countUnder(made, K.image_tokens) ?? 0;
  result.reasoning =
    countUnder(made, K.reasoning_tokens) ?? countUnder(usage, K.reasoning_tokens) ?? 0;
  addHidden(result, { usage, model, provider, input, output: output ?? 0 });
  const kept = result.cacheRead + result.cacheWrite5m + result.cacheWrite1h;
  const cached = inside?.fields(K.cached_tokens_details);
  if (cached !== undefined) splitCached(result, cached);
  result.input = input - kept - result.inputAudio - result.inputImage;
  if (made === undefined && isImageMaker(usage, model)) result.outputImage = result.output;
  result.output -= result.outputAudio + result.outputImage;
  if (result.input < 0 || result.output < 0) throw contradiction(input, result);
  result.webSearches = searchesIn(usage, model);
  if (usage.has(K.citation_tokens)) addResearch(result, usage, model);
  return cached === undefined ? result : checked(result);
}

/** An answer of OpenAI's image models: their usage often does not split what they made. */
function isImageMaker(usage: Fields, model: Json | undefined): boolean {
  return !usage.has(K.completion_tokens) && /gpt-image/i.test(stringOf(model) ?? '');
}

/** Searches that a usage counts; OpenAI's search models search once a call, and count none. */
function searchesIn(usage: Fields, model: Json | undefined): number {
  if (typeof model === 'string' && model.includes('-search-preview')) return 1;
  const tools = usage.fields(K.server_tool_use_details) ?? usage.fields(K.server_tool_use);
  const own = usage.fields(K.server_side_tool_usage_details);
  if (own !== undefined) return serverSearches(own);
  return countUnder(tools, K.web_search_requests) ?? 0;
}

/** xAI's searches, on the web and on X, which cost the same. */
export function serverSearches(tools: Fields): number {
  return (
    (countUnder(tools, K.web_search_calls, K.server_side_tool_web_search) ?? 0) +
    (countUnder(tools, K.x_search_calls, K.server_side_tool_x_search) ?? 0)
  );
}

/**
 * Perplexity's deep research bills beside the answer what it thought, cited (at the rate of input) and
 * searched. Its other models bill none of these.
 */
function addResearch(result: Usage, usage: Fields, model: Json | undefined): void {
  if (!/sonar-deep-research/i.test(stringOf(model) ?? '')) return;
  result.reasoning = countUnder(usage, K.reasoning_tokens) ?? result.reasoning;
  result.output = (countUnder(usage, K.completion_tokens, K.output_tokens) ?? 0) + result.reasoning;
  result.input += countUnder(usage, K.citation_tokens) ?? 0;
  result.webSearches = countUnder(usage, K.num_search_queries) ?? 0;
}

/** DeepSeek's two parts of a prompt, where the prompt itself is not counted. */
function missedAndHit(usage: Fields): number | null {
  const missed = countUnder(usage, K.prompt_cache_miss_tokens);
  return missed === null ? null : missed + (countUnder(usage, K.prompt_cache_hit_tokens) ?? 0);
}

/** Realtime: cached sound and pictures stand in the cached part, and in sound and pictures too. */
function splitCached(usage: Usage, cached: Fields): void {
  usage.cacheReadAudio = countUnder(cached, K.audio_tokens) ?? 0;
  usage.cacheReadImage = countUnder(cached, K.image_tokens) ?? 0;
  usage.cacheRead -= usage.cacheReadAudio + usage.cacheReadImage;
  usage.inputAudio -= usage.cacheReadAudio;
  usage.inputImage -= usage.cacheReadImage;
}

function inputDetails(usage: Fields): Fields | undefined {
  return (
    usage.fields(K.prompt_tokens_details) ??
    usage.fields(K.input_tokens_details) ??
    usage.fields(K.input_token_details)
  );
}

function outputDetails(usage: Fields): Fields | undefined {
  return (
    usage.fields(K.completion_tokens_details) ??
    usage.fields(K.output_tokens_details) ??
    usage.fields(K.output_token_details)
  );
}

/** Whether a usage has details in the shape of OpenAI or of the AI SDK. */
export function hasDetails(usage: Fields): boolean {
  return inputDetails(usage) !== undefined || outputDetails(usage) !== undefined;
}

interface Answered {
  readonly usage: Fields;
  readonly model: Json | undefined;
  readonly provider: string;
  readonly input: number;
  readonly output: number;
}

/** Output and reasoning, with the reasoning that stands beside the answer added to both. */
function addHidden(result: Usage, answered: Answered): void {
  const { output } = answered;
  const hidden = hiddenIn(answered, result.reasoning);
  result.output = output + hidden;
  result.reasoning = Math.min(Math.max(result.reasoning, hidden), result.output);
}

/** Reasoning beside the answer; a total proves it only where it is what makes the difference. */
function hiddenIn(answered: Answered, reasoning: number): number {
  const { usage, model, provider, input, output } = answered;
  const total = countUnder(usage, K.total_tokens) ?? 0;
  // Without a total xAI and impossibility tell; some round, and count one token more of it.
  if (total === 0) return IS_XAI.test(provider) || reasoning > output + 1 ? reasoning : 0;
  const rest = total - input - output;
  if (rest < -1) {
    const detail = `total_tokens is ${total}, its parts are ${input} and ${output}`;
    throw new BadValue({ reason: 'inconsistent_tokens', detail });
  }
  // More reasoning than output is none of it: Perplexity leaves it out of its total too.
  if (rest <= 0) return reasoning > output + 1 ? reasoning : 0;
  return rest === reasoning || hidesReasoning(model, provider) ? rest : 0;
}

const IS_XAI = /^(x[-_.]?ai|grok)$/i;

/** Makers that count reasoning beside the answer, and may not list it at all. */
export function hidesReasoning(model: Json | undefined, provider = ''): boolean {
  return /gemini|grok/i.test(stringOf(model) ?? '') || /^(google|gemini|vertex)/i.test(provider);
}

function contradiction(input: number, usage: Usage): BadValue {
  const { cacheRead, cacheWrite5m, cacheWrite1h, output } = usage;
  const { inputAudio, inputImage, outputAudio, outputImage } = usage;
  const detail =
    usage.input < 0
      ? `input ${input} is less than its parts: cached ${cacheRead}, written ${cacheWrite5m + cacheWrite1h}, audio ${inputAudio}, images ${inputImage}`
      : `output ${output + outputAudio + outputImage} is less than its parts: audio ${outputAudio}, images ${outputImage}`;
  return new BadValue({ reason: 'inconsistent_tokens', detail });
}

/** Cache writes: the split by lifetime where there is one, five minutes for the rest. */
function splitWrites(usage: Fields, result: Usage, inside: number | null): void {
  const split = usage.fields(K.cache_creation);
  const total =
    inside ?? countUnder(usage, K.cache_creation_input_tokens, K.cache_write_tokens) ?? 0;
  result.cacheWrite1h = countUnder(split, K.ephemeral_1h_input_tokens) ?? 0;
  const short = countUnder(split, K.ephemeral_5m_input_tokens) ?? 0;
  result.cacheWrite5m = Math.max(short, total - result.cacheWrite1h);
}

/** Anthropic's Messages usage, or one of its iterations: the counters are disjoint already. */
export function anthropicUsage(usage: Fields): Usage | null {
  const input = countUnder(usage, K.input_tokens);
  const output = countUnder(usage, K.output_tokens);
  if (input === null) return null;
  const result = emptyUsage();
  result.input = input ?? 0;
  result.output = output ?? 0;
  result.cacheRead = countUnder(usage, K.cache_read_input_tokens) ?? 0;
  splitWrites(usage, result, null);
  const thinking = countUnder(usage.fields(K.output_tokens_details), K.thinking_tokens) ?? 0;
  result.reasoning = Math.min(thinking, result.output);
  result.webSearches = countUnder(usage.fields(K.server_tool_use), K.web_search_requests) ?? 0;
  return result;
}

/** Whether a usage object is in Anthropic's shape: bare input beside its cache fields. */
export function looksAnthropic(usage: Fields): boolean {
  if (usage.has(K.prompt_tokens) || inputDetails(usage) !== undefined) return false;
  if (looksConverse(usage)) return false;
  return usage.has(K.cache_read_input_tokens) || usage.has(K.cache_creation_input_tokens);
}

/**
 * Flat counts under any of the usual names. Whether the input includes the cached part is decided by
 * the total, by impossibility (more cached than input) and by the provider, in this order; else it does.
 * `counted` is the total, null where it does not decide.
 */
export function flatUsage(
  values: RoleValues,
  provider: string,
  counted = values[R.total],
): Usage | null {
  const input = countOf(values[R.input], 'input');
  const output = countOf(values[R.output], 'output');
  if (input === null) return null;
  const result = emptyUsage();
  result.cacheRead = countOf(values[R.cacheRead], 'cached') ?? 0;
  result.cacheWrite1h = countOf(values[R.cacheWrite1h], 'cache write 1h') ?? 0;
  const written = countOf(values[R.cacheWrite], 'cache write') ?? 0;
  const short = countOf(values[R.cacheWrite5m], 'cache write 5m') ?? 0;
  result.cacheWrite5m = Math.max(short, written - result.cacheWrite1h);
  result.reasoning = countOf(values[R.reasoning], 'reasoning') ?? 0;
  const total = countOf(counted, 'total');
  const kept = result.cacheRead + result.cacheWrite5m + result.cacheWrite1h;
  const fresh = input ?? 0;
  const exclusive = inputExcludesCache({ fresh, kept, output: output ?? 0, total, provider });
  result.input = exclusive ? fresh : fresh - kept;
  addReasoning(result, output ?? 0, total, exclusive ? fresh + kept : fresh);
  return result;
}

interface Convention {
  fresh: number;
  kept: number;
  output: number;
  total: number | null;
  provider: string;
}

function inputExcludesCache({ fresh, kept, output, total, provider }: Convention): boolean {
  if (kept === 0) return false;
  if (kept > fresh) return true;
  if (total !== null && total === fresh + kept + output) return true;
  if (total !== null && total === fresh + output) return false;
  return provider === 'anthropic' || provider === 'bedrock';
}

/** Reasoning beside the output is added to it when the total says so. */
function addReasoning(result: Usage, output: number, total: number | null, input: number): void {
  const beside =
    total !== null && result.reasoning > 0 && total === input + output + result.reasoning;
  result.output = beside || result.reasoning > output ? output + result.reasoning : output;
}
