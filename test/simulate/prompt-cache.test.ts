import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import {
  PLAIN_RULES,
  type PromptCacheRules,
  perRequest,
  replayPromptCache,
} from '../../src/simulate/prompt-cache.ts';
import { parseTraceLine } from '../../src/simulate/prompt-cache-lines.ts';
import { type PromptTrace, TraceBuilder } from '../../src/simulate/prompt-cache-trace.ts';
import { below, seeded } from '../policy/calls.ts';

/** A request of 100-token blocks, all full: its start, its blocks, its latency. */
type Row = readonly [startMs: number, blocks: string, latencyMs?: number];

function traceOf(rows: readonly Row[], scope = ''): PromptTrace {
  const builder = new TraceBuilder(100);
  for (const [startedAtMs, blocks, latencyMs = null] of rows) {
    const inputTokens = blocks.length * 100;
    const blockIds = [...blocks];
    builder.add({ startedAtMs, latencyMs, inputTokens, outputTokens: 1, blockIds, scope });
  }
  return builder.finish();
}

function hitsOf(rows: readonly Row[], rules: Partial<PromptCacheRules> = {}): number[] {
  const trace = traceOf(rows);
  const out = perRequest(trace);
  replayPromptCache(trace, { ...PLAIN_RULES, ...rules }, out);
  return [...out.hitTokens];
}

describe('a prompt cache', () => {
  it('reads the longest run of leading blocks', () => {
    expect(
      hitsOf([
        [0, 'abc'],
        [1, 'abd'],
        [2, 'xbc'],
        [3, 'abce'],
      ]),
    ).toEqual([0, 200, 0, 300]);
  });

  it('counts the last block of a prompt with the tokens it has', () => {
    const builder = new TraceBuilder(512);
    for (const startedAtMs of [0, 1]) {
      const blockIds = [1, 2];
      builder.add({
        startedAtMs,
        latencyMs: null,
        inputTokens: 700,
        outputTokens: 0,
        blockIds,
        scope: '',
      });
    }
    const result = replayPromptCache(builder.finish(), PLAIN_RULES);
    // The second request reads all of its 700 tokens: 2 of 4 blocks, 1 of 2 full ones.
    expect(result).toMatchObject({ hitTokens: 700, hitBlocks: 2, blocks: 4 });
    expect(result).toMatchObject({ fullBlocks: 2, fullHitBlocks: 1, writtenTokens: 700 });
    expect([result.meanBlockHit, result.meanTokenHit]).toEqual([0.5, 0.5]);
  });

  it('keeps a block for its TTL, the limit included, and a hit makes it young', () => {
    const ttlMs = 10;
    expect(
      hitsOf(
        [
          [0, 'a'],
          [10, 'a'],
          [20, 'a'],
          [31, 'a'],
        ],
        { ttlMs },
      ),
    ).toEqual([0, 100, 100, 0]);
    const rules = { ttlMs, refreshOnHit: false };
    expect(
      hitsOf(
        [
          [0, 'a'],
          [10, 'a'],
          [20, 'a'],
        ],
        rules,
      ),
    ).toEqual([0, 100, 0]);
  });

  it.each([
    [0, [0, 0, 0]],
    [1, [0, 100, 100]],
    [2, [0, 100, 200]],
    [3, [0, 100, 200]],
  ])('at %i blocks the ends of prompts go first', (capacityBlocks, expected) => {
    // ab, ac, ac: with one block only a is held; with two, b has made way for c.
    const rows: Row[] = [
      [0, 'ab'],
      [1, 'ac'],
      [2, 'ac'],
    ];
    expect(hitsOf(rows, { capacityBlocks })).toEqual(expected);
  });

  it('applies the minimum to prompts and hits, and rounds hits down', () => {
    const openAi = { minTokens: 1024, stepTokens: 128 };
    const rows: Row[] = [
      [0, 'abcdefghijkl'],
      [1, 'abcdefghijkl'],
      [2, 'abcdefghij'],
      [3, 'abcdefghijxy'],
    ];
    // 1,200 → 1,152; a prompt of 1,000 is too short; a hit of 1,000 too.
    expect(hitsOf(rows, openAi)).toEqual([0, 1152, 0, 0]);
  });

  it('writes what was seen before, if told so, and reads it the third time', () => {
    const trace = traceOf([
      [0, 'ab'],
      [1, 'ac'],
      [2, 'ad'],
    ]);
    const out = perRequest(trace);
    replayPromptCache(trace, { ...PLAIN_RULES, writes: 'seen_before' }, out);
    expect([...out.hitTokens]).toEqual([0, 0, 100]);
    expect([...out.writtenTokens]).toEqual([0, 100, 0]);
  });

  it('reads nothing that is still being written, if told so', () => {
    const rules = { readable: 'at_answer', unknownLatencyMs: 50 } as const;
    expect(
      hitsOf(
        [
          [0, 'a', 10],
          [9, 'a', 10],
          [10, 'a', 10],
        ],
        rules,
      ),
    ).toEqual([0, 0, 100]);
    expect(
      hitsOf(
        [
          [0, 'a'],
          [49, 'a'],
          [50, 'a'],
        ],
        rules,
      ),
    ).toEqual([0, 0, 100]);
  });

  it('keeps models and keys apart, and sorts by time', () => {
    const builder = new TraceBuilder(100);
    const request = { latencyMs: null, inputTokens: 100, outputTokens: 0, blockIds: ['a'] };
    builder.add({ ...request, startedAtMs: 5, scope: 'x' });
    builder.add({ ...request, startedAtMs: 1, scope: 'y' });
    builder.add({ ...request, startedAtMs: 0, scope: 'x' });
    const trace = builder.finish();
    const out = perRequest(trace);
    replayPromptCache(trace, PLAIN_RULES, out);
    expect([...trace.position]).toEqual([2, 1, 0]);
    expect([...out.hitTokens]).toEqual([0, 0, 100]);
  });

  it('of an empty trace and of an empty prompt', () => {
    expect(replayPromptCache(traceOf([]), PLAIN_RULES)).toMatchObject({
      requests: 0,
      meanTokenHit: 0,
    });
    expect(
      hitsOf([
        [0, ''],
        [1, ''],
      ]),
    ).toEqual([0, 0]);
  });

  it('refuses rules that make no sense', () => {
    for (const rules of [{ ttlMs: -1 }, { capacityBlocks: 1.5 }, { stepTokens: 0 }])
      expect(() => hitsOf([[0, 'a']], rules)).toThrow(RangeError);
  });
});

