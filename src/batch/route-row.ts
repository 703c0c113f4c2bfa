/**
 * Where the rows of a run go: the model, the longest answer and the cascade a policy gives them.
 *
 * Takes a row with what is known of its prompt, gives what the policy says. Never moves a row that
 * names its model, and never to a model that nobody serves or whose window it does not fit.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { routingOf } from '../policy/file-routing.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { ModelRef, Priority, RoutingPolicy, RoutingRequest } from '../policy/route.ts';
import type { CascadeRule } from '../policy/section-cascade.ts';
import type { Prompt } from '../providers/provider.ts';
import {
  likelyInputTokens,
  likelyOutputTokens,
  type MeasuredShareOf,
  promptSizeOf,
} from './estimate.ts';
import type { EndpointSpec } from './fleet.ts';
import type { PromptFacts } from './prompt-facts.ts';
import type { Routed } from './row.ts';
import { type Fields, optionalText, RowFault } from './row-fields.ts';
import { servingEndpoint } from './serving.ts';
import { AUTO_MODEL, type BatchSettings } from './settings.ts';

/** A row before it is settled where it goes. */
export interface Draft {
  readonly prompt: Prompt;
  readonly facts: PromptFacts;
  readonly fields: Fields;
  readonly priority: Priority;
}

/** Says where a row goes; null: it stands as it is. */
export type RouteRow = (draft: Draft) => Routed | RowFault | null;

/** What routing asks of prices. */
export interface RoutePrices {
  /** Pico-USD; null without a price. */
  usagePico(model: string, provider: string, usage: Usage): number | null;
  /** Tokens a model can take in and give out together; null if unknown. */
  windowOf(model: string, provider: string): number | null;
}

export interface RoutingOptions {
  readonly settings: BatchSettings;
  readonly policy: PolicyFile | null;
  readonly endpoints: readonly EndpointSpec[];
  readonly prices: RoutePrices;
  readonly measuredShareOf: MeasuredShareOf;
}

/** Null where neither a policy nor a cascade has a say: most runs. */
export function routeRows(options: RoutingOptions): RouteRow | null {
  const { settings, policy } = options;
  if (policy === null && settings.cascade.length === 0 && settings.model !== AUTO_MODEL)
    return null;
  const router = new RowRouter(options);
  return (draft) => router.route(draft);
}

class RowRouter {
  readonly #options: RoutingOptions;
  readonly #routing: RoutingPolicy | null;

  constructor(options: RoutingOptions) {
    this.#options = options;
    this.#routing = options.policy === null ? null : routingOf(options.policy);
  }

  route(draft: Draft): Routed | RowFault {
    const { settings, policy } = this.#options;
    const { prompt, facts, fields } = draft;
    const isAuto = prompt.model === AUTO_MODEL;
    const base = isAuto ? settings.autoBase : prompt.model;
    const request = this.#requestOf(draft, base);
    const isChat = prompt.operation === 'chat';
    const cap = isChat ? policy?.output_caps?.get(facts.task) : undefined;
    const scopes = [policy?.cache?.scope, policy?.semantic_cache?.scope];
    const user = scopes.includes('user') ? optionalText(fields, ['user']) : null;
    const given = {
      maxTokens: prompt.maxTokens ?? cap ?? null,
      cascade: null,
      cacheScope: user === null ? '' : ` user ${user}`,
    };
    const cascade = isOwn(fields) ? null : this.#cascadeOf(request);
    if (cascade !== null) {
      const model = cascade.models[0] ?? '';
      return { ...given, model, baseModel: base, cascade, reason: `cascade: ${this.#why(draft)}` };
    }
    if (settings.cascade.length > 0) {
      const model = settings.cascade[0] ?? '';
      // Where no other model is named, nobody says what would have been asked without it.
      return { ...given, model, baseModel: base === model ? null : base, reason: '' };
    }
    if (!isAuto) return { ...given, model: prompt.model, baseModel: null, reason: '' };
    const model = this.#modelFor(draft, request);
    if (model === null && base === null) {
      return new RowFault(
        'model: the policy names none that can take it, and there is no --auto-base',
      );
    }
    const isMoved = model !== null && model !== base;
    const reason = `${isMoved ? 'routed' : 'kept'}: ${this.#why(draft)}`;
    return { ...given, model: model ?? base ?? '', baseModel: isMoved ? base : null, reason };
  }

