/**
 * Bodies: what a provider answered, whatever wrapped it.
 *
 * Takes a response body, gives its billed parts and facts, or null if no provider's shape is seen.
 * Never looks at the log record around it.
 */
import type { Status } from '../domain/call.ts';
import { epochToMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';
import {
  type BilledPart,
  type Body,
  billedIn,
  errorWord,
  servedTier,
  stopReasonOf,
  tierOf,
} from './body.ts';
import { Fields, type Json } from './json.ts';
import { K } from './keys.ts';
import { nativeBody } from './native-bodies.ts';
import { anthropicUsage, looksAnthropic, openAiUsage, serverSearches } from './usage.ts';
import { countUnder, numberOf, stringOf } from './values.ts';

/** The model of the request and who answers: they decide what some counts mean. */
export interface Asked {
  readonly model?: Json | undefined;
  readonly provider?: string;
}

/** What a body of any shape known here tells; null if it is none. `asked` is who was asked. */
export function bodyOf(body: Fields, asked: Asked = {}): Body | null {
  const usage = body.fields(K.usage);
  const object = body.get(K.object);
  if (object === undefined && isAnthropic(body, usage)) return anthropicBody(body, usage);
  if (object === 'response' || object === 'realtime.response') {
    return responsesBody(body, usage, asked);
  }
  if (object === 'list' && usage !== undefined) return embeddingsBody(body, usage);
  if (
    object === 'chat.completion' ||
    object === 'text_completion' ||
    Array.isArray(body.get(K.choices))
  ) {
    return chatBody(body, usage, asked);
  }
  const native = nativeBody(body, usage) ?? bareBody(body, usage, asked);
  if (native !== null) return native;
  return body.has(K.error) || body.get(K.type) === 'error' ? errorBody(body) : null;
}

/** A body of which little more than its usage was logged. */
function bareBody(body: Fields, usage: Fields | undefined, asked: Asked): Body | null {
  if (usage === undefined) return null;
  if (usage.has(K.prompt_tokens)) return chatBody(body, usage, asked);
  return usage.has(K.input_tokens) ? responsesBody(body, usage, asked) : null;
}

function isAnthropic(body: Fields, usage: Fields | undefined): boolean {
  const isMessage = body.get(K.type) === 'message';
  if (usage === undefined) return isMessage && body.get(K.role) === 'assistant';
  return isMessage || looksAnthropic(usage);
}

function partsOf(usage: Usage | null, model: string | null = null): BilledPart[] {
  return usage === null ? [] : [{ usage, model }];
}

function countedIn(body: Fields, usage: Fields | undefined, asked: Asked): Usage | null {
  const model = body.get(K.model) ?? asked.model;
  return usage === undefined ? null : openAiUsage(usage, model, asked.provider);
}

function statusOfStop(stopReason: string): Status {
  return stopReason === 'content_filter' ? 'filtered' : 'ok';
}

function chatBody(body: Fields, usage: Fields | undefined, asked: Asked): Body {
  const choices = body.get(K.choices);
  const first = Array.isArray(choices) && choices[0] instanceof Fields ? choices[0] : undefined;
  const stopReason = stopReasonOf(first?.get(K.finish_reason));
  const failed = usage === undefined && body.has(K.error);
  return {
    shape: 'openai_chat',
    operation: 'chat',
    model: stringOf(body.get(K.model)),
    id: body.get(K.id),
    createdMs: epochToMs(numberOf(body.get(K.created)) ?? 0),
    tier: tierOf(body.get(K.service_tier)),
    region: searchContextOf(usage),
    status: failed ? 'error' : statusOfStop(stopReason),
    errorType: failed ? errorWord(body.get(K.error)) : '',
    stopReason,
    parts: partsOf(countedIn(body, usage, asked)),
    answer: first?.get(K.message) ?? first?.get(K.text),
    choices,
    billedPico: billedIn(usage),
    provider: '',
  };
}

function responsesBody(body: Fields, usage: Fields | undefined, asked: Asked): Body {
  const state = stringOf(body.get(K.status)) ?? '';
  const stopReason = stopReasonOf(body.fields(K.incomplete_details)?.get(K.reason) ?? state);
  const counted = countedIn(body, usage, asked);
  if (counted !== null) counted.webSearches ||= searchesOf(body);
  return {
    shape: 'openai_responses',
    operation: 'chat',
    model: stringOf(body.get(K.model)),
    id: body.get(K.id),
    createdMs: epochToMs(numberOf(body.get(K.created_at)) ?? 0),
    tier: tierOf(body.get(K.service_tier)),
    region: searchContextOf(usage),
    status:
      state === 'failed' ? 'error' : state === 'cancelled' ? 'cancelled' : statusOfStop(stopReason),
    errorType: state === 'failed' ? errorWord(body.get(K.error)) : '',
    stopReason,
    parts: partsOf(counted),
    answer: body.get(K.output),
    choices: undefined,
    billedPico: billedIn(usage),
    provider: '',
  };
}

/** Searches the body counts; else those it lists. To open a page or to search in it is free. */
function searchesOf(body: Fields): number {
  const told = body.fields(K.tool_usage)?.fields(K.web_search);
  const counted = countUnder(told, K.num_requests);
  if (counted !== null) return counted;
  const own = body.fields(K.server_side_tool_usage);
  if (own !== undefined) return serverSearches(own);
  const items = body.get(K.output);
  return Array.isArray(items) ? items.filter(isSearch).length : 0;
}

function isSearch(item: Json): boolean {
  if (!(item instanceof Fields) || item.get(K.type) !== 'web_search_call') return false;
  // Before there were other actions, none was named.
  return (item.fields(K.action)?.get(K.type) ?? 'search') === 'search';
}

/** Perplexity's fee depends on the size of the search context, which stands in the region's place. */
function searchContextOf(usage: Fields | undefined): string {
  const size = stringOf(usage?.get(K.search_context_size))?.toLowerCase() ?? '';
  return size === 'low' || size === 'medium' || size === 'high' ? size : '';
}

function embeddingsBody(body: Fields, usage: Fields): Body {
  return {
    ...chatBody(body, usage, {}),
    shape: 'openai_embeddings',
    operation: 'embeddings',
    id: undefined,
    createdMs: null,
    answer: undefined,
    choices: undefined,
  };
}

function anthropicBody(body: Fields, usage: Fields | undefined): Body {
  const stopReason = stopReasonOf(body.get(K.stop_reason));
  const region = stringOf(usage?.get(K.inference_geo)) ?? '';
  const fast = stringOf(usage?.get(K.speed)) === 'fast';
  const tier = tierOf(usage?.get(K.service_tier));
  return {
    shape: 'anthropic_messages',
    operation: 'chat',
    model: stringOf(body.get(K.model)),
    id: body.get(K.id),
    createdMs: null,
    tier: fast ? servedTier(tier === 'batch' ? tier : null, 'fast') : tier,
    region: region === 'not_available' || region === 'global' ? '' : region,
    status: statusOfStop(stopReason),
    errorType: '',
    stopReason,
    parts: usage === undefined ? [] : anthropicParts(usage),
    answer: body.get(K.content),
    choices: undefined,
    billedPico: null,
    provider: 'anthropic',
  };
}

/** With iterations, each is billed at its own model, and the top level misses some of them. */
function anthropicParts(usage: Fields): BilledPart[] {
  const iterations = usage.get(K.iterations);
  if (!Array.isArray(iterations) || iterations.length === 0) return partsOf(anthropicUsage(usage));
  const parts: BilledPart[] = [];
  for (const iteration of iterations) {
    if (!(iteration instanceof Fields)) continue;
    parts.push(...partsOf(anthropicUsage(iteration), stringOf(iteration.get(K.model))));
  }
  const searches = anthropicUsage(usage)?.webSearches ?? 0;
  if (parts[0] !== undefined && searches > 0) parts[0].usage.webSearches = searches;
  return parts;
}

function errorBody(body: Fields): Body {
  return {
    shape: 'error',
    operation: 'chat',
    model: stringOf(body.get(K.model)),
    id: body.get(K.id) ?? body.get(K.request_id),
    createdMs: null,
    tier: null,
    region: '',
    status: 'error',
    errorType: errorWord(body.get(K.error)),
    stopReason: '',
    parts: [],
    answer: undefined,
    choices: undefined,
    billedPico: null,
    provider: '',
  };
}
