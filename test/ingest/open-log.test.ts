/** Open logs: what was opened is what is read. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openLogFile } from '../../src/ingest/open-log.ts';
import { OverwrittenLog, ShortenedLog } from '../../src/ingest/read-errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* none(): AsyncGenerator<Buffer> {}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

test.each([
  ['plain', 'a\nb\n'],
  ['gzip', gzipSync('a\nb\n')],
])('%s: head, parts and chunks', async (name, content) => {
  const log = await openLogFile(file(name, content), none());
  expect(log.head.toString()).toBe('a\nb\n');
  expect((await log.readAt(1, 2)).toString()).toBe('\nb');
  expect((await log.readAt(3, 9)).toString()).toBe('\n');
  expect(await textOf(log.chunks())).toBe('a\nb\n');
  expect(log.damage()).toBe(null);
  expect(log.plain?.size ?? null).toBe(name === 'plain' ? 4 : null);
  log.close();
});

describe('a plain file that changes', () => {
  test('by growing is read as it was', async () => {
    const path = file('grown', 'a\n');
    const log = await openLogFile(path, none());
    appendFileSync(path, 'b\n');
    expect(await textOf(log.chunks())).toBe('a\n');
    expect(() => log.checkSame()).not.toThrow();
    log.close();
  });

  test('by being written anew, or cut, is noticed', async () => {
    const path = file('changed', 'aaaa\n');
    const log = await openLogFile(path, none());
    writeFileSync(path, 'bbbb\n');
    expect(() => log.checkSame()).toThrow(OverwrittenLog);
    writeFileSync(path, '');
    expect(() => log.checkSame()).toThrow(OverwrittenLog);
    await expect(textOf(log.chunks())).rejects.toThrow(ShortenedLog);
    log.close();
  });
});

test('damage ends the chunks, and is told', async () => {
  const packed = gzipSync('line\n'.repeat(9));
  const log = await openLogFile(file('cut.gz', packed.subarray(0, packed.length - 9)), none());
  expect('line\n'.repeat(9).startsWith(await textOf(log.chunks()))).toBe(true);
  expect(log.damage()?.message).toBe('the gzip data ends too early');
  log.close();
});
