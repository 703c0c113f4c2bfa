/** `classify` with rules, samples, labelled sheets and explanations; reports by template. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as audit from '../../src/commands/audit.ts';
import * as classify from '../../src/commands/classify.ts';
import { parseLabelledSheet } from '../../src/commands/labelled-sheet.ts';
import * as report from '../../src/commands/report.ts';
import { writeOwnModel } from '../../src/ingest/own-model.ts';
import { CommandWorld } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => {
  world.close();
});

interface Asked {
  readonly user: string;
  readonly system?: string;
  readonly model?: string;
  readonly tag?: string;
}

/** A call in the form of a proxy's log: 100 × $2.50/M + 10 × $10/M = $0.00035 for gpt-4o. */
function call(n: number, { user, system, model = 'gpt-4o', tag }: Asked): string {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: user },
  ];
  const record = {
    id: `call-${n}`,
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    ...(tag === undefined ? {} : { metadata: { task: tag } }),
    request: { model, messages },
    response: {
      id: `r-${n}`,
      model,
      choices: [],
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    },
  };
  return `${JSON.stringify(record)}\n`;
}

const TRANSLATE = 'Translate this sentence into German: the train is late.';
const LOG = [
  { user: TRANSLATE },
  { user: 'Hello, how are you?', model: 'gpt-4o-mini' },
  { user: 'Total of invoice 17?', system: 'You read invoices.' },
  { user: TRANSLATE, tag: 'summary' },
];
const log = (asked: readonly Asked[] = LOG) => asked.map((one, n) => call(n, one)).join('');

async function tasks(...args: string[]): Promise<string[]> {
  const rows = (await world.json(classify, [...args, '--calls'])) as { task: string }[];
  return rows.map(({ task }) => task);
}

const RULES = `- system_contains: read invoices
  task: Extraction
- model: "*-mini"
  task: creative
- tag: summary
  task: rewriting
`;

describe('rules', () => {
  test('beat tags and the classifier, and are applied to a ledger that is there', async () => {
    world.file('a.jsonl', log());
    world.file('rules.yaml', RULES);
    expect((await tasks('a.jsonl')).filter((_, at) => at !== 2)).toEqual([
      ...['translation', 'chat', 'summarization'],
    ]);
    expect(await tasks('--rules', 'rules.yaml')).toEqual([
      ...['translation', 'creative', 'extraction', 'rewriting'],
    ]);
    expect((await tasks('--relabel')).at(-1)).toBe('summarization');
    const rows = (await world.json(classify, ['--calls', '--rules', 'rules.yaml'])) as {
      confidence: number;
    }[];
    expect(rows.slice(1).map(({ confidence }) => confidence)).toEqual([100, 100, 100]);
  });

  test('are applied while a log is read, gzip and CSV too', async () => {
    world.file('rules.yaml', RULES);
    writeFileSync(join(world.folder, 'b.jsonl.gz'), gzipSync(log()));
    world.file(
      'c.csv',
      'model,prompt,prompt_tokens,completion_tokens\ngpt-4o-mini,Hello you,9,1\n',
    );
    expect(await tasks('b.jsonl.gz', '--rules', 'rules.yaml')).toEqual([
      ...['translation', 'creative', 'extraction', 'rewriting'],
    ]);
    expect(await tasks('c.csv', '--rules', 'rules.yaml')).toEqual(['creative']);
    // And anew without them.
    expect(await tasks('c.csv')).toEqual(['chat']);
  });

  test('a log that is gone: rules that need no text, and what could not be decided is said', async () => {
    const path = world.file('a.jsonl', log());
    world.file('rules.yaml', RULES);
    await world.run(classify, ['a.jsonl']);
    renameSync(path, `${path}.gone`);
    const { notes, stdout } = await world.run(classify, ['--calls', '--rules', 'rules.yaml']);
    expect(notes[0]).toMatch(/^4 calls keep their old label: .*a\.jsonl is away or changed; only/);
    // The first rule asks for the system prompt of every call: without a text none is decided.
    expect(notes[1]).toMatch(/^the rule on line 1 could not be decided for 4 calls/);
    expect(stdout).toContain('translation');
    world.file('rules.yaml', '- model: gpt-4o-mini\n  task: creative\n');
    expect((await tasks('--rules', 'rules.yaml'))[1]).toBe('creative');
  });

  test('texts that the ledger keeps need no log', async () => {
    const path = world.file('a.jsonl', log());
    world.file('rules.yaml', RULES);
    await world.run(classify, ['a.jsonl', '--store-text']);
    renameSync(path, `${path}.gone`);
    const { notes } = await world.run(classify, ['--rules', 'rules.yaml']);
    expect(notes.filter((note) => note.includes('could not'))).toEqual([]);
    expect((await tasks())[2]).toBe('extraction');
  });

  test('a log that changed is not taken for the one that was read', async () => {
    world.file('a.jsonl', log());
    await world.run(classify, ['a.jsonl']);
    const before = await tasks();
    world.file('a.jsonl', log(LOG.toReversed()));
    const { notes } = await world.run(classify, ['--relabel']);
    expect(notes[0]).toMatch(/^4 calls keep their old label/);
    expect(await tasks()).toEqual(before);
  });

  test('a report says that labels are older than the rules', async () => {
    world.file('a.jsonl', log());
    world.file('rules.yaml', RULES);
    await world.run(audit, ['a.jsonl', '--rules', 'rules.yaml']);
    const { notes } = await world.run(report, ['--by', 'task']);
    expect(notes).toEqual([
      '4 calls were labelled by other rules or another classifier | aicost classify --relabel --rules FILE labels them anew; without --rules, labels that rules gave are lost',
    ]);
    const { stdout } = await world.run(audit, ['a.jsonl', '--by', 'task']);
    expect(stdout).not.toContain('creative');
  });

  test('a mistake stops before anything is read', async () => {
    world.file('a.jsonl', log());
    world.file('rules.yaml', '- system_matches: "(a+)+$"\n  task: qa\n');
    const run = world.run(classify, ['a.jsonl', '--rules', 'rules.yaml']);
    await expect(run).rejects.toThrow(/^rules\.yaml:1: .*for ever/);
    expect(await tasks('a.jsonl')).toHaveLength(4);
  });
});

