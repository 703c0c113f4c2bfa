/**
 * Section `cascade`: models that are asked in turn until an answer passes the checks.
 *
 * Takes the section, gives its cascades. Never runs a check.
 */
import { CHECK_SPELLINGS, parseCheckSpec } from './check-spec.ts';
import { type Condition, parseCondition } from './condition.ts';
import type { FileValue } from './file-value.ts';

/** Models from cheap to dear, and what an answer must pass. */
export interface CascadeRule {
  /** Null: every request. */
  readonly condition: Condition | null;
  readonly models: readonly string[];
  /** As the command line spells them: `refusal`, `regex:^(yes|no)$`, `judge:gpt-4o>=7`. */
  readonly checks: readonly string[];
  /** Models with checks of their own in place of those. */
  readonly checksByModel: ReadonlyMap<string, readonly string[]>;
}

/** What a model's answer must pass in a cascade. */
export function checksFor(
  { checks, checksByModel }: CascadeRule,
  model: string,
): readonly string[] {
  return checksByModel.get(model) ?? checks;
}

/** Reads the section; the first cascade whose condition holds is a request's. Throws UserError. */
export function parseCascade(section: FileValue): readonly CascadeRule[] {
  return section.items().map((item) => {
    const members = item.members(['if', 'models', 'checks']);
    const given = members.get('if');
    const models = members.get('models') ?? item.fail('no models', 'add models: [a, b]');
    const steps = models.items().map(parseStep);
    const own = steps.filter(({ checks }) => checks !== null);
    return {
      condition: given === undefined ? null : parseCondition(given),
      models: [...new Set(steps.map(({ model }) => model))],
      checks: readChecks(members.get('checks')) ?? [],
      checksByModel: new Map(own.map(({ model, checks }) => [model, checks ?? []])),
    };
  });
}

/** A model's name, or with checks of its own: `{ model: small, checks: ['judge:large>=8'] }`. */
function parseStep(item: FileValue): { model: string; checks: readonly string[] | null } {
  if (!item.isMapping) return { model: item.text(), checks: null };
  const members = item.members(['model', 'checks']);
  const model = members.get('model') ?? item.fail('no model', 'add model: NAME');
  return { model: model.text(), checks: readChecks(members.get('checks')) };
}

/** Null where nothing is said. */
function readChecks(value: FileValue | undefined): readonly string[] | null {
  if (value === undefined) return null;
  return (value.isList ? value.items() : [value]).map((item) => {
    const text = item.text();
    const spec = parseCheckSpec(text);
    return typeof spec === 'string' ? item.fail(spec, `checks: ${CHECK_SPELLINGS}`) : text;
  });
}
