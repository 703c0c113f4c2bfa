/**
 * A routing preset as the rules a policy file would have.
 *
 * Takes a preset's name, gives rules in the file's own words. Never a table of its own: it asks the
 * preset where each task goes, at each priority.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { PRIORITIES } from './condition.ts';
import { DEFAULT_POLICY, policyNamed } from './presets.ts';
import type { ModelRef, Priority, RoutingPolicy } from './route.ts';

/** A value of a policy file. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;
/** A mapping of a policy file. */
export type PlainMap = { readonly [Key in string]: Plain };

/** What rules cannot say of a preset. */
export const WORDS_NOTE =
  'The preset also goes by what only a caller knows (words of the prompt, complexity, a latency ' +
  'limit): rules cannot count words. For logged calls the rules are the same.';

/** The presets whose source looks at more than a task. */
const BY_WORDS: ReadonlySet<string> = new Set(['a2', 'b2', 'd1']);

/** A preset written out. */
export interface WrittenPreset {
  readonly routing: PlainMap;
  readonly models: PlainMap;
  /** What it does that the rules do not say. */
  readonly note: string | null;
}

type Destinations = ReadonlyMap<Task, readonly ModelRef[]>;

/** A preset as rules; null for one that goes by the model a request was made to. */
export function presetRules(preset: string): WrittenPreset | null {
  if (preset === DEFAULT_POLICY) return null;
  const policy = policyNamed(preset);
  const usual = destinations(policy, null);
  const otherwise = mostCommon(usual);
  const rules = [
    ...PRIORITIES.flatMap((priority) => priorityRules(policy, priority, usual)),
    ...taskRules(usual, otherwise, {}),
  ];
  return {
    routing: { rules, otherwise: namesOf(usual.get(otherwise) ?? []) },
    models: factsOf(rules, policy, usual),
    note: BY_WORDS.has(policy.id) ? WORDS_NOTE : null,
  };
}

function destinations(policy: RoutingPolicy, priority: Priority | null): Destinations {
  const target = { provider: '', model: '', operation: 'chat' } as const;
  const hints = priority === null ? {} : { priority };
  return new Map(
    TASKS.map((task) => [
      task,
      policy.route({ task, taskConfidence: 100, target, ...hints })?.models ?? [],
    ]),
  );
}

/** The first task of those that go where most go. */
function mostCommon(goes: Destinations): Task {
  const counts = new Map<string, number>();
  for (const models of goes.values()) {
    counts.set(keyOf(models), (counts.get(keyOf(models)) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return TASKS.find((task) => counts.get(keyOf(goes.get(task) ?? [])) === most) ?? 'other';
}

/** Rules for what a priority sends elsewhere: all tasks at once where they go to one place. */
function priorityRules(policy: RoutingPolicy, priority: Priority, usual: Destinations): PlainMap[] {
  const goes = destinations(policy, priority);
  const differ = TASKS.filter(
    (task) => keyOf(goes.get(task) ?? []) !== keyOf(usual.get(task) ?? []),
  );
  const [first] = differ;
  if (first === undefined) return [];
  const places = new Set([...goes.values()].map(keyOf));
  if (places.size === 1) return [{ if: { priority: [priority] }, use: useOf(goes, first) }];
  const moved = new Map(differ.map((task) => [task, goes.get(task) ?? []]));
  return taskRules(moved, null, { priority: [priority] });
}

/** A rule for each place that tasks go to, that of `otherwise` left out. */
function taskRules(goes: Destinations, otherwise: Task | null, also: PlainMap): PlainMap[] {
  const rest = otherwise === null ? null : keyOf(goes.get(otherwise) ?? []);
  const places = new Map<string, Task[]>();
  for (const [task, models] of goes) {
    const place = keyOf(models);
    places.set(place, [...(places.get(place) ?? []), task]);
  }
  return [...places]
    .filter(([place]) => place !== rest)
    .map(([, tasks]) => ({ if: { task: tasks, ...also }, use: useOf(goes, tasks[0] ?? 'other') }));
}

function useOf(goes: Destinations, task: Task): Plain {
  const models = goes.get(task) ?? [];
  return models.length === 0 ? 'keep' : namesOf(models);
}

/** What the preset's source says of the models its rules name. */
function factsOf(rules: readonly PlainMap[], policy: RoutingPolicy, usual: Destinations): PlainMap {
  const maps = [usual, ...PRIORITIES.map((priority) => destinations(policy, priority))];
  const all = maps.flatMap((goes) => [...goes.values()].flat());
  const named = new Set([
    ...rules.flatMap(({ use }) => use),
    ...namesOf([...usual.values()].flat()),
  ]);
  const facts = new Map<string, PlainMap>();
  for (const { provider, model, contextTokens, latencyMs } of all) {
    if (!named.has(model)) continue;
    facts.set(model, {
      provider,
      ...(contextTokens === null ? {} : { context_tokens: contextTokens }),
      ...(latencyMs === null ? {} : { latency_ms: latencyMs }),
    });
  }
  return Object.fromEntries(facts);
}

function namesOf(models: readonly ModelRef[]): string[] {
  return models.map(({ model }) => model);
}

function keyOf(models: readonly ModelRef[]): string {
  return namesOf(models).join('\n');
}
