/**
 * Section `cache`: which answers are kept, for how long, and for whom.
 *
 * Takes the section, gives its settings; what is not said is null, and the user's default holds.
 * Never a default of its own: a policy that leaves something open does not decide it.
 */
import type { FileValue } from './file-value.ts';

const HOUR_MS = 3_600_000;
/** A replay holds a place for each answer. */
const MAX_CAPACITY = 10_000_000;

/** Whether an answer serves everybody, or only the user it was given to. */
export type CacheScope = 'shared' | 'user';

/** The settings of an exact cache; null: not said. */
export interface CacheSettings {
  readonly ttlMs: number | null;
  readonly capacity: number | null;
  readonly maxTemperatureMilli: number | null;
  readonly scope: CacheScope | null;
}

const SCOPES: readonly CacheScope[] = ['shared', 'user'];

/** Reads the section. Throws UserError. */
export function parseCache(section: FileValue): CacheSettings {
  const keys = ['ttl_hours', 'capacity', 'max_temperature', 'scope'];
  return parseCacheMembers(section.members(keys));
}

/** Reads what every cache has. Throws UserError. */
export function parseCacheMembers(members: ReadonlyMap<string, FileValue>): CacheSettings {
  const ttlHours = members.get('ttl_hours')?.number({ from: 0, to: Infinity }) ?? null;
  const temperature = members.get('max_temperature')?.number({ from: 0, to: 2 }) ?? null;
  return {
    ttlMs: ttlHours === null ? null : Math.round(ttlHours * HOUR_MS),
    capacity: members.get('capacity')?.number({ from: 1, to: MAX_CAPACITY, isWhole: true }) ?? null,
    maxTemperatureMilli: temperature === null ? null : Math.round(temperature * 1000),
    scope: members.get('scope')?.choice(SCOPES) ?? null,
  };
}
