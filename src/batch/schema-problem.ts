/**
 * What is wrong with a JSON schema, before any answer is held against it.
 *
 * Takes a schema, gives the place and the problem: a type that is none, a pattern that is none or could take for ever, a
 * `$ref` that points nowhere or leads back to itself. Never looks at a value.
 */
import { slowRegexProblem } from '../domain/regex-safety.ts';
import { isObject, type JsonObject } from '../providers/json-object.ts';

/** Keywords whose value is a schema or a list of schemas, and those whose members are schemas. */
const SUBSCHEMAS = [
  'items',
  'prefixItems',
  'additionalProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
];
const NAMED_SUBSCHEMAS = ['properties', 'patternProperties', '$defs', 'definitions'];
/** Keywords whose schemas are for the same value, not for a part of it. */
const IN_PLACE = ['allOf', 'anyOf', 'oneOf', 'not'];

type Part = readonly [path: string, schema: unknown];

/** Says what of a schema is wrong (`$: the pattern ( is no regular expression`); null: nothing. */
export function schemaProblem(root: unknown): string | null {
  const seen = new Set<unknown>();
  const parts: Part[] = [['$', root]];
  for (const [path, schema] of parts) {
    if (!isObject(schema) || seen.has(schema)) continue;
    seen.add(schema);
    const problem = typeProblem(schema) ?? patternProblem(schema) ?? referenceProblem(schema, root);
    if (problem !== null) return `${path}: ${problem}`;
    parts.push(...partsOf(schema, path));
    if (typeof schema.$ref === 'string') parts.push([schema.$ref, pointedAt(root, schema.$ref)]);
  }
  return circleProblem(parts, root);
}

function partsOf(schema: JsonObject, path: string): Part[] {
  const own = SUBSCHEMAS.flatMap((key) => listed(schema[key], `${path}.${key}`));
  const named = NAMED_SUBSCHEMAS.flatMap((key) => {
    const members = schema[key];
    if (!isObject(members)) return [];
    return Object.entries(members).map(([name, one]): Part => [`${path}.${key}.${name}`, one]);
  });
  return [...own, ...named];
}

function listed(schema: unknown, path: string): Part[] {
  if (!Array.isArray(schema)) return [[path, schema]];
  return schema.map((one, at) => [`${path}.${at}`, one]);
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

function typeProblem({ type }: JsonObject): string | null {
  if (type === undefined) return null;
  const unknown = [type].flat().find((one) => !TYPES.includes(one as string));
  if (unknown === undefined) return null;
  return `the type ${JSON.stringify(unknown)} is none of ${TYPES.join(', ')}`;
}

function patternProblem({ pattern, patternProperties }: JsonObject): string | null {
  const names = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  const patterns = typeof pattern === 'string' ? [...names, pattern] : names;
  for (const one of patterns) {
    const flags = regexOf(one)?.flags;
    if (flags === undefined) return `the pattern ${one} is no regular expression`;
    const problem = slowRegexProblem(one, flags);
    if (problem !== null) return `the pattern ${one} ${problem}`;
  }
  return null;
}

function referenceProblem({ $ref: ref }: JsonObject, root: unknown): string | null {
  if (typeof ref !== 'string' || pointedAt(root, ref) !== undefined) return null;
  return `${ref} is not in the schema`;
}

/** A pattern as the draft has it, with the `u` flag; else without: many are written so. Null: none. */
export function regexOf(pattern: string): RegExp | null {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return null;
}

/** What a `$ref` such as `#/$defs/name` points at; undefined: nothing in this schema. */
export function pointedAt(root: unknown, ref: string): unknown {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined;
  let at = root;
  for (const part of ref.split('/').slice(1)) {
    const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return part;
  }
}

/** A schema that asks for itself about the same value has no answer. */
function circleProblem(parts: readonly Part[], root: unknown): string | null {
  const settled = new Set<unknown>();
  const under = new Set<unknown>();
  const isCircle = (schema: unknown): boolean => {
    if (!isObject(schema) || settled.has(schema)) return false;
    if (under.has(schema)) return true;
    under.add(schema);
    const { $ref: ref } = schema;
    const target = typeof ref === 'string' ? [pointedAt(root, ref)] : [];
    if ([...target, ...IN_PLACE.flatMap((key) => schema[key] ?? [])].some(isCircle)) return true;
    under.delete(schema);
    settled.add(schema);
    return false;
  };
  const found = parts.find(([, schema]) => isCircle(schema));
  return found === undefined ? null : `${found[0]}: goes in a circle`;
}
