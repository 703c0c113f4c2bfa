/**
 * Body: what a response body tells, whatever its shape; and the words that several shapes share.
 *
 * Takes single members of a body, gives them in one vocabulary. Never an error's message, which may
 * hold text of the log.
 */
import type { Operation, Status, Tier } from '../domain/call.ts';
import type { Usage } from '../domain/tokens.ts';
import { Fields, type Json } from './json.ts';
import { K } from './keys.ts';
import { moneyOf, stringOf, TICK_DIGITS } from './values.ts';

/** One billed part of an answer; most answers have one. */
export interface BilledPart {
  readonly usage: Usage;
  /** The part's own model; null for the answer's. */
  readonly model: string | null;
}

/** What a response body tells. */
export interface Body {
  readonly shape: string;
  readonly operation: Operation;
  readonly model: string | null;
  readonly id: Json | undefined;
  readonly createdMs: number | null;
  readonly tier: Tier | null;
  readonly region: string;
  readonly status: Status;
  readonly errorType: string;
  readonly stopReason: string;
  /** Empty when the body tells no usage. */
  readonly parts: readonly BilledPart[];
  readonly answer: Json | undefined;
  /** All answers, where the request may ask for several; `answer` is the first of them. */
  readonly choices: Json | undefined;
  /** What the body says was billed, in pico-USD. */
  readonly billedPico: bigint | null;
  /** Set when the shape belongs to one provider. */
  readonly provider: string;
}

const TIERS: Readonly<Record<string, Tier>> = {
  default: 'standard',
  standard: 'standard',
  on_demand: 'standard',
  batch: 'batch',
  flex: 'flex',
  priority: 'priority',
  fast: 'fast',
  scale: 'provisioned',
  provisioned: 'provisioned',
  on_demand_priority: 'priority',
  on_demand_flex: 'flex',
  provisioned_throughput: 'provisioned',
  reserved: 'provisioned',
};

/** The tier a provider's word stands for; null for `auto` and words without meaning here. */
export function tierOf(value: Json | undefined): Tier | null {
  const word = stringOf(value)?.toLowerCase();
  return word !== undefined && Object.hasOwn(TIERS, word) ? (TIERS[word] ?? null) : null;
}

/** The tier the framing proves, else the one told; batches do not offer fast mode: a contradiction. */
export function servedTier(framed: Tier | null, told: Tier | null): Tier {
  if (framed === 'batch' && told?.startsWith('fast')) return 'fast_batch';
  return framed ?? told ?? 'standard';
}

const STOPS: Readonly<Record<string, string>> = {
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  end_turn: 'stop',
  stop_sequence: 'stop',
  completed: 'stop',
  tool_use: 'tool_calls',
  function_call: 'tool_calls',
  refusal: 'content_filter',
  safety: 'content_filter',
  prohibited_content: 'content_filter',
  blocklist: 'content_filter',
  spii: 'content_filter',
  image_safety: 'content_filter',
};

/** A finish reason in OpenAI's words: `stop`, `length`, `tool_calls`, `content_filter`, …. */
export function stopReasonOf(value: Json | undefined): string {
  if (value === 'stop') return value;
  const word = stringOf(value)?.toLowerCase() ?? '';
  return Object.hasOwn(STOPS, word) ? (STOPS[word] ?? word) : word.slice(0, 40);
}

/** What OpenRouter and xAI say they billed; null where the user's own key was billed instead. */
export function billedIn(usage: Fields | undefined): bigint | null {
  if (usage === undefined || usage.get(K.is_byok) === true) return null;
  return moneyOf(usage.get(K.cost)) ?? moneyOf(usage.get(K.cost_in_usd_ticks), TICK_DIGITS);
}

/** The code or type of an error if it is one word; never its message, which may hold text or keys. */
export function errorWord(error: Json | undefined): string {
  const words =
    error instanceof Fields ? [error.get(K.code), error.get(K.type), error.get(K.status)] : [error];
  for (const word of words) {
    const text = stringOf(word);
    if (text !== null && /^[a-z0-9_.-]{1,40}$/i.test(text) && !/^sk-/i.test(text)) return text;
  }
  return 'error';
}
