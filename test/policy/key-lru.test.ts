import { describe, expect, it } from 'vitest';
import { KeyLru } from '../../src/policy/key-lru.ts';
import { type Key, KeyTable } from '../../src/policy/key-table.ts';
import { below, seeded } from './calls.ts';

/** An LRU as a list of keys, newest last. */
class NaiveLru {
  readonly slots = new Map<string, number>();
  constructor(readonly capacity: number) {}
  find(key: string): number {
    return this.slots.get(key) ?? -1;
  }
  touch(key: string): void {
    const slot = this.slots.get(key)!;
    this.slots.delete(key);
    this.slots.set(key, slot);
  }
  insert(key: string): number {
    if (this.capacity === 0) return -1;
    let slot = this.slots.size;
    if (slot === this.capacity) {
      const [oldest, freed] = [...this.slots][0]!;
      this.slots.delete(oldest);
      slot = freed;
    }
    this.slots.set(key, slot);
    return slot;
  }
}

describe('KeyLru', () => {
  it.each([0, 1, 2, 7, 64, 1000])('does what a naive LRU does at capacity %i', (capacity) => {
    const random = seeded(capacity + 1);
    const lru = new KeyLru(capacity);
    const naive = new NaiveLru(capacity);
    for (let step = 0; step < 4000; step++) {
      const a = below(random, Math.max(4, capacity)) * 2 ** 33 + below(random, 2);
      const key: [number, number, number, number] = [a, below(random, 2), -1, below(random, 2)];
      const name = key.join();
      const slot = lru.find(...key);
      expect(slot).toBe(naive.find(name));
      if (slot === -1) {
        expect(lru.insert(...key)).toBe(naive.insert(name));
      } else {
        lru.touch(slot);
        naive.touch(name);
      }
      expect(lru.size).toBe(naive.slots.size);
    }
    const [oldest] = naive.slots.values();
    expect(lru.oldest).toBe(oldest ?? -1);
  });

  it('tells keys apart that differ in one part, however large', () => {
    const lru = new KeyLru(10);
    const big = Number.MAX_SAFE_INTEGER;
    lru.insert(big, 0, 0, 0);
    expect(lru.find(big, 0, 0, 0)).toBe(0);
    const others: Key[] = [
      [big - 1, 0, 0, 0],
      [big, 1, 0, 0],
      [big, 0, 1, 0],
      [big, 0, 0, 1],
    ];
    for (const key of others) expect(lru.find(...key)).toBe(-1);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 20])('refuses a capacity of %d', (capacity) => {
    expect(() => new KeyLru(capacity)).toThrow(RangeError);
  });
});

describe('KeyTable', () => {
  it('finds every key that is in and none that was removed, at full load', () => {
    const table = new KeyTable(500);
    const random = seeded(3);
    const held = new Map<number, number>();
    for (let step = 0; step < 5000; step++) {
      const slot = below(random, 500);
      const old = held.get(slot);
      if (old !== undefined) {
        table.remove(slot);
        expect(table.find(old, 0, 0, 0)).toBe(-1);
      }
      table.put(slot, [step, 0, 0, 0]);
      held.set(slot, step);
    }
    for (const [slot, key] of held) expect(table.find(key, 0, 0, 0)).toBe(slot);
  });
});
