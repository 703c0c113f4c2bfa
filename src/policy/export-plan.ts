/**
 * What of a policy a gateway can do, and what it cannot.
 *
 * Takes a settled policy, gives rules by model and tag, fallbacks, cache and retries, and a sentence
 * for everything else. Never drops anything silently: what is not in the plan is in `left`.
 */
import { parseTask } from '../domain/task.ts';
import { DEFAULT_MAX_TEMPERATURE_MILLI } from './cache-key.ts';
import type { PolicyFile } from './policy-file.ts';
import type { Plain, PlainMap } from './preset-rules.ts';
import type { CacheSettings } from './section-cache.ts';
import { listOf, mapOf, type SettledPolicy } from './settled.ts';

/** What only the user's prices and conventions tell. */
export interface ExportWorld {
  /** The provider of a model, as price tables name it; empty: not known. */
  providerOf(model: string): string;
  /** The cheapest of a rule's models. */
  cheapestOf(models: readonly string[]): string;
  /** Whether callers send the task as a tag, so that rules by task can be kept. */
  readonly tasksAreTags: boolean;
  /** How long answers are kept where the policy does not say. */
  readonly defaultTtlMs: number;
}

/** One rule a gateway can go by; the first that holds counts. */
export interface ExportRule {
  /** Requested models; null: any. */
  readonly models: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly tasks: readonly string[] | null;
  /** Null: the request stays where it is. */
  readonly use: string | null;
}

/** What a gateway can do of a policy. */
export interface ExportPlan {
  readonly name: string;
  readonly rules: readonly ExportRule[];
  /** For requests no rule holds for; null: they stay. */
  readonly otherwise: string | null;
  /** The models after the first, by model. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly defaultFallback: readonly string[];
  /** Null: no cache, or one no gateway can keep safely. */
  readonly cache: { readonly ttlSeconds: number } | null;
  readonly retries: { readonly most: number | null; readonly pauseSeconds: number | null } | null;
  /** What is not in the plan and why, for people. */
  readonly left: readonly string[];
}

/** Plans a gateway's configuration. */
export function planExport(
  settled: SettledPolicy,
  policy: PolicyFile,
  world: ExportWorld,
): ExportPlan {
  const left = [...settled.notes];
  const routing = mapOf(settled.sections.routing ?? {});
  const cheapest = (use: Plain, what: string) => cheapestUse(use, { what, world, left });
  const known = listOf(routing.rules ?? []).flatMap((rule, index) =>
    exportRule(mapOf(rule), { what: `rule ${index + 1}`, world, left }),
  );
  if (typeof routing.preset === 'string') {
    left.push(
      `routing: ${routing.preset} is left out: it needs the classifier, and no gateway has that.`,
    );
  }
  // A rule for every request is what the rest comes to.
  const last = known.findIndex(({ models, tags, tasks }) => (models ?? tags ?? tasks) === null);
  const rules = last < 0 ? known : known.slice(0, last);
  const otherwise =
    last < 0 ? cheapest(routing.otherwise ?? 'keep', 'otherwise') : (known[last]?.use ?? null);
  const fallbacks = fallbacksOf(settled, policy, left);
  const plan = { name: settled.name, rules, otherwise, ...fallbacks };
  const cache = cacheOf(policy.cache, world, left);
  const retries = retriesOf(policy, left);
  leaveSections(settled, left);
  return { ...plan, cache, retries, left };
}

interface RuleWorld {
  readonly what: string;
  readonly world: ExportWorld;
  readonly left: string[];
}

function exportRule(rule: PlainMap, { what, world, left }: RuleWorld): ExportRule[] {
  const condition = mapOf(rule.if ?? {});
  const keys = Object.keys(condition);
  const unknown = keys.filter((key) => !['model', 'tag', 'task', 'min_confidence'].includes(key));
  if (condition.task !== undefined && !world.tasksAreTags) unknown.push('task');
  // Of a task that its caller names there is no doubt; of none a gateway knows nothing.
  if (condition.min_confidence !== undefined && condition.task === undefined) {
    unknown.push('min_confidence');
  }
  if (unknown.length > 0) {
    left.push(
      `routing: ${what} (${shown(rule)}) is left out: a gateway does not know ${unknown.join(', ')}. ` +
        'Such requests go by the rules after it.',
    );
    return [];
  }
  if (rule.certainty !== undefined) {
    left.push(`routing: the certainty of ${what} is a claim for reports; no gateway has it.`);
  }
  const use = cheapestUse(rule.use ?? 'keep', { what, world, left });
  const texts = (key: string) => (condition[key] === undefined ? null : textsOf(condition[key]));
  return [{ models: texts('model'), tags: texts('tag'), tasks: texts('task'), use }];
}

