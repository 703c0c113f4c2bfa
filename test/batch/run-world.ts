/** A runner with everything around it made up: time, provider, journal, budget. */
import type {
  Budget,
  CachedAnswer,
  Costs,
  Journal,
  PaidAnswers,
  Reservation,
} from '../../src/batch/ports.ts';
import type { PromptFacts } from '../../src/batch/prompt-facts.ts';
import type { Row, RowResult } from '../../src/batch/row.ts';
import { createRunner, type RunEnd, type RunnerOptions } from '../../src/batch/runner.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import type {
  Attempt,
  Endpoint,
  FailureCode,
  LimitHeaders,
  Prompt,
  SendOptions,
} from '../../src/providers/provider.ts';
import { FakeTimers } from './fake-time.ts';

export const NO_LIMITS: LimitHeaders = {
  requestsPerMinute: null,
  remainingRequests: null,
  requestsResetMs: null,
  tokensPerMinute: null,
  remainingTokens: null,
  tokensResetMs: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  retryAfterMs: null,
};

export const LIMITS = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  concurrency: 4,
  burstMs: 250,
  tokensCounted: 'as_asked',
} as const;

export function endpoint(id: string): Endpoint {
  return { id, wire: 'openai_chat', baseUrl: `https://${id}.example/v1`, provider: 'openai' };
}

export function row(index: number, changes: Partial<Row> & { model?: string } = {}): Row {
  const { model = 'small', ...others } = changes;
  const prompt: Prompt = {
    operation: 'chat',
    model,
    system: null,
    messages: [{ role: 'user', content: `question ${index}` }],
    images: [],
    maxTokens: 20,
    temperatureMilli: 0,
    schema: null,
    extra: {},
  };
  return {
    index,
    ...{ line: index + 2, input: '[]', prompt, task: 'other', routed: null },
    facts: NO_FACTS,
    bound: { inputTokens: 10, answers: 1, tier: null, hasImages: false, hasAudio: false },
    ...{ likelyOutputTokens: 20, outputBasis: 'task_ratio' },
    ...{ attemptsBefore: 0, costBeforePico: 0, uncertainBeforePico: 0 },
    inputTokens: 10,
    outputTokens: 20,
    priority: 'medium',
    cacheKey: null,
    idempotencyKey: `run-${index}`,
    ...others,
  };
}

export function rows(count: number, changes: Partial<Row> = {}): Row[] {
  return Array.from({ length: count }, (_, index) => row(index, changes));
}

export function answer(text = 'yes', changes: object = {}): Attempt {
  return {
    kind: 'answer',
    text,
    model: 'small-2026',
    responseId: null,
    stopReason: 'stop',
    usage: { ...emptyUsage(), input: 10, output: 5 },
    usageBasis: 'measured',
    billedPico: null,
    tier: null,
    embedding: null,
    httpStatus: 200,
    latencyMs: 50,
    limits: NO_LIMITS,
    ...changes,
  };
}

const RETRYABLE = new Set<FailureCode>([
  ...(['rate_limited', 'server_error', 'gateway_error', 'unreachable'] as const),
  ...(['connection_lost', 'timed_out'] as const),
]);
const MAYBE_BILLED = new Set<FailureCode>([
  ...(['gateway_error', 'connection_lost', 'timed_out', 'aborted'] as const),
]);

export function failure(code: FailureCode, retryAfterMs: number | null = null): Attempt {
  return {
    kind: 'failure',
    code,
    httpStatus: null,
    message: `it said ${code}`,
    isRetryable: RETRYABLE.has(code),
    mayHaveBeenBilled: MAYBE_BILLED.has(code),
    latencyMs: 50,
    limits: { ...NO_LIMITS, retryAfterMs },
  };
}

/** What was sent. */
export interface SentCall {
  readonly index: number;
  readonly model: string;
  readonly endpoint: string;
  readonly atMs: number;
  readonly options: SendOptions;
}

/** Answers the nth call. */
export type Script = (call: SentCall, nth: number) => Attempt | Promise<Attempt>;

/** Money that is counted, and never more than there is. */
export class CountingBudget implements Budget {
  spent = 0;
  reserved = 0;
  /** The most that was spent and reserved together. */
  most = 0;
  readonly total: number;

