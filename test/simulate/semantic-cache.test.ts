/** The semantic cache: links between prompts, the lever, and what the log's answers say of it. */
import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { matchTexts } from '../../src/policy/semantic-match.ts';
import { readMeaning } from '../../src/policy/semantic-text.ts';
import {
  chosenRate,
  type SemanticCacheOptions,
  semanticCachePlan,
} from '../../src/simulate/lever-semantic-cache.ts';
import { answersAgree } from '../../src/simulate/semantic-answers.ts';
import { semanticRates } from '../../src/simulate/semantic-evidence.ts';
import { SemanticLinker, type SemanticLinks } from '../../src/simulate/semantic-links.ts';
import { distinctPrompts } from '../../src/simulate/semantic-prompts.ts';
import { partsOf, replayParts } from '../../src/simulate/simulate.ts';
import { below, call, oneOf, seeded, T0, target } from '../policy/calls.ts';
import { SAME } from '../policy/semantic-pairs.ts';
import { tableOf } from './calls.ts';

const MINUTE = 60_000;
/** 1,000 + 100 tokens of gpt-4o: 1,000 × 2.5 + 100 × 10 dollars a million = $0.0035. */
const COST = 3_500_000_000;

interface Asked {
  readonly text: string;
  readonly answer?: string;
  readonly over?: Partial<PricedCall>;
}

/** Calls a minute apart; equal texts are equal prompts, equal answers equal hashes. */
function callsOf(asked: readonly Asked[]): PricedCall[] {
  const numbers = new Map<string, number>();
  const numberOf = (text: string) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
    return numbers.get(text)!;
  };
  return asked.map(({ text, answer, over }, at) =>
    call({
      ...{ id: at, startedAtMs: T0 + at * MINUTE, promptHash: numberOf(`prompt ${text}`) },
      answerHash: answer === undefined ? null : numberOf(`answer ${answer}`),
      ...over,
    }),
  );
}

function linksOf(asked: readonly Asked[], heldOut: Uint8Array | null = null): SemanticLinks {
  const prompts = distinctPrompts(tableOf(callsOf(asked)), heldOut);
  const linker = new SemanticLinker(prompts, 0.7);
  asked.forEach(({ text, answer = null }, at) => {
    const prompt = prompts.promptOf[at]!;
    if (prompt >= 0) linker.add(prompt, { text, hasMore: false, answer });
  });
  return linker.finish();
}

/** Which calls were served, as positions, and the savings. */
function replay(asked: readonly Asked[], options: Partial<SemanticCacheOptions> = {}) {
  const table = tableOf(callsOf(asked));
  const links = linksOf(asked);
  const rates = semanticRates(links, options.minSimilarity ?? null);
  const served: number[] = [];
  const probe = {
    id: 'probe',
    apply(state: { served: boolean; position: number }) {
      if (state.served) served.push(state.position);
      return null;
    },
    words: () => ({ method: '', note: null }),
  };
  const plans = [
    semanticCachePlan({ links, rates }, options),
    { id: 'probe', create: () => probe },
  ];
  const { savings } = replayParts(table, plans, partsOf(table, 0));
  return { served, savings, lever: savings.levers[0]! };
}

const texts = (...all: string[]): Asked[] => all.map((text) => ({ text }));

