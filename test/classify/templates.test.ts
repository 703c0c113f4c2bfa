/** Templates: what changes from call to call is masked, and what repeats is found. */
import { describe, expect, test } from 'vitest';
import { TemplateCounter, type TemplateGroup } from '../../src/classify/template-groups.ts';
import { sketchTemplate } from '../../src/classify/templates.ts';
import { promptOf, seeded } from './prompt.ts';

function sketchOf(system: string, user: string) {
  const sketch = { system: 0, message: 0 };
  sketchTemplate(promptOf(system, user), sketch);
  return sketch;
}

const random = seeded(7);
/** Words that no other text has. */
function material(count: number): string {
  const letter = () => String.fromCharCode(97 + Math.floor(random() * 26));
  return Array.from({ length: count }, () => letter() + letter() + letter() + letter()).join(' ');
}

describe('a sketch', () => {
  test.each([
    ['Write about order 17 for me now', 'Write about order 4242 for me now'],
    ['Send it on 2026-03-01 to the client', 'Send it on 2025-12-24T10:00 to the client'],
    ['What did we sell in March 2026, please?', 'What did we sell in July 2025, please?'],
    ['Explain the word "serendipity" to a child', 'Explain the word "ubiquitous thing" to a child'],
    ['Explain the word “gelb” to a child', 'Explain the word “blau” to a child'],
    ['Mail anna@example.org about the late parcel', 'Mail b.c@example.org about the late parcel'],
    [
      `Decode the key ${'qWeRtY'.repeat(5)} for the user`,
      `Decode the key ${'zUiOpA'.repeat(6)} for the user`,
    ],
    ['请把 `abc` 翻译成英文，谢谢你', '请把 `xyz uvw` 翻译成英文，谢谢你'],
    ['SUMMARISE the text for the board', 'Summarise the text for the board'],
  ])('is the same for %j and %j', (one, other) => {
    expect(sketchOf('', one)).toEqual(sketchOf('', other));
    expect(sketchOf(one, '').system).toBe(sketchOf(other, '').system);
    expect(sketchOf('', one).message).not.toBe(0);
  });

  test('tells texts apart, and is nothing where there is nothing to tell', () => {
    expect(sketchOf('', 'Translate the text for me')).not.toEqual(
      sketchOf('', 'Summarise the report for us'),
    );
    expect(sketchOf('', '')).toEqual({ system: 0, message: 0 });
    expect(sketchOf('', 'Hi')).toEqual({ system: 0, message: 0 });
    expect(sketchOf('', '1 2 3 4 5 6').message).toBe(0);
  });

  test('is a safe integer', () => {
    for (let i = 0; i < 500; i++) {
      const { system, message } = sketchOf(
        material(i),
        `${material(9)}:\n${material(i)}\n${material(6)}`,
      );
      expect(Number.isSafeInteger(system) && Number.isSafeInteger(message)).toBe(true);
    }
  });
});

/** Groups calls made by functions of their number; gives how often each function met each group. */
function groupsOf(
  templates: readonly ((n: number) => [system: string, user: string])[],
  calls = 30,
) {
  const counter = new TemplateCounter();
  const seen = templates.map((template) =>
    Array.from({ length: calls }, (_, n) => {
      const sketch = sketchOf(...template(n));
      counter.add(sketch, Math.floor(random() * 1e9));
      return sketch;
    }),
  );
  const groups = counter.groups();
  return seen.map((sketches) => {
    const counts = new Map<TemplateGroup | null, number>();
    for (const sketch of sketches) {
      const group = groups.of(sketch);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => b - a)[0]!;
  });
}

const GENERAL = 'You are a helpful assistant.';

describe('groups', () => {
  test('calls that begin or end alike, or share a system prompt, are of one template', () => {
    const found = groupsOf([
      () => ['', `Summarize the following article in three sentences:\n\n${material(80)}`],
      () => ['', `${material(60)}.\n\nTranslate the text above into German.`],
      (n) => ['', `Write a product description for "${material(2)}" in ${n} words.`],
      (n) => [
        `You are the desk of Acme. Today is March ${n}, 2026. Be polite and answer with care, always in
         the language of the customer, and never promise refunds.`,
        material(8 + (n % 5)),
      ],
      () => [GENERAL, `Classify this ticket as bug or feature.\nTicket: ${material(20)}`],
      () => [GENERAL, `Extract all names from the text below as JSON.\n\n${material(40)}`],
      () => ['', material(12)],
    ]);
    expect(found.map(([group]) => group?.by ?? null)).toEqual([
      ...['beginning', 'end', 'beginning', 'system', 'beginning', 'beginning', null],
    ]);
    expect(new Set(found.map(([group]) => group)).size).toBe(7);
    for (const [, calls] of found) expect(calls).toBeGreaterThanOrEqual(28);
  });

  test('one prompt sent again and again is no template, nor are two alike', () => {
    const counter = new TemplateCounter();
    const again = sketchOf('', 'Where is my parcel with the blue kettle?');
    for (let n = 0; n < 50; n++) counter.add(again, 1);
    const twice = sketchOf('', `Summarize the following for me please:\n${material(9)}`);
    counter.add(twice, 2);
    counter.add(twice, 3);
    expect(counter.groups().of(again)).toBeNull();
    expect(counter.groups().of(twice)).toBeNull();
  });

  test('behind a system prompt that tells the task, questions asked often stay with it', () => {
    const questions = Array.from({ length: 8 }, () => `${material(6)}?`);
    const found = groupsOf(
      [(n) => ['Translate the message of the customer into English.', questions[n % 8] ?? '']],
      64,
    );
    expect(found[0]?.[0]?.by).toBe('system');
    expect(found[0]?.[1]).toBe(64);
  });

  test('equal numbers at the beginning, at the end and for nothing are three groups', () => {
    // Sketches by hand: `system` × what is said, and 3 bins for each end of the message.
    const counter = new TemplateCounter();
    const beginning = (n: number) => ({ system: 0, message: 5 * 2 ** 24 + (n + 1) * 7_919 });
    const end = { system: 0, message: 5 };
    for (let n = 0; n < 9; n++) counter.add(beginning(n), n);
    for (let n = 0; n < 9; n++) counter.add(end, 100 + n);
    const groups = counter.groups();
    expect(groups.of(beginning(0))).toEqual({ system: 0, part: 5, by: 'beginning' });
    expect(groups.of(end)).toEqual({ system: 0, part: 5, by: 'end' });
    expect(groups.of(end)).toBe(groups.of({ ...end }));
  });

  test('no calls make no groups', () => {
    expect(new TemplateCounter().groups().of({ system: 1, message: 1 })).toBeNull();
  });
});
