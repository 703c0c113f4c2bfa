/**
 * A plan as the config.yaml of a LiteLLM proxy.
 *
 * Takes a plan, gives `model_list`, `router_settings` and `litellm_settings`, and what it could not
 * say. Never a key. Keys as documented at docs.litellm.ai/docs/proxy/config_settings, tags at
 * docs.litellm.ai/docs/proxy/tag_routing.
 */
import type { ExportPlan, ExportRule, ExportWorld } from './export-plan.ts';
import { gatewayProvider, keyPlaceholder } from './export-providers.ts';
import type { PlainMap } from './preset-rules.ts';

/** A configuration, and what the policy says besides. */
export interface Exported {
  readonly config: PlainMap;
  readonly left: readonly string[];
}

type ProviderOf = ExportWorld['providerOf'];
const ANY = '*';
const DEFAULT_TAG = 'default';

/** The configuration of a LiteLLM proxy. */
export function exportLiteLlm(plan: ExportPlan, providerOf: ProviderOf): Exported {
  const left = [...plan.left];
  const rules = plan.rules.filter((rule) => !needsBoth(rule, left));
  const isTagged = rules.some((rule) => tagsOf(rule).length > 0);
  const groups = groupsOf(plan, rules);
  const aliases = isTagged ? {} : aliasesOf(rules);
  const named = groups.filter((group) => !(group in aliases));
  const lists = named.map((group) => deploymentsOf(group, { plan, rules, isTagged, providerOf }));
  noteModels({ plan, rules, groups, providerOf, left, isTagged });
  const config = {
    model_list: [...lists.flat(), lastResort(plan.otherwise, providerOf, isTagged)],
    ...routerSettings(plan, aliases, isTagged),
    ...cacheSettings(plan),
  };
  return { config, left };
}

/** Tags are matched any of many: a rule that needs two of different kinds cannot be said. */
function needsBoth(rule: ExportRule, left: string[]): boolean {
  if (rule.tags === null || rule.tasks === null) return false;
  left.push(
    `routing: a rule on the tags ${rule.tags.join(', ')} and the tasks ${rule.tasks.join(', ')} is left ` +
      'out: LiteLLM takes any of the tags of a request, not both.',
  );
  return true;
}

function tagsOf({ tags, tasks }: ExportRule): readonly string[] {
  return tags ?? tasks ?? [];
}

/** Every model that a request may name or be sent to. */
function groupsOf(plan: ExportPlan, rules: readonly ExportRule[]): string[] {
  const named = rules.flatMap(({ models, use }) => [
    ...(models ?? []),
    ...(use === null ? [] : [use]),
  ]);
  const chains = [...plan.fallbacks].flatMap(([model, after]) => [model, ...after]);
  const rest = plan.otherwise === null ? [] : [plan.otherwise];
  return [...new Set([...named, ...rest, ...chains, ...plan.defaultFallback])];
}

/** Without tags a request for one model is one for another: the first rule on it says which. */
function aliasesOf(rules: readonly ExportRule[]): Record<string, string> {
  const decided = new Map<string, string | null>();
  for (const { models, use } of rules) {
    for (const model of models ?? []) if (!decided.has(model)) decided.set(model, use);
  }
  const moved = [...decided].filter(([model, use]) => use !== null && use !== model);
  return Object.fromEntries(moved.map(([model, use]) => [model, use ?? model]));
}

interface GroupWorld {
  readonly plan: ExportPlan;
  readonly rules: readonly ExportRule[];
  readonly isTagged: boolean;
  readonly providerOf: ProviderOf;
}

/** A group's own deployment; with tags, one for each place its requests may be sent. */
function deploymentsOf(group: string, world: GroupWorld): PlainMap[] {
  const { plan, isTagged, providerOf } = world;
  if (!isTagged) return [deployment(group, group, { providerOf, tags: null })];
  const places = isFallback(plan, group) ? ownPlace(group, world) : placesOf(group, world);
  return [...places].map(([model, tags]) => deployment(group, model, { providerOf, tags }));
}

function isFallback({ fallbacks, defaultFallback }: ExportPlan, group: string): boolean {
  return [...fallbacks.values(), defaultFallback].some((after) => after.includes(group));
}

/** What others fall back to is itself for every tag, or it would lead back to the failing model. */
function ownPlace(group: string, { rules }: GroupWorld): Map<string, readonly string[]> {
  return new Map([[group, [...new Set([...rules.flatMap(tagsOf), DEFAULT_TAG])]]]);
}

