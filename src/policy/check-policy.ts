/**
 * Every problem of a policy file at once.
 *
 * Takes its text, gives what is wrong, doubtful or of no use to some commands, each with its line.
 * Never stops at the first: what is wrong is taken out and the rest is read again.
 */
import { isAlias, isMap, isScalar, type Node, visit } from 'yaml';
import { parseTask } from '../domain/task.ts';
import { UserError } from '../errors.ts';
import { parseCheckSpec } from './check-spec.ts';
import { type FilePlace, PolicyProblem } from './file-value.ts';
import { LEVER_SECTIONS } from './levers.ts';
import {
  openPolicy,
  type PolicyFile,
  readOpened,
  SECTION_KEYS,
  type SectionKey,
} from './policy-file.ts';
import type { Plain } from './preset-rules.ts';
import { listOf, mapOf, settlePolicy } from './settled.ts';

/** How bad it is: the file is refused, it may not do what it seems to, or it is good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing to know of a policy file. */
export interface PolicyFinding {
  readonly severity: Severity;
  readonly line: number;
  /** Where in the file, without numbers of items; empty: the file as a whole. */
  readonly key: string;
  readonly problem: string;
  readonly hint: string;
}

/** Whether there is a price for a model, of the provider the policy says or of any. */
export type HasPrice = (model: string, provider: string) => boolean;

/** Which commands go by a section. */
export const SECTION_USERS: Readonly<Record<SectionKey, readonly string[]>> = {
  routing: ['audit', 'simulate', 'batch'],
  models: ['audit', 'simulate', 'batch'],
  fallback: ['batch'],
  cascade: ['simulate', 'batch'],
  cache: ['audit', 'simulate', 'batch'],
  output_caps: ['simulate', 'batch'],
  levers: ['simulate'],
  semantic_cache: ['simulate', 'batch'],
  prompt_cache: ['simulate'],
  cascade_split: ['simulate'],
  compression: ['simulate'],
  batch_tier: ['simulate'],
  retries: ['simulate'],
  gateway: ['simulate'],
  trimming: ['simulate'],
  quality: ['simulate'],
};

/** What is to be said of a policy file, in the order of its lines. */
export function checkPolicy(text: string, name: string, hasPrice: HasPrice): PolicyFinding[] {
  const { errors, policy } = errorsOf(text, name);
  const found =
    policy === null || errors.length > 0
      ? errors
      : [
          ...unready(policy, text),
          ...unreached(policy, text),
          ...impossible(text),
          ...unpriced(policy, text, hasPrice),
        ];
  const place = openPolicy(text, name);
  const all = place.document.errors.length > 0 ? found : [...found, ...usersOf(place)];
  return all.toSorted((a, b) => a.line - b.line);
}

function errorsOf(
  text: string,
  name: string,
): { errors: PolicyFinding[]; policy: PolicyFile | null } {
  const place = openPolicy(text, name);
  if (place.document.errors.length > 0) {
    const errors = place.document.errors.map((error) => {
      const problem = error.message.split('\n', 1)[0]?.replace(/ at line .*$/, '') ?? '';
      const { line } = place.lines.linePos(error.pos[0]);
      return { severity: 'error' as const, line, key: '', problem, hint: 'correct the YAML' };
    });
    return { errors, policy: null };
  }
  const errors: PolicyFinding[] = [];
  /** What something was taken out of: it may lack that now, and is not to blame. */
  const emptied = new Set<unknown>();
  for (;;) {
    try {
      return { errors, policy: readOpened(place) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const node = error instanceof PolicyProblem ? error.node : null;
      if (!emptied.has(node)) errors.push(findingOf(error));
      if (node === null || !takeOut(place, node, emptied)) return { errors, policy: null };
    }
  }
}

function findingOf(error: UserError): PolicyFinding {
  const severity = 'error' as const;
  const { hint } = error;
  if (!(error instanceof PolicyProblem)) {
    const problem = error.message.replace(/^.*?:\d+: /, '');
    return { severity, line: 1, key: '', problem, hint };
  }
  const { line, path, problem } = error.what;
  // Items are numbered anew once one is taken out: the line says which it is.
  return { severity, line, key: path.replace(/\[\d+\]/g, ''), problem, hint };
}

/** Takes a value out of its mapping or list; false: it stands in none. */
function takeOut({ document }: FilePlace, node: unknown, emptied: Set<unknown>): boolean {
  let isOut = false;
  const remove = (parent: unknown) => {
    isOut = true;
    emptied.add(parent);
    return visit.REMOVE;
  };
  visit(document, {
    Pair: (_, pair, path) => (pair.value === node ? remove(path.at(-1)) : undefined),
    Node: (key, one, path) =>
      one === node && typeof key === 'number' ? remove(path.at(-1)) : undefined,
  });
  return isOut;
}

/** Levers that are named and have nothing to go by. */
function unready(policy: PolicyFile, text: string): PolicyFinding[] {
  const needing = (['routing', 'cascade', 'gateway'] as const).filter(
    (id) => policy.levers?.includes(id) === true && policy[LEVER_SECTIONS[id]] === null,
  );
  return needing.map((id) => ({
    severity: 'error',
    line: lineOfKey(openPolicy(text, ''), 'levers'),
    key: 'levers',
    problem: `the lever ${id} has no section`,
    hint: `add ${LEVER_SECTIONS[id]}:`,
  }));
}

/** Rules behind one that always holds. */
function unreached({ routing }: PolicyFile, text: string): PolicyFinding[] {
  const rules = routing?.rules ?? [];
  const last = rules.findIndex(({ condition }) => condition === null);
  const isIdle = last >= 0 && (last < rules.length - 1 || routing?.otherwise !== null);
  if (!isIdle) return [];
  return [
    {
      severity: 'warning',
      line: lineOfKey(openPolicy(text, ''), 'routing'),
      key: 'routing.rules',
      problem: `rule ${last + 1} has no 'if' and always holds: what comes after it is never used`,
      hint: 'put it last, or give it an if',
    },
  ];
}

/** An `if` that no request can meet. */
function impossible(text: string): PolicyFinding[] {
  const { document, lines } = openPolicy(text, '');
  const found: PolicyFinding[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'if' || !isMap(value)) return;
      const least = Number(value.get('min_complexity') ?? 0);
      const most = Number(value.get('max_complexity') ?? 1);
      if (least <= most) return;
      found.push({
        ...({ severity: 'warning', key: 'if' } as const),
        line: lines.linePos(key.range?.[0] ?? 0).line,
        problem: `min_complexity ${least} is above max_complexity ${most}: it never holds`,
        hint: 'exchange the two, or leave one out',
      });
    },
  });
  return found;
}

