/**
 * Section `models`: what models can do, where it is known better than the catalogue.
 *
 * Takes the section, gives facts by name. Never a guess: what is not said is null.
 */
import type { FileValue } from './file-value.ts';

/** What is said of a model; null: nothing is. */
export interface ModelFacts {
  /** As price tables name it. */
  readonly provider: string | null;
  readonly contextTokens: number | null;
  readonly latencyMs: number | null;
  readonly tools: boolean | null;
  readonly images: boolean | null;
  /** Answers that fit a JSON schema. */
  readonly json: boolean | null;
}

export const NO_FACTS: ModelFacts = {
  ...{ provider: null, contextTokens: null, latencyMs: null },
  ...{ tools: null, images: null, json: null },
};

const KEYS = ['provider', 'context_tokens', 'latency_ms', 'tools', 'images', 'json'];
const COUNT = { from: 1, to: Infinity, isWhole: true };

/** Reads the section. Throws UserError. */
export function parseModels(section: FileValue): ReadonlyMap<string, ModelFacts> {
  return new Map(section.entries().map(({ key, value }) => [key, parseFacts(value)]));
}

function parseFacts(value: FileValue): ModelFacts {
  const members = value.members(KEYS);
  return {
    provider: members.get('provider')?.text() ?? null,
    contextTokens: members.get('context_tokens')?.number(COUNT) ?? null,
    latencyMs: members.get('latency_ms')?.number({ from: 0, to: Infinity }) ?? null,
    tools: members.get('tools')?.flag() ?? null,
    images: members.get('images')?.flag() ?? null,
    json: members.get('json')?.flag() ?? null,
  };
}
