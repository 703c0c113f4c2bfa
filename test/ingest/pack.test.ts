/** Packed calls: dictionaries that do not grow without end, and bytes only where they are kept. */
import { expect, test } from 'vitest';
import { LineParser } from '../../src/ingest/lines.ts';
import { Packer } from '../../src/ingest/pack.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { C, WIDTH } from '../../src/ledger/columns.ts';
import { flatLine } from './world.ts';

function parse(parser: LineParser, users: readonly string[]): CallBatch {
  const bytes = Buffer.from(users.map((user, n) => `${flatLine(n + 1, { user })}\n`).join(''));
  return parser.parse([
    { bytes, from: 0, to: bytes.length, offset: 0, last: true, overlong: null },
  ]);
}

test('equal users share a number within a batch and with the next', () => {
  const parser = new LineParser({ inputFormat: null, storeText: false });
  const first = parse(parser, ['ada', 'bo', 'ada']);
  const second = parse(parser, ['bo', 'cy']);
  expect([first.accounts, second.accounts]).toEqual([['ada', 'bo'], ['cy']]);
  const ids = [first, second].flatMap((batch) =>
    Array.from({ length: batch.count }, (_, row) => batch.rows[row * WIDTH + C.account_id]),
  );
  expect(ids).toEqual([0, 1, 0, 1, 2]);
});

test('beyond 50,000 entries dictionaries start anew, and the next batch says so', () => {
  const parser = new LineParser({ inputFormat: null, storeText: false });
  const many = Array.from({ length: 50_000 }, (_, i) => `u${i}`);
  const large = parse(parser, many);
  const next = parse(parser, ['u0']);
  expect([large.accounts.length, large.resetsDictionaries]).toEqual([50_000, false]);
  expect([next.accounts, next.targets.length, next.resetsDictionaries]).toEqual([['u0'], 1, true]);
  expect(next.rows[C.account_id]).toBe(0);
});

test('records are kept only where text is stored', () => {
  expect([new Packer(true).keepsText, new Packer(false).keepsText]).toEqual([true, false]);
  const parser = new LineParser({ inputFormat: null, storeText: true });
  const { text } = parse(parser, ['ada', 'bo']);
  expect(text?.ends).toHaveLength(2);
});
