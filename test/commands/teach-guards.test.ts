/** What a user's labels, logs and classifiers are kept from: answers over them, hints that undo them. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as audit from '../../src/commands/audit.ts';
import * as classify from '../../src/commands/classify.ts';
import { parseLabelledSheet } from '../../src/commands/labelled-sheet.ts';
import * as report from '../../src/commands/report.ts';
import { CommandWorld } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => {
  world.close();
});

/** A call in the form of a proxy's log. */
function call(n: number, user: string): string {
  const usage = { prompt_tokens: 100, completion_tokens: 10 };
  return `${JSON.stringify({
    id: `call-${n}`,
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    request: { model: 'gpt-4o', messages: [{ role: 'user', content: user }] },
    response: { id: `r-${n}`, model: 'gpt-4o', choices: [], usage },
  })}\n`;
}

const WORDS = 'river market engine window copper garden bottle ticket pillow hammer'.split(' ');
const LOG = WORDS.map((word, n) => call(n, `Tell me about the ${word}, ${word.length}`)).join('');
const text = (name: string) => readFileSync(join(world.folder, name), 'utf8');

describe('--out', () => {
  test.each(['\r\n', '\n'])('never over a sheet that is filled in (%j)', async (lineEnd) => {
    world.file('a.jsonl', LOG);
    const sample = ['a.jsonl', '--sample', '4', '--out', 'sheet.csv'];
    await world.run(classify, sample);
    // Nothing is filled in yet: it may be replaced.
    await world.run(classify, sample);
    const filled = text('sheet.csv').replace(/,\r\n([^\r]*),\r\n/, ',\r\n$1,qa\r\n');
    world.file('sheet.csv', filled.replaceAll('\r\n', lineEnd));
    const before = text('sheet.csv');
    await expect(world.run(classify, sample)).rejects.toThrow(
      /^--out would overwrite .*sheet\.csv, where 1 row has a label in the column task$/,
    );
    await expect(world.run(report, ['--out', 'sheet.csv'])).rejects.toThrow('would overwrite');
    expect(text('sheet.csv')).toBe(before);
    // A sheet of one's own, as a spreadsheet saves it: in the way of --sample, not of an answer again.
    world.file('sheet.csv', '\ufeffsep=;\r\nPrompt;Label\r\n"a\nb";\r\nc;Chat\r\n');
    await expect(world.run(classify, sample)).rejects.toThrow('1 row has a label');
    world.file('wide.csv', '');
    writeFileSync(
      join(world.folder, 'wide.csv'),
      Buffer.from('\ufeffprompt\ttask\r\na\tqa', 'utf16le'),
    );
    const wide = [...sample.slice(0, 4), 'wide.csv'];
    await expect(world.run(classify, wide)).rejects.toThrow('1 row has a label');
    await world.run(report, ['--out', 'sheet.csv']);
    await world.run(classify, ['--calls', '--out', 'calls.csv']);
    await world.run(classify, ['--calls', '--out', 'calls.csv']);
  });

  test('never over a log that the ledger was filled from', async () => {
    world.file('mylog.jsonl', LOG);
    await world.run(classify, ['mylog.jsonl']);
    for (const [module, ...args] of [[report], [classify, '--sample', '2']] as const) {
      const run = world.run(module, [...args, '--out', 'mylog.jsonl']);
      await expect(run).rejects.toThrow(/--out would overwrite .*mylog\.jsonl/);
    }
    expect(text('mylog.jsonl')).toBe(LOG);
  });

  test('never over a ledger, this or another, or a classifier', async () => {
    world.file('a.jsonl', LOG);
    await world.run(classify, ['a.jsonl']);
    await world.run(classify, ['a.jsonl', '--ledger', 'other.db']);
    world.file('taught', '{"kind":"aicost.classifier/2"}\n');
    const out = (name: string) => world.run(report, ['--out', name]);
    await expect(out('other.db')).rejects.toThrow(/other\.db, a SQLite database$/);
    await expect(out('aicost.db')).rejects.toThrow('would overwrite');
    await expect(out('taught')).rejects.toThrow('a classifier that was taught');
    // Also where it is damaged, or not there yet: it would stand in the classifier's place.
    await expect(out('aicost.db.classifier')).rejects.toThrow('would overwrite');
  });
});

