import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import {
  explain,
  isSystemError,
  OverwrittenLog,
  ShortenedLog,
} from '../../src/ingest/read-errors.ts';

const system = (code: string): Error =>
  Object.assign(new Error(code), { code, errno: -1, syscall: 'read' });

test.each([
  [system('EACCES'), 'cannot read a.log: permission denied'],
  [system('EIO'), 'cannot read a.log: the disk reported an error'],
  [new ShortenedLog(), 'a.log became shorter while it was read'],
  [new OverwrittenLog(), 'a.log was overwritten while it was read'],
])('%s is told in plain words', (error, message) => {
  const told = explain(error, 'a.log');
  expect(told).toBeInstanceOf(UserError);
  expect(told).toMatchObject({ message, cause: error });
});

test.each([
  system('ENOTSUP'),
  Object.assign(new Error('bug'), { code: 'EIO' }),
  Object.assign(new TypeError('bug'), { code: 'ERR_INVALID_ARG_TYPE' }),
  'text',
  null,
])('%s passes unchanged', (error) => expect(explain(error, 'a.log')).toBe(error));

test('a code alone makes no system error', () => {
  expect(isSystemError(system('EIO'))).toBe(true);
  expect(isSystemError(Object.assign(new Error('x'), { code: 'ERR_X' }))).toBe(false);
});
