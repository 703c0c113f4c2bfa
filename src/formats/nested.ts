/**
 * Bodies inside records: as an object, as JSON in a string, or as a logged stream.
 *
 * Takes a member of a record, gives the tree of the body, or null if it is none of these. Never
 * decodes a text that does not begin like one.
 */
import { Fields, type Json, parseJson, Text, treeOf } from './json.ts';
import { K } from './keys.ts';
import { looksLikeStream, mergeStream } from './sse.ts';

/** The object a member holds in one of the three ways; null if it holds none. */
export function objectIn(value: Json | undefined, inRequest: boolean): Fields | null {
  if (value instanceof Fields) return value;
  const text = value instanceof Text || typeof value === 'string' ? value : null;
  if (text === null || !startsLikeBody(text)) return null;
  const decoded = String(text);
  const plain = looksLikeStream(decoded) ? mergeStream(decoded) : parseObject(decoded);
  const tree = plain === null ? null : treeOf(plain, inRequest);
  return tree instanceof Fields ? tree : null;
}

/** One body of the chunks of a Gemini stream: what a later one says counts. Null for other lists. */
export function mergeChunks(chunks: readonly Json[]): Fields | null {
  const body = new Fields();
  const usage = new Fields();
  let candidates: Json | undefined;
  for (const chunk of chunks) {
    if (!(chunk instanceof Fields)) return null;
    addAll(chunk, body);
    addAll(chunk.fields(K.usage_metadata), usage);
    candidates = richer(candidates, chunk.get(K.candidates));
  }
  if (usage.ids.length === 0) return null;
  body.add(K.usage_metadata, usage);
  if (candidates !== undefined) body.add(K.candidates, candidates);
  return body;
}

/** The chunk that names the searches may not be the last one. */
function richer(before: Json | undefined, now: Json | undefined): Json | undefined {
  const first = Array.isArray(now) ? now[0] : undefined;
  const isGrounded = first instanceof Fields && first.has(K.grounding_metadata);
  return before === undefined || isGrounded ? (now ?? before) : before;
}

/** Adds the members of an object to another one, over those it has. */
export function addAll(from: Json | undefined, to: Fields): void {
  if (!(from instanceof Fields)) return;
  from.ids.forEach((id, at) => {
    to.add(id, from.values[at]!);
  });
}

function startsLikeBody(text: Text | string): boolean {
  if (typeof text === 'string') return /^\s*[{:deil]/.test(text);
  return ['{', 'data:', 'event:', 'id:', ':', ' ', '\\n'].some((start) => text.startsWith(start));
}

function parseObject(text: string): object | null {
  const value = parseJson(text);
  return typeof value === 'object' ? value : null;
}