describe('a classifier that nobody named and that cannot be used', () => {
  test.each([
    ['an old one', '{"kind":"aicost.classifier/1","rows":40}\nweights', 'another version'],
    ['something else', 'notes', 'is no classifier'],
    [
      'a damaged one',
      '{"kind":"aicost.classifier/2","rows":40,"over":1}\nweights',
      'its checksum is wrong',
    ],
  ])('%s: a note, and the shipped one labels', async (_, content, message) => {
    world.file('a.jsonl', LOG);
    const plain = (await world.run(classify, ['a.jsonl', '--calls'])).stdout;
    world.file('aicost.db.classifier', content);
    for (const [module, ...args] of [
      [report],
      [audit],
      [audit, 'a.jsonl'],
      [classify],
      [classify, '--relabel'],
      [classify, 'a.jsonl'],
    ] as const) {
      const { notes, code } = await world.run(module, args);
      expect(code).toBe(0);
      expect(notes.filter((note) => note.includes('classifier'))).toEqual([
        expect.stringMatching(
          new RegExp(`${message}.*: it is left out \\| teach it again: aicost classify --learn`),
        ),
      ]);
    }
    expect((await world.run(classify, ['--calls'])).stdout).toBe(plain);
    const named = ['--classifier', 'aicost.db.classifier'];
    await expect(world.run(classify, ['--relabel', ...named])).rejects.toThrow(message);
    await expect(world.run(audit, ['a.jsonl', ...named])).rejects.toThrow(message);
  });
});

test('a sheet counts lines as an editor does: sep=, blank lines, cells of several lines', () => {
  // 1 sep=;  2 blank  3 header  4 blank  5–6 a cell of two lines  7 blank  8 wrong  9 row
  const sheet = 'sep=;\r\n\r\nPrompt;Task\r\n\r\n"a\r\nb";qa\r\n\r\nx;foo\r\ny;chat\r\n';
  for (const mark of ['', '\ufeff']) {
    const { rows, unknown, empty } = parseLabelledSheet(`${mark}${sheet}`, 's');
    expect(rows.map(({ line }) => line)).toEqual([5, 9]);
    expect([unknown, empty]).toEqual([[{ label: 'foo', lines: [8] }], 0]);
  }
  const plain = parseLabelledSheet(sheet.slice('sep=;\r\n'.length), 's');
  expect(plain.rows.map(({ line }) => line)).toEqual([4, 8]);
});

describe('--sample of a log of which a part cannot be read', () => {
  test('is filled up from the rest, and all that cannot be read are counted', async () => {
    const path = world.file('a.jsonl', LOG);
    world.file('b.jsonl', LOG.replaceAll('Tell me', 'Say more').replaceAll('r-', 's-'));
    await world.run(classify, ['a.jsonl', 'b.jsonl']);
    // The last seven of ten calls of one log go.
    const lines = LOG.split('\n');
    truncateSync(path, lines.slice(0, 3).join('\n').length + 1);
    for (const [size, rows] of [
      [12, 12],
      [20, 13],
    ] as const) {
      const { stdout, notes } = await world.run(classify, ['--sample', `${size}`]);
      // A heading and as many rows as there are.
      expect(stdout.trim().split('\r\n')).toHaveLength(rows + 1);
      expect(notes.at(-1)).toMatch(/^7 calls could not be sampled: their texts cannot be read/);
    }
  });
});

describe('--learn', () => {
  const sheet = (rows: readonly string[]) => `prompt,task\n${rows.join('\n')}\n`;

  test('rows of one template are too alike to judge: nothing is kept', async () => {
    const head = 'Classify the ticket of this customer into one of our queues:';
    const rows = Array.from({ length: 40 }, (_, n) => {
      const word = `${WORDS[n % 10]}${'abcd'[Math.floor(n / 10)]}`;
      return `"${head}\n\n${word} text\n\nAnswer with the name of the queue.",${n % 2 === 0 ? 'qa' : 'code'}`;
    });
    world.file('l.csv', sheet(rows));
    await expect(world.run(classify, ['--learn', 'l.csv'])).rejects.toThrow(
      /l\.csv: its 40 labelled rows are too alike to judge/,
    );
  });

  test('a folder, or a file that is not there, is no sheet', async () => {
    const run = world.run(classify, ['--learn', '.']);
    await expect(run).rejects.toThrow(/^sheet: cannot read /);
    await expect(run).rejects.toMatchObject({ hint: expect.stringContaining('filled in') });
  });
});

describe('hints how to label anew', () => {
  test('never take away what rules have labelled', async () => {
    world.file('a.jsonl', LOG);
    world.file('ok.yaml', '- model: "*"\n  task: creative\n');
    await world.run(classify, ['a.jsonl', '--rules', 'ok.yaml']);
    const { notes } = await world.run(report, []);
    expect(notes[0]).toContain('--relabel --rules FILE labels them anew; without --rules');
    world.file('new.yaml', '- model: "*"\n  task: qa\n');
    const { notes: known } = await world.run(audit, ['--rules', 'new.yaml']);
    expect(known[0]).toMatch(/aicost classify --relabel --rules new\.yaml labels them anew$/);
  });
});
