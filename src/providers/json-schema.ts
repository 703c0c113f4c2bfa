/**
 * A JSON schema as providers want it: under a name, and strict where it can be.
 *
 * Takes the schema of a prompt, gives its members. Never changes the schema.
 */
import { isObject } from './json-object.ts';

const DEFAULT_NAME = 'answer';

/** A name of letters, digits, `_` and `-`: the schema's title, else `answer`. */
export function schemaName(schema: object): string {
  const title = 'title' in schema && typeof schema.title === 'string' ? schema.title : '';
  const name = title.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
  return /[A-Za-z0-9]/.test(name) ? name : DEFAULT_NAME;
}

/**
 * Whether OpenAI's strict mode takes a schema: an object at the root, and every object in it closed,
 * with all of its properties required. Other schemas are asked for without it, or would be refused.
 */
export function isStrictSchema(schema: object): boolean {
  return 'type' in schema && schema.type === 'object' && isClosed(schema);
}

function isClosed(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isClosed);
  if (!isObject(value)) return true;
  const { properties } = value;
  if (value.type === 'object' || properties !== undefined) {
    if (value.additionalProperties !== false || !isObject(properties)) return false;
    const required: readonly unknown[] = Array.isArray(value.required) ? value.required : [];
    if (!Object.keys(properties).every((name) => required.includes(name))) return false;
  }
  return Object.values(value).every(isClosed);
}
