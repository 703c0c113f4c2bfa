/** A user's model on disk: whole, of this version, the one that was meant; else an error that helps. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { unpackWeights } from '../../src/classify/model.ts';
import { formatOwnModel } from '../../src/classify/teach-file.ts';
import { UserError } from '../../src/errors.ts';
import { shippedModel } from '../../src/ingest/model-file.ts';
import {
  checkOwnModelPlace,
  ownModel,
  readOwnModel,
  replacedNote,
  writeOwnModel,
} from '../../src/ingest/own-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-own-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOTE = {
  ...{ learned_at: '2026-04-01T00:00:00Z', rows: 60, over: 7 },
  ...{ accuracy_before: 0.5, accuracy_after: 0.75 },
};
const MODEL = { ...shippedModel(), weights: unpackWeights(shippedModel()) };
const BYTES = formatOwnModel(MODEL, NOTE);

function path(name: string): string {
  return join(folder, name);
}

describe('a file', () => {
  test('is read as it was written', () => {
    writeOwnModel(path('a'), BYTES);
    const file = readOwnModel(path('a'));
    expect(file).toMatchObject({ path: path('a'), note: NOTE });
    expect(file?.readModel().temperature).toBe(shippedModel().temperature);
    expect(ownModel({ path: path('a'), id: file?.id ?? 0 }).cells).toHaveLength(
      shippedModel().cells.length,
    );
    expect(readOwnModel(path('nothing'))).toBeNull();
    expect(readOwnModel(join(path('a'), 'below'))).toBeNull();
  });

  test.each([
    ['a byte of the weights', 600_000],
    ['the last byte of the weights', BYTES.length - 1],
    ['a digit of its note', 60],
    ['the checksum', BYTES.length + 3],
  ])('with another value for %s is refused, and it is said what to do', (_, at) => {
    writeOwnModel(path('b'), BYTES);
    const bytes = readFileSync(path('b'));
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(path('b'), bytes);
    expect(() => readOwnModel(path('b'))).toThrow(/is damaged: its checksum is wrong/);
    expect(() => readOwnModel(path('b'))).toThrow(UserError);
    expect(() => ownModel({ path: path('b'), id: 1 })).toThrow('is damaged');
  });

  test('cut off is refused, one that is no model too', () => {
    writeOwnModel(path('c'), BYTES);
    writeFileSync(path('c'), readFileSync(path('c')).subarray(0, -1));
    expect(() => readOwnModel(path('c'))).toThrow('is damaged');
    writeFileSync(path('c'), 'SQLite format 3\0');
    expect(() => readOwnModel(path('c'))).toThrow('is no classifier');
    writeFileSync(path('c'), '');
    expect(() => readOwnModel(path('c'))).toThrow('is no classifier');
    expect(() => readOwnModel(folder)).toThrow('cannot be read (EISDIR)');
  });

  test('that was replaced since it was settled what labels is not taken for it', () => {
    writeOwnModel(path('d'), BYTES);
    const id = readOwnModel(path('d'))?.id ?? 0;
    writeOwnModel(path('d'), formatOwnModel(MODEL, { ...NOTE, rows: 61 }));
    expect(() => ownModel({ path: path('d'), id })).toThrow('was replaced meanwhile');
    rmSync(path('d'));
    expect(() => ownModel({ path: path('d'), id })).toThrow('is not there any more');
  });
});

describe('the place of a new one', () => {
  test('is free, or holds a model, however old or damaged', () => {
    expect(() => checkOwnModelPlace(path('new'))).not.toThrow();
    writeFileSync(path('old'), '{"kind":"aicost.classifier/1"}\nabc');
    expect(() => checkOwnModelPlace(path('old'))).not.toThrow();
    expect(replacedNote(path('old'))).toBeNull();
    expect(replacedNote(path('new'))).toBeNull();
    writeOwnModel(path('old'), BYTES);
    expect(replacedNote(path('old'))).toMatchObject(NOTE);
  });

  test('is not another file, a folder, or below what is none', () => {
    writeFileSync(path('notes.txt'), 'keep me');
    expect(() => checkOwnModelPlace(path('notes.txt'))).toThrow('is there and no classifier');
    mkdirSync(path('sub'));
    expect(() => checkOwnModelPlace(path('sub'))).toThrow('EISDIR');
    expect(() => checkOwnModelPlace(path('nowhere/model'))).toThrow('cannot be written (ENOENT)');
    expect(() => checkOwnModelPlace(path('notes.txt/model'))).toThrow(
      'cannot be written (ENOTDIR)',
    );
    expect(() => writeOwnModel(path('nowhere/model'), BYTES)).toThrow('cannot be written (ENOENT)');
    expect(readFileSync(path('notes.txt'), 'utf8')).toBe('keep me');
  });
});
