/**
 * A policy under construction: settings of levers and moves between models → a policy file's data.
 *
 * Takes what a search has chosen, gives the plain data of a policy file and that file as it is read.
 * Never a setting that a file could not hold: what is replayed is what a person can edit.
 */
import type { Task } from '../domain/task.ts';
import { LEVER_SECTIONS, type LeverId } from '../policy/levers.ts';
import { type PolicyFile, parsePolicyFile } from '../policy/policy-file.ts';
import type { Plain, PlainMap } from '../policy/preset-rules.ts';
import type { Certainty } from '../policy/route.ts';

/** Calls of one task that go from one model to another. */
export interface DraftRule {
  readonly task: Task;
  /** The family: models whatever their date. */
  readonly from: string;
  /** Null: they stay. */
  readonly to: string | null;
  readonly minConfidence: number;
  readonly certainty: Certainty;
}

/** What a search has chosen so far. */
export interface PolicyDraft {
  /** The sections of the levers that are on. */
  readonly settings: ReadonlyMap<LeverId, PlainMap>;
  readonly rules: readonly DraftRule[];
}

/** What is to stand in the file of the models and their scores. */
export interface DraftFacts {
  readonly name: string;
  factsOf(model: string): PlainMap;
  /** Scores of the user's own, by model and task; null: none. */
  scoresOf(rules: readonly DraftRule[]): PlainMap | null;
}

export const EMPTY_DRAFT: PolicyDraft = { settings: new Map(), rules: [] };

/** The policy with another setting of a lever; null turns it off. */
export function withLever(draft: PolicyDraft, lever: LeverId, setting: PlainMap | null) {
  const settings = new Map(draft.settings);
  if (setting === null) settings.delete(lever);
  else settings.set(lever, setting);
  return { ...draft, settings };
}

/** The data of the policy file, its rules in their order. */
export function plainPolicy({ settings, rules }: PolicyDraft, facts: DraftFacts): PlainMap {
  const models = [...new Set(rules.flatMap(({ to }) => to ?? []))];
  const known = models.map((model) => [model, facts.factsOf(model)] as const);
  const stated = known.filter(([, own]) => Object.keys(own).length > 0);
  const scores = facts.scoresOf(rules);
  const sections = [...settings].map(([id, setting]) => [LEVER_SECTIONS[id], setting] as const);
  const isEmpty = rules.length === 0 && settings.size === 0;
  return {
    name: facts.name,
    ...(rules.length === 0
      ? {}
      : { routing: { rules: rules.map(plainRule), otherwise: 'keep' } satisfies PlainMap }),
    ...(stated.length === 0 ? {} : { models: Object.fromEntries(stated) }),
    ...Object.fromEntries(sections),
    ...(scores === null ? {} : { quality: scores }),
    // A file must say something: no lever at all is said so.
    ...(isEmpty ? { levers: [] } : {}),
  };
}

function plainRule({ task, from, to, minConfidence, certainty }: DraftRule): Plain {
  return {
    if: { task: [task], model: [from], min_confidence: minConfidence },
    use: to === null ? 'keep' : [to],
    ...(to !== null && certainty === 'likely' ? { certainty } : {}),
  };
}

/** The file as every command reads it. */
export function policyOf(plain: PlainMap, name: string): PolicyFile {
  return parsePolicyFile(JSON.stringify(plain), name);
}
