/** A call's counters from its texts, or none where a side is unknown. */
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { createTokenCounter } from '../../src/tokenize/tokenize.ts';
import { type CallTexts, usageOfTexts } from '../../src/tokenize/usage.ts';

const counter = createTokenCounter();
const CALL: CallTexts = {
  model: 'gpt-4o',
  operation: 'chat',
  prompt: { messages: [{ role: 'user', texts: ['What is 2 + 2?'] }] },
  answer: ['2 + 2 equals 4.'],
};
const of = (call: Partial<CallTexts>) => usageOfTexts(counter, { ...CALL, ...call });

test('both sides in the encoding of the model are tokenised', () => {
  const counted = of({});
  // 3 + 1 for the message and 3 for the reply, besides its text.
  expect(counted?.usage.input).toBe(encodeO200k('What is 2 + 2?').length + 7);
  expect(counted?.usage.output).toBe(8);
  expect(counted?.usage.cacheRead).toBe(0);
  expect(counted).toMatchObject({ basis: 'tokenised', isLowerBound: false });
});

test('the weaker basis of the two sides is the basis', () => {
  expect(of({ model: 'claude-sonnet-4-5' })?.basis).toBe('estimated');
  // The prompt of o3 is exact, its answer is not.
  expect(of({ model: 'o3' })).toMatchObject({ basis: 'estimated', isLowerBound: true });
});

test('how calls of tools are written is not known: the same count is an estimate', () => {
  const [message] = CALL.prompt!.messages;
  const prompt = { messages: [{ ...message!, isOfTool: true }] };
  expect(of({ prompt })).toMatchObject({ basis: 'estimated', usage: of({})!.usage });
});

test('embeddings have no template and no answer', () => {
  const counted = of({
    model: 'text-embedding-3-small',
    operation: 'embeddings',
    prompt: { messages: [{ role: 'user', texts: ['first text', 'second'] }] },
    answer: null,
  });
  const input = encodeCl100k('first text').length + encodeCl100k('second').length;
  expect(counted?.usage).toMatchObject({ input, output: 0 });
  expect(counted?.basis).toBe('tokenised');
});

test('a bare prompt has no template', () => {
  const prompt = { messages: [{ role: 'user', texts: ['Once upon'] }], isBare: true };
  const counted = of({ model: 'davinci-002', prompt });
  expect(counted?.usage.input).toBe(encodeCl100k('Once upon').length);
});

test('several texts of one answer are counted together', () => {
  const counted = of({ answer: ['Let me look.', '{"city":"Paris"}'] });
  expect(counted?.usage.output).toBe(encodeO200k('Let me look.\n{"city":"Paris"}').length);
});

test.each<[string, Partial<CallTexts>]>([
  ['no prompt', { prompt: null }],
  ['no answer', { answer: null }],
  [
    'an image in the prompt',
    { prompt: { messages: [{ role: 'user', texts: ['?'], hasMedia: true }] } },
  ],
  ['an operation that is not billed by text', { operation: 'image' }],
  ['a model that is not made for text', { model: 'dall-e-3' }],
])('%s: no usage, not zero', (_, call) => {
  expect(of(call)).toBeNull();
});
