/**
 * Bodies of Gemini, Bedrock Converse and Cohere.
 *
 * Takes a response body and its `usage`, gives its billed part and facts, or null if it is of none of
 * these shapes. Never takes one for another maker's by a name they share.
 */
import type { Status } from '../domain/call.ts';
import { type Body, stopReasonOf, tierOf } from './body.ts';
import { Fields, type Json } from './json.ts';
import { K } from './keys.ts';
import { converseUsage, geminiUsage, looksConverse, nativeUsage } from './native-usage.ts';
import { stringOf } from './values.ts';

/** What a body of one of these shapes tells; null for another. */
export function nativeBody(body: Fields, usage: Fields | undefined): Body | null {
  const metadata = body.fields(K.usage_metadata);
  if (metadata !== undefined || Array.isArray(body.get(K.candidates))) {
    return geminiBody(body, metadata);
  }
  if (usage === undefined) return null;
  const message = body.fields(K.output)?.fields(K.message);
  if (looksConverse(usage) || (message !== undefined && body.has(K.stop_reason))) {
    return converseBody(body, usage);
  }
  return usage.fields(K.billed_units) === undefined ? null : cohereBody(body, usage);
}

const EMPTY = {
  operation: 'chat',
  createdMs: null,
  tier: null,
  region: '',
  errorType: '',
  choices: undefined,
  billedPico: null,
} as const;

function statusOf(stopReason: string): Status {
  return stopReason === 'content_filter' ? 'filtered' : 'ok';
}

function geminiBody(body: Fields, metadata: Fields | undefined): Body {
  const candidates = body.get(K.candidates);
  const first = Array.isArray(candidates) ? candidates[0] : undefined;
  const candidate = first instanceof Fields ? first : undefined;
  const blocked = body.fields(K.prompt_feedback)?.has(K.block_reason) === true;
  const stopReason = blocked ? 'content_filter' : stopReasonOf(candidate?.get(K.finish_reason));
  const model = stringOf(body.get(K.model_version));
  const usage = metadata === undefined ? null : geminiUsage(metadata);
  if (usage !== null) usage.webSearches = searchesOf(candidates, model);
  return {
    ...EMPTY,
    shape: 'gemini',
    model,
    id: body.get(K.response_id),
    tier:
      tierOf(metadata?.get(K.traffic_type)) ??
      tierOf(metadata?.get(K.service_tier)) ??
      tierOf(body.get(K.service_tier)),
    status: statusOf(stopReason),
    stopReason,
    parts: usage === null ? [] : [{ usage, model: null }],
    answer: candidate?.fields(K.content)?.get(K.parts),
    choices: candidates,
    provider: 'google',
  };
}

/** From Gemini 3 on each query of a grounded answer is billed, before it the prompt. */
function searchesOf(candidates: Json | undefined, model: string | null): number {
  let queries = 0;
  for (const candidate of Array.isArray(candidates) ? candidates : []) {
    if (!(candidate instanceof Fields)) continue;
    const list = candidate.fields(K.grounding_metadata)?.get(K.web_search_queries);
    if (Array.isArray(list)) queries += list.length;
  }
  return /gemini-[12][.-]/.test(model ?? '') ? Math.min(queries, 1) : queries;
}

function converseBody(body: Fields, usage: Fields): Body {
  const stopReason = stopReasonOf(body.get(K.stop_reason));
  const counted = converseUsage(usage);
  return {
    ...EMPTY,
    shape: 'bedrock_converse',
    model: null,
    id: undefined,
    tier: tierOf(body.fields(K.service_tier)?.get(K.type)),
    status: statusOf(stopReason),
    stopReason,
    parts: counted === null ? [] : [{ usage: counted, model: null }],
    answer: body.fields(K.output)?.get(K.message),
    provider: 'bedrock',
  };
}

function cohereBody(body: Fields, usage: Fields): Body {
  const stopReason = stopReasonOf(body.get(K.finish_reason));
  const counted = nativeUsage(usage);
  return {
    ...EMPTY,
    shape: 'cohere_chat',
    model: stringOf(body.get(K.model)),
    id: body.get(K.id),
    status: statusOf(stopReason),
    stopReason,
    parts: counted === null ? [] : [{ usage: counted, model: null }],
    answer: body.get(K.message),
    provider: 'cohere',
  };
}
