import { expect, test } from 'vitest';
import { isCommodity, parseTask, TASKS, taskCode, taskOfCode } from '../../src/domain/task.ts';

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
])('%j is %s', (tag, task) => expect(parseTask(tag)).toBe(task));

test.each(['', 'prod', 'constructor', '__proto__', 'toString', 'translations of poems'])(
  '%j is no task',
  (tag) => {
    expect(parseTask(tag)).toBeNull();
  },
);

test('what is worth a dear model is no commodity', () => {
  const dear = TASKS.filter((task) => !isCommodity(task));
  expect(dear).toEqual(['other', 'code', 'reasoning', 'analysis', 'creative']);
});
