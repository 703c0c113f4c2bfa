/**
 * JSON schema: whether a value fits, in the part of draft 2020-12 that structured outputs use.
 *
 * Takes a schema and a value, gives where and why it does not fit, or null. Never fetches a `$ref`:
 * only those into the schema itself count. `format` and keywords that are not in this file are notes.
 * A pattern that is none fits nothing: `schemaProblem` finds it before anything is asked.
 */
import { isObject, type JsonObject } from '../providers/json-object.ts';
import { findsIn } from './find-in.ts';
import { pointedAt, regexOf } from './schema-problem.ts';

type Json = unknown;
type Schema = JsonObject;

/** What is needed on the way down. */
interface Place {
  readonly root: Json;
  readonly path: string;
  /** References followed without going into the value: a limit ends circles. */
  readonly refs: number;
  /** What is left of MAX_STEPS, for the whole value. */
  readonly steps: { left: number };
}

const MAX_REFS = 64;
/** Of schemas that branch, each branch again: a second at most. */
const MAX_STEPS = 300_000;

/** Says where a value does not fit a schema and why (`$.age: not a number`); null if it fits. */
export function schemaMismatch(schema: Json, value: Json): string | null {
  const steps = { left: MAX_STEPS };
  const found = mismatch(schema, value, { root: schema, path: '$', refs: 0, steps });
  return steps.left < 0 ? `$: ${TOO_MANY_STEPS}` : found;
}

const TOO_MANY_STEPS = `the schema takes more than ${MAX_STEPS} steps for this answer`;

function mismatch(schema: Json, value: Json, place: Place): string | null {
  if (schema === true || schema === undefined) return null;
  if (schema === false) return `${place.path}: nothing is allowed here`;
  if (!isObject(schema)) return null;
  if (--place.steps.left < 0) return TOO_MANY_STEPS;
  return (
    refMismatch(schema, value, place) ??
    plainMismatch(schema, value, place) ??
    numberMismatch(schema, value, place) ??
    textMismatch(schema, value, place) ??
    arrayMismatch(schema, value, place) ??
    objectMismatch(schema, value, place) ??
    combinedMismatch(schema, value, place)
  );
}

function refMismatch(schema: Schema, value: Json, place: Place): string | null {
  const { $ref: ref } = schema;
  if (typeof ref !== 'string') return null;
  if (place.refs >= MAX_REFS) return `${place.path}: ${ref} goes in a circle`;
  const target = pointedAt(place.root, ref);
  if (target === undefined) return `${place.path}: ${ref} is not in the schema`;
  return mismatch(target, value, { ...place, refs: place.refs + 1 });
}

function plainMismatch(schema: Schema, value: Json, { path }: Place): string | null {
  const { type } = schema;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.length > 0 && !types.some((name) => isOfType(value, name)))
    return `${path}: not ${types.map((name) => named(String(name))).join(' or ')}`;
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => equal(one, value)))
    return `${path}: not one of the values allowed`;
  if ('const' in schema && !equal(schema.const, value)) return `${path}: not the value required`;
  return null;
}

function numberMismatch(schema: Schema, value: Json, { path }: Place): string | null {
  if (typeof value !== 'number') return null;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === 'number' && value < minimum) return `${path}: below ${minimum}`;
  if (typeof maximum === 'number' && value > maximum) return `${path}: above ${maximum}`;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return `${path}: not above ${exclusiveMinimum}`;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return `${path}: not below ${exclusiveMaximum}`;
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf))
    return `${path}: not a multiple of ${multipleOf}`;
  return null;
}

/** 0.3 is a multiple of 0.1 for people, and for the draft. */
function isMultiple(value: number, step: number): boolean {
  const times = value / step;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function textMismatch(schema: Schema, value: Json, { path }: Place): string | null {
  if (typeof value !== 'string') return null;
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' || typeof maxLength === 'number') {
    const { length } = [...value];
    if (typeof minLength === 'number' && length < minLength)
      return `${path}: shorter than ${minLength} characters`;
    if (typeof maxLength === 'number' && length > maxLength)
      return `${path}: longer than ${maxLength} characters`;
  }
  if (typeof pattern !== 'string') return null;
  const regex = regexOf(pattern);
  const isFound = regex !== null && findsIn(regex, value);
  if (isFound === null) return `${path}: takes too long to match with ${pattern}`;
  return isFound ? null : `${path}: does not match ${pattern}`;
}

