import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Analysis, readInto } from '../../src/audit/analyse.ts';
import type { PricedCall } from '../../src/domain/call.ts';
import { readCalls, type Selection } from '../../src/ledger/read.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import type { AuditReport } from '../../src/report/model.ts';
import { pico, sum } from '../cli/world.ts';
import { LogWorld } from '../ingest/world.ts';

const book = await loadPriceBook('catalogue');
const policy = policyNamed('conservative');
const ALL: Selection = { sourceIds: null, sinceMs: null, untilMs: null };
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 2, 2);

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

/**
 * 100 input and 10 output tokens, `second` seconds after midnight. gpt-4o: 100 × $2.50/M + 10 ×
 * $10/M = $0.00035; gpt-4o-mini: 100 × $0.15/M + 10 × $0.60/M = $0.000021.
 */
function line(second: number, more: object = {}): string {
  return `${JSON.stringify({
    timestamp: new Date(FIRST_MS + second * 1000).toISOString(),
    model: 'gpt-4o',
    prompt: `Classify the sentiment of this review as positive or negative: nice ${second}`,
    tokens_in: 100,
    tokens_out: 10,
    latency_ms: 500,
    request_id: `r-${second}`,
    ...more,
  })}\n`;
}

/** A mixed log: repeats, two models, two users, an unpriced call, a failure, two days. */
function mixedLog(): string {
  const parts: string[] = [];
  for (let n = 0; n < 200; n++) {
    const model = ['gpt-4o', 'gpt-4.1', 'gpt-4o', 'house-llm-7b'][n % 4];
    const user = ['ann', 'bob', undefined][n % 3];
    const repeated = n % 5 === 0 ? { prompt: 'Translate into German: good morning' } : {};
    const failed = n % 17 === 0 ? { status: 500, error: 'boom' } : {};
    parts.push(line(n * 600, { model, user, temperature: 0, ...repeated, ...failed }));
  }
  return parts.join('');
}

async function reportOn(selection: Selection = ALL): Promise<AuditReport> {
  const analysis = new Analysis(book, policy);
  await readInto(analysis, {
    db: world.db,
    selection,
    book,
    signal: new AbortController().signal,
    pause: async () => {},
    onProgress: () => {},
  });
  return analysis.report({ db: world.db, selection, ingest: null, nowMs: FIRST_MS });
}

function add(rows: readonly { readonly calls: number }[]): number {
  return rows.reduce((total, { calls }) => total + calls, 0);
}

describe('the parts of a report', () => {
  test('add up to the whole, to the last digit', async () => {
    await world.ingest(world.file('a.jsonl', mixedLog()));
    const { totals, spend, savings, gaps } = await reportOn();
    expect(totals).toMatchObject({ calls: 200, priced_calls: 200 - gaps.unpriced_calls });
    expect(gaps.unpriced_calls).toBe(add(gaps.unpriced_by_reason));
    for (const rows of Object.values(spend)) {
      expect(add(rows)).toBe(200);
      expect(sum(rows.map(({ cost_usd }) => cost_usd))).toBe(pico(totals.cost_usd));
      expect(rows.reduce((n, row) => n + row.unpriced_calls, 0)).toBe(gaps.unpriced_calls);
    }
    expect(savings.baseline_usd).toBe(totals.cost_usd);
    expect(pico(savings.baseline_usd) - pico(savings.saved_usd)).toBe(pico(savings.after_usd));
    expect(sum(savings.levers.map(({ saved_usd }) => saved_usd))).toBe(pico(savings.saved_usd));
    for (const lever of savings.levers) {
      const parts = [lever.sure_usd, lever.likely_usd, lever.needs_test_usd];
      expect(sum(parts)).toBe(pico(lever.saved_usd));
    }
  });

  test('moves say from which model to which: 3 calls from gpt-4o to gpt-4o-mini', async () => {
    world.file('a.jsonl', line(0) + line(1) + line(2));
    await world.ingest('a.jsonl');
    const { savings } = await reportOn();
    const routing = savings.levers.find(({ lever }) => lever === 'routing');
    // Each saves $0.00035 − $0.000021 = $0.000329.
    const move = { from: 'gpt-4o', to: 'gpt-4o-mini', calls: 3, saved_usd: '0.000987' };
    expect(routing).toMatchObject({ calls: 3, saved_usd: '0.000987', moves: [move] });
  });

  test('moves add up to their lever', async () => {
    await world.ingest(world.file('a.jsonl', mixedLog()));
    const { savings } = await reportOn();
    const routing = savings.levers.find(({ lever }) => lever === 'routing');
    expect(routing?.moves.length).toBe(2);
    expect(add(routing?.moves ?? [])).toBe(routing?.calls);
    const saved = routing?.moves.map(({ saved_usd }) => saved_usd) ?? [];
    expect(sum(saved)).toBe(pico(routing?.saved_usd ?? ''));
    expect(saved.map(pico)).toEqual(saved.map(pico).toSorted((a, b) => (a < b ? 1 : -1)));
  });
});

