/**
 * JSON schema: whether a value fits, in the part of draft 2020-12 that structured outputs use.
 *
 * Takes a schema and a value, gives where and why it does not fit, or null. Never fetches a `$ref`:
 * only those into the schema itself count. `format` and unknown keywords are notes, as the draft
 * has it.
 */

type Json = unknown;
type Schema = Readonly<Record<string, Json>>;

/** What is needed on the way down. */
interface Place {
  readonly root: Json;
  readonly path: string;
  /** References followed without going into the value: a limit ends circles. */
  readonly refs: number;
}

const MAX_REFS = 64;

/** Says where a value does not fit a schema and why (`$.age: not a number`); null if it fits. */
export function schemaMismatch(schema: Json, value: Json): string | null {
  return mismatch(schema, value, { root: schema, path: '$', refs: 0 });
}

function mismatch(schema: Json, value: Json, place: Place): string | null {
  if (schema === true || schema === undefined) return null;
  if (schema === false) return `${place.path}: nothing is allowed here`;
  if (!isObject(schema)) return null;
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

function pointedAt(root: Json, ref: string): Json {
  if (!ref.startsWith('#')) return undefined;
  let at: Json = root;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
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
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    return `${path}: does not match ${pattern}`;
  return null;
}

function arrayMismatch(schema: Schema, value: Json, place: Place): string | null {
  if (!Array.isArray(value)) return null;
  const { minItems, maxItems, uniqueItems, prefixItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems)
    return `${place.path}: fewer than ${minItems} items`;
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `${place.path}: more than ${maxItems} items`;
  if (uniqueItems === true && value.some((one, i) => value.slice(0, i).some((b) => equal(one, b))))
    return `${place.path}: has equal items`;
  const first: readonly Json[] = Array.isArray(prefixItems) ? prefixItems : [];
  for (const [index, one] of value.entries()) {
    const schemaOfItem = index < first.length ? first[index] : items;
    const found = mismatch(schemaOfItem, one, inside(place, `[${index}]`));
    if (found !== null) return found;
  }
  return null;
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
  const known = isObject(schema.properties) ? schema.properties : {};
  for (const name of names) {
    const isKnown = Object.hasOwn(known, name);
    if (!isKnown && additionalProperties === false)
      return `${place.path}: has a field ${name} that is not in the schema`;
    const found = mismatch(
      isKnown ? known[name] : additionalProperties,
      value[name],
      inside(place, `.${name}`),
    );
    if (found !== null) return found;
  }
  return null;
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
  return { root: place.root, path: place.path + step, refs: 0 };
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

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
