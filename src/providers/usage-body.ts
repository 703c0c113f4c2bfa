/**
 * One usage body, as a provider sent it, → the calls it bills.
 *
 * Takes the text of a response body, of its usage alone, or of a log record around it, and what the
 * user says about it; gives calls with disjoint counts, or why it is none. Never guesses a count:
 * what a log line with this body would give is what comes out.
 */
import type { Call, Tier } from '../domain/call.ts';
import { parseUsd } from '../domain/money.ts';
import { isRejected, type Rejected } from '../domain/reject.ts';
import { parseInstant } from '../domain/time.ts';
import { RecordParser } from '../formats/parse.ts';
import { CountError, isObject, type JsonObject, Members } from './members.ts';
import { addModalities, modalitiesOf, withoutModalities } from './modalities.ts';
import { type NativeUsage, nativeUsage } from './native-usage.ts';

/** What a price depends on, and what was billed if the body says so. */
export type BodyCall = Pick<Call, 'target' | 'outcome' | 'usage' | 'startedAtMs' | 'billedPico'>;

/** What the user says; empty or null: what the body says. */
export interface BodyHints {
  readonly provider: string;
  readonly model: string;
  readonly tier: Tier | null;
  readonly region: string;
  /** Time of the call, where the body has none or another one counts. */
  readonly atMs: number | null;
}

/** Reads a body. Most are one call; some bill parts at models of their own. */
export function parseUsageBody(text: string, hints: BodyHints): BodyCall[] | Rejected {
  const root = rootOf(text);
  if (isRejected(root)) return root;
  try {
    const members = new Members(root);
    const native = nativeUsage(members, hints.provider);
    const calls = native === null ? formatCalls(root, hints) : nativeCalls(native, members, hints);
    if (isRejected(calls)) return calls;
    return calls.map((call) => withHints(call, billedBy(members), hints));
  } catch (error) {
    if (!(error instanceof CountError)) throw error;
    return { reason: 'invalid_tokens', detail: error.message };
  }
}

/** The object a text holds; of a list of one, that one. */
function rootOf(text: string): JsonObject | Rejected {
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { reason: 'invalid_json', detail: 'the body is not valid JSON' };
  }
  if (Array.isArray(root) && root.length === 1) root = root[0];
  return isObject(root) ? root : { reason: 'not_an_object', detail: 'the body is no JSON object' };
}

function nativeCalls(native: NativeUsage, body: Members, hints: BodyHints): BodyCall[] | Rejected {
  const named = body.text('modelVersion') || body.text('model') || body.text('modelId');
  const model = hints.model || named;
  if (model === '') return NO_MODEL;
  return [
    {
      target: {
        provider: body.text('provider') || native.provider,
        model,
        modelRequested: '',
        operation: 'chat',
        tier: native.tier ?? 'standard',
        region: body.text('region'),
        format: native.shape,
        usageBasis: 'measured',
        timeSource: 'none',
      },
      outcome: { status: 'ok', httpStatus: null, errorType: '', stopReason: '' },
      usage: native.usage,
      startedAtMs: parseInstant(body.text('timestamp') || body.text('createTime')),
      billedPico: null,
    },
  ];
}

const NO_MODEL: Rejected = { reason: 'no_model', detail: 'no model is named' };

/** What the formats make of the body, in the wrapping that its usage comes in. */
function formatCalls(root: JsonObject, hints: BodyHints): BodyCall[] | Rejected {
  const usage = usageIn(root);
  const record = usage === null ? { ...root } : wrapped(root, usage, hints);
  if (hints.model !== '') record.model = hints.model;
  if (hints.provider !== '') record.provider = hints.provider;
  const bytes = Buffer.from(JSON.stringify(record));
  const parser = new RecordParser(null);
  parser.reset(bytes);
  const items = parser.parse(0, bytes.length);
  if (isRejected(items)) return items;
  const calls: BodyCall[] = [];
  for (const item of items) {
    if (isRejected(item)) return item;
    calls.push(usage === null ? item.call : withModalities(item.call, usage));
  }
  return calls;
}

