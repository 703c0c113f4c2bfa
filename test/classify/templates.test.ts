/** Templates: what changes from call to call is masked, and what repeats is found. */
import { describe, expect, test } from 'vitest';
import { readMasked } from '../../src/classify/masks.ts';
import { TemplateCounter, type TemplateGroup } from '../../src/classify/template-groups.ts';
import { sketchTemplate } from '../../src/classify/templates.ts';
import { createWordBuffer, isMark } from '../../src/classify/words.ts';
import { escaped, promptOf, seeded } from './prompt.ts';

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
    ['Reply to Anna Smith about the parcel', 'Reply to Élodie Dubois about the parcel'],
    ['Schreib Anna Weber über die Rechnung', 'Schreib Uwe über die Rechnung'],
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

  test('a heading of two words is enough', () => {
    const head = (user: string) => Math.floor(sketchOf('', user).message / 2 ** 24);
    const german = head('Translate into German:\n\nthe late train');
    expect(german).toBe(head('Translate into French:\n\na small red kettle'));
    expect(german).not.toBe(0);
  });

  test.each([
    // By hand: what is masked stands in brackets.
    ['Ask [Anna Smith] about it', 3],
    ['Fasse die Rechnung von [Weber] zusammen', 5],
    ['Anna writes JSON. Maria reads', 5],
    ['Dear [Élodie],\n- Order it', 3],
    ['I know [O’Brien] and [Zoë-Maria]', 3],
  ])('names are masked, not nouns after an article, acronyms and first words: %j', (text, kept) => {
    const buffer = createWordBuffer(64);
    const bytes = escaped(text.replace(/[[\]]/g, ''));
    readMasked(bytes, [0, bytes.length], buffer);
    expect(
      [...buffer.words.subarray(0, buffer.count)].filter((word) => !isMark(word)),
    ).toHaveLength(kept);
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

const pause = async () => {};
/** Prompts' hashes are of 53 bits. */
const hash = () => Math.floor(random() * 2 ** 53);

/** Groups calls made by functions of their number; gives how often each function met each group. */
async function groupsOf(
  templates: readonly ((n: number) => [system: string, user: string])[],
  calls = 30,
) {
  const counter = new TemplateCounter();
  const seen = templates.map((template) =>
    Array.from({ length: calls }, (_, n) => {
      const sketch = sketchOf(...template(n));
      counter.add(sketch, hash());
      return sketch;
    }),
  );
  const groups = await counter.groups(pause);
  return seen.map((sketches) => {
    const counts = new Map<TemplateGroup | null, number>();
    for (const sketch of sketches) {
      const group = groups.of(sketch);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => b - a)[0]!;
  });
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const GENERAL = 'You are a helpful assistant.';

describe('groups', () => {
  test('calls that begin or end alike, or share a system prompt, are of one template', async () => {
    const found = await groupsOf([
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

  test('one prompt sent again and again is no template, nor are two alike', async () => {
    const counter = new TemplateCounter();
    const again = sketchOf('', 'Where is my parcel with the blue kettle?');
    for (let n = 0; n < 50; n++) counter.add(again, 1);
    const twice = sketchOf('', `Summarize the following for me please:\n${material(9)}`);
    counter.add(twice, 2);
    counter.add(twice, 3);
    const groups = await counter.groups(pause);
    expect(groups.of(again)).toBeNull();
    expect(groups.of(twice)).toBeNull();
  });

  test('nor is one prompt behind a system prompt, however often it is sent', async () => {
    const counter = new TemplateCounter();
    const system = 'You are the desk of a shop. Answer with care and never promise refunds.';
    for (let n = 0; n < 50; n++) counter.add(sketchOf(system, 'Where is my parcel?'), 1);
    counter.add(sketchOf(system, 'Can I return the kettle?'), 2);
    expect((await counter.groups(pause)).of(sketchOf(system, 'Where is my parcel?'))).toBeNull();
    counter.add(sketchOf(system, 'Do you sell lamps?'), 3);
    const groups = await counter.groups(pause);
    expect(groups.of(sketchOf(system, 'Do you sell lamps?'))?.by).toBe('system');
  });

  test('messages that differ by a name and a thing do not part one system prompt', async () => {
    const things = 'refund invoice password warranty kettle blender router laptop charger'.split(
      ' ',
    );
    const names = ['Anna Smith', 'Uwe', 'Maria da Silva', 'Yusuf Khan', 'Chiara Rossi'];
    const found = await groupsOf(
      [
        (n) => [
          `You are the support assistant of a shop. Today is ${DAYS[n % 7]}, March ${1 + (n % 28)},
           2026. Answer politely, never promise refunds, and stay below 120 words in any case.`,
          `Customer ${names[n % 5]} asks about ${things[n % 9]} ${material(1)}.`,
        ],
      ],
      200,
    );
    expect(found).toEqual([[expect.objectContaining({ by: 'system' }), 200]]);
  });

  test('behind a system prompt, parts of a fifth are rows; of 3 in 20 none is', async () => {
    const system = 'You are the assistant of the sales team and know the whole catalogue by heart.';
    const asks = [
      ...['Write an email to', 'Summarise yesterday’s call with', 'Find the order placed by'],
      ...['Draft our best offer for', 'Check whether credit exists for', 'Plan next visits near'],
      'Rate this lead called',
    ];
    const template = (ask: string) => (): [string, string] => [system, `${ask}: ${material(9)}`];
    // 2 of 40 % each; 7 of a seventh each.
    const few = await groupsOf(asks.slice(0, 2).map(template), 40);
    expect(few.map(([group, calls]) => [group?.by, calls])).toEqual([
      ['beginning', 40],
      ['beginning', 40],
    ]);
    const many = await groupsOf(asks.map(template), 40);
    expect(new Set(many.map(([group]) => group?.by))).toEqual(new Set(['system']));
    expect(new Set(many.map(([group]) => group)).size).toBe(1);
  });

  test('shares are of all prompts, however many look the same', async () => {
    const counter = new TemplateCounter();
    // By hand: 300 prompts of one part, 60 of each of two others: 71, 14 and 14 %.
    const part = (bin: number) => ({
      system: 2 ** 48 + 1,
      message: bin * (1 + 512 + 262_144) * 2 ** 24,
    });
    for (let n = 0; n < 300; n++) counter.add(part(1), hash());
    for (let n = 0; n < 120; n++) counter.add(part(2 + (n % 2)), hash());
    const groups = await counter.groups(pause);
    expect([1, 2, 3].map((bin) => groups.of(part(bin))?.by)).toEqual([
      'system',
      'system',
      'system',
    ]);
  });

  test('two prompts beside the parts of a system prompt are no row', async () => {
    const counter = new TemplateCounter();
    const part = (bin: number) => ({
      system: 2 ** 48 + 1,
      message: bin * (1 + 512 + 262_144) * 2 ** 24,
    });
    for (let n = 0; n < 80; n++) counter.add(part(1 + (n % 2)), hash());
    for (let n = 0; n < 2; n++) counter.add(part(3), hash());
    const before = await counter.groups(pause);
    expect(before.of(part(1))?.by).toBe('beginning');
    expect(before.of(part(3))).toBeNull();
    counter.add(part(3), hash());
    expect((await counter.groups(pause)).of(part(3))?.by).toBe('system');
  });

  test('short chats that begin in many ways make no rows', async () => {
    const openers = [
      'why does',
      'can you',
      'tell me if',
      'what about',
      'is there',
      'which one has',
    ];
    const found = await groupsOf(
      [
        () => ['', `Summarize the following article in three sentences:\n\n${material(80)}`],
        (n) => ['', `${openers[n % 6]} ${material(2 + (n % 3))}?`],
      ],
      400,
    );
    expect(found[0]).toEqual([expect.objectContaining({ by: 'beginning' }), 400]);
    expect(found[1]![0]).toBeNull();
    expect(found[1]![1]).toBeGreaterThan(360);
  });

  test('behind a system prompt that tells the task, questions asked often stay with it', async () => {
    const questions = Array.from({ length: 8 }, () => `${material(6)}?`);
    const found = await groupsOf(
      [(n) => ['Translate the message of the customer into English.', questions[n % 8] ?? '']],
      64,
    );
    expect(found[0]?.[0]?.by).toBe('system');
    expect(found[0]?.[1]).toBe(64);
  });

  test('equal numbers at the beginning, at the end and for nothing are three groups', async () => {
    // Sketches by hand: `system` × what is said, and 3 bins for each end of the message.
    const counter = new TemplateCounter();
    const beginning = (n: number) => ({ system: 0, message: 5 * 2 ** 24 + (n + 1) * 7_919 });
    const end = { system: 0, message: 5 };
    for (let n = 0; n < 9; n++) counter.add(beginning(n), n);
    for (let n = 0; n < 9; n++) counter.add(end, 100 + n);
    const groups = await counter.groups(pause);
    expect(groups.of(beginning(0))).toEqual({ system: 0, part: 5, by: 'beginning' });
    expect(groups.of(end)).toEqual({ system: 0, part: 5, by: 'end' });
    expect(groups.of(end)).toBe(groups.of({ ...end }));
  });

  test('no calls make no groups', async () => {
    const groups = await new TemplateCounter().groups(pause);
    expect(groups.of({ system: 1, message: 1 })).toBeNull();
  });

  test('many system prompts are compared with few others, and others have their turn', async () => {
    const counter = new TemplateCounter();
    for (let n = 0; n < 20_000; n++) {
      counter.add({ system: 2 ** 48 + Math.floor(random() * 2 ** 48), message: 0 }, hash());
    }
    let turns = 0;
    await counter.groups(async () => void turns++);
    // 20,000 sketches in turns of 8,192.
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});