describe('hits', () => {
  it('are prompts that ask the same in other words', () => {
    const asked = texts('How do I reset my password?', 'How can I reset my password?');
    const { served, savings, lever } = replay(asked);
    expect(served).toEqual([1]);
    expect(savings.savedPico).toBe(BigInt(COST));
    // Nothing in the log shows that the answers are the same.
    expect(lever.byCertainty.needs_test).toBe(BigInt(COST));
  });

  it.each([
    ['numbers', 'Show me the status of order 123 please', 'Show me the status of order 124 please'],
    ['names', 'What does shipping to Berlin cost?', 'What does shipping to Munich cost?'],
    ['negation', 'Which users have paid the invoice?', 'Which users have not paid the invoice?'],
    ['quotes', 'Translate "good morning" to Spanish', 'Translate "good evening" to Spanish'],
    ['language', 'What is the price of the red hotel?', 'Was ist der Preis von dem red hotel?'],
    ['numbers in Chinese', '三号订单的状态是什么？', '四号订单的状态是什么？'],
  ])('are never prompts that differ in %s', (_, first, second) => {
    expect(replay(texts(first, second), { minSimilarity: 0 }).served).toEqual([]);
  });

  it.each([
    ['system prompt', { systemHash: 9 }],
    ['model', { target: target({ model: 'gpt-4.1' }) }],
    ['parameters', { paramsHash: 9 }],
  ])('share the %s', (_, over) => {
    const [first, second] = ['How do I reset my password?', 'How can I reset my password?'];
    expect(replay([{ text: first! }, { text: second!, over }]).served).toEqual([]);
  });

  it('are sure where the log shows the same answer twice, likely within a bound', () => {
    const answer = 'Open the settings.';
    const same: Asked[] = [
      { text: 'How do I reset my password?', answer },
      { text: 'How can I reset my password?', answer },
    ];
    expect(replay(same).lever.byCertainty.sure).toBe(BigInt(COST));
    const other = [same[0]!, { ...same[1]!, answer: 'Ask the support.' }];
    expect(replay(other, { minSimilarity: 0.8 }).lever.byCertainty.needs_test).toBe(BigInt(COST));
    // 0 of 1 pair disagree: at most 1 - 0.05 = 95 %.
    const { lever } = replay(same, { maxFalseHits: 0.96 });
    expect(lever.note).toContain('0 of 1 answered pairs disagree: false hits are at most 95 %');
    const { lever: strict, served } = replay(same, { maxFalseHits: 0.01 });
    expect([served, strict.note]).toEqual([[], expect.stringContaining('no threshold keeps')]);
  });
});

describe('time', () => {
  const [first, second] = ['How do I reset my password?', 'How can I reset my password?'];

  it('an answer that had not arrived serves nobody', () => {
    const slow = (latencyMs: number) =>
      replay([{ text: first, over: { latencyMs } }, { text: second }]).served;
    expect([slow(MINUTE - 1), slow(MINUTE), slow(MINUTE + 1)]).toEqual([[1], [1], []]);
  });

  it('an answer lives as long as the TTL, the limit included', () => {
    const at = (ttlMs: number) =>
      replay([{ text: first, over: { latencyMs: 0 } }, { text: second }], { ttlMs }).served;
    expect([at(MINUTE - 1), at(MINUTE)]).toEqual([[], [1]]);
  });

  it('the least recently used answer goes first', () => {
    const asked = texts(first, 'Where is my parcel?', second);
    expect(replay(asked, { capacity: 1 }).served).toEqual([]);
    expect(replay(asked, { capacity: 2 }).served).toEqual([2]);
  });

  it('answers of one user serve no other where they are not shared', () => {
    const asked = [
      { text: first, over: { userId: 1 } },
      { text: second, over: { userId: 2 } },
      { text: second, over: { userId: 1 } },
    ];
    expect(replay(asked, { scope: 'user' }).served).toEqual([2]);
    expect(replay(asked).served).toEqual([1, 2]);
  });
});

describe('what is left out', () => {
  const reasons = (asked: readonly Asked[], add: 'nothing' | 'more' | 'long') => {
    const table = tableOf(callsOf(asked));
    const prompts = distinctPrompts(table, null);
    const linker = new SemanticLinker(prompts, 0.7);
    const text = add === 'long' ? 'word '.repeat(2000) : 'A question';
    if (add !== 'nothing') linker.add(0, { text, hasMore: add === 'more', answer: null });
    const log = { links: linker.finish(), rates: [] };
    const { savings } = replayParts(table, [semanticCachePlan(log)], partsOf(table, 0));
    return savings.skipped.map(({ reason }) => reason);
  };

  it('is said, with why', () => {
    const one = texts('A question');
    expect(reasons(one, 'nothing')).toEqual([expect.stringContaining('cannot be read')]);
    expect(reasons(one, 'more')).toEqual([expect.stringContaining('more than a system prompt')]);
    expect(reasons(one, 'long')).toEqual([expect.stringContaining('longer than 8000')]);
    const undated = [{ text: 'A question', over: { startedAtMs: null } }];
    expect(reasons(undated, 'nothing')).toEqual(['the log gives no time']);
  });

  it('without any text all calls are left out, and the empty log is fine', () => {
    const table = tableOf(callsOf(texts('A question', 'Another')));
    const { savings } = replayParts(table, [semanticCachePlan(null)], partsOf(table, 0));
    expect(savings.skipped).toMatchObject([{ calls: 2 }]);
    expect(replay([]).served).toEqual([]);
  });

  it('calls that no cache may answer stay as they are', () => {
    const hot = texts('How do I reset my password?', 'How can I reset my password?').map(
      (asked) => ({
        ...asked,
        over: { temperatureMilli: 700 },
      }),
    );
    expect(replay(hot).served).toEqual([]);
    expect(replay(hot, { maxTemperatureMilli: 700 }).served).toEqual([1]);
    const vectors = hot.map(({ text }) => ({
      text,
      over: { target: target({ operation: 'embeddings' }) },
    }));
    expect(replay(vectors).served).toEqual([]);
  });
});

