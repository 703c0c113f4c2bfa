/**
 * Bodies inside records: as an object, as JSON in a string, or as a logged stream.
 *
 * Takes a member of a record, gives the tree of the body, or null if it is none of these. Never
 * decodes a text that does not begin like one.
 */
import { Fields, type Json, parseJson, Text, treeOf } from './json.ts';
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

function startsLikeBody(text: Text | string): boolean {
  if (typeof text === 'string') return /^\s*[{:deil]/.test(text);
  return ['{', 'data:', 'event:', 'id:', ':', ' ', '\\n'].some((start) => text.startsWith(start));
}

function parseObject(text: string): object | null {
  const value = parseJson(text);
  return typeof value === 'object' ? value : null;
}
