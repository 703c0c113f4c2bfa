/**
 * The values of flags of `simulate`: times, capacities, names of a list.
 *
 * Takes text as typed, gives values with their unit. Throws UserError with what was typed.
 */
import { EXIT, UserError } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const NO_LIMIT = new Set(['none', 'inf', 'infinite', 'unlimited']);

/** TTLs in milliseconds, null for none: `5m,1h,none`; a bare number is seconds. */
export function ttlsOf(text: string): (number | null)[] {
  return listOf(text).map((item) => {
    if (NO_LIMIT.has(item)) return null;
    const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|d)?$/.exec(item) ?? [];
    const ms = digits === '' ? Number.NaN : Number(digits) * UNIT_MS[unit === 'min' ? 'm' : unit]!;
    if (Number.isFinite(ms)) return ms;
    throw new UserError(EXIT.usage, `--ttl '${item}' is no time`, 'give 30s, 5m, 1h or none');
  });
}

/** Numbers of blocks or answers, null for no limit: `1000,none`. */
export function capacitiesOf(text: string): (number | null)[] {
  return listOf(text).map((item) => {
    if (NO_LIMIT.has(item)) return null;
    const count = /^\d+$/.test(item) ? Number(item) : Number.NaN;
    if (Number.isSafeInteger(count)) return count;
    const message = `--capacity '${item}' is no whole number`;
    throw new UserError(EXIT.usage, message, 'give a number such as 1000, or none');
  });
}

/** One of a list of names. */
export function oneOfList<Name extends string>(
  text: string,
  names: readonly Name[],
  flag: string,
): Name {
  const found = names.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UserError(
    EXIT.usage,
    `${flag} ${text} is not known`,
    `give one of: ${names.join(', ')}`,
  );
}

/** A time as people write it, in milliseconds: `800ms`, `2s`. Throws UserError. */
export function latencyOf(text: string, flag: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(text.trim()) ?? [];
  if (digits !== '') return Number(digits) * UNIT_MS[unit]!;
  throw new UserError(
    EXIT.usage,
    `${flag} '${text}' is no time`,
    'give a time such as 800ms or 2s',
  );
}

function listOf(text: string): string[] {
  return text.split(',').map((item) => item.trim().toLowerCase());
}

/** A share as people write it, from 0 to 1: `40%`, `0.4`. Throws UserError. */
export function shareOf(text: string, flag: string): number {
  const [, digits = '', percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  const share = digits === '' ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new UserError(
    EXIT.usage,
    `${flag} '${text}' is no share from 0 to 1`,
    'give a share such as 40% or 0.4',
  );
}

/** The share that is held out: all but something to fit on. Throws UserError. */
export function holdoutOf(text: string): number {
  const share = shareOf(text, '--holdout');
  if (share < 1) return share;
  const message = `--holdout '${text}' leaves nothing to fit on`;
  throw new UserError(EXIT.usage, message, 'give a share below 100 %, such as 40%');
}

/** The seed of whatever is drawn: a whole number from 0 on. Throws UserError. */
export function seedOf(text: string): number {
  const seed = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (seed < 2 ** 32) return seed;
  const message = `--seed '${text}' is no whole number below 4294967296`;
  throw new UserError(EXIT.usage, message, 'give a number such as 1');
}
