import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { resolveOutput, writeOutput } from '../../src/terminal/output.ts';
import { progressText, startProgress } from '../../src/terminal/progress.ts';
import { processStreams, wantsColour } from '../../src/terminal/streams.ts';
import { MemoryStream, memoryOut, memoryProcess } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('colour', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  ])('%j on a terminal %s: %s', (env, isTTY, colour) => {
    expect(wantsColour(env, isTTY)).toBe(colour);
  });

  test('--no-color beats FORCE_COLOR; nothing is opened before it is used', () => {
    const opened: unknown[] = [];
    const options = { noColor: true, onOpen: (stream: unknown) => opened.push(stream) };
    const streams = processStreams(memoryProcess(), { FORCE_COLOR: '1' }, options);
    expect(opened).toEqual([]);
    expect(streams.stdout.colour).toBe(false);
    expect(streams.stdout).toBe(streams.stdout);
    expect(opened).toHaveLength(1);
  });

  test.each([
    [80, 80, true],
    [0, null, false],
    [undefined, null, false],
  ])('a terminal of %s columns', (columns, seen, animated) => {
    const proc = memoryProcess({ stdout: new MemoryStream(true, columns) });
    const { stdout } = processStreams(proc, {}, { noColor: false, onOpen() {} });
    expect([stdout.columns, stdout.animated]).toEqual([seen, animated]);
  });
});

describe('output', () => {
  const cwd = folder;
  const tty = memoryOut({ isTTY: true, columns: 132, colour: true });
  const pipe = memoryOut();

  test.each([
    [{}, null, tty, 'table'],
    [{}, null, pipe, 'csv'],
    [{}, 'json', tty, 'json'],
    [{ csv: true }, 'json', tty, 'csv'],
    [{ format: 'ndjson' }, null, tty, 'ndjson'],
    [{ out: 'a.json' }, 'table', tty, 'json'],
    [{ out: 'a.json', csv: true }, null, tty, 'csv'],
    [{ out: 'a' }, null, tty, 'csv'],
    [{ format: 'json', json: true }, null, tty, 'json'],
  ] as const)('%j with %s configured', (flags, configured, stdout, format) => {
    expect(resolveOutput(flags, configured, { stdout, cwd }).format).toBe(format);
  });

  test('width and colour are those of where it goes', () => {
    const terminal = resolveOutput({}, null, { stdout: tty, cwd });
    expect(terminal).toMatchObject({ width: 132, colour: true, path: null });
    const file = resolveOutput({ out: 'r.txt' }, null, { stdout: tty, cwd });
    expect(file).toMatchObject({ width: 100, colour: false, path: join(cwd, 'r.txt') });
  });

  test.each([
    [';', ';'],
    ['tab', '\t'],
    ['\\t', '\t'],
  ])('--delimiter %j', (text, delimiter) => {
    const output = resolveOutput({ csv: true, delimiter: text }, null, { stdout: pipe, cwd });
    expect(output.delimiter).toBe(delimiter);
  });

  test.each([
    [{ csv: true, json: true }],
    [{ format: 'pdf' }],
    [{ csv: true, delimiter: '' }],
    [{ csv: true, delimiter: ';;' }],
    [{ csv: true, delimiter: '"' }],
    [{ json: true, bom: true }],
    [{ json: true, delimiter: ';' }],
  ])('%j is refused', (flags) => {
    expect(() => resolveOutput(flags, null, { stdout: pipe, cwd })).toThrow(UserError);
  });

  test('writes to stdout or to the file, and says when the file refuses', async () => {
    const stdout = memoryOut();
    const writing = { stdout, signal: new AbortController().signal, pause: async () => {} };
    await writeOutput(['x', '', 'y'], resolveOutput({}, null, { stdout, cwd }), writing);
    expect(stdout.text).toBe('xy');
    const file = resolveOutput({ out: 'y.csv' }, null, { stdout, cwd });
    await writeOutput(['a longer answer'], file, writing);
    await writeOutput(['y', 'z'], file, writing);
    expect(readFileSync(join(folder, 'y.csv'), 'utf8')).toBe('yz');
    const lost = resolveOutput({ out: 'no/such/y.csv' }, null, { stdout, cwd });
    await expect(writeOutput(['y'], lost, writing)).rejects.toThrow(/cannot write .*ENOENT/);
  });

  test('takes the next piece only when the reader has taken the last', async () => {
    const taken: string[] = [];
    let release = (): void => {};
    const stdout = memoryOut({
      write: (text) => void taken.push(text),
      drained: () => new Promise((done) => (release = done)),
    });
    const made: string[] = [];
    function* pieces(): Generator<string> {
      for (const piece of ['a', 'b']) {
        made.push(piece);
        yield piece;
      }
    }
    const writing = { stdout, signal: new AbortController().signal, pause: async () => {} };
    const done = writeOutput(pieces(), resolveOutput({}, null, { stdout, cwd }), writing);
    await expect.poll(() => taken).toEqual(['a']);
    expect(made).toEqual(['a']);
    release();
    await expect.poll(() => taken).toEqual(['a', 'b']);
    release();
    await done;
  });

  test('stops between two pieces when it is aborted, and closes what gives them', async () => {
    const stdout = memoryOut();
    const controller = new AbortController();
    let closed = false;
    function* endless(): Generator<string> {
      try {
        for (;;) yield 'x';
      } finally {
        closed = true;
      }
    }
    const pause = async () => controller.abort(new Error('enough'));
    const writing = { stdout, signal: controller.signal, pause };
    const written = writeOutput(endless(), resolveOutput({}, null, { stdout, cwd }), writing);
    await expect(written).rejects.toThrow('enough');
    expect([stdout.text, closed]).toEqual(['x', true]);
  });

  test('an answer of one piece leaves Ctrl-C as it is', async () => {
    const stdout = memoryOut();
    const writing = {
      stdout,
      get signal(): AbortSignal {
        throw new Error('was asked for');
      },
      pause: async () => {},
    };
    await writeOutput(['x'], resolveOutput({}, null, { stdout, cwd }), writing);
    expect(stdout.text).toBe('x');
  });

  test.each([
    [0, 100],
    [undefined, 100],
    [1, 40],
    [40, 40],
    [300, 300],
  ])('a terminal of %s columns gets a page of %s', (columns, width) => {
    const proc = memoryProcess({ stdout: new MemoryStream(true, columns) });
    const { stdout } = processStreams(proc, {}, { noColor: false, onOpen() {} });
    expect(resolveOutput({}, null, { stdout, cwd })).toMatchObject({ width, format: 'table' });
  });

  test.each([
    [{ NO_COLOR: '1' }, false, true],
    [{ TERM: 'dumb' }, false, false],
    [{ TERM: 'xterm' }, true, true],
  ])('%j on a terminal: colour %s, redrawing %s', (env, colour, animated) => {
    const proc = memoryProcess({ stdout: new MemoryStream(true, 80) });
    const { stdout } = processStreams(proc, env, { noColor: false, onOpen() {} });
    expect([stdout.colour, stdout.animated]).toEqual([colour, animated]);
  });

  test('a stream that is full is waited for; one that fails says so', async () => {
    const raw = new MemoryStream();
    const { stdout } = processStreams(
      { ...memoryProcess(), stdout: raw },
      {},
      { noColor: false, onOpen() {} },
    );
    await stdout.drained();
    Object.defineProperty(raw, 'writableNeedDrain', { value: true });
    const waiting = stdout.drained();
    await expect.poll(() => raw.listenerCount('drain')).toBe(1);
    raw.emit('drain');
    await waiting;
    const failing = stdout.drained();
    const failed = expect(failing).rejects.toThrow('gone');
    await expect.poll(() => raw.listenerCount('drain')).toBe(1);
    raw.emit('error', new Error('gone'));
    await failed;
    expect(raw.listenerCount('drain')).toBe(0);
  });
});

