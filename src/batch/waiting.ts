/**
 * Waiting: who is next, first come first served, where priority is a head start.
 *
 * Takes items with a priority, gives the next. Never starves: an item of higher priority overtakes
 * only those that came less than a fixed number of places before it.
 */
import type { Priority } from '../policy/route.ts';

/** How many places earlier each priority counts as having come. */
const HEAD_START: Readonly<Record<Priority, number>> = {
  low: 0,
  medium: 64,
  high: 256,
  critical: 1024,
};

interface Line<T> {
  readonly headStart: number;
  readonly places: number[];
  readonly items: T[];
  head: number;
}

export class Waiting<T> {
  readonly #lines = new Map<Priority, Line<T>>();
  #came = 0;
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Puts an item in line. */
  push(item: T, priority: Priority): void {
    const line = this.#lineOf(priority);
    line.places.push(this.#came++ - line.headStart);
    line.items.push(item);
    this.#size++;
  }

  /** The next item, left in line. */
  peek(): T | undefined {
    const line = this.#next();
    return line?.items[line.head];
  }

  /** Takes the next item out. */
  shift(): T | undefined {
    const line = this.#next();
    if (line === undefined) return undefined;
    const item = line.items[line.head++];
    this.#size--;
    if (line.head === line.items.length || line.head > 1024) {
      line.places.splice(0, line.head);
      line.items.splice(0, line.head);
      line.head = 0;
    }
    return item;
  }

  #next(): Line<T> | undefined {
    let best: Line<T> | undefined;
    let bestPlace = Number.POSITIVE_INFINITY;
    for (const line of this.#lines.values()) {
      const place = line.places[line.head];
      if (place === undefined || place >= bestPlace) continue;
      best = line;
      bestPlace = place;
    }
    return best;
  }

  #lineOf(priority: Priority): Line<T> {
    let line = this.#lines.get(priority);
    if (line === undefined) {
      line = { headStart: HEAD_START[priority], places: [], items: [], head: 0 };
      this.#lines.set(priority, line);
    }
    return line;
  }
}