describe('explain', () => {
  test('a line of a log, without a ledger', async () => {
    world.file('a.jsonl', log());
    const answer = (await world.json(classify, ['--explain', 'a.jsonl:1'])) as {
      task: string;
      by: string;
      runner_up: string;
      evidence: { what: string; towards: string }[];
    };
    expect(answer).toMatchObject({ task: 'translation', by: 'classifier', ledger_task: null });
    expect(answer.runner_up).not.toBe('translation');
    expect(answer.evidence.map(({ what }) => what).join(' ')).toMatch(/Translate|German/);
    expect(existsSync(join(world.folder, 'aicost.db'))).toBe(false);
  });

  test('a tag, a rule, and a call of the ledger by the end of its path', async () => {
    const path = world.file('a.jsonl', log());
    world.file('rules.yaml', RULES);
    const of = (...args: string[]) => world.json(classify, ['--explain', ...args]);
    expect(await of('a.jsonl:4')).toMatchObject({ task: 'summarization', by: 'tag' });
    expect(await of('a.jsonl:3', '--rules', 'rules.yaml')).toMatchObject({
      ...{ task: 'extraction', by: 'rule', rule_line: 1 },
    });
    await world.run(classify, ['a.jsonl', '--store-text']);
    renameSync(path, `${path}.gone`);
    expect(await of('a.jsonl:1')).toMatchObject({
      task: 'translation',
      ledger_task: 'translation',
    });
  });

  test.each([
    ['a.jsonl:9', /no call stands at a\.jsonl:9/],
    ['a.jsonl', /is no FILE:LINE/],
    ['b.jsonl:1', /there is no log at/],
  ])('%s is refused', async (place, message) => {
    world.file('a.jsonl', log());
    await expect(world.run(classify, ['--explain', place])).rejects.toThrow(message);
  });
});