/** The same cache with a Map, whose order is the order of use: nothing of it is shared with the code. */
function plainReplay(trace: PromptTrace, rules: PromptCacheRules): number[] {
  const held = new Map<number, { usedMs: number; readableMs: number }>();
  const seen = new Set<number>();
  const stamps = new Map<number, number>();
  return Array.from({ length: trace.requests }, (_, request) => {
    const ids = [...trace.blocks.slice(trace.offsets[request], trace.offsets[request + 1])];
    const nowMs = trace.startedAtMs[request]!;
    const input = trace.inputTokens[request]!;
    const latest = trace.answeredAtMs[request]!;
    const arrival = Number.isNaN(latest) ? nowMs + rules.unknownLatencyMs : latest;
    const miss = ids.findIndex((id) => {
      const block = held.get(id);
      if (block === undefined) return true;
      if (rules.ttlMs !== null && nowMs - block.usedMs > rules.ttlMs) return true;
      return rules.readable === 'at_answer' && block.readableMs > nowMs;
    });
    const hits = miss === -1 ? ids.length : miss;
    if (input >= rules.minTokens) {
      const unseen = ids.findIndex((id) => !seen.has(id));
      const known = rules.writes === 'all' || unseen === -1 ? ids.length : unseen;
      for (const id of ids) seen.add(id);
      const before = new Map(held);
      for (let at = known - 1; at >= 0; at--) {
        const id = ids[at]!;
        const old = before.get(id);
        const isHit = at < hits;
        const usedMs = isHit && !rules.refreshOnHit ? stamps.get(id)! : nowMs;
        const pending = held.has(id) && old !== undefined && old.readableMs > nowMs;
        const readableMs = isHit
          ? old!.readableMs
          : pending
            ? Math.min(old.readableMs, arrival)
            : arrival;
        held.delete(id);
        held.set(id, { usedMs, readableMs });
        stamps.set(id, usedMs);
        if (rules.capacityBlocks !== null && held.size > rules.capacityBlocks)
          held.delete(held.keys().next().value!);
      }
    }
    const tokens = Math.min(hits * trace.blockTokens, input);
    const counted = Math.floor(tokens / rules.stepTokens) * rules.stepTokens;
    return counted < rules.minTokens ? 0 : counted;
  });
}

