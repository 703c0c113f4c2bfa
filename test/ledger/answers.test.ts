import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Answers } from '../../src/ledger/answers.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

let folder: string;
let db: Ledger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-answers-'));
  db = openLedger(join(folder, 'aicost.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = (name: string) => ({ id: name.charCodeAt(0), text: name });
const answer = (text: string) => ({ model: 'm', answer: text, facts: '{}', costPico: 5 });

test('an answer is there until its time to live is over', () => {
  const answers = new Answers(db, { ttlMs: 1_000, capacity: 10 });
  answers.put(key('a'), answer('one'), 5_000);
  expect(answers.get(key('a'), 6_000)).toMatchObject({ answer: 'one', costPico: 5 });
  expect(answers.get(key('a'), 6_001)).toBeNull();
  expect(answers.get(key('b'), 5_000)).toBeNull();
  answers.put(key('a'), answer('two'), 6_001);
  expect(answers.get(key('a'), 6_001)?.answer).toBe('two');
});

test('beyond the capacity the one used longest ago goes', () => {
  const answers = new Answers(db, { ttlMs: 1e9, capacity: 2 });
  answers.put(key('a'), answer('a'), 1_000);
  answers.put(key('b'), answer('b'), 2_000);
  // Uses are noted once a minute, by whoever writes; reading writes nothing.
  db.pragma('query_only = 1');
  const found = answers.get(key('a'), 61_001);
  db.pragma('query_only = 0');
  expect([61_000, 61_001].map((atMs) => found && answers.isUseDue(found, atMs))).toEqual([
    false,
    true,
  ]);
  answers.noteUse(key('a'), 100_000);
  answers.put(key('c'), answer('c'), 101_000);
  const left = ['a', 'b', 'c'].filter((name) => answers.get(key(name), 102_000) !== null);
  expect(left).toEqual(['a', 'c']);
});

test('an answer that is dropped is gone, and makes room', () => {
  const answers = new Answers(db, { ttlMs: 1e9, capacity: 2 });
  answers.put(key('a'), answer('a'), 1_000);
  answers.put(key('b'), answer('b'), 2_000);
  answers.drop(key('b'));
  answers.drop({ ...key('a'), text: 'another' });
  answers.put(key('c'), answer('c'), 3_000);
  const left = ['a', 'b', 'c'].filter((name) => answers.get(key(name), 4_000) !== null);
  expect(left).toEqual(['a', 'c']);
});

test('two texts with one hash are two', () => {
  const answers = new Answers(db, { ttlMs: 1e9, capacity: 2 });
  answers.put({ id: 1, text: 'a' }, answer('a'), 1_000);
  expect(answers.get({ id: 1, text: 'b' }, 1_000)).toBeNull();
});
