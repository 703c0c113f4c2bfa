/**
 * Picking: the calls whose labels would teach a classifier most.
 *
 * Takes calls one by one with how unsure their label is and the template they are from, gives a sample:
 * unsure ones first, spread over the templates, those like another only where no others are left, one
 * prompt once. Deterministic for a seed; never holds more than a sample's worth of each template.
 */
import type { TemplateGroup } from './template-groups.ts';

/** A call that may be picked. */
export interface Candidate {
  readonly id: number;
  /** 0 to 100. */
  readonly confidence: number;
  /** Equal for prompts that are alike; 0 is like no other. */
  readonly sketch: number;
  readonly promptHash: number;
}

interface Kept extends Candidate {
  /** What it shares with those like it. */
  readonly alike: number;
  /** The larger, the sooner; below 0 for those like another one. */
  readonly worth: number;
}

interface Group {
  calls: number;
  kept: Kept[];
  /** How many of those that are kept are alike. */
  readonly kinds: Map<number, number>;
  /** Hashes of the prompts that are kept. */
  readonly prompts: Set<number>;
}

/** Calls equally unsure are told apart by so many points of chance. */
const SHUFFLE_POINTS = 10;
const MOST_WORTH = 100 + SHUFFLE_POINTS;

/** Picks a sample. */
export class SamplePicker {
  readonly #groups = new Map<TemplateGroup | null, Group>();
  readonly #size: number;
  readonly #seed: number;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#seed = seed;
  }

  /** Offers a call; `template` is null for a prompt from no template. */
  offer(call: Candidate, template: TemplateGroup | null): void {
    const group = this.#groups.get(template) ?? {
      ...{ calls: 0, kept: [], kinds: new Map(), prompts: new Set() },
    };
    this.#groups.set(template, group);
    group.calls++;
    if (group.prompts.has(call.promptHash)) return;
    const alike = call.sketch === 0 ? call.promptHash : call.sketch;
    const unsure = 100 - call.confidence + SHUFFLE_POINTS * noise(call.promptHash, this.#seed);
    const worth = group.kinds.has(alike) ? unsure - MOST_WORTH : unsure;
    const last = group.kept.at(-1);
    if (group.kept.length >= this.#size && last !== undefined && last.worth >= worth) return;
    const at = group.kept.findIndex((other) => other.worth < worth);
    group.kept.splice(at < 0 ? group.kept.length : at, 0, { ...call, alike, worth });
    count(group.kinds, alike, 1);
    group.prompts.add(call.promptHash);
    if (group.kept.length <= this.#size) return;
    const dropped = group.kept.pop()!;
    count(group.kinds, dropped.alike, -1);
    group.prompts.delete(dropped.promptHash);
  }

  /** The ids of the sample, those that teach most first. */
  pick(): number[] {
    const groups = [...this.#groups.values()].map((group) => ({ group, taken: 0 }));
    const picked: number[] = [];
    while (picked.length < this.#size) {
      let best: { group: Group; taken: number } | null = null;
      let most = 0;
      for (const one of groups) {
        const next = one.group.kept[one.taken];
        if (next === undefined) continue;
        // A template that has been asked about teaches less the next time; a large one teaches more.
        const worth = Math.max(0, next.worth);
        const value = (worth * Math.sqrt(one.group.calls)) / (1 + one.taken);
        if (best === null || value > most) {
          best = one;
          most = value;
        }
      }
      if (best === null) break;
      picked.push(best.group.kept[best.taken]!.id);
      best.taken++;
    }
    return picked;
  }
}

function count(kinds: Map<number, number>, kind: number, by: 1 | -1): void {
  const left = (kinds.get(kind) ?? 0) + by;
  if (left === 0) kinds.delete(kind);
  else kinds.set(kind, left);
}

/** A number in [0, 1) that only a hash and a seed decide. */
function noise(hash: number, seed: number): number {
  let mixed = (hash | 0) ^ Math.imul(seed + 1, 0x9e3779b1) ^ Math.floor(hash / 2 ** 32);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
