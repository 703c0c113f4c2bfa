import { expect, test } from 'vitest';
import { firstKeys, framingOf } from '../../src/ingest/framing.ts';

const CALL = '{"model":"gpt-4o","prompt_tokens":1}';

test.each([
  ['one record a line', `${CALL}\n${CALL}\n`, 'lines'],
  ['a single line', CALL, 'lines'],
  ['a byte-order mark first', `\uFEFF${CALL}\n`, 'lines'],
  ['blank lines first', `\n\r\n${CALL}\n`, 'lines'],
  ['a broken first line', `{"model": oops\n${CALL}\n`, 'lines'],
  ['a first line cut off in a text', `{"model":"gpt\n${CALL}\n`, 'lines'],
  ['an array on one line', `[${CALL},${CALL}]`, 'values'],
  ['an array over lines', `[\n${CALL},\n${CALL}\n]\n`, 'values'],
  ['an indented object', `{\n  "model": "gpt-4o",\n  "prompt_tokens": 1\n}\n`, 'values'],
  ['an object that opens another', `{ "data": [\n${CALL}\n]}`, 'values'],
  ['text', 'GET / 200\nPOST / 500\n', 'lines'],
  ['nothing', '', 'lines'],
  ['blanks', '  \n \n', 'lines'],
])('%s', (_, head, kind) => expect(framingOf(Buffer.from(head)).kind).toBe(kind));

test.each([
  ['commas', 'time,model,prompt_tokens,completion_tokens\n1,m,2,3\n', ','],
  ['semicolons', 'time;model;prompt_tokens;completion_tokens\n1;m;2;3\n', ';'],
  ['tabs', 'time\tmodel\tprompt_tokens\tcompletion_tokens\n1\tm\t2\t3\n', '\t'],
  ['bars', 'time|model|prompt_tokens\n1|m|2\n', '|'],
  ['quoted cells and a mark', '\uFEFF"Time","Model","Prompt Tokens"\r\n"1","m","2"\r\n', ','],
  ['a cost instead of counts', 'model,cost_usd\nm,1\n', ','],
  ['a response in a cell', 'id,response\n1,"{}"\n', ','],
])('CSV with %s', (_, head, delimiter) => {
  expect(framingOf(Buffer.from(head))).toEqual({ kind: 'csv', delimiter });
});

test.each(['name,age\nx,1\n', 'model\nm\n', 'model,colour\nm,red\n', '__proto__,model\n1,2\n'])(
  '%j is no CSV of calls',
  (head) => expect(framingOf(Buffer.from(head)).kind).toBe('lines'),
);

test('the first keys of an unknown file, at most eight', () => {
  expect(firstKeys(Buffer.from('{"zip":1,"town":{"name":2},"zip":3}\n'))).toEqual([
    'zip',
    'town',
    'name',
  ]);
  expect(firstKeys(Buffer.from('name;age\nx;1'))).toEqual(['name', 'age']);
  expect(
    firstKeys(Buffer.from(`{${Array.from({ length: 20 }, (_, i) => `"k${i}":1`).join(',')}}`)),
  ).toHaveLength(8);
  expect(firstKeys(Buffer.from(''))).toEqual(['']);
});
