/**
 * Which moves are worth their loss: of each group at most one, within a budget of quality.
 *
 * Takes groups with options of a saving and a loss, gives the option of each that together save most
 * within the budget (a multiple-choice knapsack), and a bound that no choice can exceed. Exact by branch
 * and bound, unless that takes more steps than allowed: then the best found, with the bound beside it.
 */

/** One option of a group: what it saves, and how much of the budget it takes. */
export interface Worth {
  readonly value: number;
  /** From 0 on. */
  readonly weight: number;
}

/** What was chosen. */
export interface Choice {
  /** Of each group the place of its option, -1 for none. */
  readonly chosen: readonly number[];
  readonly value: number;
  readonly weight: number;
  /** No choice within the budget is worth more. */
  readonly bound: number;
  /** Whether the choice is proven to be the best. */
  readonly isExact: boolean;
}

/** An option worth considering, with its place in its group. */
interface Step extends Worth {
  readonly option: number;
}

/** A further piece of a group's hull: so much more value for so much more weight. */
interface Piece extends Step {
  /** Its place in the order. */
  readonly group: number;
}

const MOST_STEPS = 200_000;
/** Savings are sums of millions of amounts: differences below this are rounding. */
const ROUNDING = 1e-12;

/** Chooses within a budget; `mostSteps` bounds the time it takes. */
export function chooseMoves(
  groups: readonly (readonly Worth[])[],
  budget: number,
  mostSteps = MOST_STEPS,
): Choice {
  return new Search(groups, budget, mostSteps).run();
}

class Search {
  readonly #groups: readonly (readonly Step[])[];
  /** Groups in the order in which they are decided: those that save most first. */
  readonly #order: readonly number[];
  /** All pieces, the most value for each bit of weight first, with the group's place in the order. */
  readonly #pieces: readonly Piece[];
  readonly #budget: number;
  /** Of each group what is tried, and to stay, the most promising first. */
  readonly #tried: readonly (readonly Step[])[];
  #stepsLeft: number;
  readonly #path: number[];
  #best: { value: number; weight: number; chosen: number[] };

  constructor(groups: readonly (readonly Worth[])[], budget: number, mostSteps: number) {
    this.#groups = groups.map(paretoOf);
    this.#order = [...groups.keys()].sort((a, b) => this.#most(b) - this.#most(a) || a - b);
    this.#pieces = this.#order
      .flatMap((group, place) => piecesOf(this.#groups[group]!, place))
      .sort((a, b) => b.value * a.weight - a.value * b.weight || a.group - b.group);
    this.#budget = budget;
    this.#stepsLeft = mostSteps;
    this.#path = groups.map(() => -1);
    this.#best = this.#greedy();
    const price = this.#priceOfWeight();
    this.#tried = this.#groups.map((steps) =>
      [...steps, { value: 0, weight: 0, option: -1 }].sort(
        (a, b) => b.value - price * b.weight - (a.value - price * a.weight),
      ),
    );
  }

  /** Pieces by worth, those that do not fit left out: a good choice to begin with. */
  #greedy() {
    const chosen = [...this.#path];
    const ended = new Set<number>();
    let [value, weight] = [0, 0];
    for (const piece of this.#pieces) {
      if (ended.has(piece.group)) continue;
      if (weight + piece.weight > this.#budget) ended.add(piece.group);
      else {
        chosen[this.#order[piece.group]!] = piece.option;
        value += piece.value;
        weight += piece.weight;
      }
    }
    return { value, weight, chosen };
  }

  /** What a bit of weight is worth where the budget ends. */
  #priceOfWeight(): number {
    let left = this.#budget;
    for (const { value, weight } of this.#pieces) {
      if (weight > left) return value / weight;
      left -= weight;
    }
    return 0;
  }

  #most(group: number): number {
    return this.#groups[group]!.at(-1)?.value ?? 0;
  }

  run(): Choice {
    const bound = this.#boundFrom(0, this.#budget);
    this.#decide(0, 0, 0);
    const isExact = this.#stepsLeft > 0;
    const { value, weight, chosen } = this.#best;
    return { value, weight, chosen, isExact, bound: isExact ? value : Math.max(bound, value) };
  }

  #decide(place: number, value: number, weight: number): void {
    if (value > this.#best.value) this.#best = { value, weight, chosen: [...this.#path] };
    if (place === this.#order.length || this.#stepsLeft <= 0) return;
    this.#stepsLeft -= 1;
    const most = value + this.#boundFrom(place, this.#budget - weight);
    if (most <= this.#best.value * (1 + ROUNDING)) return;
    const group = this.#order[place]!;
    for (const step of this.#tried[group]!) {
      if (weight + step.weight > this.#budget) continue;
      this.#path[group] = step.option;
      this.#decide(place + 1, value + step.value, weight + step.weight);
    }
    this.#path[group] = -1;
  }

  /** The most that the groups from a place on can add, if options could be taken in part. */
  #boundFrom(place: number, budget: number): number {
    let left = budget;
    let value = 0;
    for (const piece of this.#pieces) {
      if (piece.group < place) continue;
      if (piece.weight > left) return value + (piece.value * left) / piece.weight;
      left -= piece.weight;
      value += piece.value;
    }
    return value;
  }
}

/** The options that save more than every option that loses no more, by loss. */
function paretoOf(options: readonly Worth[]): Step[] {
  const steps = options
    .map(({ value, weight }, option) => ({ value, weight, option }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => a.weight - b.weight || b.value - a.value || a.option - b.option);
  const kept: Step[] = [];
  for (const step of steps) if (step.value > (kept.at(-1)?.value ?? 0)) kept.push(step);
  return kept;
}

/** The upper hull of a group from nothing on: each further piece gives less for its weight. */
function piecesOf(steps: readonly Step[], group: number): Piece[] {
  const hull: Step[] = [{ value: 0, weight: 0, option: -1 }];
  for (const step of steps) {
    while (hull.length > 1 && !isConcave(hull.at(-2)!, hull.at(-1)!, step)) hull.pop();
    hull.push(step);
  }
  return hull.slice(1).map(({ value, weight, option }, at) => {
    const before = hull[at]!;
    return { group, option, value: value - before.value, weight: weight - before.weight };
  });
}

function isConcave(a: Worth, b: Worth, c: Worth): boolean {
  return (b.value - a.value) * (c.weight - b.weight) > (c.value - b.value) * (b.weight - a.weight);
}
