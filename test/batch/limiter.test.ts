import { describe, expect, test } from 'vitest';
import { Limiter, type Limits, type Slot } from '../../src/batch/limiter.ts';
import type { LimitHeaders } from '../../src/providers/provider.ts';
import { FakeTimers, seeded } from './fake-time.ts';

const FREE: Limits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  concurrency: 1000,
  burstMs: 250,
  tokensCounted: 'as_asked',
};
const SILENT: LimitHeaders = {
  requestsPerMinute: null,
  remainingRequests: null,
  requestsResetMs: null,
  tokensPerMinute: null,
  remainingTokens: null,
  tokensResetMs: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  retryAfterMs: null,
};
const need = (inputTokens = 0, outputTokens = 0) => ({ inputTokens, outputTokens });

/** Takes what is free at once. */
function takeAll(limiter: Limiter, tokens = need()): Slot[] {
  const slots: Slot[] = [];
  while (limiter.isFree(tokens)) slots.push(limiter.acquire(tokens, 'medium') as Slot);
  return slots;
}

describe('one limit at a time', () => {
  test('requests: a quarter of a second of burst, then the pace of the limit', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 600 }, timers);
    // 600 a minute are 10 a second: 2.5 in 250 ms, so 2 at once; the third after 50 ms.
    expect(takeAll(limiter)).toHaveLength(2);
    const third = limiter.acquire(need(), 'medium');
    await timers.pass(49);
    expect(limiter.inFlight).toBe(2);
    await timers.pass(1);
    expect(limiter.inFlight).toBe(3);
    expect(await third).not.toBeNull();
  });

  test.each([
    ['tokensPerMinute', need(3000, 2000)],
    ['inputTokensPerMinute', need(5000, 9)],
    ['outputTokensPerMinute', need(9, 5000)],
  ] as const)('%s: what is above the burst goes, and is paid off', async (kind, tokens) => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, [kind]: 60_000 }, timers);
    // 1,000 tokens a second, a capacity of 250: 5,000 leave it at -4,750, full again after 5 s.
    expect(takeAll(limiter, tokens)).toHaveLength(1);
    void limiter.acquire(tokens, 'medium');
    await timers.pass(4999);
    expect(limiter.inFlight).toBe(1);
    await timers.pass(1);
    expect(limiter.inFlight).toBe(2);
  });

  test('concurrency: the next goes when one ends', async () => {
    const limiter = new Limiter({ ...FREE, concurrency: 2 }, new FakeTimers());
    const [first] = takeAll(limiter);
    const third = limiter.acquire(need(), 'medium');
    expect(limiter.waiting).toBe(1);
    limiter.settle(first as Slot, null);
    expect(await third).not.toBeNull();
    expect(limiter.inFlight).toBe(2);
  });

  test('the window counts from the response, not from the sending', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 1 }, timers);
    const slot = limiter.acquire(need(), 'medium') as Slot;
    await timers.pass(30_000);
    limiter.settle(slot, null);
    await timers.pass(59_999);
    expect(limiter.isFree(need())).toBe(false);
    await timers.pass(1);
    expect(limiter.isFree(need())).toBe(true);
  });

  test('one request above the whole limit is sent alone: the server decides', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, tokensPerMinute: 100 }, timers);
    const slot = limiter.acquire(need(500, 0), 'medium') as Slot;
    expect(slot).not.toBeNull();
    limiter.settle(slot, null);
    const next = limiter.acquire(need(1, 0), 'medium');
    await timers.pass(600_000);
    expect(await next).not.toBeNull();
  });

  test('tokens used count where the provider counts them so', async () => {
    const timers = new FakeTimers();
    const asked = new Limiter({ ...FREE, outputTokensPerMinute: 6000 }, timers);
    const used = new Limiter(
      { ...FREE, outputTokensPerMinute: 6000, tokensCounted: 'as_used' },
      timers,
    );
    for (const limiter of [asked, used])
      limiter.settle(limiter.acquire(need(1, 6000), 'medium') as Slot, need(1, 10));
    // 100 a second: 10 used of a capacity of 25 leave 15; as asked it is 5,975 below zero.
    expect(used.isFree(need(1, 15))).toBe(true);
    expect(asked.isFree(need(1, 15))).toBe(false);
  });
});