/** The usage of a body, or the body itself where it is one; null for a record around a body. */
function usageIn(root: JsonObject): JsonObject | null {
  if (WRAPPERS.some((name) => isObject(root[name]))) return null;
  return isObject(root.usage) ? root.usage : root;
}

/** Members under which logs keep a body. */
const WRAPPERS = ['response', 'result', 'response_body', 'body', 'raw_response'];

function wrapped(root: JsonObject, usage: JsonObject, hints: BodyHints): Record<string, unknown> {
  const plain = withoutModalities(xaiUsage(usage, hints.provider));
  const { model } = root;
  if (usage !== root) {
    const isWhole = 'object' in root || 'type' in root || 'choices' in root;
    return { ...root, ...(isWhole ? {} : wrappingOf(usage, hints, model)), usage: plain };
  }
  const wrapping = wrappingOf(usage, hints, model);
  if (Object.keys(wrapping).length === 0) return { ...plain };
  return { ...wrapping, usage: plain, ...(model === undefined ? {} : { model }) };
}

function withModalities(call: BodyCall, usage: JsonObject): BodyCall {
  return { ...call, usage: addModalities(call.usage, modalitiesOf(usage)) };
}

const ANTHROPIC = /anthropic|claude|bedrock|aws|amazon/i;

/** Members of the body that a usage of this shape is sent in. */
function wrappingOf(usage: JsonObject, { provider, model }: BodyHints, named: unknown): JsonObject {
  if (usage.prompt_tokens !== undefined) return { object: 'chat.completion', choices: [] };
  if (usage.input_tokens === undefined) return {};
  const isCompatible = isObject(usage.input_tokens_details) || isObject(usage.input_token_details);
  const hasCache = 'cache_creation' in usage || 'cache_creation_input_tokens' in usage;
  const isMessage =
    ANTHROPIC.test(provider === '' ? `${model} ${String(named ?? '')}` : provider) ||
    (provider === '' && (hasCache || 'cache_read_input_tokens' in usage));
  return isMessage && !isCompatible ? { type: 'message' } : { object: 'response' };
}

/** xAI counts reasoning beside the output, and has flat names of its own; the total tells the formats. */
function xaiUsage(usage: JsonObject, provider: string): JsonObject {
  const members = new Members(usage);
  if (!/^(x[-_.]?ai|grok)$/i.test(provider) || !members.has('prompt_tokens')) return usage;
  const details = members.in('completion_tokens_details');
  const reasoning = details.count('reasoning_tokens') ?? members.count('reasoning_tokens') ?? 0;
  const cached = members.count('cached_prompt_text_tokens');
  const [input, output] = [
    members.count('prompt_tokens') ?? 0,
    members.count('completion_tokens') ?? 0,
  ];
  return {
    ...usage,
    total_tokens: members.count('total_tokens') ?? input + output + reasoning,
    ...(cached === null ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
  };
}

/** What OpenRouter and xAI say they billed, in pico-USD; null if the body does not tell. */
export function billedBy(body: Members): bigint | null {
  const usage = body.has('usage') ? body.in('usage') : body;
  const cost = usage.get('cost');
  if (typeof cost === 'number' && cost >= 0) return parseUsd(String(cost));
  // 10,000,000,000 ticks are a dollar.
  const ticks = usage.get('cost_in_usd_ticks');
  return Number.isSafeInteger(ticks) ? BigInt(ticks as number) * 100n : null;
}

function withHints(call: BodyCall, billedPico: bigint | null, hints: BodyHints): BodyCall {
  const { target } = call;
  return {
    ...call,
    target: {
      ...target,
      provider: hints.provider || target.provider,
      tier: hints.tier ?? target.tier,
      region: hints.region || target.region,
    },
    startedAtMs: hints.atMs ?? call.startedAtMs,
    billedPico: call.billedPico ?? billedPico,
  };
}