describe('sample and learn', () => {
  const nouns = 'invoice tender offer contract reminder warranty permit lease claim bid'.split(' ');
  const asked = nouns.flatMap((noun, n) =>
    ['Bonn', 'Lyon', 'Graz', 'Kiel'].map((city, c) => ({
      isRouted: (n + c) % 2 === 0,
      user:
        (n + c) % 2 === 0
          ? `zentrix route ${noun} ${city} desk`
          : `=quolbar ${noun}; ${city}\nmood`,
    })),
  );

  test('a sheet is written, filled in by a spreadsheet, and learned from', async () => {
    world.file('a.jsonl', log(asked));
    const sheet = await world.run(classify, ['a.jsonl', '--sample', '40']);
    expect(await world.run(classify, ['--sample', '40'])).toMatchObject({ stdout: sheet.stdout });
    const header = 'id,where,system,prompt,label_now,confidence,task';
    expect(sheet.stdout.split('\r\n')[0]).toBe(header);
    // A formula is no formula.
    expect(sheet.stdout).toContain("'=quolbar");
    const read = parseLabelledSheet(sheet.stdout.replaceAll(/,\r\n/g, ',code\r\n'), 's');
    expect(read.rows).toHaveLength(40);
    expect(new Set(read.rows.map(({ prompt }) => prompt))).toEqual(
      new Set(asked.map(({ user }) => user)),
    );
    // As Excel saves it: semicolons, CRLF, a mark, labels as people write them.
    const cells = read.rows.map(({ prompt }) => {
      const label = prompt.startsWith('zentrix') ? ' Classification' : 'Long Form';
      return `"'${prompt}";${label}`;
    });
    world.file(
      'filled.csv',
      `\ufeffPrompt;Task\r\n${cells.join('\r\n').replaceAll('"\'z', '"z')}\r\n"x";\r\n`,
    );
    const learned = await world.run(classify, ['--learn', 'filled.csv', '--json']);
    expect(learned.code).toBe(0);
    expect(learned.notes[0]).toBe('1 row without a label left out');
    const answer = JSON.parse(learned.stdout) as {
      rows: number;
      figures: { which: string; accuracy: number; kappa: number }[];
      labels: { label: string; rows: number }[];
    };
    expect(answer.rows).toBe(40);
    const [before, after] = answer.figures;
    expect(after?.accuracy).toBeGreaterThan(before?.accuracy ?? 1);
    expect(after?.kappa).toBeGreaterThan(0.8);
    expect(answer.labels.map(({ label }) => label)).toContain('creative');
    // From now on it is used, says so, and can be left out.
    const notes = (await world.run(classify, ['--relabel'])).notes;
    expect(notes[0]).toMatch(/^labels by your own classifier: .*aicost\.db\.classifier/);
    expect(new Set(await tasks())).toEqual(new Set(['classification', 'creative']));
    const shipped = await tasks('--classifier', 'shipped');
    expect(new Set(shipped)).not.toEqual(new Set(['classification', 'creative']));
    // One of another version is left out, and replaced by learning again.
    const file = join(world.folder, 'aicost.db.classifier');
    const [head = ''] = readFileSync(file, 'latin1').split('\n');
    writeOwnModel(file, Buffer.from(`${head.replace(/"over":\d+/, '"over":1')}\nold`));
    expect((await world.run(classify, ['--relabel'])).notes[0]).toMatch(
      /another version.*it is left out/,
    );
    expect(await tasks()).toEqual(shipped);
    const named = world.run(classify, ['--classifier', 'aicost.db.classifier']);
    await expect(named).rejects.toThrow('another version');
    const again = await world.run(classify, ['--learn', 'filled.csv']);
    expect(again.notes.some((note) => note.startsWith('it replaces the classifier'))).toBe(true);
  }, 30_000);

  test('too little, one label, wrong labels, wrong files are refused or named', async () => {
    /** Texts that differ in numbers alone would be alike. */
    const word = (n: number) => [...n.toString(3)].map((digit) => 'xyz'[Number(digit)]).join('');
    const rows = (count: number, label: (n: number) => string) =>
      `prompt,task\n${Array.from({ length: count }, (_, n) => `"${word(n)}\n${word(n + 99)}",${label(n)}\n`).join('')}`;
    const learn = (text: string) => {
      world.file('l.csv', text);
      return world.run(classify, ['--learn', 'l.csv']);
    };
    await expect(learn(rows(29, () => 'qa'))).rejects.toThrow('29 labelled rows: too few');
    await expect(learn(rows(30, () => 'qa'))).rejects.toThrow('one label only, qa');
    await expect(learn('text,label\na,qa\n')).rejects.toThrow('no column prompt');
    await expect(learn('')).rejects.toThrow('is empty');
    await expect(learn('p\u0000r\u0000o\u0000')).rejects.toThrow('no UTF-8');
    // Labels that say nothing of the texts teach nothing.
    const { code, notes } = await learn(
      rows(32, (n) => ['qa', 'code', 'smmary', 'embedding'][n % 4] ?? '').repeat(1) +
        rows(30, (n) => ['qa', 'code'][n % 2] ?? '').slice(12),
    );
    expect(code).toBe(3);
    // Row 3 begins on line 6: a heading and two rows of two lines before it.
    expect(notes[0]).toMatch(
      /^8 rows left out: no label is called 'smmary' \(l\.csv:6, 14, 22, 30, 38 and 3 more\)/,
    );
    expect(notes.some((note) => note.startsWith('8 rows labelled embedding'))).toBe(true);
  }, 30_000);

  /** Two conventions of a house, five rows of each noun. */
  const HOUSE = 'invoice tender offer contract reminder warranty notice'
    .split(' ')
    .flatMap((noun, n) =>
      ['Bonn', 'Lyon', 'Graz', 'Kiel', 'Basel'].map((city, c) =>
        (n + c) % 2 === 0
          ? `"zentrix route ${noun} desk ${city} floor plan",classification`
          : `"quolbar draft ${noun} tone ${city} evening mood",Creative writing`,
      ),
    );
  const sheet = (rows: readonly string[]) => `prompt,task\n${rows.join('\n')}\n`;

  test('one prompt with two labels is a contradiction: both rows are named and left out', async () => {
    const rows = [...HOUSE, '"Same  thing",qa', 'Same thing,code', 'Once,qa', 'once again,qa'];
    world.file('l.csv', sheet([...rows, 'once again, qa ', 'once again,Q&A']));
    const { notes, code, stdout } = await world.run(classify, ['--learn', 'l.csv', '--json']);
    expect(notes.slice(0, 2)).toEqual([
      'contradiction: l.csv:37 says qa, l.csv:38 says code, of the same prompt; all of them are left out | give each prompt one label',
      '2 rows left out: the same prompt with the same label again',
    ]);
    // 35 of the house and two besides.
    expect(JSON.parse(stdout)).toMatchObject({ rows: 37 });
    // Learned and kept, but not from the whole sheet.
    expect(notes.at(-1)).toMatch(/^kept as /);
    expect(code).toBe(3);
  }, 30_000);

  test('labels that are none are all named at once, with their rows', async () => {
    const wrong = ['smmary', 'Foo', 'smmary'].map((label, at) => `text ${at},${label}`);
    const many = Array.from({ length: 22 }, (_, at) => `other ${at},label${at}`);
    world.file('l.csv', sheet([...wrong, ...many]));
    await expect(world.run(classify, ['--learn', 'l.csv'])).rejects.toThrow('0 labelled rows');
    const read = parseLabelledSheet(sheet([...wrong, ...many]), 'l.csv');
    expect(read.unknown.slice(0, 2)).toEqual([
      { label: 'smmary', lines: [2, 4] },
      { label: 'Foo', lines: [3] },
    ]);
    world.file('l.csv', sheet([...HOUSE, ...wrong, ...many]));
    const learned = await world.run(classify, ['--learn', 'l.csv', '--json']);
    expect(learned.notes[0]).toMatch(
      /^25 rows left out: no label is called 'smmary' \(l\.csv:37, 39\), 'Foo' \(l\.csv:38\), 'label0' \(l\.csv:40\), .*'label17' \(l\.csv:57\) and 4 others \| labels: other, /,
    );
  }, 30_000);

  test('a place that cannot be written is told before anything is read or learned', async () => {
    world.file('l.csv', sheet(HOUSE));
    const learn = (...flags: string[]) => world.run(classify, ['--learn', 'l.csv', ...flags]);
    await expect(learn('--out', 'no/such/folder.csv')).rejects.toThrow('cannot write');
    await expect(learn('--out', 'l.csv')).rejects.toThrow('--out would overwrite');
    await expect(learn('--out', 'aicost.db.classifier')).rejects.toThrow('--out would overwrite');
    await expect(learn('--out', '.')).rejects.toThrow('cannot write');
    world.file('notes.txt', 'keep me');
    await expect(learn('--classifier', 'notes.txt')).rejects.toThrow('is there and no classifier');
    await expect(learn('--classifier', 'no/such/file')).rejects.toThrow('cannot be written');
    // Neither is anything there that was not before.
    expect(readFileSync(join(world.folder, 'notes.txt'), 'utf8')).toBe('keep me');
    expect(existsSync(join(world.folder, 'aicost.db.classifier'))).toBe(false);
    // The sheet is not even looked at.
    await expect(
      world.run(classify, ['--learn', 'none.csv', '--classifier', 'notes.txt']),
    ).rejects.toThrow('no classifier');
  });

  test('a damaged classifier that is named is refused with what to do, and can be taught anew', async () => {
    world.file('l.csv', sheet(HOUSE));
    world.file('a.jsonl', log());
    await world.run(classify, ['--learn', 'l.csv']);
    const file = join(world.folder, 'aicost.db.classifier');
    const bytes = readFileSync(file);
    bytes[500_000] = bytes[500_000]! ^ 8;
    writeFileSync(file, bytes);
    const named = ['a.jsonl', '--classifier', 'aicost.db.classifier'];
    const refused = world.run(classify, named);
    await expect(refused).rejects.toThrow(/is damaged: its checksum is wrong/);
    await expect(refused).rejects.toMatchObject({
      hint: 'teach it again: aicost classify --learn labelled.csv; or leave it out: --classifier shipped',
    });
    const { notes } = await world.run(classify, ['--learn', 'l.csv']);
    expect(notes.some((note) => note.startsWith('it replaces the classifier'))).toBe(true);
    expect((await world.run(classify, ['a.jsonl'])).code).toBe(0);
  }, 30_000);

  test('what cannot be read again is not sampled', async () => {
    const path = world.file('a.jsonl', log(asked));
    world.file('b.jsonl', log(LOG).replaceAll('r-', 's-'));
    await world.run(classify, ['a.jsonl', 'b.jsonl']);
    renameSync(path, `${path}.gone`);
    const { stdout, notes } = await world.run(classify, ['--sample', '50']);
    expect(notes.at(-1)).toMatch(/^40 calls could not be sampled.*not there: .*a\.jsonl/);
    // The fourth call has a tag, the first the same prompt: two are left besides.
    expect(stdout.trim().split('\r\n')).toHaveLength(4);
    renameSync(join(world.folder, 'b.jsonl'), join(world.folder, 'b.gone'));
    await expect(world.run(classify, ['--sample', '50'])).rejects.toThrow('no call to label');
  });

  test.each([
    ['--prompts', 'p.csv', '--learn', 'l.csv'],
    ['--label-with', 'm', '--explain', 'a.jsonl:1'],
    ['--label-with', 'm', '--prompts', 'p.csv', '--relabel'],
  ])('%s %s %s are not done together', async (...flags) => {
    await expect(world.run(classify, flags)).rejects.toThrow(/do different things/);
  });

  test('two of them at once, or with logs, are refused', async () => {
    await expect(world.run(classify, ['--sample', '5', '--learn', 'x'])).rejects.toThrow(
      'different',
    );
    await expect(world.run(classify, ['a.jsonl', '--learn', 'x'])).rejects.toThrow('no logs');
    await expect(
      world.run(classify, ['--learn', 'x.csv', '--classifier', 'nothing.bin']),
    ).rejects.toThrow('x.csv');
  });
});

