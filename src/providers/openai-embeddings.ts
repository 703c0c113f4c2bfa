/**
 * Embeddings, as OpenAI and everybody compatible speak them.
 *
 * Takes a prompt, gives the body of a request; takes the body of an answer, gives its vector. Never
 * asks for more than the row holds: a list of texts gives a list of vectors, as JSON text.
 */
import { Buffer } from 'node:buffer';
import { joinedText } from './content.ts';
import { isObject, type JsonObject } from './json-object.ts';
import type { Prompt } from './provider.ts';
import { passedOn, textIn, type WireAnswer, type WireFormat } from './wire.ts';

export const OPENAI_EMBEDDINGS: WireFormat = {
  pathAt: () => '/embeddings',
  bodyOf: embeddingsBody,
  read: readEmbeddings,
};

function embeddingsBody(prompt: Prompt): JsonObject {
  return { input: inputOf(prompt), ...passedOn(prompt), model: prompt.model };
}

/** The text of the last message; a list of texts or tokens stays a list. */
function inputOf({ messages }: Prompt): unknown {
  const content = messages.at(-1)?.content ?? '';
  if (!Array.isArray(content)) return content;
  return content.some(isObject) ? joinedText(content) : content;
}

function readEmbeddings(body: JsonObject): WireAnswer | null {
  if (!Array.isArray(body.data)) return null;
  const vectors = inOrder(body.data)?.map(vectorOf) ?? [];
  const [first] = vectors;
  if (first === undefined || vectors.includes(null)) return null;
  return {
    text: vectors.length === 1 ? '' : JSON.stringify(vectors),
    embedding: vectors.length === 1 ? first : null,
    id: textIn(body, 'id'),
    stopReason: null,
    facts: { object: 'list', model: body.model, usage: usageOf(body) },
  };
}

/** Items by their `index`, where they have one; null: these are no order. */
function inOrder(items: readonly unknown[]): readonly unknown[] | null {
  const indexed = items.filter((item) => isObject(item) && item.index !== undefined);
  if (indexed.length === 0) return items;
  const ordered = new Array<unknown>(items.length).fill(null);
  for (const item of items) {
    const at = isObject(item) ? item.index : null;
    if (typeof at !== 'number' || ordered[at] !== null) return null;
    ordered[at] = item;
  }
  return ordered;
}

/** Voyage tells the total only; of an embedding all of it is input. */
function usageOf({ usage }: JsonObject): unknown {
  return isObject(usage) ? { prompt_tokens: usage.total_tokens, ...usage } : usage;
}

function vectorOf(item: unknown): readonly number[] | null {
  if (!isObject(item)) return null;
  const { embedding } = item;
  if (typeof embedding === 'string') return floatsOf(embedding);
  if (!Array.isArray(embedding)) return null;
  return embedding.every((value) => typeof value === 'number') ? embedding : null;
}

/** Base64 of little-endian 32-bit floats, where `encoding_format` asked for it. */
function floatsOf(base64: string): number[] | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
