import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSchema } from '../../src/commands/read-schema.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'aicost-schema-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function read(text: string): object | null {
  writeFileSync(join(cwd, 's.json'), text);
  return readSchema('s.json', { cwd });
}

test('a schema is read; without the flag there is none', () => {
  expect(read('{"type": ["string", "null"]}')).toEqual({ type: ['string', 'null'] });
  expect(readSchema(undefined, { cwd })).toBeNull();
});

test.each([
  ['{"type":"object",\n "properties":{"a":{},,}}', 's.json:2:23'],
  ['{"type": "object",}', 's.json:1:19'],
  ['[1,\n 2,,]', 's.json:2:4'],
  ['{"type"', 's.json:1:8'],
  ['{"a": "open\n"}', 's.json:1:12'],
])('%j is not JSON from %s on', (text, place) => {
  expect(() => read(text)).toThrow(`${place}: not JSON from here on`);
});

test('a type that is none, or JSON that is no object, is refused', () => {
  expect(() => read('{"type": "strng"}')).toThrow('$: the type "strng" is none of string,');
  expect(() => read('{"properties": {"a": {"type": ["null", 3]}}}')).toThrow(
    '$.properties.a: the type 3 is none of',
  );
  expect(() => read('[]')).toThrow('s.json is no JSON schema');
});
