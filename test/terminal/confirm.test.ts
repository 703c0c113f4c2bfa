import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { canAsk, confirm } from '../../src/terminal/confirm.ts';
import type { Out } from '../../src/terminal/streams.ts';

function terminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let written = '';
  const stderr: Out = {
    write(text) {
      written += text;
    },
    drained: async () => {},
    ...{ isTTY: true, columns: 80, colour: false, animated: true, raw: new PassThrough() },
  };
  return { stdin, stderr, written: () => written };
}

const NEVER = new AbortController().signal;

describe('confirm', () => {
  test.each([
    ['y\n', true],
    ['yes\r\n', true],
    [' Y \n', true],
    ['\n', false],
    ['n\n', false],
    ['yes please\n', false],
    ['no\ny\n', false],
  ])('%j: %s', async (line, expected) => {
    const { stdin, stderr, written } = terminal();
    const asked = confirm({ stdin, stderr }, 'Ask them now?', NEVER);
    stdin.write(line);
    expect(await asked).toBe(expected);
    expect(written()).toBe('Ask them now? [y/N] ');
  });

  test('a line that comes in pieces is one line', async () => {
    const { stdin, stderr } = terminal();
    const asked = confirm({ stdin, stderr }, '?', NEVER);
    for (const piece of ['y', 'e', 's', '\n']) stdin.write(piece);
    expect(await asked).toBe(true);
  });

  test('the end of input is a no, also after a y without its line break', async () => {
    const { stdin, stderr } = terminal();
    const asked = confirm({ stdin, stderr }, '?', NEVER);
    stdin.end('y');
    expect(await asked).toBe(false);
  });

  test('Ctrl-C is a no with its reason, before the question too, and nothing listens on', async () => {
    const { stdin, stderr } = terminal();
    const stop = new AbortController();
    const asked = confirm({ stdin, stderr }, '?', stop.signal);
    stop.abort(new Error('interrupted'));
    await expect(asked).rejects.toThrow('interrupted');
    expect([stdin.listenerCount('data'), stdin.listenerCount('end')]).toEqual([0, 0]);
    await expect(confirm({ stdin, stderr }, '?', stop.signal)).rejects.toThrow('interrupted');
  });
});

test('somebody can be asked only where both ends are a terminal', () => {
  const { stdin, stderr } = terminal();
  expect(canAsk({ stdin, stderr })).toBe(true);
  expect(canAsk({ stdin: new PassThrough(), stderr })).toBe(false);
  expect(canAsk({ stdin, stderr: { ...stderr, isTTY: false } })).toBe(false);
});