describe('progress', () => {
  function started(over: Parameters<typeof memoryOut>[0] = {}, quiet = false) {
    let nowMs = 0;
    const out = memoryOut(over);
    const progress = startProgress(out, { label: 'reading', quiet, clock: { now: () => nowMs } });
    return { out, progress, pass: (ms: number) => (nowMs += ms) };
  }

  test('says nothing about work under 300 ms', () => {
    const { out, progress, pass } = started();
    pass(299);
    progress.update(1, 2);
    progress.end('read');
    expect(out.text).toBe('');
  });

  test('is one line at the start and one at the end without a terminal', () => {
    const { out, progress, pass } = started();
    pass(300);
    progress.update(1, 2);
    progress.update(2, 2);
    progress.end('read 2 files');
    progress.end('again');
    expect(out.text).toBe('reading …\nread 2 files\n');
  });

  test('is silent with --quiet', () => {
    const { out, progress, pass } = started({}, true);
    pass(1000);
    progress.update(1, 2);
    progress.end('read');
    expect(out.text).toBe('');
  });

  test('spins on a terminal, and ends with its closing line', async () => {
    const raw = new MemoryStream(true, 80);
    const { progress, pass } = started({
      animated: true,
      columns: 80,
      raw,
      write: (text) => void raw.write(text),
    });
    pass(300);
    progress.update(1, 2, 'x');
    await expect.poll(() => raw.text).toContain('reading 50 % · x');
    progress.end('read');
    expect(raw.text.endsWith('read\n')).toBe(true);
  });

  test.each([
    [{ done: 1, total: 3, note: '' }, 'reading 33 %'],
    [{ done: 1, total: null, note: '5 calls' }, 'reading · 5 calls'],
    [{ done: 0, total: 0, note: '' }, 'reading'],
  ])('%j', (state, text) => {
    expect(progressText('reading', state)).toBe(text);
  });
});
