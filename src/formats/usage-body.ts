/**
 * One usage body, as a provider sent it, → the calls it bills.
 *
 * Takes the text of a response body, of its usage alone, or of a log record around it, and what the
 * user says about it; gives calls with disjoint counts, or why it is none. Never reads a count: it
 * puts a bare usage in the wrapping it is sent in, and what a log line like this gives comes out.
 */
import { Buffer } from 'node:buffer';
import type { Call, Tier } from '../domain/call.ts';
import { isRejected, type Rejected } from '../domain/reject.ts';
import { RecordParser } from './parse.ts';
import { looksLikeStream } from './sse.ts';

/** What a price depends on, and what was billed if the body says so. */
export type BodyCall = Pick<Call, 'target' | 'outcome' | 'usage' | 'startedAtMs' | 'billedPico'> & {
  /** What was billed and is in no counter. */
  readonly notes?: readonly string[];
};

/** What the user says; empty or null: what the body says. */
export interface BodyHints {
  readonly provider: string;
  readonly model: string;
  readonly tier: Tier | null;
  readonly region: string;
  /** Time of the call, where the body has none or another one counts. */
  readonly atMs: number | null;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a body. Most are one call; some bill parts at models of their own. */
export function parseUsageBody(text: string, hints: BodyHints): BodyCall[] | Rejected {
  const root = rootOf(text);
  if (isRejected(root)) return root;
  const calls = callsIn(root, hints);
  if (isRejected(calls)) return calls;
  // Parts of an answer keep the models they name.
  const model = calls.length === 1 ? hints.model : '';
  const notes = feesBeside(root);
  return calls.map((call, index) => ({
    ...withHints(call, { ...hints, model }),
    ...(index === 0 && notes.length > 0 ? { notes } : {}),
  }));
}

/** The object a text holds; of a list of one, that one. Streams stand for their answer. */
function rootOf(text: string): JsonObject | Rejected {
  if (looksLikeStream(text)) return { response: text };
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { reason: 'invalid_json', detail: 'the body is not valid JSON' };
  }
  if (Array.isArray(root) && root.length === 1) root = root[0];
  if (Array.isArray(root) && root.length > 1 && root.every(isObject)) return { response: root };
  return isObject(root) ? root : { reason: 'not_an_object', detail: 'the body is no JSON object' };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the formats make of the body, in the wrapping that its usage comes in. */
function callsIn(root: JsonObject, hints: BodyHints): BodyCall[] | Rejected {
  const native = nativeRecord(root);
  const record: Record<string, unknown> = { ...(native ?? plainRecord(root, hints)) };
  if (hints.model !== '') record.model = hints.model;
  if (hints.provider !== '') record.provider = hints.provider;
  const bytes = Buffer.from(JSON.stringify(record));
  const parser = new RecordParser(null);
  parser.reset(bytes);
  const items = parser.parse(0, bytes.length);
  // A usage that is known, and still of no dialect: they want a model beside it.
  if (isRejected(items))
    return native !== null && items.reason === 'unknown_shape' ? NO_MODEL : items;
  const calls: BodyCall[] = [];
  for (const item of items) {
    if (isRejected(item)) return item;
    calls.push(item.call);
  }
  return calls;
}

const NO_MODEL: Rejected = { reason: 'no_model', detail: 'no model is named' };

/** A record around a usage whose names tell whose it is; null for any other. */
function nativeRecord(root: JsonObject): JsonObject | null {
  if (root.schemaType === 'ModelInvocationLog') return root;
  for (const place of ['', 'usageMetadata', 'usage_metadata', 'usage', 'meta', 'totalUsage']) {
    const usage = place === '' ? root : root[place];
    if (!isObject(usage)) continue;
    const others = place === '' ? root : { ...root, [place]: undefined };
    const record = wrappedNative(usage, others);
    if (record !== null) return record;
  }
  return null;
}

/** Dialects know Gemini's bodies on their own, and those of Bedrock and Cohere as an answer. */
function wrappedNative(usage: JsonObject, others: JsonObject): JsonObject | null {
  const names = new Set(Object.keys(usage).map(folded));
  if (GEMINI.some((name) => names.has(name))) {
    return { candidates: [], ...others, usageMetadata: usage };
  }
  const isLocal = names.has('promptevalcount') || names.has('evalcount');
  if (isLocal) return { provider: 'ollama', ...others, usage };
  if (names.has('billedunits')) return { ...others, response: { ...others, usage } };
  const isConverse =
    CONVERSE.some((name) => names.has(name)) || CAMEL.some((name) => name in usage);
  const isAnswer =
    usage !== others &&
    isObject(others.output) &&
    'message' in others.output &&
    'stopReason' in others;
  if (isConverse || isAnswer) {
    // Of names that only Converse has, one is there.
    return { ...others, response: { ...others, usage: { cacheWriteInputTokens: 0, ...usage } } };
  }
  return AI_SDK.some((name) => name in usage) ? { ...others, usage } : null;
}

function folded(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

const GEMINI = [
  ...['prompttokencount', 'candidatestokencount', 'responsetokencount'],
  ...['cachedcontenttokencount', 'thoughtstokencount', 'tooluseprompttokencount'],
];
const CONVERSE = ['cachereadinputtokencount', 'cachewriteinputtokencount', 'cachedetails'];
/** Only so: Anthropic's and OpenAI's names differ by the underscores alone. */
const CAMEL = ['cacheReadInputTokens', 'cacheWriteInputTokens'];
const AI_SDK = ['inputTokens', 'outputTokens', 'promptTokens', 'completionTokens'];

/** A log record as it is; a usage in OpenAI's or Anthropic's names as their bodies hold it. */
function plainRecord(root: JsonObject, hints: BodyHints): JsonObject {
  if (WRAPPERS.some((name) => isBody(root[name]))) return root;
  const { usage, model } = root;
  if (isObject(usage)) {
    const isWhole = 'object' in root || 'type' in root || 'choices' in root;
    return isWhole ? root : { ...root, ...wrappingOf(usage, hints, model) };
  }
  const wrapping = wrappingOf(root, hints, model);
  return Object.keys(wrapping).length === 0 ? root : { ...wrapping, usage: root, model };
}

/** Members under which logs keep a body. */
const WRAPPERS = ['response', 'result', 'response_body', 'body', 'raw_response'];

/** A body, or the chunks or the text of a stream. */
function isBody(value: unknown): boolean {
  return isObject(value) || Array.isArray(value) || (typeof value === 'string' && value !== '');
}

const ANTHROPIC = /anthropic|claude|bedrock|aws|amazon/i;

/** Members of the body that a usage of this shape is sent in. */
function wrappingOf(usage: JsonObject, { provider, model }: BodyHints, named: unknown): JsonObject {
  if (usage.prompt_tokens !== undefined) return { object: 'chat.completion', choices: [] };
  if (usage.input_tokens === undefined) return {};
  const isCompatible = isObject(usage.input_tokens_details) || isObject(usage.input_token_details);
  const hasCache = 'cache_creation' in usage || 'cache_creation_input_tokens' in usage;
  const isMessage =
    ANTHROPIC.test(`${provider} ${model} ${String(named ?? '')}`) ||
    (provider === '' && (hasCache || 'cache_read_input_tokens' in usage));
  return isMessage && !isCompatible ? { type: 'message' } : { object: 'response' };
}

/** Tools that are billed by call or by container, and kinds of tokens without a counter. */
function feesBeside(root: JsonObject): string[] {
  const body = isObject(root.response) ? root.response : root;
  const types = membersIn(body.output, 'type');
  const notes = FEES.flatMap(([type, name]) => {
    const count = types.filter((each) => each === type).length;
    return count === 0 ? [] : [`${count} × ${name}: billed beside this amount`];
  });
  const usage = body.usageMetadata ?? body.usage_metadata;
  const details = isObject(usage) ? (usage.promptTokensDetails ?? usage.prompt_tokens_details) : [];
  const isVideo = membersIn(details, 'modality').some((name) => /^video$/i.test(String(name)));
  return isVideo ? [...notes, 'tokens of video are counted as text'] : notes;
}

/** The member of each object of a list. */
function membersIn(list: unknown, name: string): unknown[] {
  return Array.isArray(list) ? list.filter(isObject).map((item) => item[name]) : [];
}

const FEES = [
  ['file_search_call', 'file search'],
  ['code_interpreter_call', 'code interpreter'],
] as const;

/** A call with what the user says in place of what its log or body does. */
export function withHints<OneCall extends Pick<Call, 'target' | 'startedAtMs'>>(
  call: OneCall,
  hints: BodyHints,
): OneCall {
  const { target } = call;
  return {
    ...call,
    target: {
      ...target,
      provider: hints.provider || target.provider,
      model: hints.model || target.model,
      tier: hints.tier ?? target.tier,
      region: hints.region || target.region,
      timeSource: hints.atMs === null ? target.timeSource : 'start',
    },
    startedAtMs: hints.atMs ?? call.startedAtMs,
  };
}
