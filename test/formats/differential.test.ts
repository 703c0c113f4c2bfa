/**
 * The scanner, its templates and its memory against JSON.parse.
 *
 * The rule: what JSON.parse reads, a warm scanner reads to exactly the same calls, all fields and
 * hashes included. What JSON.parse refuses is refused, unless all damage lies in bytes that are not
 * needed: raw control characters in texts, and what stands in members that are skipped or kept as
 * bytes. Then the line is read as if that damage were mended; only the hashes and sizes of the damaged
 * texts are their own. So they are where a text is not UTF-8: they are taken from the bytes as they
 * are, not from the replacement characters that decoding puts there.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { hostileLine } from './hostile.ts';
import { mend } from './mend.ts';
import { Random } from './random.ts';
import { readPlainly, type Seen, WarmReader } from './reading.ts';

/** What a damaged text changes and nothing else does. */
function withoutTexts(read: Seen): unknown {
  if (isRejected(read)) return read;
  return read.map((call) => ({
    ...call,
    promptHash: call.promptHash === null,
    systemHash: call.systemHash === null,
    paramsHash: 0,
    answerHash: call.answerHash === null,
    sessionKey: call.sessionKey === null,
    idKey: call.idKey === null,
    promptBytes: 0,
    answerBytes: 0,
  }));
}

/** Says how a reading of a line breaks the rule; null if it keeps it. */
function difference(line: Buffer, warm: Seen, plain: Seen): string | null {
  if (same(plain, warm)) return null;
  const told = `\n  line  ${JSON.stringify(line.toString('latin1'))}\n  plain ${text(plain)}\n  warm  ${text(warm)}`;
  if (!isUtf8(line) && same(withoutTexts(plain), withoutTexts(warm))) return null;
  if (!isRejected(plain) || plain.reason !== 'invalid_json') return `read differently:${told}`;
  const mended = mend(line.toString('utf8'));
  if (mended === null) return `accepted though a needed part is damaged:${told}`;
  if (same(withoutTexts(readPlainly(mended)), withoutTexts(warm))) return null;
  return `read differently from the mended line ${mended}:${told}`;
}

function same(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(value: unknown): string {
  return JSON.stringify(value, exact);
}

function exact(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'number') return value;
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

/** Reads lines twice with one scanner, which by then knows their shapes, and collects differences. */
function differences(lines: readonly Buffer[], reader = new WarmReader()): string[] {
  const passes = [reader.readAll(lines), reader.readAll(lines)];
  return lines.flatMap((line, i) => {
    const plain = readPlainly(line);
    const told = passes
      .map((pass) => difference(line, pass[i]!, plain))
      .find((one) => one !== null);
    return told === undefined ? [] : [told];
  });
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function logsBelow(folder: URL): URL[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jsonl|json|ndjson|sse|har)$/.test(entry.name))
    .map((entry) => new URL(`file://${entry.parentPath}/${entry.name}`));
}