describe('false hits', () => {
  const password = ['How do I reset my password?', 'How can I reset my password?'];
  const invoice = ['Where can I find my invoice?', 'Where do I find my invoices?'];
  const asked = (answers: readonly string[]): Asked[] =>
    [...password, ...invoice].map((text, at) => ({ text, answer: answers[at]! }));

  it('are counted from answers that disagree', () => {
    const [rate] = semanticRates(linksOf(asked(['a', 'a', 'b', 'c'])), null).slice(-1);
    // One of two pairs; the bound p solves (1 - p)^2 + 2p(1 - p) = 0.05, so p = sqrt(0.95).
    expect(rate).toMatchObject({ threshold: 0.7, pairs: 2, falseHits: 1, rate: 0.5 });
    expect(rate!.upperBound).toBeCloseTo(Math.sqrt(0.95), 6);
  });

  it('say nothing where an answer is not known, or is held out', () => {
    const unknown = asked(['a', 'a', 'b', 'c']).map(({ text }) => ({ text }));
    expect(semanticRates(linksOf(unknown), null).at(-1)).toMatchObject({ pairs: 0, upperBound: 1 });
    const heldOut = Uint8Array.from([0, 0, 0, 1]);
    const links = linksOf(asked(['a', 'a', 'b', 'c']), heldOut);
    expect(semanticRates(links, null).at(-1)).toMatchObject({ pairs: 1, falseHits: 0 });
  });

  it('choose the threshold: the bound, the similarity, or 0.9', () => {
    const rate = (threshold: number, upperBound: number, pairs = 1000) => ({
      ...{ threshold, pairs, falseHits: 1, rate: 1 / pairs, upperBound },
    });
    const rates = [rate(0.95, 0.005), rate(0.9, 0.008), rate(0.8, 0.02)];
    const chosen = (minSimilarity: number | null, maxFalseHits: number | null) =>
      chosenRate(rates, { minSimilarity, maxFalseHits })?.threshold;
    expect(chosen(null, 0.01)).toBe(0.9);
    expect(chosen(0.95, 0.01)).toBe(0.95);
    expect(chosen(null, 0.001)).toBeUndefined();
    expect(chosen(0.8, null)).toBe(0.8);
    expect(chosen(null, null)).toBe(0.9);
  });

  it('short answers must be the same, longer ones may be worded otherwise', () => {
    expect(answersAgree('Paris.', 'paris')).toBe(true);
    expect(answersAgree('A', 'B')).toBe(false);
    expect(answersAgree('A', 'I')).toBe(false);
    const long = 'You can reset the password under settings, security, password.';
    expect(answersAgree(long, `${long.slice(0, -1)}!`)).toBe(true);
    expect(answersAgree(long, long.replace('can', 'cannot'))).toBe(false);
    expect(answersAgree(`${long} It takes 2 days.`, `${long} It takes 3 days.`)).toBe(false);
  });

  // Most words are the same: one in place of another, or one more, is another answer.
  it.each([
    ['The capital of the country you asked about is paris, a large old city.', 'paris', 'vienna'],
    ['This medicine is considered safe together with alcohol for adults.', 'safe', 'deadly'],
    [
      'The message is about a refund, because the customer sent the order back.',
      'refund',
      'return',
    ],
    ['You may take both medicines together, and eat before you do so.', 'may', 'must'],
    ['A single ticket for adults costs $ 50 in the city and the villages.', '$', '€'],
    ['The whole course is best programmed in C by an experienced student.', 'C', 'C++'],
    ['This medicine is considered safe together with alcohol for adults.', 'safe', 'rarely safe'],
    ['Dieses Gericht ist für Kinder mit einer Allergie gut geeignet.', 'Allergie', 'Erkältung'],
    ['Sie müssen den Antrag bis zum Ende des Monats im Amt abgeben.', 'müssen', 'dürfen'],
    [
      '这道菜适合对花生过敏的孩子食用，因为配料表里完全没有花生成分，做起来也很简单，味道清淡可口。',
      '孩子',
      '老人',
    ],
    [
      '我们建议您每天早晨用温水冲一勺这种食品，饭前服用效果最佳，请坚持服用一个月再看看身体的变化情况：蜂蜜。',
      '蜂蜜',
      '蜜蜂',
    ],
  ])('%s: %s is not %s', (answer, word, other) => {
    const changed = answer.replace(word, () => other);
    expect([changed === answer, answersAgree(answer, changed)]).toEqual([false, false]);
    expect(answersAgree(changed, answer)).toBe(false);
  });

  it.each([
    [
      'Sure! The refund takes 5 days, and you get an email.',
      'The refund takes 5 days and you get the email. I hope this helps!',
    ],
    [
      'The password and the security are in the new settings.',
      'The password and security are in these new settings.',
    ],
    [
      'Gerne! Der Antrag wird innerhalb einer Woche bearbeitet.',
      'Ihr Antrag wird innerhalb einer Woche bearbeitet.'.replace('Ihr', 'Der'),
    ],
    [
      '好的，这道菜适合对花生过敏的孩子食用，因为配料表完全没有花生成分，做起来很简单，味道清淡可口。',
      '这道菜适合对花生过敏的孩子食用，因为配料表完全没有花生成分，做起来也很简单，味道清淡可口。希望对您有帮助！',
    ],
  ])('%s says what this says: %s', (a, b) => {
    expect([answersAgree(a, b), answersAgree(b, a)]).toEqual([true, true]);
  });
});

