import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { imageReader } from '../../src/batch/images.ts';
import { RowFault } from '../../src/batch/row-fields.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'aicost-images-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const read = imageReader(FOLDER);

function file(name: string, bytes: Buffer): string {
  writeFileSync(join(FOLDER, name), bytes);
  return name;
}

describe('an image of the disk', () => {
  test.each([
    ['89504e470d0a1a0a00', 'image/png'],
    ['ffd8ffe000104a46', 'image/jpeg'],
    ['474946383961', 'image/gif'],
    // RIFF, four bytes of length, WEBP.
    ['52494646ffffffff5745425056503820', 'image/webp'],
  ])('%s is %s, whatever its name', (hex, mediaType) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(read(file('picture.txt', bytes))).toEqual({
      mediaType,
      base64: bytes.toString('base64'),
    });
  });

  test('a path may be absolute', () => {
    const bytes = Buffer.from('474946383961', 'hex');
    expect(read(join(FOLDER, file('a.gif', bytes)))).not.toBeInstanceOf(RowFault);
  });

  test.each([
    ['gone.png', 'image: cannot read gone.png (ENOENT)'],
    ['.', 'image: cannot read . (EISDIR)'],
    [file('page.png', Buffer.from('<html>')), 'image: not a PNG, JPEG, GIF or WebP file'],
    [file('empty.png', Buffer.alloc(0)), 'image: not a PNG, JPEG, GIF or WebP file'],
    [file('riff.webp', Buffer.from('RIFFxxxxWAVE')), 'image: not a PNG, JPEG, GIF or WebP file'],
  ])('%s: %s', (path, message) => {
    expect(read(path)).toEqual(new RowFault(message));
  });

  test('what has no end is not begun', () => {
    execFileSync('sh', ['-c', `mkfifo '${join(FOLDER, 'pipe.png')}'`]);
    const problem = (path: string) =>
      new RowFault(`image: cannot read ${path} (not a regular file)`);
    expect(read('pipe.png')).toEqual(problem('pipe.png'));
    expect(read('/dev/zero')).toEqual(problem('/dev/zero'));
  });

  test('20 MiB are taken, one byte more is not', () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024);
    bytes.write('89504e47', 'hex');
    expect(read(file('large.png', bytes))).not.toBeInstanceOf(RowFault);
    const larger = Buffer.concat([bytes, Buffer.alloc(1)]);
    expect(read(file('larger.png', larger))).toEqual(
      new RowFault('image: cannot read larger.png (larger than 20 MiB)'),
    );
  });
});
