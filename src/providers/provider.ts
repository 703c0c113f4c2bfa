/**
 * The words between batch and providers: what is asked of an endpoint, what comes back.
 *
 * Takes nothing, gives types. Never holds a key: those stay inside the provider that sends.
 */
import type { Operation } from '../domain/call.ts';
import type { Usage, UsageBasis } from '../domain/tokens.ts';

/** Which wire format an endpoint speaks. */
export type Wire = 'openai_chat' | 'openai_responses' | 'openai_embeddings' | 'anthropic_messages';

/** One image of a prompt. */
export type Image =
  | { readonly url: string }
  | { readonly mediaType: string; readonly base64: string };

/** What a row asks, before it is put into a wire format. */
export interface Prompt {
  readonly operation: Operation;
  readonly model: string;
  readonly system: string | null;
  /** Messages of an OpenAI Batch input line are kept as they are; else one user message. */
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly images: readonly Image[];
  readonly maxTokens: number | null;
  /** Thousandths, as in the ledger. */
  readonly temperatureMilli: number | null;
  /** A JSON schema the answer must fit. */
  readonly schema: object | null;
  /** Other fields of a request body, passed on (OpenAI Batch input files). */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Where prompts go: one base URL with one key. */
export interface Endpoint {
  /** Stable and without secrets: for the journal, the ledger and messages. */
  readonly id: string;
  readonly wire: Wire;
  /** With its path, such as https://api.openai.com/v1. */
  readonly baseUrl: string;
  /** The provider's name in the price tables. */
  readonly provider: string;
}

/** What an answer's headers say of limits; null: not said. */
export interface LimitHeaders {
  readonly requestsPerMinute: number | null;
  readonly remainingRequests: number | null;
  readonly requestsResetMs: number | null;
  readonly tokensPerMinute: number | null;
  readonly remainingTokens: number | null;
  readonly tokensResetMs: number | null;
  readonly inputTokensPerMinute: number | null;
  readonly outputTokensPerMinute: number | null;
  readonly retryAfterMs: number | null;
}

/** Why an attempt gave no answer. */
export type FailureCode =
  | 'rate_limited' // 429, waits help
  | 'quota_exhausted' // daily quota or no credit: stop the run
  | 'unauthorized' // 401, 403: stop the run
  | 'bad_request' // 400, 404, 422, 413 …: never again
  | 'server_error' // 500, 503, 529, 408, 409
  | 'gateway_error' // 502, 504: may have been billed
  | 'unreachable' // before the first byte was sent: DNS, refused, TLS
  | 'connection_lost' // after it was sent: may have been billed
  | 'timed_out' // may have been billed
  | 'bad_answer' // 200 with an error inside, HTML, half a body, too large
  | 'not_run' // a provider's batch ended without it
  | 'aborted'; // by us

/** One attempt. */
export type Attempt = AttemptAnswer | AttemptFailure;

/** The provider answered. */
export interface AttemptAnswer {
  readonly kind: 'answer';
  readonly text: string;
  readonly model: string;
  readonly responseId: string | null;
  /** As in `Outcome.stopReason`. */
  readonly stopReason: string;
  /** Null: the answer does not say. */
  readonly usage: Usage | null;
  readonly usageBasis: UsageBasis;
  readonly billedPico: bigint | null;
  readonly tier: string | null;
  readonly embedding: readonly number[] | null;
  readonly httpStatus: number;
  /** Null where nobody measured it: in a provider's batch. */
  readonly latencyMs: number | null;
  readonly limits: LimitHeaders;
}

/** The provider did not answer, or not with an answer. */
export interface AttemptFailure {
  readonly kind: 'failure';
  readonly code: FailureCode;
  readonly httpStatus: number | null;
  /** For people; no prompt, no answer, no key in it. */
  readonly message: string;
  readonly isRetryable: boolean;
  readonly mayHaveBeenBilled: boolean;
  readonly latencyMs: number | null;
  readonly limits: LimitHeaders;
}

/** Sends prompts; one per run. */
export interface Sender {
  /** Never throws for what a provider or the network does; rejects for bugs only. */
  send(endpoint: Endpoint, prompt: Prompt, options: SendOptions): Promise<Attempt>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Equal for all attempts of one row. */
  readonly idempotencyKey: string;
}
