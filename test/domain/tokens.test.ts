import { expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { emptyUsage, inputTotal, outputTotal, type Usage } from '../../src/domain/tokens.ts';

test('each counter is in exactly one total; reasoning is a part, searches are none', () => {
  const inInput: (keyof Usage)[] = [
    'input',
    'cacheRead',
    'cacheWrite5m',
    'cacheWrite1h',
    'inputAudio',
    'inputImage',
    'cacheReadAudio',
    'cacheReadImage',
  ];
  const inOutput: (keyof Usage)[] = ['output', 'outputAudio', 'outputImage'];
  for (const counter of Object.keys(emptyUsage()) as (keyof Usage)[]) {
    const usage = { ...emptyUsage(), [counter]: 7 };
    expect([counter, inputTotal(usage)]).toEqual([counter, inInput.includes(counter) ? 7 : 0]);
    expect([counter, outputTotal(usage)]).toEqual([counter, inOutput.includes(counter) ? 7 : 0]);
  }
});

test('an empty usage is a new object each time', () => {
  const usage = emptyUsage();
  usage.input = 5;
  expect(inputTotal(emptyUsage())).toBe(0);
});

test('a reject is told from what it is not', () => {
  expect(isRejected({ reason: 'no_model', detail: '' })).toBe(true);
  expect(isRejected([])).toBe(false);
  expect(isRejected({ reason: 'x' })).toBe(false);
});
