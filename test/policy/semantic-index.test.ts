/** The index of a semantic cache: which earlier texts may stand for a new one. */
import { expect, test } from 'vitest';
import { SemanticIndex } from '../../src/policy/semantic-index.ts';

const RESET = 'How do I reset my password?';

test('names earlier texts of the same setting, the most alike first', () => {
  const index = new SemanticIndex({ floor: 0.7 });
  expect(index.add(RESET, 0)).toEqual([]);
  expect(index.add('How can I reset my old password?', 0).map(({ number }) => number)).toEqual([0]);
  expect(index.add(RESET, 1)).toEqual([]);
  const likes = index.add('How can I reset my password?', 0);
  expect(likes.map(({ number }) => number)).toEqual([0, 1]);
  expect(likes[0]!.similarity).toBeGreaterThan(likes[1]!.similarity);
  expect(index.size).toBe(4);
});

test('by vectors: the gates and the floor hold for the nearest as well', () => {
  const nearest = [
    { number: 0, similarity: 1 },
    { number: 1, similarity: 0.95 },
    { number: 2, similarity: 0.6 },
  ];
  const neighbours = { add: (number: number) => nearest.slice(0, number) };
  const index = new SemanticIndex({ floor: 0.7, neighbours });
  index.add('Where is order 12?', 0);
  index.add('I lost the secret word', 0);
  index.add('Anything else?', 0);
  // Order 12 has another number, the last is too far away.
  expect(index.add('Forgotten: secret word', 0)).toEqual([{ number: 1, similarity: 0.95 }]);
});
