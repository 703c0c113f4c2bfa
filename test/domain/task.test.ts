import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  isCommodity,
  parseTag,
  parseTask,
  TASK_ALIASES,
  TASKS,
  taskCode,
  taskOfCode,
} from '../../src/domain/task.ts';

test('codes are positions, both ways; the ledger keeps them for ever', () => {
  expect(TASKS.map(taskCode)).toEqual(TASKS.map((_, code) => code));
  expect(TASKS.map((_, code) => taskOfCode(code))).toEqual(TASKS);
  expect(TASKS.slice(0, 4)).toEqual(['other', 'classification', 'extraction', 'summarization']);
});

test.each([-1, 99, 0.5])('code %s of another version is `other`', (code) => {
  expect(taskOfCode(code)).toBe('other');
});

test.each([
  ['translation', 'translation'],
  [' Translation ', 'translation'],
  ['SIMPLE-QA', 'qa'],
  ['simple qa', 'qa'],
  ['batch_summaries', 'summarization'],
  ['Code Generation', 'code'],
  ['embeddings', 'embedding'],
  ['Translate', 'translation'],
  ['Question Answering', 'qa'],
  ['Q&A', 'qa'],
  ['Q & A', 'qa'],
  ['summary', 'summarization'],
  ['Summaries', 'summarization'],
  ['translations', 'translation'],
  ['"Summarisation task"', 'summarization'],
  ['Named-Entity  Recognition', 'extraction'],
  ['analyses', 'analysis'],
  ['others', 'other'],
])('%j is %s', (tag, task) => expect(parseTask(tag)).toBe(task));

test.each(['', 'prod', 'constructor', '__proto__', 'toString', 'translations of poems'])(
  '%j is no task',
  (tag) => {
    expect(parseTask(tag)).toBeNull();
  },
);

test('every other name means one label, and none is a label itself', () => {
  const names = TASKS.flatMap((task) => TASK_ALIASES[task].split(/\s+/)).filter((name) => name);
  expect(new Set([...names, ...TASKS]).size).toBe(names.length + TASKS.length);
  for (const name of names) expect(parseTask(name.replaceAll('_', ' '))).not.toBeNull();
});

test('docs/teaching.md lists every label with its other names', () => {
  const docs = readFileSync(new URL('../../docs/teaching.md', import.meta.url), 'utf8');
  for (const task of TASKS) {
    const row = docs.split('\n').find((line) => line.startsWith(`| \`${task}\` | `)) ?? '';
    const names = [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    const wanted = TASK_ALIASES[task].split(/\s+/).filter((name) => name !== '');
    expect([task, names]).toEqual([task, wanted.map((name) => name.replaceAll('_', ' '))]);
  }
});

test('what is worth a dear model is no commodity', () => {
  const dear = TASKS.filter((task) => !isCommodity(task));
  expect(dear).toEqual(['other', 'code', 'reasoning', 'analysis', 'creative']);
});

test('as a tag of a log `generation` says nothing: any call is one', () => {
  expect(parseTag(' Generation ')).toBeNull();
  expect(parseTask('generation')).toBe('creative');
  expect(parseTag('Summaries')).toBe('summarization');
});