describe('what the server says', () => {
  test('a 429 is not counted: its slot is free again', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 1 }, timers);
    limiter.giveBack(limiter.acquire(need(), 'medium') as Slot);
    expect(limiter.isFree(need())).toBe(true);
    expect(limiter.inFlight).toBe(0);
  });

  test('retry-after holds everybody back, and no burst follows', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 6000 }, timers);
    limiter.pause(2000);
    void limiter.acquire(need(), 'medium');
    await timers.pass(2009);
    expect(limiter.inFlight).toBe(0);
    await timers.pass(1);
    expect(limiter.inFlight).toBe(1);
    expect(takeAll(limiter)).toHaveLength(0);
  });

  test('a pause holds back an endpoint without known limits too', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter(FREE, timers);
    limiter.pause(500);
    void limiter.acquire(need(), 'medium');
    await timers.pass(499);
    expect(limiter.inFlight).toBe(0);
    await timers.pass(1);
    expect(limiter.inFlight).toBe(1);
  });

  test('limits are learnt, lowered and raised, but never above the user’s own', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 600 }, timers);
    limiter.adapt({ ...SILENT, requestsPerMinute: 240 });
    // A quarter of a second of 240 a minute is 1, of 600 it is 2.5.
    expect(takeAll(limiter)).toHaveLength(1);
    limiter.adapt({ ...SILENT, requestsPerMinute: 10_000 });
    await timers.pass(10_000);
    expect(takeAll(limiter)).toHaveLength(2);
  });

  test('a limit learnt while requests are out counts them when they end', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter(FREE, timers);
    const slots = [1, 2, 3].map(() => limiter.acquire(need(), 'medium') as Slot);
    limiter.adapt({ ...SILENT, requestsPerMinute: 2 });
    limiter.giveBack(slots[0] as Slot);
    for (const slot of slots.slice(1)) limiter.settle(slot, null);
    expect(limiter.isFree(need())).toBe(false);
    await timers.pass(59_999);
    expect(limiter.isFree(need())).toBe(false);
    await timers.pass(1);
    expect(takeAll(limiter)).toHaveLength(1);
  });

  test('what others with the same key used is believed, without stopping', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 6000 }, timers);
    limiter.adapt({ ...SILENT, remainingRequests: 0 });
    // 100 a second: 50 ms of it, 5, are never taken away.
    expect(takeAll(limiter)).toHaveLength(5);
  });
});

