/**
 * Vectors of texts, as an embeddings model gave them: asked for once, kept for good.
 *
 * Takes texts, gives vectors, and the earlier texts nearest to a new one. Keeps a hash of each text,
 * never the text. The nearest are found by sqlite-vec, which is loaded only then.
 */
import { createHash } from 'node:crypto';
import { EXIT, UserError } from '../errors.ts';
import type { Ledger } from './open.ts';

/** Whose vectors: a name may be another model elsewhere. */
export interface EmbeddingModel {
  readonly model: string;
  /** The provider, or the address of a server nobody knows. */
  readonly maker: string;
}

/** The vectors of one model. */
export class Embeddings {
  readonly #statements;
  readonly #model: EmbeddingModel;
  #dims: number | null;

  constructor(db: Ledger, model: EmbeddingModel) {
    this.#model = model;
    this.#statements = prepareStatements(db);
    const { name, maker } = this.#key;
    this.#dims = (this.#statements.dims.get(name, maker) as number | undefined) ?? null;
  }

  get #key() {
    return { name: this.#model.model, maker: this.#model.maker };
  }

  /** The length of the model's vectors; null: none is kept. */
  get dims(): number | null {
    return this.#dims;
  }

  /** The vector of a text; null: it was never asked for. */
  get(text: string): Float32Array | null {
    const { name, maker } = this.#key;
    const blob = this.#statements.find.get(hashOf(text), name, maker) as Buffer | undefined;
    return blob === undefined ? null : floatsIn(blob);
  }

  /** Whether a text has its vector. */
  has(text: string): boolean {
    const { name, maker } = this.#key;
    return this.#statements.has.get(hashOf(text), name, maker) !== undefined;
  }

  /** Keeps a vector; joins the transaction of the caller. */
  put(text: string, vector: Float32Array): void {
    const { name, maker } = this.#key;
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    this.#dims ??= vector.length;
    this.#statements.put.run(name, maker, hashOf(text), vector.length, bytes);
  }
}

function prepareStatements(db: Ledger) {
  const which = 'text_hash = ? AND model = ? AND maker = ?';
  return {
    dims: db.prepare('SELECT dims FROM embedding WHERE model = ? AND maker = ? LIMIT 1').pluck(),
    find: db.prepare(`SELECT vector FROM embedding WHERE ${which}`).pluck(),
    has: db.prepare(`SELECT 1 FROM embedding WHERE ${which}`).pluck(),
    put: db.prepare(
      `INSERT OR REPLACE INTO embedding (model, maker, text_hash, dims, vector)
       VALUES (?, ?, ?, ?, ?)`,
    ),
  };
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function floatsIn(blob: Buffer): Float32Array {
  // A copy: a blob may begin anywhere in memory.
  const bytes = blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength);
  return new Float32Array(bytes as ArrayBuffer);
}

/** An earlier text, and how alike: its cosine, from 0 to 1. */
interface Neighbour {
  readonly number: number;
  readonly similarity: number;
}

/** Texts by their vectors. */
interface Neighbours {
  /** Adds a text under its number; gives the nearest earlier ones of its setting. */
  add(number: number, setting: number, text: string): readonly Neighbour[];
}

/** How the nearest are looked for. */
export interface NearOptions {
  /** About how many texts there will be. */
  readonly expected: number;
  /** So many of the nearest are named. */
  readonly most: number;
}

/** From so many texts on, signs are compared first, and only the best of those in full. */
const COARSE_FROM = 4096;
/** Shorter vectors have too few signs to tell them apart. */
const COARSE_DIMS = 256;
/** For each that is named so many are compared in full. */
const OVERSAMPLING = 4;

/** Gives what makes an index of nearest texts. Throws UserError where sqlite-vec does not run. */
export async function openNeighbours(
  db: Ledger,
  embeddings: Embeddings,
  { expected, most }: NearOptions,
): Promise<() => Neighbours> {
  const { dims } = embeddings;
  // Without a vector there is nothing to compare.
  if (dims === null) return () => ({ add: () => [] });
  await loadVec(db);
  const isCoarse = dims >= COARSE_DIMS && dims % 8 === 0 && expected > COARSE_FROM;
  return () => new VecNeighbours(db, embeddings, { dims, most, isCoarse });
}

async function loadVec(db: Ledger): Promise<void> {
  try {
    const sqliteVec = await import('sqlite-vec');
    sqliteVec.load(db);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UserError(
      EXIT.failed,
      `sqlite-vec, which compares vectors, does not run here (${process.platform} ${process.arch}): ${cause.message.split('\n')[0]}`,
      'leave --embed out: the texts themselves are compared',
      { cause },
    );
  }
}

let tables = 0;

class VecNeighbours implements Neighbours {
  readonly #embeddings: Embeddings;
  readonly #isCoarse: boolean;
  readonly #most: number;
  readonly #insert;
  readonly #find;
  /** Of coarse ones: the texts, to compare their vectors in full. */
  readonly #texts = new Map<number, string>();

  constructor(
    db: Ledger,
    embeddings: Embeddings,
    { dims, most, isCoarse }: { dims: number; most: number; isCoarse: boolean },
  ) {
    const table = `temp.near_${tables++}`;
    const column = isCoarse ? `code bit[${dims}]` : `code float[${dims}] distance_metric=cosine`;
    const code = isCoarse ? 'vec_quantize_binary(?)' : '?';
    db.exec(`CREATE VIRTUAL TABLE ${table} USING vec0(setting integer partition key, ${column})`);
    this.#embeddings = embeddings;
    this.#isCoarse = isCoarse;
    this.#most = most;
    this.#insert = db.prepare(`INSERT INTO ${table} (rowid, setting, code) VALUES (?, ?, ${code})`);
    const named = isCoarse ? most * OVERSAMPLING : most;
    this.#find = db.prepare(
      `SELECT rowid AS number, distance FROM ${table}
       WHERE code MATCH ${code} AND k = ${named} AND setting = ? ORDER BY distance`,
    );
  }

  add(number: number, setting: number, text: string): readonly Neighbour[] {
    const vector = this.#embeddings.get(text);
    if (vector === null) return [];
    // sqlite-vec takes integers as integers only.
    const [key, partition] = [BigInt(number), BigInt(setting)];
    const rows = this.#find.all(vector, partition) as { number: number; distance: number }[];
    this.#insert.run(key, partition, vector);
    if (this.#isCoarse) this.#texts.set(number, text);
    return rows
      .map((row) => ({ number: row.number, similarity: this.#similarity(row, vector) }))
      .sort((a, b) => b.similarity - a.similarity || a.number - b.number)
      .slice(0, this.#most);
  }

  #similarity(row: { number: number; distance: number }, vector: Float32Array): number {
    if (!this.#isCoarse) return clamped(1 - row.distance);
    const other = this.#embeddings.get(this.#texts.get(row.number) ?? '');
    return other === null ? 0 : clamped(cosineOf(vector, other));
  }
}

/** Rounding may go beyond 1, and what points away is not alike at all. */
function clamped(cosine: number): number {
  return Math.max(0, Math.min(1, Math.round(cosine * 1e6) / 1e6));
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!;
    left += a[at]! ** 2;
    right += b[at]! ** 2;
  }
  return dot / Math.sqrt(left * right);
}
