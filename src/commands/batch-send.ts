/**
 * How rows of a batch are sent this time: endpoints, limits, money, cache.
 *
 * Takes flags and settings, gives what the run is made with. Never a key in anything it gives but
 * the ring the sender keeps.
 */
import type { EndpointSpec } from '../batch/fleet.ts';
import type { Limits } from '../batch/limiter.ts';
import type { LiveOptions } from '../batch/live.ts';
import type { ReadTask } from '../batch/prompt-facts.ts';
import type { BatchSettings } from '../batch/settings.ts';
import { sketchTemplate } from '../classify/templates.ts';
import { bundledContextWindows } from '../compare/catalogue-facts.ts';
import { Labeller, type Labelling } from '../ingest/labelling.ts';
import { promptTextOf } from '../ingest/pack.ts';
import type { SemanticCacheSettings } from '../policy/section-semantic-cache.ts';
import {
  type EndpointPlan,
  type Endpoints,
  plansFor,
  resolveEndpoints,
} from '../providers/endpoints.ts';
import type { Deps } from '../terminal/command.ts';
import { cacheKindOf, keptBy, refuseEmbeddings, semanticFlags } from './batch-cache-flags.ts';
import { parseAmount, parseCount, parseDuration, type SendFlags } from './batch-flags.ts';
import { policyOf } from './batch-policy.ts';
import { labellingOf } from './labelling.ts';

const SECOND_MS = 1_000;
const CONCURRENCY = 16;
const ADAPTIVE_CONCURRENCY = 256;
const BURST_MS = 250;

/** A plan sends nothing, so it needs no key. */
const NO_KEYS = { OPENAI_API_KEY: '-', AICOST_API_KEY: '-' };

/** What a run is made with besides its rows. */
export type Sending = Pick<
  LiveOptions,
  | 'endpoints'
  | 'limits'
  | 'maxRowPico'
  | 'cache'
  | 'semantic'
  | 'policy'
  | 'retry'
  | 'adaptive'
  | 'contextTokensOf'
> & {
  readonly found: Endpoints;
  readonly semanticSettings: SemanticCacheSettings | null;
  readonly readTask: ReadTask;
};

/** Settles how rows are sent. Throws UserError. */
export async function readSending(
  flags: SendFlags,
  deps: Deps,
  settings: BatchSettings,
): Promise<Sending> {
  const policy = await policyOf(settings);
  const kind = cacheKindOf(flags, policy);
  refuseEmbeddings(settings.operation, flags, policy);
  const readTask = taskReader(labellingOf(deps));
  const found = resolveEndpoints({
    baseUrl: flags.baseUrl ?? null,
    keyFile: flags.keyFile ?? null,
    wire: flags.endpoint ?? null,
    settings: deps.config.endpoints.value,
    settingsOrigin: `${deps.config.endpoints.origin}: endpoints`,
    env: flags.dryRun === true ? { ...NO_KEYS, ...deps.env } : deps.env,
    cwd: deps.cwd,
  });
  const flagged = limitsOf(flags);
  const tryTimeoutMs = parseDuration(flags.timeout, '--timeout', SECOND_MS);
  const maxAttempts = parseCount(flags.maxAttempts, '--max-attempts');
  const maxRow = parseAmount(flags.rowBudget, '--row-budget');
  return {
    found,
    readTask,
    endpoints: found.plans.map((plan) => specOf(plan, found.plans, flagged)),
    limits: {
      runPico: parseAmount(flags.budget, '--budget'),
      dayPico: parseAmount(flags.dailyBudget, '--daily-budget'),
    },
    maxRowPico: maxRow === null ? null : Number(maxRow),
    cache: keptBy(kind, flags, policy),
    semantic: null,
    semanticSettings: semanticFlags(flags, policy),
    policy,
    retry: {
      ...(tryTimeoutMs === null ? {} : { tryTimeoutMs }),
      ...(maxAttempts === null ? {} : { maxAttempts }),
    },
    adaptive: flags.adaptive === true,
    contextTokensOf: await bundledContextWindows(),
  };
}

function limitsOf(flags: SendFlags): Partial<Limits> {
  const given = {
    requestsPerMinute: parseCount(flags.rpm, '--rpm'),
    tokensPerMinute: parseCount(flags.tpm, '--tpm'),
    inputTokensPerMinute: parseCount(flags.inputTpm, '--input-tpm'),
    outputTokensPerMinute: parseCount(flags.outputTpm, '--output-tpm'),
    concurrency:
      parseCount(flags.concurrency, '--concurrency') ??
      (flags.adaptive === true ? ADAPTIVE_CONCURRENCY : null),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** Flags win over the config; a model goes to the endpoints that name it, else to those that take any. */
function specOf(
  plan: EndpointPlan,
  plans: readonly EndpointPlan[],
  flagged: Partial<Limits>,
): EndpointSpec {
  const { endpoint, limits } = plan;
  const concurrency = limits.concurrency ?? CONCURRENCY;
  // Anthropic counts the tokens an answer has; OpenAI those it may have.
  const tokensCounted = endpoint.wire === 'anthropic_messages' ? 'as_used' : 'as_asked';
  return {
    endpoint,
    models: { includes: (model) => plansFor(model, plans).includes(plan) },
    limits: { ...limits, concurrency, burstMs: BURST_MS, tokensCounted, ...flagged },
  };
}

/** Says which task a prompt is as if it were read from a log: by the rules and classifier in force. */
export function taskReader(labelling: Labelling): ReadTask {
  const labeller = new Labeller(labelling);
  return ({ system, user, request, operation, models, tags }) => {
    const text = promptTextOf(request, system, user);
    const { maxTokens, turns } = request;
    // A row without tools or schema says neither yes nor no: then there are none.
    const asked = { hasTools: request.hasTools === true, hasSchema: request.hasSchema === true };
    const signals = { operation, ...asked, maxTokens, turns, ...NO_TOKENS };
    const label = labeller.labelRequest({ signals, text, system, user, models, tags });
    const sketch = { system: 0, message: 0 };
    sketchTemplate(text, sketch);
    const { task, confidence, complexity } = label;
    return { task, confidence, complexity, sketch: sketch.message, systemSketch: sketch.system };
  };
}

/** Nobody knows them before the answer is there. */
const NO_TOKENS = { inputTokens: 0, outputTokens: 0 };
