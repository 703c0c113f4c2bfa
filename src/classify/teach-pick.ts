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
  /** Of equals, the one that was offered first stays. */
  readonly turn: number;
}

interface Group {
  calls: number;
  /** A heap: the one that goes first stands first. */
  readonly kept: Kept[];
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
    const [last] = group.kept;
    if (group.kept.length >= this.#size && last !== undefined && last.worth >= worth) return;
    pushKept(group.kept, { ...call, alike, worth, turn: group.calls });
    count(group.kinds, alike, 1);
    group.prompts.add(call.promptHash);
    if (group.kept.length <= this.#size) return;
    const dropped = popKept(group.kept);
    count(group.kinds, dropped.alike, -1);
    group.prompts.delete(dropped.promptHash);
  }

  /** The ids of the sample, those that teach most first. */
  pick(): number[] {
    const groups = [...this.#groups.values()].map(({ calls, kept }) => {
      return { calls, kept: kept.toSorted((a, b) => (goesFirst(a, b) ? 1 : -1)), taken: 0 };
    });
    const picked: number[] = [];
    while (picked.length < this.#size) {
      let best: (typeof groups)[number] | null = null;
      let most = 0;
      for (const one of groups) {
        const next = one.kept[one.taken];
        if (next === undefined) continue;
        // A template that has been asked about teaches less the next time; a large one teaches more.
        const worth = Math.max(0, next.worth);
        const value = (worth * Math.sqrt(one.calls)) / (1 + one.taken);
        if (best === null || value > most) {
          best = one;
          most = value;
        }
      }
      if (best === null) break;
      picked.push(best.kept[best.taken]!.id);
      best.taken++;
    }
    return picked;
  }
}

/** Whether one gives way before another. */
function goesFirst(one: Kept, other: Kept): boolean {
  return one.worth < other.worth || (one.worth === other.worth && one.turn > other.turn);
}

function pushKept(heap: Kept[], added: Kept): void {
  let at = heap.push(added) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!goesFirst(added, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = added;
}

/** Takes out the one that goes first. */
function popKept(heap: Kept[]): Kept {
  const first = heap[0]!;
  const moved = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && goesFirst(heap[below + 1]!, heap[below]!)) below++;
    if (!goesFirst(heap[below]!, moved)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = moved;
  return first;
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