describe('an independent replay', () => {
  const random = seeded(6);

  /** Conversations that grow and branch, over a shared start. */
  function conversations(requests: number): PromptTrace {
    const builder = new TraceBuilder(512);
    const prompts: number[][] = [[0]];
    let next = 1;
    let nowMs = 0;
    for (let i = 0; i < requests; i++) {
      nowMs += below(random, 200);
      const from = prompts[below(random, prompts.length)]!;
      const kept = from.slice(0, 1 + below(random, from.length));
      const prompt = [...kept, ...Array.from({ length: below(random, 4) }, () => next++)];
      prompts.push(prompt);
      if (prompts.length > 40) prompts.shift();
      const inputTokens = Math.max(1, prompt.length * 512 - below(random, 512));
      const latencyMs = random() < 0.3 ? null : below(random, 900);
      builder.add({
        startedAtMs: nowMs,
        latencyMs,
        inputTokens,
        outputTokens: 0,
        blockIds: prompt,
        scope: '',
      });
    }
    return builder.finish();
  }

  const choices = { ttl: [null, 50, 400, 5000], capacity: [null, 0, 1, 7, 60, 400] };
  it.each(Array.from({ length: 40 }, (_, i) => i))('agrees call by call: %i', () => {
    const trace = conversations(600);
    const pick = <Item>(list: readonly Item[]) => list[below(random, list.length)]!;
    const rules: PromptCacheRules = {
      ttlMs: pick(choices.ttl),
      capacityBlocks: pick(choices.capacity),
      refreshOnHit: random() < 0.5,
      minTokens: pick([0, 1024]),
      stepTokens: pick([1, 128]),
      writes: pick(['all', 'seen_before']),
      readable: pick(['at_start', 'at_answer']),
      unknownLatencyMs: 300,
    };
    const out = perRequest(trace);
    replayPromptCache(trace, rules, out);
    expect([...out.hitTokens]).toEqual(plainReplay(trace, rules));
  });
});

describe('lines of a trace', () => {
  it('reads a request, and says why others are none', () => {
    const line = '{"timestamp":27482,"input_length":6955,"output_length":52,"hash_ids":[46,"x"]}';
    expect(parseTraceLine(line)).toMatchObject({
      startedAtMs: 27482,
      inputTokens: 6955,
      blockIds: [46, 'x'],
    });
    const bad: [string, string][] = [
      ['{', 'invalid_json'],
      ['[]', 'not_an_object'],
      ['{"input_length":1,"hash_ids":[]}', 'unknown_shape'],
      ['{"timestamp":0,"input_length":-1,"hash_ids":[]}', 'invalid_tokens'],
      ['{"timestamp":0,"input_length":1}', 'unknown_shape'],
      ['{"timestamp":0,"input_length":1,"hash_ids":[1.5]}', 'unknown_shape'],
      ['{"timestamp":-1,"input_length":1,"hash_ids":[1]}', 'unknown_shape'],
    ];
    for (const [text, reason] of bad) expect(parseTraceLine(text)).toMatchObject({ reason });
  });
});

const DATA = new URL('../../../shared/data/mooncake/', import.meta.url);
const present = existsSync(new URL('reference.json', DATA));

/** The published trace; its figures are the publisher's, or a replay's of others. */
describe.skipIf(!present)('the Mooncake trace', () => {
  const read = (name: string) => readFileSync(new URL(name, DATA), 'utf8');
  const builder = new TraceBuilder(512);
  const lines = present ? read('conversation_trace.jsonl').trimEnd().split('\n') : [];
  for (const line of lines) {
    const request = parseTraceLine(line);
    if (!isRejected(request)) builder.add(request);
  }
  const trace = builder.finish();
  const replay = (rules: Partial<PromptCacheRules>) =>
    replayPromptCache(trace, { ...PLAIN_RULES, ...rules });
  const reference = present ? JSON.parse(read('reference.json')) : { lru_by_capacity_blocks: {} };

  it.each(
    Object.entries<{ hit_tokens: number; block_hit: number }>(reference.lru_by_capacity_blocks),
  )('capacity %s', (capacity, expected) => {
    const capacityBlocks = capacity === 'inf' ? null : Number(capacity);
    const result = replay({ capacityBlocks });
    expect(result.hitTokens).toBe(expected.hit_tokens);
    expect(result.hitBlocks / result.blocks).toBeCloseTo(expected.block_hit, 4);
  });

  it.each([
    [300_000, 0.2934, 0.257],
    [60_000, 0.1054, 0.0957],
    [10_000, 0.0437, 0.0426],
  ])('TTL %i ms', (ttlMs, refreshed, kept) => {
    const share = (refreshOnHit: boolean) => {
      const { hitTokens, inputTokens } = replay({ ttlMs, refreshOnHit });
      return hitTokens / inputTokens;
    };
    expect(share(true)).toBeCloseTo(refreshed, 4);
    expect(share(false)).toBeCloseTo(kept, 4);
  });

  it('full blocks, and means of the requests', () => {
    const { fullHitBlocks, fullBlocks, meanBlockHit, meanTokenHit } = replay({});
    expect(fullHitBlocks / fullBlocks).toBeCloseTo(reference.inf_full_block_only_hit, 4);
    expect(meanBlockHit).toBeCloseTo(reference.inf_mean_per_request_block_ratio, 4);
    expect(meanTokenHit).toBeCloseTo(reference.inf_mean_per_request_token_ratio, 4);
  });
});
