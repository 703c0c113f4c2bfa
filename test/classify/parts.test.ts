import { describe, expect, it } from 'vitest';
import { createParts, setEscapedParts, setParts } from '../../src/classify/parts.ts';
import { escaped } from './prompt.ts';

const CUT = { head: 20, tail: 10 };

function read(bytes: Uint8Array, set = setParts): [string, string] {
  const parts = createParts();
  set(parts, bytes, [0, bytes.length], CUT);
  const text = (from: number, to: number) => Buffer.from(parts.bytes.subarray(from, to)).toString();
  return [text(parts.start, parts.headEnd), text(parts.tailStart, parts.end)];
}

describe('setParts', () => {
  it('keeps short texts whole and cuts long ones between words', () => {
    expect(read(escaped('short'))).toEqual(['short', '']);
    expect(read(escaped(`${'word '.repeat(20)}the very end`))).toEqual([
      'word word word word ',
      ' very end',
    ]);
  });

  it.each(['Übersetze: 翻译 🚀', '日本', '🚀'])('reads %s the same when it is escaped', (text) => {
    const ascii = JSON.stringify(text)
      .slice(1, -1)
      .replace(
        /[\u0080-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    expect(read(Buffer.from(ascii), setEscapedParts).join('')).toBe(text);
  });

  it('leaves escapes that are none alone', () => {
    const plain = (text: string) => read(Buffer.from(text), setEscapedParts)[0];
    expect(plain('C:\\\\users\\n')).toBe('C:\\\\users\\n');
    expect(plain('\\u00zz \\u00e4')).toBe('\\u00zz ä');
    expect(plain('\\\\u00e4 \\u00e4')).toBe('\\\\u00e4 ä');
    expect(plain('a\\u00e')).toBe('a\\u00e');
  });
});