function cheapestUse(use: Plain, { what, world, left }: RuleWorld): string | null {
  if (use === 'keep') return null;
  const models = textsOf(use);
  const [first = '', ...more] = models;
  if (more.length === 0) return first;
  const cheapest = world.cheapestOf(models);
  left.push(
    `routing: ${what} takes the cheapest of ${models.join(', ')} for each request; a gateway is given ` +
      `${cheapest}, the cheapest for three tokens in to one out.`,
  );
  return cheapest;
}

function fallbacksOf(
  { sections }: SettledPolicy,
  { fallback }: PolicyFile,
  left: string[],
): Pick<ExportPlan, 'fallbacks' | 'defaultFallback'> {
  const keys = Object.keys(mapOf(sections.fallback ?? {}));
  const chains = new Map<string, readonly string[]>();
  for (const key of keys) {
    const byTask = parseTask(key) !== null;
    if (byTask)
      left.push(`fallback: the chain of the task ${key} is left out: gateways have none.`);
    else if (key !== '*') chains.set(key, fallback?.after(key, 'other') ?? []);
  }
  const defaultFallback = keys.includes('*') ? (fallback?.after('*', 'other') ?? []) : [];
  return { fallbacks: chains, defaultFallback };
}

function cacheOf(
  cache: CacheSettings | null,
  { defaultTtlMs }: ExportWorld,
  left: string[],
): ExportPlan['cache'] {
  if (cache === null) return null;
  if (cache.scope === 'user') {
    left.push('cache: left out, since a gateway would give one user the answers of another.');
    return null;
  }
  if (cache.capacity !== null) {
    left.push(`cache: a gateway has no capacity of ${cache.capacity} answers to set.`);
  }
  left.push(
    'cache: a gateway keeps answers at any temperature: send what must be fresh without the cache ' +
      `(the policy keeps answers up to a temperature of ${(cache.maxTemperatureMilli ?? DEFAULT_MAX_TEMPERATURE_MILLI) / 1000}).`,
  );
  return { ttlSeconds: Math.round((cache.ttlMs ?? defaultTtlMs) / 1000) };
}

function retriesOf({ retries }: PolicyFile, left: string[]): ExportPlan['retries'] {
  if (retries === null) return null;
  if (retries.windowMs !== null) {
    left.push('retries: window_seconds says how a log is read; a gateway has nothing of it.');
  }
  const pause = retries.firstPauseMs;
  return { most: retries.maxRetries, pauseSeconds: pause === null ? null : pause / 1000 };
}

/** Why sections have no place in a gateway's configuration. */
const NO_PLACE: Readonly<Record<string, string>> = {
  models: 'gateways go by their own table of context windows, latencies and abilities',
  cascade: 'a gateway does not check answers and ask a better model',
  cascade_split: 'it is what a simulation expects',
  output_caps: 'a gateway does not know the task; let callers send max_tokens',
  levers: 'it is what a simulation replays, and in which order',
  semantic_cache:
    "a gateway's semantic cache has no gates for numbers, names and negation, and no bound of false hits",
  prompt_cache: 'it is what a simulation assumes of the provider; callers mark their prompts',
  compression: 'prompts are changed before they are sent',
  trimming: 'prompts are changed before they are sent',
  gateway: 'it is what a reseller asks',
  batch_tier: 'calls of the Batch API are made by other requests; aicost batch makes them',
  quality: 'it is what a simulation expects',
};

function leaveSections({ sections }: SettledPolicy, left: string[]): void {
  for (const key of Object.keys(sections)) {
    const why = NO_PLACE[key];
    if (why !== undefined) left.push(`${key}: left out: ${why}.`);
  }
}

function shown(rule: PlainMap): string {
  const parts = Object.entries(mapOf(rule.if ?? {})).map(
    ([key, value]) => `${key} ${listOf(value).join(', ')}`,
  );
  const condition = parts.length === 0 ? 'always' : parts.join('; ');
  return `${condition}: ${listOf(rule.use ?? 'keep').join(' or ')}`;
}

function textsOf(value: Plain): string[] {
  return listOf(value).map(String);
}
