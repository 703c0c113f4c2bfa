/** Teaching: figures with their uncertainty, what is picked, what is learned, and its file. */
import { describe, expect, test } from 'vitest';
import { readPrompt } from '../../src/classify/classify.ts';
import { explainLabel } from '../../src/classify/explain.ts';
import { plainPrompt } from '../../src/classify/features.ts';
import { teach, temperatureWithout } from '../../src/classify/teach.ts';
import {
  checkBase,
  formatOwnModel,
  isOwnModel,
  parseOwnModel,
  parseTeachNote,
} from '../../src/classify/teach-file.ts';
import { kappaEstimate, shareEstimate, signTest } from '../../src/classify/teach-measure.ts';
import { SamplePicker } from '../../src/classify/teach-pick.ts';
import { fitTemperature } from '../../src/classify/train.ts';
import { MODEL, NO_SIGNALS } from './prompt.ts';

describe('how sure a figure is', () => {
  test('a share by Wilson', () => {
    // 8 of 10: z² = 3.8415; middle (0.8 + 0.19207) / 1.38415 = 0.71674, half 0.22658.
    const { value, from, to } = shareEstimate(8, 10);
    expect([value, from, to].map((x) => x.toFixed(4))).toEqual(['0.8000', '0.4902', '0.9433']);
    expect(shareEstimate(0, 5).from).toBe(0);
    expect(shareEstimate(5, 5).to).toBe(1);
  });

  test("Cohen's κ with its interval", () => {
    // 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed .7, by chance .5 · .6 + .5 · .4 = .5, κ .4.
    // Variance: (.4 · .34² + .3 · .46² + .36 · (.1 · 1.1² + .2 · .9²) − (.4 − .5 · .6)²) / (50 · .25)
    // = (.10972 + .10188 − .01) / 12.5 = .016128; 1.959964 · √.016128 = .24891.
    const pairs = [
      ...Array.from({ length: 20 }, () => ['yes', 'yes'] as const),
      ...Array.from({ length: 5 }, () => ['yes', 'no'] as const),
      ...Array.from({ length: 10 }, () => ['no', 'yes'] as const),
      ...Array.from({ length: 15 }, () => ['no', 'no'] as const),
    ];
    const kappa = kappaEstimate(pairs);
    expect(kappa?.value).toBeCloseTo(0.4, 10);
    expect(kappa?.from).toBeCloseTo(0.15109, 4);
    expect(kappa?.to).toBeCloseTo(0.64891, 4);
    expect(kappaEstimate([['a', 'a']])).toBeNull();
    expect(kappaEstimate([])).toBeNull();
    expect(
      kappaEstimate([
        ['a', 'a'],
        ['b', 'b'],
      ]),
    ).toEqual({ value: 1, from: 1, to: 1 });
  });

  test('whether a change may be chance', () => {
    // 9 better, 1 worse of 10: 2 · (1 + 10) / 1024.
    expect(signTest(9, 1)).toBeCloseTo(22 / 1024, 12);
    expect(signTest(1, 9)).toBeCloseTo(22 / 1024, 12);
    expect(signTest(5, 5)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
    // 2,000 changes: 0.5²⁰⁰⁰ is no number, the sum is. By the normal law, corrected for continuity,
    // (1060 − 1000 − .5) / √500 = 2.661, of which 2 · Φ(−2.661) = 0.00779.
    expect(signTest(1060, 940)).toBeCloseTo(0.0078, 4);
    expect(signTest(5000, 0)).toBeGreaterThan(0);
  });
});

describe('picking', () => {
  const big = { system: 1, part: 1, by: 'beginning' } as const;
  const small = { system: 2, part: 2, by: 'beginning' } as const;
  function picked(size: number, seed: number): number[] {
    const picker = new SamplePicker(size, seed);
    for (let id = 0; id < 300; id++) {
      const template = id % 10 === 0 ? small : big;
      picker.offer(
        {
          id,
          confidence: id % 97,
          sketch: id % 10 === 0 ? 1_000 + id : 1 + (id >> 1),
          promptHash: id * 7919,
        },
        template,
      );
    }
    return picker.pick();
  }

  test('unsure calls first, of every template, none like another', () => {
    const ids = picked(40, 1);
    expect(ids).toHaveLength(40);
    const ofSmall = ids.filter((id) => id % 10 === 0).length;
    // In proportion it would be 4 of 40; by the root of the size, √30 : √270 is 1 : 3.
    expect(ofSmall).toBeGreaterThanOrEqual(8);
    const alike = ids.map((id) => (id % 10 === 0 ? 1_000 + id : id >> 1));
    expect(new Set(alike).size).toBe(40);
    const mean = ids.reduce((sum, id) => sum + (id % 97), 0) / 40;
    expect(mean).toBeLessThan(25);
  });

  test('what was dropped again does not stand in the way of its like', () => {
    const picker = new SamplePicker(2, 1);
    const offer = (id: number, confidence: number, sketch: number) =>
      picker.offer({ id, confidence, sketch, promptHash: id }, big);
    // Call 1 gives way to two that are less sure by more than chance.
    offer(1, 60, 7);
    offer(2, 30, 8);
    offer(3, 30, 9);
    // Its like is unsure enough for a place of its own now: surer calls would stand before one that is
    // like another.
    offer(4, 10, 7);
    expect(picker.pick()).toContain(4);
    // One that is kept does: call 5 is like call 4.
    offer(5, 0, 7);
    expect(picker.pick()).not.toContain(5);
  });

  test('of one template, the least sure', () => {
    const confidences = Array.from({ length: 500 }, (_, id) => (id * 37) % 23);
    const picker = new SamplePicker(60, 1);
    const offered = confidences.map((confidence, id) => {
      return { id, confidence: confidence * 4, sketch: id + 1, promptHash: id };
    });
    for (const call of offered) picker.offer(call, big);
    // 10 points of chance at most, so that 60 of 500 are all below the 60th confidence and 10.
    const sorted = offered.toSorted((a, b) => a.confidence - b.confidence);
    const worst = sorted[59]!.confidence + 10;
    const ids = picker.pick();
    expect(new Set(ids).size).toBe(60);
    expect(Math.max(...ids.map((id) => offered[id]!.confidence))).toBeLessThanOrEqual(worst);
    const sure = sorted.filter(({ confidence }) => confidence + 10 < sorted[59]!.confidence);
    expect(ids).toEqual(expect.arrayContaining(sure.map(({ id }) => id)));
  });

  test('the same for the same seed, another for another, all where there are few', () => {
    expect(picked(40, 1)).toEqual(picked(40, 1));
    expect(picked(40, 1)).not.toEqual(picked(40, 2));
    expect(picked(10_000, 1)).toHaveLength(300);
    expect(new SamplePicker(5, 1).pick()).toEqual([]);
  });
});

describe('teaching', () => {
  const nouns =
    'invoice tender complaint offer contract reminder warranty notice permit lease claim bid'.split(
      ' ',
    );
  const cities = 'Bonn Lyon Graz Kiel Basel Gent Cork Turin Oslo Riga'.split(' ');
  /** Codes of a house of its own, which no shipped model can know. */
  const prompts = nouns.flatMap((noun, n) =>
    cities.slice(0, 5).map((city, c) => {
      const isRouted = (n + c) % 2 === 0;
      const user = isRouted
        ? `zentrix route ${noun} desk ${city} floor plan`
        : `quolbar draft ${noun} tone ${city} evening mood`;
      return {
        text: plainPrompt('', user),
        task: isRouted ? 'classification' : 'creative',
      } as const;
    }),
  );

  test('learns a convention, judged on prompts it has not seen', async () => {
    const folds: number[] = [];
    const { model, judged } = await teach(prompts, MODEL, async (fold) => void folds.push(fold));
    expect(folds).toHaveLength(10);
    const right = (which: 'before' | 'after') =>
      judged.filter((row) => row[which] === row.task).length;
    expect(right('after')).toBeGreaterThanOrEqual(57);
    expect(right('after')).toBeGreaterThan(right('before'));
    const note = {
      learned_at: '2026-04-01T00:00:00Z',
      rows: 60,
      accuracy_before: 0,
      accuracy_after: 1,
      over: 7,
    };
    const bytes = formatOwnModel(model, note);
    const own = parseOwnModel(bytes, 'own');
    expect(parseTeachNote(bytes, 'own')).toMatchObject(note);
    expect(() => checkBase(note, 7, 'own')).not.toThrow();
    expect(() => checkBase(note, 8, 'own')).toThrow('another version');
    // Of a version whose weights cannot be read, what it says of itself can.
    expect(parseTeachNote(bytes.subarray(0, 300), 'own')).toMatchObject(note);
    expect(() => parseOwnModel(bytes.subarray(0, 300), 'own')).toThrow('another version');
    const unseen = plainPrompt('', 'zentrix route parcel desk Madrid floor plan');
    expect(readPrompt(unseen, NO_SIGNALS, own).verdict.task).toBe('classification');
    // What it was not taught is as it was.
    const other = plainPrompt('', 'Translate this into German: the train is late.');
    expect(readPrompt(other, NO_SIGNALS, own).verdict.task).toBe('translation');
  });

  test('both models are judged by the same path, with the same threshold', async () => {
    // No label is likely enough for this one, before or after.
    const strict = { ...MODEL, minProbability: 1.01 };
    const { judged, model } = await teach(prompts, strict, async () => {});
    expect(new Set(judged.flatMap(({ before, after }) => [before, after]))).toEqual(
      new Set(['other']),
    );
    expect(model.minProbability).toBe(1.01);
  });

  test('the temperature a fold is judged with is that of the other folds', () => {
    // 110 prompts that lead by 4 and are right in nine of ten, and 11 of fold 0 that are always wrong.
    const scored = Array.from({ length: 121 }, (_, at) => ({
      scores: Float64Array.from({ length: 12 }, (_, label) => (label === 0 ? 4 : 0)),
      y: at < 11 || at % 10 === 0 ? 5 : 0,
    }));
    const foldOf = scored.map((_, at) => (at < 11 ? 0 : 1 + (at % 9)));
    const without = temperatureWithout(0, { scored, foldOf, start: MODEL });
    expect(without).toBe(fitTemperature(scored.slice(11)));
    expect(without).toBeLessThan(fitTemperature(scored));
    // Of fewer than 100 it cannot be told.
    const few = { scored: scored.slice(0, 105), foldOf: foldOf.slice(0, 105), start: MODEL };
    expect(temperatureWithout(0, few)).toBe(MODEL.temperature);
  });

  test('a file that is none says so', () => {
    expect(() => parseOwnModel(new Uint8Array(0), 'f')).toThrow('f is no classifier');
    expect(() => parseOwnModel(Buffer.from('{"kind":"x"}\n'), 'f')).toThrow('f is no classifier');
    for (const version of [1, 2, 3]) {
      const file = Buffer.from(`{"kind":"aicost.classifier/${version}"}\nabc`);
      expect(() => parseOwnModel(file, 'f')).toThrow('another version');
      expect(isOwnModel(file)).toBe(true);
    }
    expect(isOwnModel(Buffer.from('SQLite format 3'))).toBe(false);
  });
});

describe('explaining', () => {
  const explained = (user: string, system = '') =>
    explainLabel({ system, user, signals: NO_SIGNALS }, MODEL);

  test('names the words that decided, and the runner-up', () => {
    const { labels, evidence } = explained(
      'Translate this sentence into German: the train is late.',
    );
    expect(labels[0]?.task).toBe('translation');
    expect(labels[1]?.task).not.toBe('translation');
    const sum = labels.reduce((all, { probability }) => all + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
    const [first] = evidence;
    expect(first?.effect).toBeGreaterThan(0);
    expect(evidence.map(({ what }) => what).join(' ')).toMatch(/Translate|German/);
  });

  test('reads the system prompt and Chinese, and has nothing to say of nothing', () => {
    const inSystem = explained('Der Zug ist zu spät.', 'Translate the message into English.');
    expect(inSystem.evidence.some(({ where }) => where === 'system')).toBe(true);
    const chinese = explained('请把下面的句子翻译成英文：火车晚点了。');
    expect(chinese.evidence.some(({ what }) => what.includes('翻译'))).toBe(true);
    expect(explained('')).toEqual({ labels: [], evidence: [] });
  });

  test('finds the words at the end of a long text, whatever characters stand before them', () => {
    const long = `${'🚀 Größe "x" 火车\n'.repeat(100_000)}\n\nTranslate the text above into German.`;
    const { labels, evidence } = explained(long);
    expect(labels[0]?.task).toBe('translation');
    expect(evidence.map(({ what }) => what).join(' ')).toMatch(/Translate|German/);
  });
});
