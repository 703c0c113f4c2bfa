/**
 * Section `batch_tier`: which runs of calls go to the provider's Batch API.
 *
 * Takes the section, gives its settings; what is not said is null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';

/** What a bulk run is; null: not said. */
export interface BatchTierSettings {
  readonly minCalls: number | null;
  readonly maxPauseMs: number | null;
  readonly maxRunMs: number | null;
  /** Of runs that begin at night after hours of quiet; left out: not said. */
  readonly nightPauseMs?: number;
  /** In hours of the day; left out: not said. */
  readonly night?: { readonly fromHour: number; readonly toHour: number };
  readonly utcOffsetMinutes?: number;
}

const HOUR_MS = 3_600_000;
const HOUR = { from: 0, to: 24, isWhole: true };
const OFFSET = { from: -840, to: 840, isWhole: true };

/** Reads the section. Throws UserError. */
export function parseBatchTier(section: FileValue): BatchTierSettings {
  const members = section.members([
    ...['min_calls', 'max_pause_seconds', 'max_run_hours'],
    ...['night', 'night_pause_seconds', 'utc_offset_minutes'],
  ]);
  const pause = members.get('max_pause_seconds')?.number({ from: 0, to: Infinity }) ?? null;
  const run = members.get('max_run_hours')?.number({ from: 0, to: Infinity }) ?? null;
  return {
    minCalls: members.get('min_calls')?.number({ from: 1, to: Infinity, isWhole: true }) ?? null,
    maxPauseMs: pause === null ? null : Math.round(pause * 1000),
    maxRunMs: run === null ? null : Math.round(run * HOUR_MS),
    ...nightOf(members),
  };
}

function nightOf(members: ReadonlyMap<string, FileValue>): Partial<BatchTierSettings> {
  const pause = members.get('night_pause_seconds')?.number({ from: 0, to: Infinity });
  const utcOffsetMinutes = members.get('utc_offset_minutes')?.number(OFFSET);
  const night = members.get('night');
  const hours = night?.items().map((item) => item.number(HOUR)) ?? [];
  const [fromHour = 0, toHour = 0] = hours;
  if (night !== undefined && hours.length !== 2) {
    night.fail(`${hours.length} hours`, 'give two, from and to, such as [22, 6]');
  }
  return {
    ...(pause === undefined ? {} : { nightPauseMs: Math.round(pause * 1000) }),
    ...(night === undefined ? {} : { night: { fromHour, toHour } }),
    ...(utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes }),
  };
}
