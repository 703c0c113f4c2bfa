import { expect, test } from 'vitest';
import { schemaMismatch } from '../../src/batch/json-schema.ts';
import { labelLine, labelSettings, readLabelled } from '../../src/batch/label-prompts.ts';

const ROW = { place: 'log.jsonl:7', ours: 'qa', confidence: 61, system: '', user: 'Why?' } as const;

const fieldsOf = (row: Parameters<typeof labelLine>[0]) => JSON.parse(labelLine(row));
/** A result of the row, as the ledger gives it. */
const read = (state: string | null, answer: string | null, error = '') =>
  readLabelled({ input: labelLine(ROW), state, answer, error });

test('a prompt stands between tags, whole beside them, on one line', () => {
  expect(labelLine({ ...ROW, user: 'a\nb' }).split('\n')).toHaveLength(2);
  expect(fieldsOf(ROW)).toEqual({
    prompt: '<request>\nWhy?\n</request>',
    ...{ place: 'log.jsonl:7', ours: 'qa', confidence: 61, text: 'Why?', text_system: '' },
  });
  expect(fieldsOf({ ...ROW, system: 'Be kind' }).prompt).toBe(
    '<system>\nBe kind\n</system>\n\n<request>\nWhy?\n</request>',
  );
});

test('of a long prompt the ends are shown, and all of it is kept', () => {
  // 3,000 characters of the head and 1,000 of the tail: at 4,000 nothing is cut.
  const whole = 'x'.repeat(4_000);
  expect(fieldsOf({ ...ROW, user: whole }).prompt).toBe(`<request>\n${whole}\n</request>`);
  const long = `${'a'.repeat(3_000)}bb${'c'.repeat(1_000)}`;
  const { prompt, text } = fieldsOf({ ...ROW, system: 's'.repeat(1_001), user: long });
  expect(prompt).toBe(
    `<system>\n${'s'.repeat(1_000)}\n[…]\n\n</system>\n\n` +
      `<request>\n${'a'.repeat(3_000)}\n[…]\n${'c'.repeat(1_000)}\n</request>`,
  );
  expect(text).toBe(long);
});

test('an answer is one of our labels, by the schema the model is asked with', () => {
  const { schema } = labelSettings('m');
  expect(schemaMismatch(schema, { task: 'qa' })).toBeNull();
  // Known from the endpoint, never from a text.
  expect(schemaMismatch(schema, { task: 'embedding' })).toContain('$.task');
  expect(schemaMismatch(schema, { task: 'qa', why: 'so' })).toContain('why');
});

test('what the model said is read; what is no label has failed', () => {
  const known = { system: '', place: 'log.jsonl:7', ours: 'qa', confidence: 61, text: 'Why?' };
  expect(read('done', '{"task":"chat"}')).toEqual({ ...known, task: 'chat', error: '' });
  expect(read('done', '{"task":"banter"}')).toEqual({ ...known, task: '', error: 'done' });
  expect(read('failed', '{"task":"chat"}', 'check_failed: schema')).toMatchObject({
    ...{ task: '', error: 'check_failed: schema' },
  });
  expect(read(null, null)).toMatchObject({ task: '', error: 'pending' });
});

test('the system prompt is given back, and is never that of the row which asks', () => {
  const input = labelLine({ ...ROW, system: 'You sort mail.' });
  expect(JSON.parse(input)).not.toHaveProperty('system');
  const row = { input, state: 'done', answer: '{"task":"qa"}', error: '' };
  expect(readLabelled(row)).toMatchObject({ system: 'You sort mail.', text: 'Why?', task: 'qa' });
});
