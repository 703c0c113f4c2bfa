/**
 * Section `routing`: a preset by name, or rules of the user's own.
 *
 * Takes the section, gives it as data. Never decides: `file-routing.ts` does.
 */
import { type Condition, parseCondition } from './condition.ts';
import type { FileValue } from './file-value.ts';
import { PRESET_NAMES } from './presets.ts';
import type { Certainty } from './route.ts';

/** What a rule may claim for the answers' quality: nothing in a log proves it. */
const CERTAINTIES = ['needs_test', 'likely'] as const satisfies readonly Certainty[];
const KEEP = 'keep';

/** Models of which the cheapest that fits is taken; null: the request stays where it is. */
export type Use = readonly string[] | null;

/** One rule. */
export interface RoutingRule {
  /** Null: every request. */
  readonly condition: Condition | null;
  readonly use: Use;
  readonly certainty: Certainty;
}

/** The section. */
export interface RoutingSettings {
  /** Null: the rules decide. */
  readonly preset: string | null;
  readonly rules: readonly RoutingRule[];
  /** For requests that no rule matches. */
  readonly otherwise: Use;
}

/** Reads the section. Throws UserError. */
export function parseRouting(section: FileValue): RoutingSettings {
  const members = section.members(['preset', 'rules', 'otherwise']);
  const preset = members.get('preset');
  const rules = members.get('rules');
  const otherwise = members.get('otherwise');
  if (preset !== undefined) {
    const both = rules ?? otherwise;
    both?.fail('a preset decides already', 'give either a preset or rules');
    return { preset: preset.choice(PRESET_NAMES), rules: [], otherwise: null };
  }
  if (rules === undefined && otherwise === undefined) {
    section.fail('neither a preset nor rules', 'add preset: conservative, or rules');
  }
  return {
    preset: null,
    rules: rules?.items().map(parseRule) ?? [],
    otherwise: otherwise === undefined ? null : parseUse(otherwise),
  };
}

function parseRule(item: FileValue): RoutingRule {
  const members = item.members(['if', 'use', 'certainty']);
  const condition = members.get('if');
  const use = members.get('use') ?? item.fail('no use', 'add use: [MODEL, …] or use: keep');
  return {
    condition: condition === undefined ? null : parseCondition(condition),
    use: parseUse(use),
    certainty: members.get('certainty')?.choice(CERTAINTIES) ?? 'needs_test',
  };
}

function parseUse(value: FileValue): Use {
  const names = [...new Set(value.texts())];
  if (!names.includes(KEEP)) return names;
  if (names.length === 1) return null;
  return value.fail('keep and models', 'give either keep or a list of models');
}
