/** Whether a taught classifier is kept, and why not. */
import { expect, test } from 'vitest';
import type { Judged } from '../../src/classify/teach.ts';
import { changeOf, whyNotKept } from '../../src/classify/teach-verdict.ts';

/** So many rows of a label, of what was said before and after. */
function rows(count: number, ...[task, before, after]: Judged['task'][]): Judged[] {
  return Array.from({ length: count }, () => ({ task: task!, before: before!, after: after! }));
}
const verdict = (judged: readonly Judged[], largestFold = Math.ceil(judged.length / 10)) =>
  whyNotKept({ judged, largestFold }, changeOf(judged));

test('one that is right more often is kept', () => {
  const judged = [...rows(20, 'qa', 'chat', 'qa'), ...rows(20, 'code', 'code', 'code')];
  expect(changeOf(judged)).toMatchObject({ better: 20, worse: 0 });
  expect(verdict(judged)).toBeNull();
});

test('one that is right less often is not', () => {
  const judged = [...rows(20, 'qa', 'qa', 'qa'), ...rows(5, 'code', 'code', 'qa')];
  expect(verdict(judged)).toBe(
    'on rows it has not seen it is no better than the shipped classifier',
  );
});

test('one that is right more often but no better than chance is not', () => {
  // Always wrong before. After: 20 of 40 right, both labels given at random, so κ is 0.
  const judged = [
    ...rows(10, 'qa', 'chat', 'qa'),
    ...rows(10, 'qa', 'chat', 'code'),
    ...rows(10, 'code', 'chat', 'qa'),
    ...rows(10, 'code', 'chat', 'code'),
  ];
  // κ 0: the variance is 1/n where all shares are even, so ±1.96 / √40 = ±0.31.
  expect(verdict(judged)).toBe(
    'on rows it has not seen it is no better than chance: its κ is between -0.31 and 0.31',
  );
  // All one label: κ is 0 without a spread.
  expect(verdict([...rows(30, 'qa', 'chat', 'qa'), ...rows(10, 'code', 'chat', 'qa')])).toContain(
    'no better than chance',
  );
});

test('rows that are mostly alike are named as the reason', () => {
  const judged = [...rows(20, 'qa', 'qa', 'code'), ...rows(10, 'code', 'code', 'code')];
  expect(verdict(judged, 20)).toMatch(
    /; 20 of 30 rows are alike and could only be judged by the others$/,
  );
});
