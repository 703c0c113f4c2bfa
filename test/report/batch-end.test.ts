import { describe, expect, test } from 'vitest';
import {
  displayDuration,
  displayMs,
  type EndFigures,
  renderBatchEnd,
} from '../../src/report/batch-end.ts';
import type { TextOptions } from '../../src/report/format.ts';

const OPTIONS: TextOptions = {
  ...{ format: 'table', colour: false, width: 100, bom: false, delimiter: ',' },
};
const NOTHING: EndFigures = {
  ...{ durationMs: 0, done: 0, failed: 0, unknown: 0, pending: 0, cached: 0, retries: 0 },
  ...{ fallbacks: 0, escalations: 0, failures: [], p50Ms: null, p95Ms: null, p99Ms: null },
  ...{
    costPico: 0n,
    unpriced: 0,
    uncertainPico: 0n,
    uncertainBeforePico: 0n,
    savedByCachePico: 0n,
  },
  ...{ savedByRoutingPico: 0n, models: [] },
};

/** The lines of the text, without the empty ones. */
function lines(figures: Partial<EndFigures>): string[] {
  const text = renderBatchEnd({ ...NOTHING, ...figures }, OPTIONS);
  return text.split('\n').filter((line) => line.trim() !== '');
}

test('a run in which nothing happened has no rate of success, no latency and no models', () => {
  expect(lines({})).toEqual([
    '  Rows          0 done',
    '  Duration      0.0 s, 0.0 rows a second',
    '  Cost          $0.00',
  ]);
});

test('a run with all there is to say', () => {
  const model = {
    ...{ model: 'small', requests: 1_205, failures: 4, inputTokens: 90_000, outputTokens: 800 },
    ...{ costPico: 1_500_000_000_000n, p50Ms: 420, p95Ms: 1_250 },
  };
  const shown = lines({
    // 1,200 and 4 in 100 s: 12.04 a second, of which 1,200 / 1,204 = 99.67 %, rounded down.
    ...{ durationMs: 100_000, done: 1_200, failed: 4, unknown: 2, pending: 3, cached: 10 },
    ...{ retries: 5, fallbacks: 6, escalations: 7, p50Ms: 420, p95Ms: 1_250, p99Ms: 3_000 },
    failures: [
      ['bad_row', 3],
      ['bad_request', 1],
    ],
    ...{ costPico: 1_500_000_000_000n, unpriced: 1, uncertainPico: 20_000_000_000n },
    ...{ savedByCachePico: 30_000_000_000n, savedByRoutingPico: 40_000_000_000n },
    models: [model],
  });
  expect(shown.slice(0, 10)).toEqual([
    '  Rows          1,200 done, 10 of them from the cache, 4 failed, 2 unknown, 3 pending',
    '  Duration      1 min 40 s, 12.0 rows a second',
    '  Success       99.6 %',
    '  Latency       P50 420 ms, P95 1.25 s, P99 3.00 s',
    '  Cost          $1.50; 1 answer without a price; up to $0.0200 more may have been billed',
    '  Saved         $0.0300 by the cache',
    '  Saved         $0.0400 by routing',
    '  Retries       5',
    '  Fallbacks     6',
    '  Escalations   7',
  ]);
  expect(shown[10]).toBe('  Failures      3 bad_row, 1 bad_request');
  expect(shown.at(-1)).toMatch(/small +1,205 +4 +90,000 +800 +\$1\.50 +420 ms +1\.25 s/);
});

test('routing that cost more is no saving', () => {
  expect(lines({ savedByRoutingPico: -40_000_000_000n })).toContain(
    '  Routing       cost $0.0400 more than without it',
  );
});

describe('units', () => {
  test.each([
    [0, '0.0 s'],
    [9_949, '9.9 s'],
    [10_000, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min 0 s'],
    [3_599_499, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
    [7_800_000, '2 h 10 min'],
  ])('%i ms last %s', (ms, text) => {
    expect(displayDuration(ms)).toBe(text);
  });

  test.each([
    [null, ''],
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [2_345, '2.35 s'],
  ])('a latency of %s is %s', (ms, text) => {
    expect(displayMs(ms)).toBe(text);
  });
});

test('what earlier processes left uncertain is told apart', () => {
  // 20 and 5 thousandths of a dollar.
  const uncertain = { uncertainPico: 20_000_000_000n, uncertainBeforePico: 5_000_000_000n };
  expect(lines(uncertain)).toContain(
    '  Cost          $0.00; up to $0.0200 more may have been billed; up to $0.00500 more before this',
  );
});
