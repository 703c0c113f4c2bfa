/**
 * Usage in the shapes of Gemini, Bedrock Converse, the Vercel AI SDK, Cohere and Ollama → disjoint
 * counts.
 *
 * Takes a usage object and the body around it, gives what it says, or null for another shape. Throws
 * CountError where counts contradict each other.
 */
import type { Tier } from '../domain/call.ts';
import { emptyUsage, inputTotal, type Usage } from '../domain/tokens.ts';
import { CountError, type Members } from './members.ts';

/** What a body of these shapes tells. */
export interface NativeUsage {
  readonly shape: string;
  /** Whose shape it is; empty if several send it. */
  readonly provider: string;
  readonly usage: Usage;
  readonly tier: Tier | null;
}

/** Reads a usage of one of these shapes; null if it is none. `provider` is as the user names it. */
export function nativeUsage(body: Members, provider: string): NativeUsage | null {
  const google = firstWith(body, ['usageMetadata', 'usage'], GEMINI);
  if (google !== null) return gemini(google, body);
  const cohere = firstWith(body, ['usage', 'meta'], ['billed_units']);
  if (cohere !== null) return billedUnits(cohere);
  const local = firstWith(body, ['usage'], ['prompt_eval_count', 'eval_count']);
  if (local !== null) return ollama(local);
  const converse = place(body, ['usage'], (at) => at.has(...BEDROCK) || at.spells(...CAMEL_CACHE));
  if (converse !== null || isInvocationLog(body)) return bedrock(converse ?? body, body);
  const sdk = place(body, ['usage', 'totalUsage'], (at) => at.spells(...AI_SDK));
  return sdk === null ? null : aiSdk(sdk, body, provider);
}

const GEMINI = [
  'promptTokenCount',
  'candidatesTokenCount',
  'responseTokenCount',
  'cachedContentTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
];
const BEDROCK = ['cacheReadInputTokenCount', 'cacheWriteInputTokenCount', 'cacheDetails'];
const CAMEL_CACHE = ['cacheReadInputTokens', 'cacheWriteInputTokens'];
/** Only so: OpenAI's and Anthropic's names differ by the underscores alone. */
const AI_SDK = ['inputTokens', 'outputTokens', 'promptTokens', 'completionTokens'];

/** The body itself, or the object under one of the names, if it has one of the members. */
function firstWith(
  body: Members,
  names: readonly string[],
  members: readonly string[],
): Members | null {
  return place(body, names, (at) => at.has(...members));
}

function place(
  body: Members,
  names: readonly string[],
  isIt: (at: Members) => boolean,
): Members | null {
  return [body, ...names.map((name) => body.in(name))].find(isIt) ?? null;
}

function gemini(usage: Members, body: Members): NativeUsage {
  const prompt =
    (usage.count('promptTokenCount') ?? 0) + (usage.count('toolUsePromptTokenCount') ?? 0);
  const cached = usage.count('cachedContentTokenCount') ?? 0;
  const answered = usage.count('candidatesTokenCount', 'responseTokenCount') ?? 0;
  const thoughts = usage.count('thoughtsTokenCount') ?? 0;
  const given = (modality: string): number =>
    ofModality(usage, 'promptTokensDetails', modality) +
    ofModality(usage, 'toolUsePromptTokensDetails', modality);
  const kept = (modality: string): number => ofModality(usage, 'cacheTokensDetails', modality);
  const made = (modality: string): number =>
    ofModality(usage, 'candidatesTokensDetails', modality) +
    ofModality(usage, 'responseTokensDetails', modality);
  const result = emptyUsage();
  result.cacheReadAudio = kept('AUDIO');
  result.cacheReadImage = kept('IMAGE');
  result.cacheRead = cached - result.cacheReadAudio - result.cacheReadImage;
  result.inputAudio = given('AUDIO') - result.cacheReadAudio;
  result.inputImage = given('IMAGE') - result.cacheReadImage;
  result.input = prompt - cached - result.inputAudio - result.inputImage;
  result.outputAudio = made('AUDIO');
  result.outputImage = made('IMAGE');
  result.output = answered + thoughts - result.outputAudio - result.outputImage;
  result.reasoning = thoughts;
  result.webSearches = searches(body);
  return {
    shape: 'gemini',
    provider: 'google',
    usage: sound(result),
    tier: geminiTier(usage, body),
  };
}

function ofModality(usage: Members, list: string, modality: string): number {
  return usage
    .list(list)
    .filter((entry) => entry.text('modality').toUpperCase() === modality)
    .reduce((tokens, entry) => tokens + (entry.count('tokenCount') ?? 0), 0);
}

