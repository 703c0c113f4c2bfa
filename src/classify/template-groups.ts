/**
 * Template groups: which calls come from one template, told by what repeats.
 *
 * Takes the sketches of all calls once, gives a group for each of them: calls of one system prompt,
 * or those that begin, or else end, alike though they are different prompts. Never takes one prompt
 * sent again for a template; memory is bound by MOST_SKETCHES.
 */
import { HEAD_BITS, TAIL_BITS, TAIL_SPAN, TELLS, type TemplateSketch } from './templates.ts';

/** Fewer different prompts are no template; nor are fewer calls of one system prompt. */
const LEAST = 3;
/** Of many prompts, a template is no less than one in so many; */
const ONE_IN = 500;
/** behind a system prompt that says something itself, no less than one in so many. */
const ONE_IN_TOLD = 5;
/** So many different sketches are counted; then those seen once are forgotten. */
const MOST_SKETCHES = 200_000;
/** Different prompts of one sketch are told apart up to so many. */
const MOST_HASHES = 4;

/** How sketches of one kind are compared: so many bins of so many bits, and how many must agree. */
interface Kind {
  readonly bins: number;
  readonly bits: number;
  readonly alike: number;
}

const SYSTEM: Kind = { bins: 6, bits: 8, alike: 5 };
const HEAD: Kind = { bins: 3, bits: HEAD_BITS, alike: 2 };
const TAIL: Kind = { bins: 3, bits: TAIL_BITS, alike: 2 };

/** A group: 0 in `system` or `part` where calls have none in common. */
export interface TemplateGroup {
  readonly system: number;
  /** What the calls begin or end with. */
  readonly part: number;
  readonly by: 'system' | 'beginning' | 'end';
}

/** The prompts of one sketch. */
type Hashes = number[];

/** Counts the sketches of calls. */
export class TemplateCounter {
  readonly #systems = new Map<number, number>();
  readonly #messages = new Map<number, Map<number, Hashes>>();
  #sketches = 0;

  /** Counts a call; `promptHash` tells different prompts of one sketch apart. */
  add({ system, message }: TemplateSketch, promptHash: number): void {
    this.#systems.set(system, (this.#systems.get(system) ?? 0) + 1);
    let messages = this.#messages.get(system);
    if (messages === undefined) {
      messages = new Map();
      this.#messages.set(system, messages);
    }
    const hashes = messages.get(message);
    if (hashes === undefined) {
      messages.set(message, [promptHash]);
      if (++this.#sketches > MOST_SKETCHES) this.#forgetSingles();
    } else if (hashes.length < MOST_HASHES && !hashes.includes(promptHash)) hashes.push(promptHash);
  }

  #forgetSingles(): void {
    this.#sketches = 0;
    for (const [system, messages] of this.#messages) {
      for (const [message, hashes] of messages) if (hashes.length === 1) messages.delete(message);
      this.#sketches += messages.size;
      if (messages.size === 0) this.#messages.delete(system);
    }
    for (const [system, calls] of this.#systems) if (calls === 1) this.#systems.delete(system);
  }

  /** The groups of the calls counted. */
  groups(): TemplateGroups {
    return new TemplateGroups(this.#systems, this.#messages);
  }
}

/** Groups by sketch. */
export class TemplateGroups {
  readonly #systems: Leaders;
  readonly #bySystem = new Map<number, Messages>();
  /** By system, then by part and where it stands. */
  readonly #known = new Map<number, Map<number, TemplateGroup>>();

  constructor(
    systems: ReadonlyMap<number, number>,
    messages: ReadonlyMap<number, ReadonlyMap<number, Hashes>>,
  ) {
    const named = [...systems].filter(([system]) => system !== 0);
    this.#systems = new Leaders(new Map(named), SYSTEM, LEAST);
    const merged = new Map<number, Map<number, number>>();
    for (const [system, counts] of messages) {
      const leader = this.#systems.of(system);
      const all = merged.get(leader) ?? new Map<number, number>();
      merged.set(leader, all);
      for (const [message, { length }] of counts) add(all, message, length);
    }
    for (const [leader, counts] of merged) {
      this.#bySystem.set(leader, new Messages(counts, saysSomething(leader)));
    }
  }

  /** The group of a call; null if it is from no template. Equal groups are the same object. */
  of({ system, message }: TemplateSketch): TemplateGroup | null {
    const leader = this.#systems.of(system);
    const messages = this.#bySystem.get(leader);
    const part = messages?.of(message) ?? null;
    if (part !== null && (leader === 0 || messages?.areTold === true)) {
      return this.#group(leader, part.value, part.by);
    }
    return leader === 0 ? null : this.#group(leader, 0, 'system');
  }

  #group(system: number, part: number, by: TemplateGroup['by']): TemplateGroup {
    const groups = this.#known.get(system) ?? new Map<number, TemplateGroup>();
    if (groups.size === 0) this.#known.set(system, groups);
    // Sketches of beginnings and ends are numbers of the same kind.
    const key = part * KINDS.length + KINDS.indexOf(by);
    const known = groups.get(key) ?? { system, part, by };
    groups.set(key, known);
    return known;
  }
}

const KINDS: readonly TemplateGroup['by'][] = ['system', 'beginning', 'end'];

function saysSomething(system: number): boolean {
  return system >= TELLS;
}

/** The messages behind one system prompt. */
class Messages {
  readonly #heads: Leaders;
  readonly #tails: Leaders;
  /** Whether most of the prompts begin or end as others do. */
  readonly areTold: boolean;