function unpriced(policy: PolicyFile, text: string, hasPrice: HasPrice): PolicyFinding[] {
  const place = openPolicy(text, policy.name);
  return [...namedModels(text)]
    .filter(([model]) => !hasPrice(model, policy.models?.get(model)?.provider ?? ''))
    .map(([model, key]) => ({
      ...({ severity: 'warning', line: lineOfText(place, model, key) } as const),
      key,
      problem: `${model} has no price: it is never the cheapest, and what it costs is unknown`,
      hint: `give --price ${model}:input=…,output=…, a table that has it (--prices), or its provider under models:`,
    }));
}

/** The models that are asked, each with the section that names it first. */
export function namedModels(text: string): ReadonlyMap<string, SectionKey> {
  const { sections } = settlePolicy('policy', text);
  const found = new Map<string, SectionKey>();
  const add = (key: SectionKey, names: readonly Plain[]) => {
    for (const name of names) {
      if (typeof name === 'string' && !found.has(name)) found.set(name, key);
    }
  };
  const routing = mapOf(sections.routing ?? {});
  const uses = [
    ...listOf(routing.rules ?? []).map((rule) => mapOf(rule).use ?? []),
    routing.otherwise ?? [],
  ];
  add(
    'routing',
    uses.flatMap((use) => (use === 'keep' ? [] : listOf(use))),
  );
  for (const [key, models] of Object.entries(mapOf(sections.fallback ?? {}))) {
    if (key !== '*' && parseTask(key) === null) add('fallback', [key]);
    add('fallback', listOf(models));
  }
  for (const cascade of listOf(sections.cascade ?? [])) add('cascade', modelsOfCascade(cascade));
  add('compression', [mapOf(sections.compression ?? {}).model ?? null]);
  return found;
}

/** Its models, then its judges. */
function modelsOfCascade(cascade: Plain): Plain[] {
  const { models = [], checks = [] } = mapOf(cascade);
  const steps = listOf(models);
  const names = steps.map((step) =>
    typeof step === 'string' ? step : (mapOf(step).model ?? null),
  );
  const all = [...listOf(checks), ...steps.flatMap((step) => listOf(mapOf(step).checks ?? []))];
  const specs = all.map((check) => parseCheckSpec(String(check)));
  const judges = specs.flatMap((spec) =>
    typeof spec !== 'string' && spec.kind === 'judge' ? [spec.model] : [],
  );
  return [...names, ...judges];
}

/** The sections that some commands leave unused. */
function usersOf(place: FilePlace): PolicyFinding[] {
  const { contents } = place.document;
  const keys = isMap(contents)
    ? contents.items.map(({ key }) => (isScalar(key) ? key.value : ''))
    : [];
  return SECTION_KEYS.filter((key) => keys.includes(key) && SECTION_USERS[key].length < 3).map(
    (key) => ({
      severity: 'note',
      line: lineOfKey(place, key),
      key,
      problem: `only ${SECTION_USERS[key].join(' and ')} ${SECTION_USERS[key].length > 1 ? 'go' : 'goes'} by this section`,
      hint: '',
    }),
  );
}

function lineOfKey({ document, lines }: FilePlace, key: string): number {
  const { contents } = document;
  const pair = isMap(contents)
    ? contents.items.find((one) => isScalar(one.key) && one.key.value === key)
    : undefined;
  return lines.linePos((pair?.key as Node | undefined)?.range?.[0] ?? 0).line;
}

/** Where a section first has a text, or a text that has it in it; else where the section begins. */
function lineOfText(place: FilePlace, text: string, section: SectionKey): number {
  const { contents } = place.document;
  const part = isMap(contents) ? contents.get(section, true) : undefined;
  let offset: number | null = null;
  if (part !== undefined) {
    visit(part as Node, {
      Scalar(_, { value, range }) {
        if (offset !== null || !String(value).includes(text)) return;
        offset = range?.[0] ?? null;
      },
      Alias: (_, alias) => (isAlias(alias) ? visit.SKIP : undefined),
    });
  }
  return offset === null ? lineOfKey(place, section) : place.lines.linePos(offset).line;
}
