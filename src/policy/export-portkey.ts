/**
 * A plan as a Portkey gateway config.
 *
 * Takes a plan, gives `strategy`, `targets`, `cache` and `retry`, and what it could not say. Never a
 * key. Keys as documented at portkey.ai/docs/product/ai-gateway/configs, conditions at
 * portkey.ai/docs/product/ai-gateway/conditional-routing.
 */
import type { Exported } from './export-litellm.ts';
import type { ExportPlan, ExportRule, ExportWorld } from './export-plan.ts';
import { gatewayProvider, keyPlaceholder } from './export-providers.ts';
import type { PlainMap } from './preset-rules.ts';

type ProviderOf = ExportWorld['providerOf'];
const KEEP = 'as-requested';
const DEFAULT_PROVIDER = 'openai';
/** Limits, quota, outage, time-out: what the next model is asked after. */
const UNAVAILABLE = [408, 429, 500, 502, 503, 504];
/** The most retries and the shortest and longest life that Portkey takes. */
const MOST_RETRIES = 5;
const TTL_SECONDS = { least: 60, most: 7_776_000 };

/** The config of a Portkey gateway. */
export function exportPortkey(plan: ExportPlan, providerOf: ProviderOf): Exported {
  const left = [...plan.left];
  const { rules, otherwise } = plan;
  const uses = [...new Set([...rules.map(({ use }) => use), otherwise])];
  const targets = uses.map((use) => targetOf(use, { plan, providerOf, left }));
  const config = {
    ...(rules.length === 0
      ? withoutName(targets[0] ?? {})
      : conditional(rules, targets, otherwise)),
    ...cacheOf(plan, left),
    ...retryOf(plan, left),
  };
  noteModels(rules, uses, left);
  return { config, left };
}

function conditional(
  rules: readonly ExportRule[],
  targets: readonly PlainMap[],
  otherwise: string | null,
): PlainMap {
  const conditions = rules.map(
    (rule): PlainMap =>
      Object.fromEntries([
        ['query', queryOf(rule)],
        ['then', rule.use ?? KEEP],
      ]),
  );
  const strategy = { mode: 'conditional', conditions, default: otherwise ?? KEEP };
  return { strategy, targets };
}

function queryOf({ models, tags, tasks }: ExportRule): PlainMap {
  const parts = [
    ...(models === null ? [] : [{ 'params.model': { $in: models } }]),
    ...(tags === null ? [] : [{ 'metadata.tag': { $in: tags } }]),
    ...(tasks === null ? [] : [{ 'metadata.task': { $in: tasks } }]),
  ];
  const [only = {}] = parts;
  return parts.length === 1 ? only : { $and: parts };
}

interface TargetWorld {
  readonly plan: ExportPlan;
  readonly providerOf: ProviderOf;
  readonly left: string[];
}

/** One model, or the models that are asked in turn. */
function targetOf(use: string | null, { plan, providerOf, left }: TargetWorld): PlainMap {
  const after = (use === null ? null : plan.fallbacks.get(use)) ?? plan.defaultFallback;
  const models = [use, ...after.filter((model) => model !== use)];
  const steps = models.map((model) => stepOf(model, providerOf, left));
  const [only = {}] = steps;
  const name = use ?? KEEP;
  if (steps.length === 1) return { name, ...only };
  return { name, strategy: { mode: 'fallback', on_status_codes: UNAVAILABLE }, targets: steps };
}

function stepOf(model: string | null, providerOf: ProviderOf, left: string[]): PlainMap {
  if (model === null) {
    const provider = gatewayProvider(DEFAULT_PROVIDER);
    const key = provider === null ? {} : { api_key: keyPlaceholder(provider) };
    return { provider: DEFAULT_PROVIDER, ...key };
  }
  const provider = gatewayProvider(providerOf(model));
  if (provider === null) {
    const text = `targets: the provider of ${model} is not known: add it and its key.`;
    if (!left.includes(text)) left.push(text);
    return { override_params: { model } };
  }
  const { portkey } = provider;
  return { provider: portkey, api_key: keyPlaceholder(provider), override_params: { model } };
}

function withoutName(target: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== 'name'));
}

function cacheOf({ cache }: ExportPlan, left: string[]): PlainMap {
  if (cache === null) return {};
  const { least, most } = TTL_SECONDS;
  const seconds = Math.min(Math.max(cache.ttlSeconds, least), most);
  if (seconds !== cache.ttlSeconds) {
    left.push(
      `cache: Portkey keeps answers from ${least} to ${most} seconds; the policy says ${cache.ttlSeconds}.`,
    );
  }
  return { cache: { mode: 'simple', max_age: seconds } };
}

function retryOf({ retries }: ExportPlan, left: string[]): PlainMap {
  if (retries === null) return {};
  if (retries.pauseSeconds !== null) {
    left.push('retries: Portkey sets the pauses itself; first_pause_seconds is left out.');
  }
  if (retries.most === null) return {};
  if (retries.most > MOST_RETRIES) {
    left.push(
      `retries: Portkey tries again up to ${MOST_RETRIES} times; the policy says ${retries.most}.`,
    );
  }
  return { retry: { attempts: Math.min(retries.most, MOST_RETRIES) } };
}

function noteModels(
  rules: readonly ExportRule[],
  uses: readonly (string | null)[],
  left: string[],
): void {
  if (uses.includes(null)) {
    left.push(
      `routing: requests that stay go to ${DEFAULT_PROVIDER} under the name they have: change the target ` +
        `${KEEP} if they are another provider's.`,
    );
  }
  const asked = [...new Set(rules.flatMap(({ models }) => models ?? []))];
  if (asked.length > 0) {
    left.push(
      `routing: a rule on ${asked.join(', ')} holds for that name alone, not for dated versions.`,
    );
  }
  left.push(
    'targets: put your keys, or virtual keys, in place of os.environ/…: Portkey reads no variables.',
  );
}