describe('what is reported on', () => {
  test('nothing', async () => {
    const { totals, findings, savings, gaps, period } = await reportOn();
    expect(totals).toMatchObject({ calls: 0, cost_usd: '0', priced_share: 0 });
    expect(findings.every(({ calls, share }) => calls === 0 && share === 0)).toBe(true);
    expect(savings).toMatchObject({ saved_usd: '0', sample: { priced_calls: 0, days: 0 } });
    expect([gaps.unpriced_calls, gaps.rejected_lines, period.from]).toEqual([0, 0, null]);
  });

  test('one call: $0.00035', async () => {
    await world.ingest(world.file('a.jsonl', line(0)));
    const { totals, spend, period, savings, sources } = await reportOn();
    expect(totals).toMatchObject({ calls: 1, cost_usd: '0.00035', priced_share: 1 });
    expect(spend.by_day).toMatchObject([{ day: '2026-03-02', calls: 1, share: 1 }]);
    expect([period.from, period.to]).toEqual(Array(2).fill('2026-03-02T00:00:00.000Z'));
    expect(savings.sample).toEqual({ priced_calls: 1, days: 1 });
    expect(sources).toMatchObject([{ calls: 1 }]);
  });

  test('calls from --since on and before --until', async () => {
    await world.ingest(world.file('a.jsonl', [0, 1, 2, 3].map((n) => line(n)).join('')));
    const between = async (since: number | null, until: number | null) => {
      const at = (second: number | null) => (second === null ? null : FIRST_MS + second * 1000);
      const { totals } = await reportOn({
        sourceIds: null,
        sinceMs: at(since),
        untilMs: at(until),
      });
      return totals.calls;
    };
    expect(await between(1, 3)).toBe(2);
    expect(await between(1, null)).toBe(3);
    expect(await between(null, 1)).toBe(1);
    expect(await between(4, null)).toBe(0);
    expect(await between(null, 0)).toBe(0);
  });

  test('a call that stands in two logs is one call, and in both', async () => {
    const a = await world.ingest(world.file('a.jsonl', line(0) + line(1)));
    const b = await world.ingest(world.file('b.jsonl', line(1) + line(2)));
    expect((await reportOn()).totals.calls).toBe(3);
    for (const { sourceIds } of [a, b]) {
      expect((await reportOn({ ...ALL, sourceIds })).totals.calls).toBe(2);
    }
  });

  test('logs read in any order give the same figures', async () => {
    const [first, second] = [line(0) + line(2), line(1) + line(DAY_MS / 1000)];
    await world.ingest([world.file('a.jsonl', first), world.file('b.jsonl', second)]);
    const forward = await reportOn();
    const other = new LogWorld();
    await other.ingest([other.file('b.jsonl', second), other.file('a.jsonl', first)]);
    world.close();
    world = other;
    const backward = await reportOn();
    const figures = ({ totals, spend, savings, period }: AuditReport) => {
      return { totals, spend, savings, period };
    };
    expect(figures(backward)).toEqual(figures(forward));
  });
});

test('calls observed while they are written give the report of those read back', async () => {
  const analysis = new Analysis(book, policy);
  const path = world.file('a.jsonl', mixedLog());
  const result = await world.ingest(path, { observer: analysis.add });
  expect(result.observed).toBe(true);
  const context = { db: world.db, selection: ALL, ingest: null, nowMs: FIRST_MS };
  expect(analysis.report(context)).toEqual(await reportOn());
});

test('an analysis sees every call once, in time order', async () => {
  await world.ingest(world.file('a.jsonl', line(5) + line(1) + line(3)));
  const seen: PricedCall[] = [...readCalls(world.db, ALL, book)].flat();
  expect(seen.map(({ startedAtMs }) => startedAtMs)).toEqual(
    [1, 3, 5].map((second) => FIRST_MS + second * 1000),
  );
});

test('stops between two pages when it is aborted', async () => {
  await world.ingest(world.file('a.jsonl', line(0)));
  const controller = new AbortController();
  const reading = readInto(new Analysis(book, policy), {
    db: world.db,
    selection: ALL,
    book,
    signal: controller.signal,
    pause: async () => controller.abort(new Error('enough')),
    onProgress: () => {},
  });
  await expect(reading).rejects.toThrow('enough');
});
