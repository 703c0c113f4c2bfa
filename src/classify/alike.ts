/**
 * Alike: sketches that stand for others like them.
 *
 * Takes how often each sketch was seen, gives each one its leader: the most frequent sketch that
 * agrees with it in all bins but one. Never compares all with all: the time goes with their number.
 */

/** How sketches of one kind are compared. */
export interface Kind {
  readonly bins: number;
  readonly bits: number;
  /** A sketch that is frequent enough stands for itself if it has this share of its leader's count. */
  readonly ownShare: number;
  /** The share of what is alike that must be equal to its leader: less is chance. */
  readonly equalShare: number;
}

/** Lets others have their turn. */
export type Pause = () => Promise<void>;

/** How often each sketch was seen, and from how many on leaders stand for a group. */
export interface Counted {
  readonly counts: ReadonlyMap<number, number>;
  readonly kind: Kind;
  readonly least: number;
}

/** A turn takes some hundredths of a second. */
const TURN_SKETCHES = 8_192;

/** Finds the leaders, with a pause now and then. */
export async function leadersOf(counted: Counted, pause: Pause): Promise<Leaders> {
  const { counts, kind, least } = counted;
  const { ownShare } = kind;
  const found = new Finder(kind);
  const leaderOf = new Map<number, Leader>();
  let done = 0;
  for (const [count, values] of byCount(counts)) {
    for (const value of values) {
      if (++done % TURN_SKETCHES === 0) await pause();
      const alike = found.alike(value);
      const isOwn = alike === null || (count >= least && count >= ownShare * alike.equal);
      const leader = isOwn ? found.enter(value, count) : alike;
      leader.count += count;
      leaderOf.set(value, leader);
    }
  }
  return new Leaders(leaderOf, found.leaders, counted);
}

/** The sketches of each count in their order, the most frequent ones first. */
function byCount(counts: ReadonlyMap<number, number>): [count: number, values: Float64Array][] {
  const values = new Map<number, number[]>();
  for (const [value, count] of counts) {
    const equal = values.get(count);
    if (equal === undefined) values.set(count, [value]);
    else equal.push(value);
  }
  return [...values]
    .sort(([a], [b]) => b - a)
    .map(([count, equal]) => [count, Float64Array.from(equal).sort()]);
}

/** A sketch that others are alike to. */
interface Leader {
  readonly value: number;
  /** Leaders found before. */
  readonly rank: number;
  /** How often it was seen itself, and together with those like it. */
  readonly equal: number;
  count: number;
}

/** The sketches that stand for enough others like them. */
export class Leaders {
  readonly leaders: readonly number[];
  /** How much was counted that has a leader. */
  readonly count: number;
  readonly #kind: Kind;
  readonly #leaderOf: ReadonlyMap<number, Leader>;
  readonly #kept: ReadonlySet<Leader>;

  constructor(
    leaderOf: ReadonlyMap<number, Leader>,
    found: readonly Leader[],
    { kind, least }: Counted,
  ) {
    this.#kind = kind;
    this.#leaderOf = leaderOf;
    const kept = found.filter(({ count, equal }) => {
      return count >= least && equal >= kind.equalShare * count;
    });
    this.#kept = new Set(kept);
    this.leaders = kept.map(({ value }) => value);
    this.count = kept.reduce((sum, { count }) => sum + count, 0);
  }

  /** The leader of a sketch; 0 if it has none. */
  of(value: number): number {
    const leader = this.#leaderOf.get(value);
    return leader !== undefined && this.#kept.has(leader) ? leader.value : 0;
  }

  /** Whether some of the leaders have a bin in common. */
  areKin(): boolean {
    const { bins, bits } = this.#kind;
    const seen = new Set<number>();
    for (const leader of this.leaders) {
      for (let bin = 0; bin < bins; bin++) {
        seen.add((Math.floor(leader / 2 ** (bits * bin)) % 2 ** bits) * bins + bin);
      }
    }
    return seen.size < bins * this.leaders.length;
  }
}

/** Finds the leader of a sketch among those that came before it. */
class Finder {
  readonly leaders: Leader[] = [];
  /** By a leader without one of its bins: two sketches that are alike share one of these. */
  readonly #first: readonly { readonly unit: number; readonly by: Map<number, Leader> }[];
  readonly #values: number;

  constructor({ bins, bits }: Kind) {
    this.#values = 2 ** bits;
    this.#first = Array.from({ length: bins }, (_, bin) => {
      return { unit: 2 ** (bits * bin), by: new Map<number, Leader>() };
    });
  }

  /** The first leader with all bins but one in common. */
  alike(value: number): Leader | null {
    let best: Leader | null = null;
    for (const { unit, by } of this.#first) {
      const found = by.get(this.#without(value, unit));
      if (found !== undefined && (best === null || found.rank < best.rank)) best = found;
    }
    return best;
  }

  enter(value: number, equal: number): Leader {
    const leader = { value, rank: this.leaders.length, equal, count: 0 };
    this.leaders.push(leader);
    for (const { unit, by } of this.#first) {
      const key = this.#without(value, unit);
      if (!by.has(key)) by.set(key, leader);
    }
    return leader;
  }

  #without(value: number, unit: number): number {
    return value - (Math.floor(value / unit) % this.#values) * unit;
  }
}
