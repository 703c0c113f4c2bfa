/** Vectors in the ledger, and the nearest of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Embeddings, openNeighbours } from '../../src/ledger/embeddings.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

let folder: string;
let db: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-vectors-'));
  db = openLedger(join(folder, 'l.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const MODEL = { model: 'm', maker: 'openai' };

describe('what is kept', () => {
  test('is found by text, model and maker', () => {
    const vectors = new Embeddings(db, MODEL);
    expect([vectors.dims, vectors.get('a'), vectors.has('a')]).toEqual([null, null, false]);
    vectors.put('a', Float32Array.of(1, 0.5, -2));
    expect([vectors.dims, vectors.get('a')]).toEqual([3, Float32Array.of(1, 0.5, -2)]);
    expect(new Embeddings(db, MODEL).dims).toBe(3);
    expect(new Embeddings(db, { ...MODEL, maker: 'localhost' }).get('a')).toBeNull();
    expect(new Embeddings(db, { ...MODEL, model: 'n' }).has('a')).toBe(false);
  });

  test('holds no text', () => {
    new Embeddings(db, MODEL).put('a secret', Float32Array.of(1));
    const row = JSON.stringify(db.prepare('SELECT * FROM embedding').get());
    expect(row).not.toContain('secret');
  });
});

describe('the nearest', () => {
  test('are those of the setting, by their cosine, and only earlier ones', async () => {
    const vectors = new Embeddings(db, MODEL);
    vectors.put('a', Float32Array.of(1, 0));
    vectors.put('b', Float32Array.of(3, 4));
    vectors.put('c', Float32Array.of(-1, 0));
    const near = (await openNeighbours(db, vectors, { expected: 10, most: 16 }))();
    expect(near.add(0, 7, 'a')).toEqual([]);
    // (1, 0) · (3, 4) / 5.
    expect(near.add(1, 7, 'b')).toEqual([{ number: 0, similarity: 0.6 }]);
    expect(near.add(2, 8, 'a')).toEqual([]);
    expect(near.add(3, 7, 'unknown')).toEqual([]);
    // What points away is not alike at all.
    expect(near.add(4, 7, 'c').map(({ similarity }) => similarity)).toEqual([0, 0]);
  });

  test('need sqlite-vec, and say so where it does not run', async () => {
    const vectors = new Embeddings(db, MODEL);
    const options = { expected: 10, most: 16 };
    const broken = {
      loadExtension() {
        throw new Error('cannot open shared object\nfile');
      },
    } as unknown as Ledger;
    // Without a vector it is not even loaded.
    expect((await openNeighbours(broken, vectors, options))().add(0, 0, 'a')).toEqual([]);
    vectors.put('a', Float32Array.of(1, 0));
    await expect(openNeighbours(broken, vectors, options)).rejects.toMatchObject({
      code: 1,
      message: expect.stringMatching(/sqlite-vec.*: cannot open shared object$/),
    });
  });

  test('of many are found by signs first, with the cosine in full', async () => {
    const vectors = new Embeddings(db, MODEL);
    // 40 directions of 256 numbers, ten texts around each: a linear congruential generator.
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const centres = Array.from({ length: 40 }, () => Float64Array.from({ length: 256 }, next));
    const texts = Array.from({ length: 400 }, (_, at) => `text ${at}`);
    const all = texts.map((text, at) => {
      const vector = Float32Array.from(centres[at % 40]!, (value) => value + next() * 0.4);
      vectors.put(text, vector);
      return vector;
    });
    const coarse = (await openNeighbours(db, vectors, { expected: 5000, most: 3 }))();
    const cosine = (a: Float32Array, b: Float32Array) => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((s, v, i) => s + v * y[i]!, 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    let [found, wanted] = [0, 0];
    texts.forEach((text, at) => {
      const near = coarse.add(at, 0, text).map(({ number }) => number);
      const exact = all
        .slice(0, at)
        .map((other, number) => ({ number, similarity: cosine(all[at]!, other) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 3);
      wanted += exact.length;
      found += exact.filter(({ number }) => near.includes(number)).length;
    });
    expect(found / wanted).toBeGreaterThan(0.95);
  });
});
