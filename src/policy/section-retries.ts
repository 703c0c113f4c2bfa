/**
 * Section `retries`: how often a request that failed is sent again.
 *
 * Takes the section, gives its settings; what is not said is that of the preset, if one is named,
 * else null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';
import { B4_RETRIES } from './lever-presets.ts';

/** The settings of retry hygiene; null: not said. */
export interface RetrySettings {
  /** Attempts after the first. */
  readonly maxRetries: number | null;
  /** The same request later than this is a new one. */
  readonly windowMs: number | null;
  /** The pause before the first retry; it doubles with each one. */
  readonly firstPauseMs: number | null;
  /** HTTP statuses after which the pause is needed; only a preset says so. */
  readonly pausedStatuses?: ReadonlySet<number>;
  /** Statuses of 400 to 499 after which another try makes sense; only a preset says so. */
  readonly retriableClientErrors?: ReadonlySet<number>;
  /** Whether a billed time-out before an answer counts as paid twice; left out: not said. */
  readonly longerTimeout?: boolean;
}

const PRESETS = ['b4'] as const;

/** Reads the section. Throws UserError. */
export function parseRetries(section: FileValue): RetrySettings {
  const members = section.members([
    ...['preset', 'max_retries', 'window_seconds', 'first_pause_seconds', 'longer_timeout'],
  ]);
  const isB4 = members.get('preset')?.choice(PRESETS) === 'b4';
  const retries = members.get('max_retries')?.number({ from: 0, to: 100, isWhole: true });
  const seconds = (key: string) => members.get(key)?.number({ from: 0, to: Infinity }) ?? null;
  const longerTimeout = members.get('longer_timeout')?.flag();
  const [windowS, pauseS] = [seconds('window_seconds'), seconds('first_pause_seconds')];
  return {
    ...(isB4 ? B4_RETRIES : {}),
    maxRetries: retries ?? (isB4 ? B4_RETRIES.maxRetries : null),
    windowMs: windowS === null ? null : Math.round(windowS * 1000),
    firstPauseMs: pauseS === null ? null : Math.round(pauseS * 1000),
    ...(longerTimeout === undefined ? {} : { longerTimeout }),
  };
}
