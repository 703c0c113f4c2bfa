/**
 * A policy settled: what its file says in the file's own words, presets written out.
 *
 * Takes a name or the text of a file, gives plain data that is a policy file again: `show` prints it,
 * `diff` compares it, `export` goes by it. Never a default filled in; what cannot be written out stays
 * as it is, with a note.
 */
import { parseTask } from '../domain/task.ts';
import { B1_GATEWAY, D5_OUTPUT_CAPS, E4_SPLIT, E6_COMPRESSION } from './lever-presets.ts';
import { openPolicy, parsePolicyFile, SECTION_KEYS, type SectionKey } from './policy-file.ts';
import { type Plain, type PlainMap, presetRules } from './preset-rules.ts';

/** A settled policy. */
export interface SettledPolicy {
  readonly name: string;
  /** The sections it has, in the order of the documentation. */
  readonly sections: { readonly [Key in SectionKey]?: Plain };
  /** What could not be written out, for people. */
  readonly notes: readonly string[];
}

type Sections = { [Key in SectionKey]?: Plain };

/** Settles a preset (`text` is null) or a file. Throws UserError for a file that is not right. */
export function settlePolicy(name: string, text: string | null): SettledPolicy {
  if (text === null) return settled(name, { routing: { preset: name } });
  const { name: own } = parsePolicyFile(text, name);
  // Parsed just before: what stands in the file is of the right kind.
  const { name: _, ...said } = openPolicy(text, name).document.toJS() as Sections & {
    name?: string;
  };
  return settled(own, said);
}

function settled(name: string, said: Sections): SettledPolicy {
  const notes: string[] = [];
  const sections: Sections = {};
  for (const key of SECTION_KEYS) {
    const value = said[key];
    if (value !== undefined) sections[key] = (WRITERS[key] ?? same)(value);
  }
  writePreset(sections, notes);
  if (mapOf(sections.retries ?? {}).preset === 'b4') {
    notes.push('retries: b4 also says which statuses are tried again; that has no key of its own.');
  }
  return { name, sections, notes };
}

/** Puts a routing preset's rules in place of its name; the file's own facts win over its source's. */
function writePreset(sections: Sections, notes: string[]): void {
  const { preset } = mapOf(sections.routing ?? {});
  if (typeof preset !== 'string') return;
  const written = presetRules(preset);
  if (written === null) {
    notes.push(
      `routing: ${preset} goes by the model each request was made to, and has no rules to write out.`,
    );
    return;
  }
  sections.routing = written.routing;
  sections.models = { ...written.models, ...mapOf(sections.models ?? {}) };
  if (written.note !== null) notes.push(`routing: ${written.note}`);
}

type Write = (value: Plain) => Plain;
const same: Write = (value) => value;

const WRITERS: { readonly [Key in SectionKey]?: Write } = {
  routing(value) {
    const { rules, otherwise, ...rest } = mapOf(value);
    return {
      ...rest,
      ...(rules === undefined ? {} : { rules: listOf(rules).map(writeRule) }),
      ...(otherwise === undefined ? {} : { otherwise: writeUse(otherwise) }),
    };
  },
  fallback: (value) => mapped(value, (models) => listOf(models)),
  cascade: (value) =>
    listOf(value).map((item) => {
      const { if: condition, checks, ...rest } = mapOf(item);
      return {
        ...(condition === undefined ? {} : { if: writeCondition(condition) }),
        ...rest,
        ...(checks === undefined ? {} : { checks: listOf(checks) }),
      };
    }),
  output_caps: (value) =>
    value === 'd5' ? Object.fromEntries(D5_OUTPUT_CAPS) : byTask(mapOf(value)),
  cascade_split: (value) => (value === 'e4' ? { '*': E4_SPLIT } : byTask(mapOf(value))),
  gateway: (value) =>
    value === 'b1' ? B1_GATEWAY.map(({ ratio }) => ({ ratio: Number(ratio) })) : listOf(value),
  compression(value) {
    const { preset, ...rest } = mapOf(value);
    if (preset === undefined) return rest;
    const { model, ratioPermille, minSystemTokens, minCalls } = E6_COMPRESSION;
    const written = { model, to_share: ratioPermille / 1000, min_tokens: minSystemTokens };
    return { ...written, min_calls: minCalls, ...rest };
  },
  levers: (value) => listOf(value),
};

function writeRule(rule: Plain): Plain {
  const { if: condition, use = 'keep', certainty } = mapOf(rule);
  return {
    ...(condition === undefined ? {} : { if: writeCondition(condition) }),
    use: writeUse(use),
    // What is not said is needs_test.
    ...(certainty === 'likely' ? { certainty } : {}),
  };
}

function writeUse(use: Plain): Plain {
  const names = listOf(use);
  return names[0] === 'keep' ? 'keep' : names;
}

const LISTS: ReadonlySet<string> = new Set(['task', 'model', 'provider', 'tag', 'priority']);

function writeCondition(condition: Plain): PlainMap {
  return Object.fromEntries(
    Object.entries(mapOf(condition)).map(([key, value]) => {
      if (!LISTS.has(key)) return [key, value];
      return [key, key === 'task' ? listOf(value).map(taskName) : listOf(value)];
    }),
  );
}

function taskName(name: Plain): Plain {
  return parseTask(String(name)) ?? name;
}

function byTask(map: PlainMap): PlainMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [parseTask(key) ?? key, value]),
  );
}

function mapped(value: Plain, write: Write): PlainMap {
  return Object.fromEntries(Object.entries(mapOf(value)).map(([key, one]) => [key, write(one)]));
}

/** A mapping, or none for anything else. */
export function mapOf(value: Plain): PlainMap {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

/** A list; one value stands for a list of it. */
export function listOf(value: Plain): readonly Plain[] {
  return isList(value) ? value : [value];
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