describe('by template', () => {
  test('calls of one template are one row, with its first call', async () => {
    const words = (n: number) =>
      ['river', 'market', 'engine', 'window']
        .map((word) => `${word}${String.fromCharCode(97 + n)}`)
        .join(' ');
    const asked: Asked[] = Array.from({ length: 12 }, (_, n) => [
      { user: `Summarize the following report for the board:\n\n${words(n)}` },
      {
        user: `${words(n + 12)} and so on`,
        system: 'Translate what the customer writes into English.',
      },
    ]).flat();
    world.file('a.jsonl', log([...asked, { user: 'What now?' }]));
    const rows = (await world.run(audit, ['a.jsonl', '--by', 'template'])).stdout.split('\r\n');
    // 12 × $0.00035 = $0.0042.
    const first = join(world.folder, 'a.jsonl');
    expect(rows.slice(1, 4).map((row) => row.replaceAll(world.folder, '.'))).toEqual([
      `Summarize the following report for the board:,12,1200,0,120,0.0042,0.48,0,./a.jsonl:1`,
      `Translate what the customer writes into English.,12,1200,0,120,0.0042,0.48,0,./a.jsonl:2`,
      `,1,100,0,10,0.00035,0.04,0,`,
    ]);
    const json = (await world.json(report, ['--by', 'template'])) as {
      spend: { by_template: { template: string | null; example: string | null; calls: number }[] };
    };
    expect(json.spend.by_template[0]).toMatchObject({ example: `${first}:1`, calls: 12 });
    expect((await world.json(report, [])) as object).not.toHaveProperty('spend.by_template');
    renameSync(first, `${first}.gone`);
    const { stdout, notes } = await world.run(report, ['--by', 'template']);
    expect(stdout.split('\r\n')[1]).toMatch(/^#[0-9a-f]+,12,/);
    expect(notes.at(-1)).toMatch(/^2 of 2 templates have a number/);
  });
});

describe('prompts that are in no log', () => {
  test('are labelled by the same rules, but for those on what a prompt alone does not tell', async () => {
    world.file('p.csv', 'system,prompt\nYou read invoices.,Total of 17?\n,Hello you\n');
    world.file('rules.yaml', `- model: "*"\n  task: code\n${RULES}`);
    const rows = await world.json(classify, ['--prompts', 'p.csv', '--rules', 'rules.yaml']);
    expect(rows).toMatchObject([{ task: 'extraction', confidence: 100 }, { task: 'chat' }]);
  });
});