  #why({ facts: { task, taskConfidence } }: Draft): string {
    return `${this.#routing?.id ?? ''}, task ${task} (${taskConfidence})`;
  }

  #requestOf(draft: Draft, base: string | null): RoutingRequest {
    const { prompt, facts, fields, priority } = draft;
    const tag = optionalText(fields, ['tag']);
    return {
      target: {
        provider: base === null ? '' : this.#providerOf(base),
        model: base ?? '',
        operation: prompt.operation,
      },
      task: facts.task,
      taskConfidence: facts.taskConfidence,
      prompt: textOf(prompt),
      complexity: facts.complexity,
      inputTokens: likelyInputTokens(prompt, promptSizeOf(prompt)),
      hasTools: facts.hasTools,
      hasSchema: facts.hasSchema,
      hasImages: prompt.images.length > 0,
      ...(optionalText(fields, ['priority']) === null ? {} : { priority }),
      ...(tag === null ? {} : { tag }),
    };
  }

  #cascadeOf(request: RoutingRequest): CascadeRule | null {
    const { policy, settings } = this.#options;
    if (settings.cascade.length > 0 || request.target.operation !== 'chat') return null;
    const cascades = policy?.cascade ?? [];
    return cascades.find(({ condition }) => condition?.matches(request) ?? true) ?? null;
  }

  /** The cheapest model the policy allows; null: it stays, or none can take it. */
  #modelFor(draft: Draft, request: RoutingRequest): string | null {
    const route = this.#routing?.route(request) ?? null;
    if (route === null) return null;
    const { settings } = this.#options;
    const inputTokens = request.inputTokens ?? 0;
    const fitting = route.models.filter((model) => this.#fits(model, inputTokens));
    const costOf = (model: string): number | null => this.#costOf(draft, model, inputTokens);
    const base = settings.autoBase;
    const baseCost = base === null ? null : costOf(base);
    let best: { model: string; cost: number } | null = null;
    for (const { model } of fitting) {
      const cost = costOf(model);
      if (cost !== null && (best === null || cost < best.cost)) best = { model, cost };
    }
    // Without any price the policy's own order counts, unless there is a base to stay on.
    if (best === null) return base === null ? (fitting[0]?.model ?? null) : null;
    // As in the simulation: a row whose price would not fall stays.
    return baseCost !== null && best.cost >= baseCost ? null : best.model;
  }

  #fits({ model, contextTokens }: ModelRef, inputTokens: number): boolean {
    const { endpoints, prices } = this.#options;
    if (servingEndpoint(endpoints, model) === null) return false;
    const window = contextTokens ?? prices.windowOf(model, this.#providerOf(model));
    return window === null || inputTokens <= window;
  }

  #costOf({ facts, prompt }: Draft, model: string, input: number): number | null {
    const { prices, measuredShareOf } = this.#options;
    const likely = likelyOutputTokens(facts.task, input, measuredShareOf(facts.task, model));
    const output = Math.min(likely, prompt.maxTokens ?? likely);
    return prices.usagePico(model, this.#providerOf(model), { ...emptyUsage(), input, output });
  }

  #providerOf(model: string): string {
    return servingEndpoint(this.#options.endpoints, model)?.provider ?? '';
  }
}

/** Whether a row names its model itself. */
function isOwn(fields: Fields): boolean {
  const body = fields.body as Fields | null | undefined;
  const named = optionalText(fields, ['model']) ?? optionalText(body ?? {}, ['model']);
  return named !== null && named !== AUTO_MODEL;
}

/** What the user says last. */
function textOf({ messages }: Prompt): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}
