import { describe, expect, it } from 'vitest';
import { classifyPrompt, readPrompt } from '../../src/classify/classify.ts';
import { escaped, MODEL, NO_SIGNALS, promptOf, promptOfBytes, seeded } from './prompt.ts';

const NOTHING = new Uint8Array(0);

describe('hostile input', () => {
  it('knows nothing of an empty prompt', () => {
    expect(readPrompt(promptOf('', ''), NO_SIGNALS, MODEL)).toEqual({
      verdict: { task: 'other', confidence: 0 },
      complexity: 0,
      hasWords: false,
    });
  });

  it('reads only the ends of a prompt of 10 MB', () => {
    const filler = Buffer.alloc(10_000_000, 'lorem ipsum ');
    const user = Buffer.concat([escaped('Translate this into German.\n\n'), filler]);
    const untouched = new Proxy(user, {
      get(target, key) {
        const at = typeof key === 'string' ? Number(key) : Number.NaN;
        if (at > 5000 && at < user.length - 5000) throw new Error(`read byte ${at}`);
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const text = {
      bytes: untouched,
      systemStart: 0,
      systemKey: 0,
      promptKey: 0,
      systemEnd: 0,
      userStart: 0,
      userEnd: user.length,
    };
    expect(classifyPrompt(text, NO_SIGNALS, MODEL).task).toBe('translation');
  });

  it.each([
    ['right-to-left', 'مرحبا بالعالم هذا نص طويل بدون تعليمات'],
    ['emoji', '🚀🔥💡🎉'.repeat(200)],
    ['CJK without an instruction', '的一是不了人我在有他这为之大来以个中上们到'.repeat(40)],
    ['punctuation', '"\\"\\\\:::```***???...'.repeat(100)],
  ])('%s is nothing to be sure of', (_, text) => {
    const { verdict } = readPrompt(promptOf('', text), NO_SIGNALS, MODEL);
    // Sure of nothing, unless that nothing is asked.
    expect(verdict.task === 'other' ? 0 : verdict.confidence).toBeLessThan(60);
  });

  it('survives every cut of a text of all kinds of characters', () => {
    const bytes = escaped('Übersetze „das“ 翻译成英文？\n\t"x" \u0001 🚀 ```js\\n``` Größe.');
    for (let start = 0; start <= bytes.length; start++) {
      for (let end = start; end <= bytes.length; end++) {
        const { verdict } = readPrompt(
          promptOfBytes(bytes.subarray(start, end), bytes.subarray(start, end)),
          NO_SIGNALS,
          MODEL,
        );
        expect(verdict.confidence).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('survives binary junk', () => {
    const random = seeded(99);
    for (let round = 0; round < 500; round++) {
      const junk = Uint8Array.from({ length: Math.floor(random() * 2000) }, () => random() * 256);
      const { verdict, complexity } = readPrompt(promptOfBytes(junk, junk), NO_SIGNALS, MODEL);
      expect(verdict.confidence).toBeLessThanOrEqual(100);
      expect(Number.isFinite(complexity)).toBe(true);
    }
  });

  it.each([0x80, 0xbf, 0xc2, 0xc3, 0xe4, 0xf0, 0xff, 0x5c])(
    'survives nothing but byte %i',
    (byte) => {
      const { verdict } = readPrompt(
        promptOfBytes(NOTHING, new Uint8Array(700).fill(byte)),
        NO_SIGNALS,
        MODEL,
      );
      expect(verdict.task).toBe('other');
    },
  );

  it('does not read what lies before or behind a range', () => {
    const { bytes } = promptOf('', 'asdf');
    const ranges = {
      bytes,
      systemKey: 0,
      promptKey: 0,
      systemStart: 11,
      systemEnd: 11,
      userStart: 22,
      userEnd: 26,
    };
    expect(classifyPrompt(ranges, NO_SIGNALS, MODEL).task).toBe('other');
    const beyond = { ...ranges, userStart: bytes.length, userEnd: bytes.length + 900 };
    expect(readPrompt(beyond, NO_SIGNALS, MODEL).hasWords).toBe(false);
  });
});