  /** Takes how many different prompts each sketch has. */
  constructor(counts: ReadonlyMap<number, number>, isTold: boolean) {
    const heads = new Map<number, number>();
    let prompts = 0;
    for (const [message, count] of counts) {
      prompts += count;
      add(heads, headOf(message), count);
    }
    const least = Math.max(LEAST, Math.ceil(prompts / (isTold ? ONE_IN_TOLD : ONE_IN)));
    this.#heads = new Leaders(heads, HEAD, least);
    const tails = new Map<number, number>();
    for (const [message, count] of counts) {
      if (this.#heads.of(headOf(message)) === 0) add(tails, message % TAIL_SPAN, count);
    }
    this.#tails = new Leaders(tails, TAIL, least);
    this.areTold = 2 * (this.#heads.count + this.#tails.count) >= prompts;
  }

  of(message: number): { value: number; by: 'beginning' | 'end' } | null {
    const head = this.#heads.of(headOf(message));
    if (head !== 0) return { value: head, by: 'beginning' };
    const tail = this.#tails.of(message % TAIL_SPAN);
    return tail === 0 ? null : { value: tail, by: 'end' };
  }
}

function headOf(message: number): number {
  return Math.floor(message / TAIL_SPAN);
}

function add(counts: Map<number, number>, value: number, count: number): void {
  if (value !== 0) counts.set(value, (counts.get(value) ?? 0) + count);
}

/** The sketches that stand for others like them, the most frequent ones first. */
class Leaders {
  readonly #leaderOf = new Map<number, number>();
  readonly #withBin = new Map<number, number[]>();
  readonly #kind: Kind;
  /** How much was counted that has a leader. */
  readonly count: number;

  /** Leaders stand for `least` or more. */
  constructor(counts: ReadonlyMap<number, number>, kind: Kind, least: number) {
    this.#kind = kind;
    const ordered = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
    const led = new Map<number, number>();
    for (const [value, count] of ordered) {
      const leader = this.#alike(value) ?? value;
      if (leader === value) this.#enter(value);
      this.#leaderOf.set(value, leader);
      led.set(leader, (led.get(leader) ?? 0) + count);
    }
    for (const [value, leader] of this.#leaderOf) {
      if ((led.get(leader) ?? 0) < least) this.#leaderOf.delete(value);
    }
    this.count = [...led.values()].reduce((sum, count) => sum + (count < least ? 0 : count), 0);
  }

  /** The leader of a sketch; 0 if it has none. */
  of(value: number): number {
    return this.#leaderOf.get(value) ?? 0;
  }

  #enter(value: number): void {
    this.#eachBin(value, (bin) => {
      const values = this.#withBin.get(bin) ?? [];
      this.#withBin.set(bin, values);
      values.push(value);
    });
  }

  /** The first leader with enough bins in common. */
  #alike(value: number): number | null {
    const agreed = new Map<number, number>();
    let found: number | null = null;
    this.#eachBin(value, (bin) => {
      for (const other of this.#withBin.get(bin) ?? []) {
        const bins = (agreed.get(other) ?? 0) + 1;
        agreed.set(other, bins);
        if (bins >= this.#kind.alike) found ??= other;
      }
    });
    return found;
  }

  #eachBin(value: number, take: (bin: number) => void): void {
    const { bins, bits } = this.#kind;
    let rest = value;
    for (let bin = 0; bin < bins; bin++) {
      take((rest % 2 ** bits) * bins + bin);
      rest = Math.floor(rest / 2 ** bits);
    }
  }
}
