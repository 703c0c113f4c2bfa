/**
 * The chains of a run: which models a row may go to, from its settings and its policy.
 *
 * Takes settings, gives a chain for each row; flags win over the policy. Never a model nobody named.
 */
import { EXIT, UserError } from '../errors.ts';
import { CHECK_SPELLINGS, parseCheckSpec } from '../policy/check-spec.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { type CascadeRule, checksFor } from '../policy/section-cascade.ts';
import type { Chain } from './chain.ts';
import { type Check, lengthCheck, refusalCheck, regexCheck, schemaCheck } from './checks.ts';
import { type JudgeRows, judgeCheck } from './judge.ts';
import type { Row } from './row.ts';
import { type BatchSettings, canonicalJson } from './settings.ts';

export interface ChainOptions {
  readonly settings: BatchSettings;
  readonly policy: PolicyFile | null;
  /** The most one row may cost, all models together; null: no limit. */
  readonly maxRowPico: number | null;
  /** Makes the rows that judges are asked with. */
  readonly judgeRows: JudgeRows;
}

/** The chains of rows; throws UserError for a check that is none. */
export function chainsOf(options: ChainOptions): (row: Row) => Chain {
  const { settings, policy } = options;
  // Wrong checks are found before anything is asked, not at the first row they hold for.
  const spelled = (policy?.cascade ?? []).flatMap((rule) => [
    rule.checks,
    ...rule.checksByModel.values(),
  ]);
  for (const texts of [settings.checks, ...spelled]) readChecks(texts, options);
  // Every row asks: what its chain depends on is its model, its task and its cascade.
  const known = new Map<CascadeRule | null, Map<string, Chain>>();
  return (row) => {
    const { prompt, task, routed } = row;
    const rule = routed?.cascade ?? null;
    const chains = known.get(rule) ?? new Map<string, Chain>();
    known.set(rule, chains);
    const key = policy === null ? prompt.model : `${prompt.model} ${task}`;
    const chain = chains.get(key) ?? makeChain(row, options);
    chains.set(key, chain);
    return chain;
  };
}

function makeChain(row: Row, options: ChainOptions): Chain {
  const { settings, policy, maxRowPico } = options;
  const steps = stepsOf(row, settings, policy);
  return {
    id: idOf(steps, settings),
    steps: steps.map(({ model, texts }) => ({ model, checks: readChecks(texts, options) })),
    maxRowPico,
  };
}

/** Rows of equal ids share answers: models, and what they must pass. */
function idOf(steps: readonly SpelledStep[], { schema }: BatchSettings): string {
  const models = steps.map(({ model }) => model).join('>');
  if (schema === null && steps.every(({ texts }) => texts.length === 0)) return models;
  return `${models} ${canonicalJson([schema, steps.map(({ texts }) => texts)])}`;
}

/** A model of a row's chain, and its checks as they are spelled. */
export interface SpelledStep {
  readonly model: string;
  readonly texts: readonly string[];
}

/** The models of a row with their checks, in the order they are asked. */
export function stepsOf(
  row: Row,
  settings: BatchSettings,
  policy: PolicyFile | null,
): SpelledStep[] {
  const rule = row.routed?.cascade ?? null;
  const isFlagged = settings.checks.length > 0 || settings.cascade.length > 0 || rule === null;
  return modelsOf(row, settings, policy).map((model) => ({
    model,
    texts: isFlagged ? settings.checks : checksFor(rule, model),
  }));
}

/** The models of a row, in the order they are asked. */
function modelsOf(
  { prompt, task, routed }: Row,
  settings: BatchSettings,
  policy: PolicyFile | null,
): string[] {
  const cascade = settings.cascade.length > 0 ? settings.cascade : routed?.cascade?.models;
  const first = cascade ?? [prompt.model];
  const last = first.at(-1) ?? prompt.model;
  const fallback =
    settings.fallback.length > 0 ? settings.fallback : (policy?.fallback?.after(last, task) ?? []);
  return [...new Set([...first, ...fallback])];
}

function readChecks(texts: readonly string[], { settings, judgeRows }: ChainOptions): Check[] {
  const { schema } = settings;
  const fits = schema === null ? [] : [schemaCheck(schema)];
  const others = texts.filter((text) => text !== 'json_schema' || schema === null);
  return [...fits, ...others.map((text) => parseCheck(text, judgeRows))];
}

/** A check as the command line spells it. Throws UserError. */
export function parseCheck(text: string, judgeRows: JudgeRows): Check {
  const spec = parseCheckSpec(text);
  if (typeof spec === 'string') {
    throw new UserError(EXIT.usage, `--check: ${spec}`, `give ${CHECK_SPELLINGS}`);
  }
  switch (spec.kind) {
    case 'refusal':
      return refusalCheck();
    case 'regex':
      return regexCheck(spec.regex);
    case 'length':
      return lengthCheck(spec.least, spec.most);
    case 'judge':
      return judgeCheck(spec.model, spec.least, judgeRows);
    case 'json_schema':
      throw new UserError(
        EXIT.usage,
        'the check json_schema has no schema to check against',
        'name it with --json-schema FILE',
      );
  }
}
