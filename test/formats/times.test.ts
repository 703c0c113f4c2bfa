import { describe, expect, test } from 'vitest';
import { parseLogTime } from '../../src/formats/times.ts';
import { callOf } from './reading.ts';

const TEN = Date.UTC(2026, 2, 2, 10);

describe('times in other forms than ISO 8601', () => {
  test.each([
    ['2026/03/02 10:00:00', TEN],
    ['2026/03/02', TEN - 10 * 3_600_000],
    ['2026/03/02 12:00:00.250 +02:00', TEN + 250],
    ['20260302T100000Z', TEN],
    ['20260302T1000Z', TEN],
    ['20260302T090000.5-0100', TEN + 500],
    ['02/Mar/2026:10:00:00 +0000', TEN],
    ['[02/Mar/2026:11:30:00 +0130]', TEN],
    ['Mon, 02 Mar 2026 10:00:00 GMT', TEN],
    ['Mon, 2 Mar 2026 10:00:00 +0000', TEN],
    ['2 Mar 2026 05:00 -0500', TEN],
    ['2026-03-02T10:00:00Z', TEN],
  ])('%s', (text, ms) => {
    expect(parseLogTime(text)).toBe(ms);
    expect(callOf({ model: 'm', prompt_tokens: 1, timestamp: text }).startedAtMs).toBe(ms);
  });

  test.each([
    ['day and month could be either', '02/03/2026 10:00:00'],
    ['a month that is none', '02/Foo/2026:10:00:00 +0000'],
    ['a day that is none', '31/Feb/2026:10:00:00 +0000'],
    ['an hour that is none', '20260302T250000Z'],
    ['a month number that is none', '2026/13/02 10:00:00'],
    ['a time without a day', '10:00:00'],
    ['an unnamed zone', 'Mon, 02 Mar 2026 10:00:00 EST'],
  ])('not %s', (_, text) => {
    expect(parseLogTime(text)).toBeNull();
  });
});