/** From Gemini 3 on each query is billed, before it a prompt with grounding. */
function searches(body: Members): number {
  const queries = body.list('candidates').reduce((count, candidate) => {
    const list = candidate.in('groundingMetadata').get('webSearchQueries');
    return count + (Array.isArray(list) ? list.length : 0);
  }, 0);
  const isOld = /gemini-(1|2)[.-]/.test(body.text('modelVersion'));
  return isOld ? Math.min(queries, 1) : queries;
}

const TIERS: Readonly<Record<string, Tier>> = {
  ondemand: 'standard',
  standard: 'standard',
  default: 'standard',
  ondemandpriority: 'priority',
  priority: 'priority',
  ondemandflex: 'flex',
  flex: 'flex',
  batch: 'batch',
  provisionedthroughput: 'provisioned',
  reserved: 'provisioned',
};

function tierOf(word: string): Tier | null {
  return TIERS[word.replaceAll('_', '').toLowerCase()] ?? null;
}

function geminiTier(usage: Members, body: Members): Tier | null {
  const places = [usage.text('trafficType'), usage.text('serviceTier'), body.text('serviceTier')];
  return places.map(tierOf).find((tier) => tier !== null) ?? null;
}

function billedUnits(usage: Members): NativeUsage {
  const units = usage.in('billed_units');
  const result = emptyUsage();
  result.input = units.count('input_tokens') ?? 0;
  result.output = units.count('output_tokens') ?? 0;
  return { shape: 'cohere', provider: 'cohere', usage: result, tier: null };
}

function ollama(body: Members): NativeUsage {
  const result = emptyUsage();
  result.input = body.count('prompt_eval_count') ?? 0;
  result.output = body.count('eval_count') ?? 0;
  return { shape: 'ollama', provider: 'ollama', usage: result, tier: null };
}

function isInvocationLog(body: Members): boolean {
  return body.text('schemaType') === 'ModelInvocationLog';
}

/** Counts of Bedrock are disjoint; it writes some of them under two names. */
function bedrock(usage: Members, body: Members): NativeUsage {
  const input = isInvocationLog(usage) ? usage.in('input') : usage;
  const output = isInvocationLog(usage) ? usage.in('output') : usage;
  const hours = input
    .list('cacheDetails')
    .filter((entry) => entry.text('ttl') === '1h')
    .reduce((tokens, entry) => tokens + (entry.count('inputTokens') ?? 0), 0);
  const written = input.count('cacheWriteInputTokens', 'cacheWriteInputTokenCount') ?? 0;
  const result = emptyUsage();
  result.input = input.count('inputTokens', 'inputTokenCount') ?? 0;
  result.cacheRead = input.count('cacheReadInputTokens', 'cacheReadInputTokenCount') ?? 0;
  result.cacheWrite1h = hours;
  result.cacheWrite5m = written - hours;
  result.output = output.count('outputTokens', 'outputTokenCount') ?? 0;
  const tier = tierOf(body.in('serviceTier').text('type'));
  return { shape: 'bedrock', provider: 'bedrock', usage: sound(result), tier };
}

/** The AI SDK tells the uncached part from version 6 on; before, its input is the provider's own. */
function aiSdk(usage: Members, body: Members, provider: string): NativeUsage {
  const details = usage.in('inputTokenDetails');
  const anthropic = body.in('providerMetadata').in('anthropic');
  const given = usage.count('inputTokens', 'promptTokens') ?? 0;
  const result = emptyUsage();
  result.cacheRead =
    details.count('cacheReadTokens') ??
    usage.count('cachedInputTokens') ??
    anthropic.count('cacheReadInputTokens') ??
    0;
  result.cacheWrite5m =
    details.count('cacheWriteTokens') ?? anthropic.count('cacheCreationInputTokens') ?? 0;
  const kept = result.cacheRead + result.cacheWrite5m;
  const isApart = kept > given || /anthropic|bedrock/i.test(provider);
  result.input = details.count('noCacheTokens') ?? (isApart ? given : given - kept);
  const reasoning =
    usage.in('outputTokenDetails').count('reasoningTokens') ?? usage.count('reasoningTokens') ?? 0;
  const made = usage.count('outputTokens', 'completionTokens') ?? 0;
  const total = usage.count('totalTokens');
  const isBeside = reasoning > made || total === inputTotal(result) + made + reasoning;
  result.output = isBeside ? made + reasoning : made;
  result.reasoning = reasoning;
  return { shape: 'ai_sdk', provider: '', usage: sound(result), tier: null };
}

/** No count may be negative: a part was greater than its whole. */
function sound(usage: Usage): Usage {
  for (const [name, tokens] of Object.entries(usage)) {
    if (tokens < 0) throw new CountError(`the parts of ${name} are ${-tokens} more than the whole`);
  }
  return usage;
}
