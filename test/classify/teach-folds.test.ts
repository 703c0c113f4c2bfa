/** Folds: what is alike is judged together. */
import { describe, expect, test } from 'vitest';
import { plainPrompt } from '../../src/classify/features.ts';
import { foldsOf } from '../../src/classify/teach-folds.ts';
import type { Task } from '../../src/domain/task.ts';

function folded(users: readonly string[], task: (at: number) => Task, system = ''): number[] {
  const prompts = users.map((user, at) => {
    const text = plainPrompt(system, user);
    return { text, task: task(at) };
  });
  return foldsOf(prompts, 10);
}

/** Unlike texts, one for each fold and more. */
const FILLER = 'apple bridge candle desert engine forest guitar harbour island jacket kettle'
  .split(' ')
  .map((word, at) => `${word} number ${'xyzuvw'.slice(0, 1 + (at % 6))} of the long ${word}s list`);

describe('folds', () => {
  test.each([
    ['equal texts, too short for a sketch', ['Hi', 'Hi']],
    ['equal texts without a word', ['???', '???']],
    ['case, blanks and punctuation', ['Thanks a lot!', 'thanks  a LOT']],
    ['numbers', ['Total of 17?', 'Total of 4,512?']],
    ['the order of words', ['cheap red shoes size list', 'size list red cheap shoes']],
    [
      'the ends of one template',
      [
        'Summarise the following note for the board:\n\nriver market engine\n\nIn two short sentences, please.',
        'Summarise the following note for the board:\n\nwindow copper garden\n\nIn two short sentences, please.',
      ],
    ],
  ])('%s: one fold, whatever their labels', (_, [one = '', other = '']) => {
    const labels: readonly Task[] = ['qa', 'code'];
    const folds = folded([one, ...FILLER, other], (at) => labels[at === 0 ? 0 : 1] ?? 'qa');
    expect(folds.at(-1)).toBe(folds[0]);
  });

  test('the same message behind another system prompt is alike', () => {
    const texts = [plainPrompt('You translate.', 'ok then'), plainPrompt('', 'ok then')];
    const prompts = texts.map((text) => ({ text, task: 'chat' as const }));
    expect(new Set(foldsOf(prompts, 10)).size).toBe(1);
  });

  test('unlike texts are spread evenly, label by label', () => {
    const folds = folded(FILLER.slice(0, 10), () => 'qa');
    expect(new Set(folds).size).toBe(10);
    expect(folded(FILLER, () => 'qa')).toEqual(folded(FILLER, () => 'qa'));
    expect(foldsOf([], 10)).toEqual([]);
  });
});
