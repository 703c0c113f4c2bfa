import { describe, expect, it } from 'vitest';
import {
  formatDayWindow,
  isOpen,
  parseDayWindow,
  windowsMeet,
} from '../../src/pricing/day-window.ts';

const open = (text: string, at: string): boolean => isOpen(parseDayWindow(text)!, Date.parse(at));

describe('a time of day', () => {
  it('includes its start and not its end, also over midnight', () => {
    expect(open('01:00-04:00', '2026-09-01T00:59:59.999Z')).toBe(false);
    expect(open('01:00-04:00', '2026-09-01T01:00:00Z')).toBe(true);
    expect(open('01:00-04:00', '2026-09-01T04:00:00Z')).toBe(false);
    expect(open('22:00-06:00', '2026-09-01T23:00:00Z')).toBe(true);
    expect(open('22:00-06:00', '2026-09-01T05:59:59Z')).toBe(true);
    expect(open('22:00-06:00', '2026-09-01T06:00:00Z')).toBe(false);
  });

  it('stays shut at weekends and on the days named', () => {
    const text = '01:00-04:00 mon-fri since 2026-08-23 except 2026-10-01';
    // 2026-08-22 is a Saturday before the rule, 2026-08-29 one under it
    expect(open(text, '2026-08-22T02:00:00Z')).toBe(true);
    expect(open(text, '2026-08-29T02:00:00Z')).toBe(false);
    expect(open(text, '2026-09-30T02:00:00Z')).toBe(true);
    expect(open(text, '2026-10-01T02:00:00Z')).toBe(false);
    expect(open('01:00-04:00 mon-fri', '2020-01-05T02:00:00Z')).toBe(false);
  });

  it.each([
    '01:00-04:00',
    '22:00-06:00 mon-fri',
    '06:00-24:00 mon-fri since 2026-08-23 except 2026-10-01 2026-10-02',
  ])('%s comes back from its text', (text) => {
    expect(formatDayWindow(parseDayWindow(text)!)).toBe(text);
  });

  it.each([
    '',
    'night',
    '1:00-4:00',
    '01:00-25:00',
    '01:61-02:00',
    '01:00-01:00',
    '01:00-02:00 except 2026-02-30',
  ])('refuses %j', (text) => {
    expect(parseDayWindow(text)).toBeNull();
  });

  it('knows which windows meet', () => {
    const meet = (a: string, b: string): boolean =>
      windowsMeet(parseDayWindow(a)!, parseDayWindow(b)!);
    expect(meet('01:00-04:00', '04:00-06:00')).toBe(false);
    expect(meet('01:00-04:00', '03:59-06:00')).toBe(true);
    expect(meet('22:00-02:00', '01:00-03:00')).toBe(true);
    expect(meet('00:00-23:00', '05:00-06:00')).toBe(true);
  });
});
