/**
 * The routing of a policy file: its preset, or its rules in their order.
 *
 * Takes a policy file, gives a RoutingPolicy as presets are. Never sends a request to a model that
 * the file says cannot take it, and gives the same route for the same decision.
 */
import { TASKS, type Task } from '../domain/task.ts';
import type { PolicyFile } from './policy-file.ts';
import { policyNamed } from './presets.ts';
import {
  type Certainty,
  type Lacking,
  type ModelRef,
  type Route,
  type RoutingPolicy,
  type RoutingRequest,
  withinLatency,
} from './route.ts';
import { type ModelFacts, NO_FACTS } from './section-models.ts';
import type { RoutingRule, Use } from './section-routing.ts';

type FactsOf = (model: string) => ModelFacts;

/** What a request needs of a model; bits, so that a combination is a number. */
const NEEDS = { tools: 1, images: 2, json: 4 } as const;
type Need = keyof typeof NEEDS;
const NEED_NAMES: readonly Need[] = ['tools', 'json', 'images'];

/** The routing of a policy; without such a section every request stays where it is. */
export function routingOf(policy: PolicyFile): RoutingPolicy {
  const { routing, models, name } = policy;
  if (routing?.preset != null) return { ...policyNamed(routing.preset), id: name };
  const factsOf: FactsOf = (model) => models?.get(model) ?? NO_FACTS;
  const rules = routing?.rules ?? [];
  const decided = rules.map((rule) => new Decision(rule, factsOf));
  // Most rules name their tasks: of many rules few are asked about a request.
  const byTask = new Map(
    TASKS.map((task) => [task, decided.filter((one) => one.isAbout(task))] as const),
  );
  const otherwise = new Decision(
    { condition: null, use: routing?.otherwise ?? null, certainty: 'needs_test' },
    factsOf,
  );
  const decisionOf = (request: RoutingRequest) =>
    (byTask.get(request.task) ?? []).find((one) => one.holds(request)) ?? otherwise;
  return {
    id: name,
    note: noteOf(rules, routing?.otherwise ?? null),
    differs: null,
    certainty: bestOf(rules),
    route(request) {
      return request.target.operation === 'chat' ? decisionOf(request).route(request) : null;
    },
    lacking(request) {
      return request.target.operation === 'chat' ? decisionOf(request).lacking(request) : null;
    },
  };
}

/** A rule with the routes it gives, each made once. */
class Decision {
  readonly #rule: RoutingRule;
  readonly #factsOf: FactsOf;
  readonly #models: readonly ModelRef[] | null;
  readonly #byNeeds = new Map<string, Route | null>();

  constructor(rule: RoutingRule, factsOf: FactsOf) {
    this.#rule = rule;
    this.#factsOf = factsOf;
    this.#models = rule.use?.map((model) => refOf(model, factsOf(model))) ?? null;
  }

  isAbout(task: Task): boolean {
    return this.#rule.condition?.tasks?.has(task) ?? true;
  }

  holds(request: RoutingRequest): boolean {
    return this.#rule.condition === null || this.#rule.condition.matches(request);
  }

  /** Null: the request stays, or no model of the rule can take it. */
  route(request: RoutingRequest): Route | null {
    if (this.#models === null) return null;
    // Unknown is not no: a model that takes no tools is not given what may come with some.
    const needs = needsOf(request) | unknownOf(request);
    const key = `${needs} ${request.maxLatencyMs ?? ''}`;
    let route = this.#byNeeds.get(key);
    if (route === undefined) {
      route = this.#routeFor(this.#models, needs, request.maxLatencyMs);
      this.#byNeeds.set(key, route);
    }
    return route;
  }

  /** Of a request that has no route: null also where it is with a model of the rule already. */
  lacking(request: RoutingRequest): Lacking | null {
    const models = this.#models;
    if (models === null || models.some(({ model }) => model === request.target.model)) return null;
    const known = needsOf(request);
    const needs = known | unknownOf(request);
    const lacks = models.map(({ model }) => lacksOf(this.#factsOf(model)));
    if (lacks.some((lack) => (lack & needs) === 0)) return null;
    // What is known to be needed rules models out before what may be.
    const isUnknown = lacks.some((lack) => (lack & known) === 0);
    const asked = isUnknown ? needs & ~known : known;
    const one = NEED_NAMES.find((need) =>
      lacks.every((lack) => (lack & asked & NEEDS[need]) !== 0),
    );
    return { need: one ?? 'all', isUnknown };
  }

  #routeFor(models: readonly ModelRef[], needs: number, maxLatencyMs?: number): Route | null {
    const able = models.filter(({ model }) => (needs & lacksOf(this.#factsOf(model))) === 0);
    const quick = maxLatencyMs === undefined ? able : withinLatency(able, maxLatencyMs);
    return quick.length === 0 ? null : { models: quick, certainty: this.#rule.certainty };
  }
}

/** A model of a policy; without a provider it is priced by its name alone. */
export function refOf(model: string, { provider, contextTokens, latencyMs }: ModelFacts): ModelRef {
  return { provider: provider ?? '', model, contextTokens, latencyMs };
}

function needsOf({ hasTools, hasImages, hasSchema }: RoutingRequest): number {
  return (
    (hasTools === true ? NEEDS.tools : 0) |
    (hasImages === true ? NEEDS.images : 0) |
    (hasSchema === true ? NEEDS.json : 0)
  );
}

/** What nobody knows whether it is needed: the log does not hold the request. */
function unknownOf({ hasTools, hasSchema }: RoutingRequest): number {
  return (hasTools == null ? NEEDS.tools : 0) | (hasSchema == null ? NEEDS.json : 0);
}

/** Only what the file denies is lacking. */
function lacksOf({ tools, images, json }: ModelFacts): number {
  return (
    (tools === false ? NEEDS.tools : 0) |
    (images === false ? NEEDS.images : 0) |
    (json === false ? NEEDS.json : 0)
  );
}

function bestOf(rules: readonly RoutingRule[]): Certainty {
  return rules.some(({ use, certainty }) => use !== null && certainty === 'likely')
    ? 'likely'
    : 'needs_test';
}

function noteOf(rules: readonly RoutingRule[], otherwise: Use): string {
  const parts = rules.map(
    ({ condition, use }) => `${condition === null ? 'everything' : condition.text}: ${shown(use)}`,
  );
  if (parts.length === 0 && otherwise === null) return 'No rule: every call stays where it is.';
  return `Rules, the first that matches decides. ${[...parts, `Otherwise: ${shown(otherwise)}`].join('. ')}.`;
}

function shown(use: Use): string {
  return use === null ? 'stays' : `to ${use.join(' or ')}`;
}
