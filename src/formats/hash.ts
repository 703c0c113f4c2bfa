/**
 * Hashes of texts and values: 53-bit safe integers, equal for equal content however it was written.
 *
 * Takes trees of json.ts, gives numbers. Not cryptographic: they tell calls apart, they hide nothing.
 * Two different prompts among ten million collide with a chance of about 0.6 %, and a repeat must
 * also agree in length.
 */
import xxhash from 'xxhash-wasm';
import { Fields, type Json, Raw, Text } from './json.ts';

const { h64Raw } = await xxhash();

const SHORT = 48;
const HIGH_BITS = 0x1fffff;
const TWO_32 = 4294967296;

/** Members that identify a call or carry its transport, and do not change an answer. */
const NOT_CONTENT = new Set(['id', 'timestamp', 'created_at', 'created', 'status', 'call_id']);

/** Mixes an integer into a seed. */
export function mix(seed: number, value: number): number {
  let low = (seed % TWO_32) | 0;
  let high = Math.floor(seed / TWO_32) | 0;
  low = Math.imul(low ^ (value | 0), 0x9e3779b1);
  high = Math.imul(high ^ Math.floor(value / TWO_32) ^ (low >>> 15), 0x85ebca77);
  return finish(low, high);
}

function finish(first: number, second: number): number {
  let low = first;
  let high = second;
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  low ^= high >>> 16;
  high ^= Math.imul(low, 0x9e3779b1) >>> 11;
  return (high & HIGH_BITS) * TWO_32 + (low >>> 0);
}

/** Hashes bytes `[start, end)`. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  if (end - start > SHORT) {
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
    const wide = h64Raw(view, BigInt(seed));
    return Number(BigInt.asUintN(53, wide));
  }
  let low = (seed % TWO_32) ^ (end - start);
  let high = Math.floor(seed / TWO_32) ^ 0x9747b28c;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    low = Math.imul(low ^ byte, 0x9e3779b1);
    high = Math.imul((high ^ byte) + low, 0x85ebca77);
  }
  return finish(low, high);
}

/** Hashes a short string by its UTF-16 units. */
export function hashString(text: string, seed = 0): number {
  let low = (seed % TWO_32) ^ text.length;
  let high = Math.floor(seed / TWO_32) ^ 0x51ed270b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul((high ^ unit) + low, 0x85ebca77);
  }
  return finish(low, high);
}

/** Hashes a value with everything in it that can shape an answer. */
export function hashJson(value: Json, seed: number): number {
  if (value instanceof Text) return hashBytes(value.bytes, value.start, value.end, seed);
  if (typeof value === 'string') return hashString(value, seed);
  if (value instanceof Fields) return hashFields(value, seed);
  if (value instanceof Raw) return hashRaw(value, seed);
  if (Array.isArray(value)) {
    let hash = mix(seed, value.length);
    for (const item of value) hash = hashJson(item, hash);
    return hash;
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return mix(mix(seed, 1), value);
  return hashString(String(value), seed);
}

/** Canonical names are few and the same strings all the time. */
const nameHashes = new Map<string, number>();

function nameHash(name: string): number {
  let hash = nameHashes.get(name);
  if (hash === undefined) {
    hash = hashString(name);
    nameHashes.set(name, hash);
  }
  return hash;
}

/** Hashes the members of an object, leaving out `skip` and what only identifies a call. */
export function hashFields(
  fields: Fields,
  seed: number,
  skip: ReadonlySet<string> = NOT_CONTENT,
): number {
  let hash = seed;
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    if (!skip.has(name)) hash = hashJson(fields.values[i]!, mix(hash, nameHash(name)));
  }
  for (const [name, value] of fields.rest ?? []) hash = hashRaw(value, hashString(name, hash));
  return hash;
}

/** Raw hash → hash of the compact form, for the few schemas and tool lists that repeat all day. */
const compact = new Map<number, number>();
const COMPACT_LIMIT = 10_000;

function hashRaw(raw: Raw, seed: number): number {
  const asWritten = hashBytes(raw.bytes, raw.start, raw.end);
  let hash = compact.get(asWritten);
  if (hash === undefined) {
    hash = hashCompact(raw, asWritten);
    if (compact.size >= COMPACT_LIMIT) compact.clear();
    compact.set(asWritten, hash);
  }
  return mix(seed, hash);
}

function hashCompact(raw: Raw, asWritten: number): number {
  const plain = compactText(raw);
  return plain === null ? asWritten : hashString(plain);
}

/** A raw value as JSON.stringify writes it; null if it is damaged. */
export function compactText(raw: Raw): string | null {
  try {
    return JSON.stringify(JSON.parse(raw.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