function arrayMismatch(schema: Schema, value: Json, place: Place): string | null {
  if (!Array.isArray(value)) return null;
  const { minItems, maxItems, uniqueItems, prefixItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems)
    return `${place.path}: fewer than ${minItems} items`;
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `${place.path}: more than ${maxItems} items`;
  if (uniqueItems === true && hasEqual(value, place)) return `${place.path}: has equal items`;
  const first: readonly Json[] = Array.isArray(prefixItems) ? prefixItems : [];
  for (const [index, one] of value.entries()) {
    const schemaOfItem = index < first.length ? first[index] : items;
    const found = mismatch(schemaOfItem, one, inside(place, `[${index}]`));
    if (found !== null) return found;
  }
  return null;
}

function hasEqual(items: readonly Json[], { steps }: Place): boolean {
  const plain = new Set<Json>();
  const others: Json[] = [];
  for (const item of items) {
    const isPlain = typeof item !== 'object' || item === null;
    if (!isPlain) steps.left -= others.length;
    if (steps.left < 0) return true;
    if (isPlain ? plain.has(item) : others.some((other) => equal(item, other))) return true;
    if (isPlain) plain.add(item);
    else others.push(item);
  }
  return false;
}

function objectMismatch(schema: Schema, value: Json, place: Place): string | null {
  if (!isObject(value)) return null;
  const { required, additionalProperties, minProperties, maxProperties } = schema;
  for (const name of Array.isArray(required) ? required : [])
    if (!Object.hasOwn(value, String(name))) return `${place.path}: has no ${String(name)}`;
  const names = Object.keys(value);
  if (typeof minProperties === 'number' && names.length < minProperties)
    return `${place.path}: fewer than ${minProperties} fields`;
  if (typeof maxProperties === 'number' && names.length > maxProperties)
    return `${place.path}: more than ${maxProperties} fields`;
  for (const name of names) {
    const schemas = schemasOf(name, schema);
    if (schemas.length === 0 && additionalProperties === false)
      return `${place.path}: has a field ${name} that is not in the schema`;
    if (schemas.length === 0) schemas.push(additionalProperties);
    for (const one of schemas) {
      const found = mismatch(one, value[name], inside(place, `.${name}`));
      if (found !== null) return found;
    }
  }
  return null;
}

/** What a schema says of a field by its name, or by a pattern of names. */
function schemasOf(name: string, { properties, patternProperties }: Schema): Json[] {
  const schemas: Json[] = [];
  if (isObject(properties) && Object.hasOwn(properties, name)) schemas.push(properties[name]);
  if (!isObject(patternProperties)) return schemas;
  for (const [pattern, schema] of Object.entries(patternProperties)) {
    const regex = regexOf(pattern);
    if (regex !== null && findsIn(regex, name) === true) schemas.push(schema);
  }
  return schemas;
}

function combinedMismatch(schema: Schema, value: Json, place: Place): string | null {
  const fits = (one: Json): boolean => mismatch(one, value, place) === null;
  const { allOf, anyOf, oneOf, not } = schema;
  for (const one of Array.isArray(allOf) ? allOf : []) {
    const found = mismatch(one, value, place);
    if (found !== null) return found;
  }
  if (Array.isArray(anyOf) && !anyOf.some(fits)) return `${place.path}: fits none of anyOf`;
  if (Array.isArray(oneOf) && oneOf.filter(fits).length !== 1)
    return `${place.path}: does not fit exactly one of oneOf`;
  if (not !== undefined && fits(not)) return `${place.path}: fits what it must not`;
  return null;
}

function inside(place: Place, step: string): Place {
  return { ...place, path: place.path + step, refs: 0 };
}

function isOfType(value: Json, name: Json): boolean {
  switch (name) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === name;
  }
}

function named(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function equal(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => equal(one, b[index]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}
