/**
 * Template groups: which calls come from one template, told by what repeats.
 *
 * Takes the sketches of all calls once, gives a group for each of them: calls of one system prompt,
 * or those that begin, or else end, alike though they are different prompts. Never takes one prompt
 * sent again for a template; memory is bound by MOST_SKETCHES.
 */
import { type Kind, type Leaders, leadersOf, type Pause } from './alike.ts';
import { addDistinct, distinctOf } from './distinct.ts';
import { HEAD_BITS, TAIL_BITS, TAIL_SPAN, TELLS, type TemplateSketch } from './templates.ts';

/** Fewer different prompts are no template. */
const LEAST = 3;
/** Of many prompts, a template is no less than one in so many; */
const ONE_IN = 500;
/** behind a system prompt that says something itself, no less than one in so many. */
const ONE_IN_TOLD = 5;
/** So many different sketches are counted; then those seen once are forgotten. */
const MOST_SKETCHES = 200_000;

const SYSTEM: Kind = { bins: 6, bits: 8, ownShare: Infinity, equalShare: 0 };
/** Two templates may be alike by their small words: then both are frequent. */
const MESSAGE = { bins: 3, ownShare: 0.5, equalShare: 0.3 };
const HEAD: Kind = { ...MESSAGE, bits: HEAD_BITS };
const TAIL: Kind = { ...MESSAGE, bits: TAIL_BITS };

/** A group: 0 in `system` or `part` where calls have none in common. */
export interface TemplateGroup {
  readonly system: number;
  /** What the calls begin or end with. */
  readonly part: number;
  readonly by: 'system' | 'beginning' | 'end';
}

/** The prompts of one sketch: see distinct.ts. */
type Hashes = number[];

/** Counts the sketches of calls. */
export class TemplateCounter {
  readonly #messages = new Map<number, Map<number, Hashes>>();
  /** By system: prompts that were counted and forgotten. */
  readonly #forgotten = new Map<number, number>();
  #sketches = 0;

  /** Counts a call; `promptHash` tells different prompts of one sketch apart. */
  add({ system, message }: TemplateSketch, promptHash: number): void {
    let messages = this.#messages.get(system);
    if (messages === undefined) {
      messages = new Map();
      this.#messages.set(system, messages);
    }
    const hashes = messages.get(message);
    if (hashes === undefined) {
      messages.set(message, [promptHash]);
      if (++this.#sketches > MOST_SKETCHES) this.#forgetSingles();
    } else addDistinct(hashes, promptHash);
  }

  #forgetSingles(): void {
    this.#sketches = 0;
    for (const [system, messages] of this.#messages) {
      const before = messages.size;
      for (const [message, hashes] of messages) if (hashes.length === 1) messages.delete(message);
      const forgotten = (this.#forgotten.get(system) ?? 0) + before - messages.size;
      this.#sketches += messages.size;
      if (messages.size > 0 || forgotten > 1) this.#forgotten.set(system, forgotten);
      else this.#messages.delete(system);
    }
  }

  /** The groups of the calls counted; with a pause now and then, for there may be very many. */
  async groups(pause: Pause): Promise<TemplateGroups> {
    const counts = new Map<number, number>();
    for (const [system, messages] of this.#messages) {
      add(counts, system, this.#forgotten.get(system) ?? 0);
      for (const hashes of messages.values()) add(counts, system, distinctOf(hashes));
    }
    const systems = await leadersOf({ counts, kind: SYSTEM, least: LEAST }, pause);
    const bySystem = new Map<number, Messages>();
    for (const [leader, counted] of this.#merged(systems)) {
      bySystem.set(leader, await messagesOf(leader, counted, pause));
    }
    return new TemplateGroups(systems, bySystem);
  }

  /** What was counted, by the leaders of the system prompts. */
  #merged(systems: Leaders): Map<number, MessageCounts> {
    const merged = new Map<number, MessageCounts>();
    for (const [system, messages] of this.#messages) {
      const leader = systems.of(system);
      const all = merged.get(leader) ?? { counts: new Map<number, number>(), forgotten: 0 };
      merged.set(leader, all);
      all.forgotten += this.#forgotten.get(system) ?? 0;
      for (const [message, hashes] of messages) {
        all.counts.set(message, (all.counts.get(message) ?? 0) + distinctOf(hashes));
      }
    }
    return merged;
  }
}

/** Groups by sketch. */
export class TemplateGroups {
  readonly #systems: Leaders;
  readonly #bySystem: ReadonlyMap<number, Messages>;
  /** By system, then by part and where it stands. */
  readonly #known = new Map<number, Map<number, TemplateGroup>>();

  constructor(systems: Leaders, bySystem: ReadonlyMap<number, Messages>) {
    this.#systems = systems;
    this.#bySystem = bySystem;
  }

  /** The group of a call; null if it is from no template. Equal groups are the same object. */
  of({ system, message }: TemplateSketch): TemplateGroup | null {
    const leader = this.#systems.of(system);
    const messages = this.#bySystem.get(leader);
    const part = messages?.of(message) ?? null;
    if (part !== null) return this.#group(leader, part.value, part.by);
    return leader === 0 || messages?.hasRest !== true ? null : this.#group(leader, 0, 'system');
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

/** How many different prompts each message's sketch has, and how many prompts were forgotten. */
interface MessageCounts {
  readonly counts: Map<number, number>;
  forgotten: number;
}

async function messagesOf(
  system: number,
  { counts, forgotten }: MessageCounts,
  pause: Pause,
): Promise<Messages> {
  const isTold = saysSomething(system);
  const ofHeads = new Map<number, number>();
  let prompts = forgotten;
  for (const [message, count] of counts) {
    prompts += count;
    add(ofHeads, headOf(message), count);
  }
  const least = Math.max(LEAST, Math.ceil(prompts / (isTold ? ONE_IN_TOLD : ONE_IN)));
  const heads = await leadersOf({ counts: ofHeads, kind: HEAD, least }, pause);
  const ofTails = new Map<number, number>();
  for (const [message, count] of counts) {
    if (heads.of(headOf(message)) === 0) add(ofTails, message % TAIL_SPAN, count);
  }
  const tails = await leadersOf({ counts: ofTails, kind: TAIL, least }, pause);
  return new Messages({ heads, tails, prompts, isTold });
}

/** The messages behind one system prompt. */
class Messages {
  readonly #heads: Leaders;
  readonly #tails: Leaders;
  /** Whether the prompts are told apart by their parts. */
  readonly #areParted: boolean;
  /** Whether the prompts of no part are enough for a template. */
  readonly hasRest: boolean;

  constructor(found: { heads: Leaders; tails: Leaders; prompts: number; isTold: boolean }) {
    const { heads, tails, prompts, isTold } = found;
    this.#heads = heads;
    this.#tails = tails;
    const covered = heads.count + tails.count;
    // One part alone parts nothing.
    const isDivided = heads.leaders.length + tails.leaders.length > 1 && 2 * covered >= prompts;
    this.#areParted = !isTold || (isDivided && !heads.areKin() && !tails.areKin());
    this.hasRest = prompts - (this.#areParted ? covered : 0) >= LEAST;
  }

  /** The part that a message has in common with others; null if it has none. */
  of(message: number): { value: number; by: 'beginning' | 'end' } | null {
    if (!this.#areParted) return null;
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