describe('order', () => {
  test('first come, first served; a higher priority overtakes', async () => {
    const limiter = new Limiter({ ...FREE, concurrency: 1 }, new FakeTimers());
    const order: string[] = [];
    let slot = limiter.acquire(need(), 'low') as Slot;
    const asked = (['low', 'medium', 'low', 'critical', 'medium'] as const).map((priority, index) =>
      Promise.resolve(limiter.acquire(need(), priority)).then((next) => {
        order.push(`${priority} ${index}`);
        slot = next as Slot;
      }),
    );
    for (let i = 0; i < asked.length; i++) {
      limiter.settle(slot, null);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(order).toEqual(['critical 3', 'medium 1', 'medium 4', 'low 0', 'low 2']);
  });

  test('nobody starves, however many critical ones come', async () => {
    const limiter = new Limiter({ ...FREE, concurrency: 1 }, new FakeTimers());
    let slot = limiter.acquire(need(), 'critical') as Slot;
    let isServed = false;
    void Promise.resolve(limiter.acquire(need(), 'low')).then((next) => {
      isServed = true;
      slot = next as Slot;
    });
    let served = 0;
    while (!isServed && served < 5000) {
      void Promise.resolve(limiter.acquire(need(), 'critical')).then((next) => {
        slot = next as Slot;
      });
      limiter.settle(slot, null);
      await Promise.resolve();
      await Promise.resolve();
      served++;
    }
    // A head start of 1,024 places.
    expect(served).toBeLessThan(1030);
    expect(isServed).toBe(true);
  });

  test('closing gives everybody null', async () => {
    const timers = new FakeTimers();
    const limiter = new Limiter({ ...FREE, requestsPerMinute: 1 }, timers);
    takeAll(limiter);
    const waiting = limiter.acquire(need(), 'medium');
    limiter.close();
    expect(await waiting).toBeNull();
    expect(limiter.acquire(need(), 'medium')).toBeNull();
    expect(timers.size).toBe(0);
  });
});

/** A server that counts as they do, on arrival. */
interface Server {
  admits(tokens: number, nowMs: number): boolean;
}

/** Continuously refilled; `seconds` of the limit fit in. */
function bucketServer(rpm: number, tpm: number, seconds: number): Server {
  const most = [(rpm * seconds) / 60, (tpm * seconds) / 60] as const;
  let [requests, tokens]: readonly number[] = most;
  let atMs = 0;
  return {
    admits(amount, nowMs) {
      requests = Math.min(most[0], (requests ?? 0) + ((nowMs - atMs) * rpm) / 60_000);
      tokens = Math.min(most[1], (tokens ?? 0) + ((nowMs - atMs) * tpm) / 60_000);
      atMs = nowMs;
      if (requests < 1 - 1e-9 || tokens < amount - 1e-9) return false;
      requests -= 1;
      tokens -= amount;
      return true;
    },
  };
}

/** The last 60 s, to the millisecond. */
function windowServer(rpm: number, tpm: number): Server {
  let seen: { atMs: number; tokens: number }[] = [];
  return {
    admits(amount, nowMs) {
      seen = seen.filter(({ atMs }) => atMs > nowMs - 60_000);
      const sum = seen.reduce((total, { tokens }) => total + tokens, 0);
      if (seen.length + 1 > rpm || sum + amount > tpm) return false;
      seen.push({ atMs: nowMs, tokens: amount });
      return true;
    },
  };
}

/** Sends all as the limiter lets it; timers are late, the way takes 0–20 ms, the answer about 50. */
async function drive(
  server: Server,
  limits: Partial<Limits>,
  { count, tokensOf, seed }: { count: number; tokensOf: (index: number) => number; seed: number },
): Promise<{ refused: number; lastMs: number }> {
  const random = seeded(seed);
  const time = new FakeTimers();
  const late = {
    nowMs: () => time.nowMs(),
    after: (delayMs: number, call: () => void) => time.after(Math.ceil(delayMs) + random(), call),
  };
  const limiter = new Limiter({ ...FREE, concurrency: 64, ...limits }, late);
  let refused = 0;
  let lastMs = 0;
  const one = async (index: number): Promise<void> => {
    const tokens = tokensOf(index);
    const slot = await limiter.acquire(need(tokens, 0), 'medium');
    await new Promise<void>((resolve) => time.after(random() * 20, resolve));
    if (!server.admits(tokens, time.nowMs())) refused++;
    else lastMs = time.nowMs();
    await new Promise<void>((resolve) => time.after(40 + random() * 20, resolve));
    limiter.settle(slot as Slot, null);
  };
  await time.until(Promise.all(Array.from({ length: count }, (_, index) => one(index))));
  return { refused, lastMs };
}

describe('against servers that count', () => {
  const RPM = 600;
  const COUNT = 1800;
  const servers: readonly (readonly [string, number, () => Server])[] = [
    ['a minute bucket', 0.99, () => bucketServer(RPM, 1e9, 60)],
    ['a second bucket', 0.99, () => bucketServer(RPM, 1e9, 1)],
    ['a sliding window', 0.97, () => windowServer(RPM, 1e9)],
  ];
  test.each(servers)('%s: no refusal, at least %d of the rate', async (_name, share, server) => {
    const { refused, lastMs } = await drive(
      server(),
      { requestsPerMinute: RPM },
      { count: COUNT, tokensOf: () => 1, seed: 1 },
    );
    expect(refused).toBe(0);
    // 1,800 requests at 600 a minute are 180 s.
    expect(COUNT / (lastMs / 60_000) / RPM).toBeGreaterThan(share);
  });

  test.each([1, 2, 3, 4, 5, 6])('tokens of any size, seed %d: never refused', async (seed) => {
    const random = seeded(seed);
    const sizes = Array.from({ length: 300 }, () => Math.ceil(random() ** 4 * 3000));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const TPM = 60_000;
    for (const server of [bucketServer(1e9, TPM, 60), windowServer(1e9, TPM)]) {
      const { refused, lastMs } = await drive(
        server,
        { tokensPerMinute: TPM },
        { count: sizes.length, tokensOf: (index) => sizes[index] as number, seed },
      );
      expect(refused).toBe(0);
      // Each is up to 5 % of the window, which has to be free before it goes.
      if (total > 2 * TPM) expect(total / (lastMs / 60_000) / TPM).toBeGreaterThan(0.95);
    }
  });
});