/** Each place with its tags: of a tag the first rule decides. */
function placesOf(group: string, { rules, plan }: GroupWorld): Map<string, readonly string[]> {
  const byTag = new Map<string, string>();
  for (const rule of rules) {
    if (rule.models !== null && !rule.models.includes(group)) continue;
    if (byTag.has(DEFAULT_TAG)) break;
    const tags = tagsOf(rule);
    for (const tag of tags.length === 0 ? [DEFAULT_TAG] : tags) {
      if (!byTag.has(tag)) byTag.set(tag, rule.use ?? group);
    }
  }
  if (!byTag.has(DEFAULT_TAG)) byTag.set(DEFAULT_TAG, plan.otherwise ?? group);
  const places = new Map<string, string[]>();
  for (const [tag, model] of byTag) places.set(model, [...(places.get(model) ?? []), tag]);
  return places;
}

interface DeploymentOptions {
  readonly providerOf: ProviderOf;
  readonly tags: readonly string[] | null;
}

function deployment(
  group: string,
  model: string,
  { providerOf, tags }: DeploymentOptions,
): PlainMap {
  const provider = gatewayProvider(providerOf(model));
  return {
    model_name: group,
    litellm_params: {
      model: provider === null ? model : `${provider.litellm}/${model}`,
      ...(provider === null ? {} : { api_key: keyPlaceholder(provider) }),
      ...(tags === null ? {} : { tags }),
    },
  };
}

/** What a model that is not named here comes to: itself, or the model of `otherwise`. */
function lastResort(otherwise: string | null, providerOf: ProviderOf, isTagged: boolean): PlainMap {
  const tags = isTagged ? [DEFAULT_TAG] : null;
  if (otherwise !== null) return deployment(ANY, otherwise, { providerOf, tags });
  return { model_name: ANY, litellm_params: { model: ANY, ...(tags === null ? {} : { tags }) } };
}

function routerSettings(plan: ExportPlan, aliases: PlainMap, isTagged: boolean): PlainMap {
  const { fallbacks, defaultFallback, retries } = plan;
  const settings: PlainMap = {
    ...(Object.keys(aliases).length === 0 ? {} : { model_group_alias: aliases }),
    ...(isTagged ? { enable_tag_filtering: true, tag_filtering_match_any: true } : {}),
    ...(fallbacks.size === 0
      ? {}
      : { fallbacks: [...fallbacks].map(([model, after]) => ({ [model]: after })) }),
    ...(defaultFallback.length === 0 ? {} : { default_fallbacks: defaultFallback }),
    ...(retries?.most == null ? {} : { num_retries: retries.most }),
    ...(retries?.pauseSeconds == null ? {} : { retry_after: Math.round(retries.pauseSeconds) }),
  };
  return Object.keys(settings).length === 0 ? {} : { router_settings: settings };
}

function cacheSettings({ cache }: ExportPlan): PlainMap {
  if (cache === null) return {};
  const params = { type: 'local', ttl: cache.ttlSeconds };
  return { litellm_settings: { cache: true, cache_params: params } };
}

interface NoteWorld extends GroupWorld {
  readonly groups: readonly string[];
  readonly left: string[];
}

function noteModels({ plan, rules, groups, providerOf, left, isTagged }: NoteWorld): void {
  const strangers = groups.filter((model) => gatewayProvider(providerOf(model)) === null);
  if (strangers.length > 0) {
    left.push(
      `model_list: the provider of ${strangers.join(', ')} is not known: add it and its key.`,
    );
  }
  const asked = rules.flatMap(({ models }) => models ?? []);
  if (asked.length > 0) {
    left.push(
      `routing: a rule on ${[...new Set(asked)].join(', ')} holds for that name alone, not for dated ` +
        'versions of it: add those your callers send.',
    );
  }
  if (isTagged) {
    left.push(
      'routing: tags hold for the models named here: add a group for each other one in use.',
    );
    if (plan.fallbacks.size > 0) {
      left.push(
        'fallback: with tags LiteLLM goes by the model a request names, not by where it went.',
      );
    }
  }
  const staying = groups.filter(
    (one) => one !== plan.otherwise && (!isTagged || isFallback(plan, one)),
  );
  if (plan.otherwise !== null && staying.length > 0) {
    left.push(
      `routing: requests that name ${staying.join(', ')} themselves ` +
        'stay there where no rule is about them.',
    );
  }
  if (plan.cache !== null) {
    left.push('cache: kept in memory by each proxy; type: redis shares it between several.');
  }
}