  constructor(total: number) {
    this.total = total;
  }

  reserve(worstPico: number): Reservation | null {
    if (this.spent + this.reserved + worstPico > this.total) return null;
    this.reserved += worstPico;
    this.most = Math.max(this.most, this.spent + this.reserved);
    return { worstPico };
  }

  settle({ worstPico }: Reservation, actualPico: number): void {
    this.reserved -= worstPico;
    this.spent += actualPico;
    this.most = Math.max(this.most, this.spent + this.reserved);
  }

  release({ worstPico }: Reservation): void {
    this.reserved -= worstPico;
  }
}

/** 100 at worst, 40 in fact. */
export const COSTS: Costs = {
  worstPico: () => 100,
  whyNoWorst: () => ({ code: 'unpriced', message: 'it has no price', hint: 'give one' }),
  actualPico: () => 40,
};

/** What rows paid for and were not given, by index and model. */
export class MemoryPaid implements PaidAnswers {
  readonly answers = new Map<string, CachedAnswer>();

  take({ index }: Row, model: string): CachedAnswer | null {
    const found = this.answers.get(`${index} ${model}`) ?? null;
    this.answers.delete(`${index} ${model}`);
    return found;
  }

  put({ index }: Row, model: string, answer: CachedAnswer): void {
    this.answers.set(`${index} ${model}`, answer);
  }
}

const NO_FACTS: PromptFacts = {
  ...{ promptHash: null, systemHash: null, paramsHash: 0, promptBytes: 0, turns: 1 },
  ...{ hasTools: false, hasSchema: false, task: 'other', taskConfidence: 0, promptSketch: 0 },
  ...{ complexity: null, systemSketch: 0 },
};

export class RunWorld {
  readonly time = new FakeTimers();
  readonly sent: SentCall[] = [];
  readonly results: RowResult[] = [];
  readonly journal: string[] = [];
  readonly paid = new MemoryPaid();
  readonly interrupt = new AbortController();
  readonly cancel = new AbortController();
  inFlight = 0;
  mostInFlight = 0;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  options(changes: Partial<RunnerOptions> = {}): RunnerOptions {
    const journal: Journal = {
      begin: async ({ index }, { number, model }) => {
        this.journal.push(`begin ${index}.${number} ${model}`);
      },
      end: ({ index }, { number }, { attempt, costPico }) => {
        const code = attempt.kind === 'answer' ? 'answer' : attempt.code;
        this.journal.push(`end ${index}.${number} ${code} ${costPico}`);
      },
      finish: ({ row: { index }, status }) => {
        this.journal.push(`finish ${index} ${status}`);
        return undefined;
      },
    };
    return {
      endpoints: [{ endpoint: endpoint('one'), models: null, limits: LIMITS }],
      sender: { send: (...args) => this.#send(...args), close: async () => {} },
      journal,
      costs: COSTS,
      budget: null,
      cache: null,
      paid: this.paid,
      clock: { now: () => 1_700_000_000_000 + this.time.nowMs() },
      timers: this.time,
      random: () => 0.5,
      interrupt: this.interrupt.signal,
      cancel: this.cancel.signal,
      onResult: (result) => {
        this.results.push(result);
        return undefined;
      },
      ...changes,
    };
  }

  run(
    input: AsyncIterable<Row> | Iterable<Row>,
    changes: Partial<RunnerOptions> = {},
  ): Promise<RunEnd> {
    return this.time.until(createRunner(this.options(changes)).run(input));
  }

  async #send(to: Endpoint, prompt: Prompt, options: SendOptions): Promise<Attempt> {
    const index = Number(/\d+/.exec(String(prompt.messages[0]?.content))?.[0]);
    const call: SentCall = {
      ...{ index, model: prompt.model, endpoint: to.id, options },
      atMs: this.time.nowMs(),
    };
    this.sent.push(call);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    const attempt = await this.#script(call, this.sent.length);
    await new Promise<void>((resolve) => {
      const callOff = this.time.after(attempt.latencyMs, resolve);
      options.signal.addEventListener('abort', () => {
        callOff();
        resolve();
      });
    });
    this.inFlight--;
    return options.signal.aborted ? failure('aborted') : attempt;
  }
}