describe('hostile lines', () => {
  const FAMILIES = 2_600;
  const MEMBERS = 8;

  test(`${FAMILIES * MEMBERS} lines in ${FAMILIES} families of one shape each`, () => {
    const found: string[] = [];
    let calls = 0;
    for (let family = 0; family < FAMILIES && found.length === 0; family += 4) {
      // Four families in turn, so that each line finds templates of its own shape and of others.
      const lines = Array.from({ length: MEMBERS * 4 }, (_, i) =>
        hostileLine(family + (i % 4), i >> 2),
      );
      const reader = new WarmReader();
      found.push(...differences(lines, reader));
      calls += reader.readAll(lines).filter((read) => !isRejected(read)).length;
    }
    expect(found.slice(0, 3).join('\n')).toBe('');
    // The lines must stay hostile and yet mostly readable, or the test proves nothing.
    const share = calls / (FAMILIES * MEMBERS);
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.9);
  });

  test('a line cut off at every byte', () => {
    const line = hostileLine(3, 0);
    const cuts = Array.from({ length: line.length }, (_, at) => line.subarray(0, at)).filter(
      (cut) => cut.length > 0,
    );
    expect(differences([line, ...cuts])).toEqual([]);
  });

  test('a line with one byte replaced at every place', () => {
    const line = Buffer.from(
      '{"request":{"model":"gpt-4o","messages":[{"role":"user","content":"a \\"b\\" \\\\ c"}],"seed":1},"response":{"id":"x","object":"chat.completion","model":"gpt-4o","choices":[{"message":{"content":"ok"}}],"usage":{"prompt_tokens":12,"completion_tokens":3}},"note":[1,"q"]}',
    );
    const bytes = [
      0x00, 0x09, 0x1f, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xc3,
      0xff,
    ];
    const lines = bytes.flatMap((byte) =>
      [...line].map((_, at) => {
        const copy = Buffer.from(line);
        copy[at] = byte;
        return copy;
      }),
    );
    expect(differences([line, ...lines]).slice(0, 3)).toEqual([]);
  });

  test('texts of every length around the scanner’s chunks, with quotes and backslashes at their ends', () => {
    const ends = [
      '',
      '\\\\',
      '\\"',
      '\\\\\\"',
      '\\n',
      '\\u00e4',
      '\\ud83d\\ude42',
      '\\/',
      'é',
      '\\ud800',
    ];
    const lines: Buffer[] = [];
    const lengths = [...Array(100).keys(), 127, 128, 129, 255, 256, 1000, 4095, 4096];
    for (const length of lengths) {
      for (const end of ends) {
        const text = `${'k'.repeat(length)}${end}`;
        lines.push(
          Buffer.from(
            `{"model":"m","prompt_tokens":1,"output":"${text}","user":"${text}","note":"${text}","prompt":"${text}"}`,
          ),
        );
      }
    }
    expect(differences(lines).slice(0, 3)).toEqual([]);
  });

  test('numbers of every length, as JSON.parse rounds them', () => {
    const random = new Random(17);
    const digits = (length: number): string =>
      Array.from({ length }, (_, i) => random.between(i === 0 ? 1 : 0, 9)).join('');
    const lines = Array.from({ length: 3_000 }, (_, i) => {
      const number = `${i % 7 === 0 ? '-' : ''}${digits(1 + (i % 24))}${['', `.${digits(1 + (i % 9))}`, `e${random.between(-30, 30)}`][i % 3]}`;
      return Buffer.from(
        `{"model":"m","prompt_tokens":1,"user":${number},"cost":${number},"timestamp":${number},"id":${number}}`,
      );
    });
    expect(differences(lines).slice(0, 3)).toEqual([]);
  });

  test('one scanner over lines of all kinds in random order', () => {
    const random = new Random(99);
    const lines = Array.from({ length: 6_000 }, () =>
      hostileLine(random.between(0, 60), random.between(0, 400)),
    );
    expect(differences(lines).slice(0, 3)).toEqual([]);
  });
});

describe('logs', () => {
  test('the fixtures of this project', () => {
    const files = logsBelow(new URL('../../fixtures/', import.meta.url));
    const lines = files.flatMap((file) => linesOf(readFileSync(file)));
    expect(lines.length).toBeGreaterThan(400);
    expect(differences(lines).slice(0, 3)).toEqual([]);
  });

  const samples = new URL('../../../shared/data/formats/', import.meta.url);
  test.skipIf(!existsSync(samples))(
    'real samples of every format (skipped: needs ../shared/data)',
    () => {
      const lines = logsBelow(samples).flatMap((file) => linesOf(readFileSync(file)));
      expect(lines.length).toBeGreaterThan(100);
      expect(differences(lines).slice(0, 3)).toEqual([]);
    },
  );

  const recorded = new URL('../../../shared/data/vcr_calls/vcr_calls.jsonl.gz', import.meta.url);
  test.skipIf(!existsSync(recorded))(
    '2,285 recorded calls, and each cut off (skipped: needs ../shared/data)',
    () => {
      const lines = linesOf(gunzipSync(readFileSync(recorded)));
      expect(lines.length).toBeGreaterThan(2_000);
      const random = new Random(5);
      const cut = lines.map((line) => line.subarray(0, random.between(1, line.length - 1)));
      expect(differences([...lines, ...cut]).slice(0, 3)).toEqual([]);
    },
  );
});

test('two texts that differ in bytes that are not UTF-8 stay apart, and all else is read', () => {
  const line = (byte: number): Buffer => {
    const bytes = Buffer.from(
      '{"model":"gpt-4o","prompt_tokens":5,"completion_tokens":1,"prompt":"caf?"}',
    );
    bytes[bytes.indexOf('?')] = byte;
    return bytes;
  };
  const lines = [line(0xe9), line(0xe8)];
  expect(lines.map(isUtf8)).toEqual([false, false]);
  const [first, second] = new WarmReader()
    .readAll(lines)
    .map((read) => (isRejected(read) ? null : read[0]));
  expect(first).toMatchObject({ usage: { input: 5, output: 1 }, user_text: 'caf\ufffd' });
  expect(first?.promptHash).not.toBe(second?.promptHash);
});

test('a raw control character beside an escape ends in a call, not in a crash', () => {
  const read = new WarmReader().read('{"model":"m","prompt_tokens":1,"prompt":"a\\n\tb\u0001"}');
  expect(read).toMatchObject([{ user_text: 'a\n\tb\u0001', promptBytes: 6 }]);
});
