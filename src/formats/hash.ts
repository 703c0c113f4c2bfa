/**
 * Hashes of texts and values: 53-bit safe integers, equal for equal content however it was written.
 *
 * Takes bytes and trees of json.ts, gives numbers. Not cryptographic: they tell calls apart, they
 * hide nothing. Two different prompts among ten million collide with a chance of about 0.6 %, and a
 * repeat must also agree in length. Never depends on what was hashed before.
 */
import { compactText, Fields, type Json, Raw, Text } from './json.ts';
import { KEY_NAMES, keysOf } from './keys.ts';
import { Memo } from './memo.ts';

const TWO_32 = 4294967296;
const HIGH_BITS = 0x1fffff;
/** Odd constants with well spread bits, of xxHash32 and MurmurHash3. */
const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const COMPACT_LIMIT = 10_000;

/** Mixes an integer into a seed. */
export function mix(seed: number, value: number): number {
  const low = Math.imul((seed | 0) ^ (value | 0), P1);
  const high = Math.imul((seed / TWO_32) ^ (value / TWO_32) ^ (low >>> 15), P2);
  return spread(low, high);
}

function spread(first: number, second: number): number {
  let low = first;
  let high = second;
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  low ^= high >>> 16;
  high ^= Math.imul(low, P1) >>> 11;
  return (high & HIGH_BITS) * TWO_32 + (low >>> 0);
}

/** Hashes a short string by its UTF-16 units. */
export function hashString(text: string, seed = 0): number {
  let low = (seed | 0) ^ text.length;
  let high = (seed / TWO_32) ^ 0x51ed270b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, P1);
    high = Math.imul((high ^ unit) + low, P2);
  }
  return spread(low, high);
}

/** Hashes bytes `[start, end)`. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  return hashView(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, end);
}

/**
 * Hashes bytes `[start, end)` of a view in four lanes that turn by one place a block, so that a
 * change in one lane reaches all of them. Longer than a screen's worth of simple code would be,
 * because every prompt and answer goes through it: it reads four bytes at a time and copies none.
 */
function hashView(view: DataView, start: number, end: number): number {
  let a = (end - start) ^ P1;
  let b = P2 | 0;
  let c = P3 | 0;
  let d = P4;
  let at = start;
  for (const last = end - 16; at <= last; at += 16) {
    const first = (a + Math.imul(view.getInt32(at, true), P2)) | 0;
    const second = (b + a + Math.imul(view.getInt32(at + 4, true), P2)) | 0;
    const third = (c + b + Math.imul(view.getInt32(at + 8, true), P2)) | 0;
    const fourth = (d + c + Math.imul(view.getInt32(at + 12, true), P2)) | 0;
    a = Math.imul((fourth << 13) | (fourth >>> 19), P1);
    b = Math.imul((first << 13) | (first >>> 19), P1);
    c = Math.imul((second << 13) | (second >>> 19), P1);
    d = Math.imul((third << 13) | (third >>> 19), P1);
  }
  let low = Math.imul(a ^ ((c << 17) | (c >>> 15)), P1) + b;
  let high = Math.imul(b ^ ((d << 17) | (d >>> 15)), P2) + a;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    low = Math.imul(low ^ word, P1);
    high = Math.imul(((high << 13) | (high >>> 19)) ^ (word + low), P2);
  }
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    low = Math.imul(low ^ byte, P1);
    high = Math.imul(((high << 13) | (high >>> 19)) ^ (byte + low), P2);
  }
  return spread(low ^ (high >>> 15), high);
}

/** Members that identify a call or carry its transport, and do not change an answer. */
const NOT_CONTENT = keySet('id timestamp created_at created status call_id');
const NAME_HASHES: readonly number[] = KEY_NAMES.map((name) => hashString(name));

/** A set of keys by their numbers. */
export type KeySet = readonly boolean[];

/** The set of these names. */
export function keySet(names: string): KeySet {
  const ids = new Set(keysOf(names));
  return KEY_NAMES.map((_, id) => ids.has(id));
}

/** Hashes values; one for each reader, since it remembers where it looked last. */
export class Hasher {
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  readonly #float = new Float64Array(1);
  readonly #halves = new Int32Array(this.#float.buffer);
  /** Raw hash → hash of the compact form, for the few schemas and tool lists that repeat all day. */
  readonly #compact = new Memo<number, number>(COMPACT_LIMIT);

  /** Hashes the bytes of a view of a log. */
  bytes({ bytes, start, end }: Text | Raw): number {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return hashView(this.#view, start, end);
  }

  /** Hashes a value with everything in it that can shape an answer. */
  json(value: Json, seed: number): number {
    if (value instanceof Text) return mix(seed, this.bytes(value));
    if (typeof value === 'string') return hashString(value, seed);
    if (value instanceof Fields) return this.fields(value, seed);
    if (value instanceof Raw) return this.#raw(value, seed);
    if (Array.isArray(value)) {
      let hash = mix(seed, value.length);
      for (const item of value) hash = this.json(item, hash);
      return hash;
    }
    return typeof value === 'number' ? this.#number(value, seed) : hashString(String(value), seed);
  }

  #number(value: number, seed: number): number {
    this.#float[0] = value + 0;
    return mix(mix(seed, this.#halves[0]!), this.#halves[1]!);
  }

  /** Hashes the members of an object, leaving out `skip`: what only identifies a call. */
  fields(fields: Fields, seed: number, skip: KeySet = NOT_CONTENT): number {
    const { ids, values, rest } = fields;
    let hash = seed;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (!skip[id]) hash = this.json(values[i]!, mix(hash, NAME_HASHES[id]!));
    }
    if (rest === null) return hash;
    for (const [name, value] of rest) hash = this.#raw(value, hashString(name, hash));
    return hash;
  }

  #raw(raw: Raw, seed: number): number {
    const asWritten = this.bytes(raw);
    const compact = this.#compact.get(asWritten) ?? this.#compacted(raw, asWritten);
    return mix(seed, compact);
  }

  #compacted(raw: Raw, asWritten: number): number {
    const plain = compactText(raw);
    return this.#compact.keep(asWritten, plain === null ? asWritten : hashString(plain));
  }
}
