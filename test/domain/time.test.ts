import { describe, expect, test } from 'vitest';
import {
  dayNumber,
  epochToMs,
  formatDay,
  formatInstant,
  parseInstant,
} from '../../src/domain/time.ts';

const NOON = Date.UTC(2026, 2, 2, 12);

describe('epochToMs', () => {
  test.each([
    ['seconds', NOON / 1000, NOON],
    ['seconds with a fraction', NOON / 1000 + 0.25, NOON + 250],
    ['milliseconds', NOON, NOON],
    ['microseconds', NOON * 1000 + 999, NOON],
    ['nanoseconds', NOON * 1e6, NOON],
    // 2026-03-02T12:00Z is 639,080,496,000,000,000 ticks of 100 ns after the year 1.
    ['.NET ticks', 639_080_496_000_000_000, NOON],
  ])('%s', (_, value, ms) => expect(epochToMs(value)).toBe(ms));

  test.each([
    ['the first second of 2000', Date.UTC(2000, 0, 1) / 1000, Date.UTC(2000, 0, 1)],
    ['the second before', Date.UTC(2000, 0, 1) / 1000 - 1, null],
    ['the last millisecond of 2099', Date.UTC(2100, 0, 1) - 1, Date.UTC(2100, 0, 1) - 1],
    ['the first of 2100', Date.UTC(2100, 0, 1), null],
    ['zero', 0, null],
    ['negative', -NOON, null],
    ['not a number', Number.NaN, null],
    ['beyond all', Number.POSITIVE_INFINITY, null],
    ['a duration', 1250, null],
    ['too large for any unit', 1e25, null],
  ])('%s', (_, value, ms) => expect(epochToMs(value)).toBe(ms));
});

describe('parseInstant', () => {
  test.each([
    ['2026-03-02T12:00:00Z', 0],
    ['2026-03-02t12:00:00z', 0],
    ['2026-03-02T12:00Z', 0],
    ['2026-03-02 12:00:00', 0],
    ['2026-03-02 12:00:00 UTC', 0],
    ['2026-03-02T12:00:00.5Z', 500],
    ['2026-03-02T12:00:00,250Z', 250],
    ['2026-03-02T12:00:00.123456789Z', 123],
    ['2026-03-02T13:00:00+01:00', 0],
    ['2026-03-02T17:45:00+0545', 0],
    ['2026-03-02T04:00:00-08', 0],
    ['2026-03-03T00:00:00+12:00', 0],
    ['  2026-03-02T12:00:00Z  ', 0],
    [String(NOON), 0],
    [String(NOON / 1000), 0],
    ['2026-03-02T12:00:60Z', 60_000],
  ])('%s', (text, after) => expect(parseInstant(text)).toBe(NOON + after));

  test('a day is its first instant; the last of February by the calendar', () => {
    expect(parseInstant('2026-03-02')).toBe(Date.UTC(2026, 2, 2));
    expect(parseInstant('2024-02-29')).toBe(Date.UTC(2024, 1, 29));
    expect(parseInstant('2025-02-29')).toBeNull();
    expect(parseInstant('2026-03-01T24:00:00Z')).toBe(Date.UTC(2026, 2, 2));
  });

  test.each([
    '',
    'now',
    '2026',
    '2026-03',
    '02.03.2026',
    '03/02/2026',
    '2026-03-32',
    '2026-04-31',
    '2026-03-02T25:00Z',
    '2026-03-02T12:60Z',
    '2026-03-02T12:00:61Z',
    '2026-03-02T12:00:00.1234567890Z',
    '2026-03-02T12:00:00+1',
    '12',
    '-5',
    '1e12',
    '1999-12-31',
    '2100-01-01',
    '2026-03-02T12:00:00Zz',
  ])('%j is no instant', (text) => expect(parseInstant(text)).toBeNull());
});

test('formatting is UTC, and what is formatted is parsed back', () => {
  expect(formatInstant(NOON)).toBe('2026-03-02T12:00:00.000Z');
  expect(formatDay(NOON)).toBe('2026-03-02');
  expect(formatDay(Date.UTC(2026, 2, 3) - 1)).toBe('2026-03-02');
  for (
    let ms = Date.UTC(2000, 0, 1);
    ms < Date.UTC(2100, 0, 1);
    ms += 86_400_000 * 11 + 12_345_678
  ) {
    expect(parseInstant(formatInstant(ms))).toBe(ms);
    expect(formatDay(dayNumber(ms) * 86_400_000)).toBe(formatDay(ms));
  }
});
