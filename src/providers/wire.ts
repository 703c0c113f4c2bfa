/**
 * What each wire format knows: how a prompt is asked in it, and where its answer stands.
 *
 * Takes nothing, gives types and the registry's words. Never sends, and never sees a key.
 */
import type { JsonObject } from './json-object.ts';
import type { Endpoint, Prompt } from './provider.ts';

/** One wire format. */
export interface WireFormat {
  /** The path of its requests, after an endpoint's base URL. */
  pathAt(baseUrl: string): string;
  /** The body of a request, not yet JSON. */
  bodyOf(prompt: Prompt, endpoint: Endpoint): JsonObject;
  /** What a body says; null: it is no answer of this format. */
  read(body: JsonObject, prompt: Prompt): WireAnswer | null;
}

/** What the body of an answer says besides its counts. */
export interface WireAnswer {
  readonly text: string;
  readonly embedding: readonly number[] | null;
  readonly id: string | null;
  /** Null: what `facts` say. */
  readonly stopReason: string | null;
  /** The body without its text, for the formats to count. */
  readonly facts: JsonObject;
}

/** Members that would make the answer a stream, or one to be fetched later. */
const NOT_PASSED = new Set(['stream', 'stream_options', 'background']);

/** The other fields of a request body that are passed on. */
export function passedOn(prompt: Prompt, dropped: ReadonlySet<string> = NOT_PASSED): JsonObject {
  const entries = Object.entries(prompt.extra);
  if (entries.length === 0) return prompt.extra;
  return Object.fromEntries(
    entries.filter(([name]) => !NOT_PASSED.has(name) && !dropped.has(name)),
  );
}

/** A text member of a body; null if it is none. */
export function textIn(body: JsonObject, name: string): string | null {
  const value = body[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The temperature as providers take it; nothing where none was asked for. */
export function temperatureOf({ temperatureMilli }: Prompt): JsonObject {
  return temperatureMilli === null ? {} : { temperature: temperatureMilli / 1000 };
}