/** The plainest cache there is: a list of answers, the latest used last, each compared by its text. */
function plainServed(asked: readonly Asked[], ttlMs: number, capacity: number): number[] {
  const held: { text: string; model: string; arrivedMs: number }[] = [];
  const served: number[] = [];
  callsOf(asked).forEach((one, at) => {
    const { text } = asked[at]!;
    const { model } = one.target;
    const nowMs = one.startedAtMs!;
    const score = (other: string) => {
      if (other === text) return 2;
      const { similarity, refusedBy } = matchTexts(readMeaning(text), readMeaning(other));
      return refusedBy === null && similarity >= 0.8 ? similarity : 0;
    };
    const fresh = held.filter(
      (entry) =>
        entry.model === model &&
        nowMs >= entry.arrivedMs &&
        nowMs - entry.arrivedMs <= ttlMs &&
        score(entry.text) > 0,
    );
    const [best] = fresh.sort((a, b) => score(b.text) - score(a.text));
    const own = held.find((entry) => entry.text === text && entry.model === model);
    const used = best ?? own;
    if (used !== undefined) held.push(...held.splice(held.indexOf(used), 1));
    if (best !== undefined) {
      served.push(at);
      return;
    }
    const arrivedMs = nowMs + (one.latencyMs ?? 30_000);
    if (own === undefined) {
      if (held.length === capacity) held.shift();
      held.push({ text, model, arrivedMs });
    } else if (nowMs > own.arrivedMs || arrivedMs < own.arrivedMs) own.arrivedMs = arrivedMs;
  });
  return served;
}

it('serves what a plain list of answers would, call by call', () => {
  const random = seeded(7);
  const targets = [target(), target({ model: 'gpt-4.1' })];
  for (const [ttlMs, capacity] of [
    [20 * MINUTE, 100],
    [200 * MINUTE, 12],
    [5 * MINUTE, 6],
  ] as const) {
    const asked = Array.from({ length: 600 }, () => ({
      text: oneOf(random, oneOf(random, SAME)),
      over: {
        latencyMs: oneOf(random, [100, 90_000, 200_000, null]),
        target: targets[below(random, 4) === 0 ? 1 : 0]!,
      },
    }));
    const plain = plainServed(asked, ttlMs, capacity);
    expect(plain.length).toBeGreaterThan(30);
    expect(replay(asked, { ttlMs, capacity, minSimilarity: 0.8 }).served).toEqual(plain);
  }
});
