/**
 * Holds the papers to the program: what they quote is run, what they name exists, what they list is
 * complete. Runs the built command, so `npm run build` comes first (`npm test` does it).
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REJECT_REASONS } from '../src/domain/reject.ts';
import { epochToMs, formatInstant, parseInstant } from '../src/domain/time.ts';
import { DIALECTS } from '../src/formats/index.ts';
import { Fields, treeOf } from '../src/formats/json.ts';
import { callsOf } from '../src/formats/parse.ts';
import { R, type Role, rolesOf } from '../src/formats/roles.ts';
import { AUDIT_SCHEMA } from '../src/report/model.ts';
import {
  chatAnswer,
  type Received,
  type Reply,
  type ScriptedServer,
  startServer,
} from './providers/server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BINARY = join(ROOT, 'bin/aicost.js');
const FIXTURE = 'fixtures/support-desk.jsonl';

const PAPERS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md'));

/** Commands that are quoted and not run here. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npx aicost audit fixtures/support-desk.jsonl': '.ci/run does it, on a clean clone',
  'npm ci && npm test': '.ci/run does it, on a clean clone',
  'tail -f app.log | aicost ingest -': 'it goes on until its pipe ends',
  'aicost prices update --dry-run': 'it needs the network',
  'aicost prices update': 'it needs the network',
};

/** The server that examples ask, by the name it has there; they are run against one of their own. */
const EXAMPLE_SERVER = 'http://localhost:8000/v1';

/** Flags in the papers that are not aicost's own. */
const FOREIGN_FLAGS: Readonly<Record<string, string>> = {
  '--global': 'npm',
  '--prefix': 'npm',
  '--check': 'scripts/docs.mjs',
  '--half': 'scripts/eval-classifier.mjs',
  '--key': 'any setting',
};

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder with the fixtures, and `aicost` and `npx aicost` on its path. */
function workdir(): string {
  if (!existsSync(join(ROOT, 'dist/main.js'))) throw new Error('run npm run build first');
  const folder = mkdtempSync(join(tmpdir(), 'aicost-docs-'));
  folders.push(folder);
  cpSync(join(ROOT, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
  mkdirSync(join(folder, '.bin'));
  const run = `exec "${process.execPath}" "${BINARY}" "$@"\n`;
  writeFileSync(join(folder, '.bin/aicost'), `#!/bin/sh\n${run}`);
  writeFileSync(join(folder, '.bin/npx'), `#!/bin/sh\n[ "$1" = aicost ] || exit 99\nshift\n${run}`);
  for (const name of ['aicost', 'npx']) chmodSync(join(folder, '.bin', name), 0o755);
  return folder;
}

/** Puts files under the names that examples use. */
function withExampleFiles(folder: string): string {
  const log = read(FIXTURE);
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'logs.jsonl'), log);
  writeFileSync(join(folder, 'logs/march.jsonl'), log);
  writeFileSync(join(folder, 'logs/march.jsonl.gz'), gzipSync(log));
  writeFileSync(join(folder, 'old.gz'), gzipSync(log));
  writeFileSync(join(folder, 'logs.csv'), 'model,prompt_tokens,completion_tokens\ngpt-4o,12,3\n');
  writeFileSync(join(folder, 'prompts.csv'), 'prompt\nWhat is a ledger?\nWhat is a lease?\n');
  cpSync(join(ROOT, 'fixtures/prices/contract.csv'), join(folder, 'my-prices.csv'));
  writeFileSync(join(folder, 'prompts.jsonl'), '{"prompt":"What is a ledger?"}\n');
  writeFileSync(join(folder, 'reviews.csv'), 'id,text\n1,It works\n2,It broke\n');
  writeFileSync(join(folder, 'labelled.csv'), labelledSheet());
  writeFileSync(join(folder, 'trace.jsonl'), TRACE);
  expect(shell('aicost ingest logs.jsonl', folder).status).toBe(0);
  return folder;
}

/** Two requests that share a block of 512 tokens. */
const TRACE = [
  '{"timestamp":0,"input_length":600,"output_length":20,"hash_ids":[1,2]}',
  '{"timestamp":1000,"input_length":700,"output_length":30,"hash_ids":[1,3]}',
].join('\n');

function environment(cwd: string) {
  return { PATH: `${join(cwd, '.bin')}:${process.env.PATH}`, HOME: cwd, LANG: 'C.UTF-8' };
}

/** Labels of a house of its own: what no shipped classifier can know. */
function labelledSheet(): string {
  const nouns = 'invoice tender offer contract reminder warranty permit lease claim bid'.split(' ');
  const rows = nouns.flatMap((noun, n) =>
    ['Bonn', 'Lyon', 'Graz', 'Kiel'].map((city, c) =>
      (n + c) % 2 === 0
        ? `zentrix route ${noun} ${city} desk,classification`
        : `quolbar ${noun} ${city} mood,creative`,
    ),
  );
  return ['prompt,task', ...rows].join('\n');
}

function shell(command: string, cwd: string) {
  const env = environment(cwd);
  return spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8', maxBuffer: 1e8, env });
}

/** Runs a command while a server of this process answers it; gives what it said if it fails. */
function failureOf(command: string, cwd: string, baseUrl: string): Promise<string | null> {
  const env = { ...environment(cwd), AICOST_BASE_URL: baseUrl };
  const child = spawn('sh', ['-c', command.replace(EXAMPLE_SERVER, baseUrl)], { cwd, env });
  child.stdin.end();
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      said += piece;
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code === 0 ? null : `exit code ${code}\n${said}`));
  });
}

/** Runs a command; a failure shows all it said. */
function output(command: string, cwd: string): string {
  const { status, stdout, stderr } = shell(command, cwd);
  if (status !== 0) throw new Error(`$ ${command}\nexit code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

interface Fence {
  readonly kind: string;
  readonly lines: readonly string[];
  /** The first line after the fence that is not blank. */
  readonly next: string;
}

function fencesOf(text: string): Fence[] {
  const found = text.matchAll(/^```(\w*)\n([\s\S]*?)^```\n+(.*)/gm);
  return [...found].map(([, kind = '', body = '', next = '']) => {
    return { kind, lines: body.trimEnd().split('\n'), next };
  });
}

interface Quote {
  readonly command: string;
  readonly lines: readonly string[];
}

/** Commands with the output quoted under them: `sh` fences have commands only. */
function quotesOf(text: string): Quote[] {
  return fencesOf(text).flatMap(({ kind, lines }) => {
    if (kind === 'sh') return lines.map((command) => ({ command, lines: [] }));
    if (kind !== 'console') return [];
    const blocks = `\n${lines.join('\n')}`.split('\n$ ').slice(1);
    return blocks.map((block) => {
      const [command = '', ...quoted] = block.split('\n');
      return { command, lines: quoted };
    });
  });
}

/** Expects the lines in this order; `…` stands for anything. */
function expectQuoted(lines: readonly string[], stdout: string): void {
  const real = stdout.split('\n').map((line) => line.trimEnd());
  let at = 0;
  for (const line of lines) {
    if (line.trim() === '' || line.trim() === '…') continue;
    const parts = line.trimEnd().split('…');
    const pattern = new RegExp(`^${parts.map(escapeRegex).join('.*')}$`);
    const found = real.findIndex((candidate, index) => index >= at && pattern.test(candidate));
    if (found < 0) throw new Error(`not in the output: ${line}\n\n${stdout}`);
    at = found + 1;
  }
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Rows of the tables of a text, as cells; head and rule lines left out. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line, index, all) => line.startsWith('|') && !all[index + 1]?.startsWith('|---'))
    .filter((line) => !line.startsWith('|---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function coded(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The text under a heading, up to the next one of its rank. */
function sectionOf(text: string, heading: string): string {
  const [, after = ''] = text.split(`\n${heading}\n`);
  const rank = heading.split(' ')[0] ?? '##';
  return after.split(`\n${rank} `)[0] ?? '';
}

describe('README.md', () => {
  const readme = read('README.md');

  test('shows real output before line 20, and the two set-up commands', () => {
    const lines = readme.split('\n');
    const shown = lines.findIndex((line) => line.startsWith('$ npx aicost'));
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(18);
    expect(lines).toContain('npm ci && npx aicost audit fixtures/support-desk.jsonl');
    expect(lines).toContain('npm ci && npm test');
  });

  test('.ci/run does what a new user is told', () => {
    const steps = read('.ci/run');
    for (const step of ['npm ci', 'npx aicost audit fixtures/support-desk.jsonl', 'npm test'])
      expect(steps).toContain(step);
  });

  const folder = workdir();
  test.each(quotesOf(readme).filter(({ command }) => !(command in NOT_RUN)))(
    '$command',
    ({ command, lines }) => expectQuoted(lines, output(command, folder)),
  );
});

/** A run that stopped before its first row, as batch 1: what examples go on with, or end. */
function withStoppedBatch(folder: string): string {
  const run = 'aicost batch prompts.csv --model gpt-4o-mini --budget 0.00000001';
  expect(shell(`OPENAI_API_KEY=none ${run}`, folder).status).toBe(3);
  return folder;
}

/** The answer of the examples' server: where a schema is asked for, JSON that fits it. */
function exampleAnswer({ body }: Received): Reply {
  const format = body.response_format as { json_schema?: { schema?: Schema } } | undefined;
  const schema = format?.json_schema?.schema;
  const text = schema === undefined ? 'A book of accounts.' : JSON.stringify(exampleOf(schema));
  return { json: chatAnswer(text) };
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
}

function exampleOf({ properties, enum: words }: Schema): unknown {
  if (properties === undefined) return words?.[0] ?? 'text';
  const members = Object.entries(properties);
  return Object.fromEntries(members.map(([name, schema]) => [name, exampleOf(schema)]));
}

/** Every command with its help, the program itself first. */
function helpTexts(command: readonly string[] = []): [command: string, help: string][] {
  const run = spawnSync(process.execPath, [BINARY, ...command, '--help'], { encoding: 'utf8' });
  const [, list = ''] = run.stdout.split('\nCommands:\n');
  const names = [...(list.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z-]+)/gm)];
  const own: [string, string] = [['aicost', ...command].join(' '), run.stdout];
  return [own, ...names.flatMap(([, name = '']) => helpTexts([...command, name]))];
}

describe('--help', () => {
  const helps = helpTexts();
  const examples = helps.flatMap(([command, help]) =>
    [...help.matchAll(/^ {2}\$ (.+?)(?: {2,}.*)?$/gm)].map(([, example = '']) => {
      return { example, command };
    }),
  );

  test.each(helps)('%s explains itself', (command, help) => {
    expect(help).toMatch(/^Usage: aicost/);
    const isGroup = helps.some(([other]) => other.startsWith(`${command} `));
    if (command === 'aicost' || !isGroup) expect(help).toContain('\nExamples:\n');
  });

  const common = withExampleFiles(workdir());
  /** Commands that want a batch 1 have one each, in a folder of their own. */
  const stopped = new Map<string, string>();
  function folderOf(command: string): string {
    if (!/^aicost batch (?!run$)./.test(command)) return common;
    const folder = stopped.get(command) ?? withStoppedBatch(withExampleFiles(workdir()));
    stopped.set(command, folder);
    return folder;
  }

  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startServer(exampleAnswer);
  });
  afterAll(() => server.close());

  test.each(examples.filter(({ example }) => !(example in NOT_RUN)))(
    '$example',
    async ({ example, command }) => {
      expect(await failureOf(example, folderOf(command), server.baseUrl)).toBe(null);
    },
  );

  test('what is not run here is still quoted somewhere', () => {
    const quoted = [
      ...examples.map(({ example }) => example),
      ...quotesOf(read('README.md')).map(({ command }) => command),
    ];
    for (const command of Object.keys(NOT_RUN)) expect(quoted).toContain(command);
  });
});

describe('docs/cli.md', () => {
  test('is fresh', () => {
    const run = spawnSync(process.execPath, [join(ROOT, 'scripts/docs.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

describe('what the papers name exists', () => {
  const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(src|test|scripts|bench|docs|bin)\//.test(path),
  );
  const code = sources
    .filter((path) => path.startsWith('src/') && path.endsWith('.ts'))
    .map(read)
    .join('\n');
  const cli = read('docs/cli.md');
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);

  test.each(PAPERS)('links of %s', (paper) => {
    const links = [...read(paper).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to = '']) => to);
    const lost = links.filter((to) => !existsSync(join(ROOT, dirname(paper), to)));
    expect(lost).toEqual([]);
  });

  test.each(PAPERS)('files in %s', (paper) => {
    const named = read(paper).match(/(?:[\w.-]+\/)*[\w.-]+\.(?:ts|mjs|md)\b/g) ?? [];
    const inFolders = read(paper).match(/\b(?:src|test|docs|fixtures|scripts)\/[\w./-]+\w/g) ?? [];
    const lost = [...named, ...inFolders]
      .filter((path) => !path.includes('NAME'))
      .filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)))
      .filter((path) => path.includes('/') || !sources.some((file) => file.endsWith(`/${path}`)));
    expect(lost).toEqual([]);
  });

  test.each(PAPERS)('commands and flags in %s', (paper) => {
    const text = read(paper);
    const commands = [...text.matchAll(/(?<=`|\$ |npx )aicost ([a-z]+)/g)].map(([, name]) => name);
    const lost = commands.filter((name) => !cli.includes(`\n### aicost ${name}\n`));
    const npm = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name);
    const flags = text.match(/(?<=[\s`'(])--[a-z][a-z-]+/g) ?? [];
    expect(lost.filter((name) => name !== 'help')).toEqual([]);
    expect(npm.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
    expect(flags.filter((flag) => !cli.includes(flag) && !(flag in FOREIGN_FLAGS))).toEqual([]);
  });

  test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('names of code in %s', (paper) => {
    const names = coded(read(paper)).filter((name) => /^(?=.*[A-Z])[A-Za-z]\w+$/.test(name));
    const lost = names.filter((name) => name !== 'NAME' && !new RegExp(`\\b${name}\\b`).test(code));
    expect(lost).toEqual([]);
  });

  test('every room is in ARCHITECTURE.md, which fits in 120 lines', () => {
    const text = read('ARCHITECTURE.md');
    for (const name of readdirSync(join(ROOT, 'src'))) {
      const room = name.endsWith('.ts') ? name : `${name}/`;
      expect(text).toContain(`\`${room}\``);
    }
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  });
});

describe('docs/json.md', () => {
  const text = read('docs/json.md');
  const folder = workdir();
  // Calls with a billed amount, and one without a time: what the fixture does not have.
  const billed = fencesOf(sectionOf(read('docs/formats.md'), '### LiteLLM'))[0]?.lines.join('\n');
  writeFileSync(join(folder, 'billed.jsonl'), `${billed?.replace('0.00021', '0.5')}\n`);
  const timeless = { model: 'gpt-4o', prompt: 'Hi', tokens_in: 9, tokens_out: 1 };
  writeFileSync(join(folder, 'timeless.jsonl'), `${JSON.stringify(timeless)}\n`);
  const runs = [`${FIXTURE} --ledger a.db`, 'billed.jsonl --ledger b.db', 'timeless.jsonl'];
  const audits = runs.map((run) => JSON.parse(output(`aicost audit ${run} --json`, folder)));

  test('lists the fields of a real audit, all of them', () => {
    const real = new Set(audits.flatMap((audit) => pathsOf(audit, '')));
    const listed = new Set(documentedPaths(text));
    const isListed = (path: string) => listed.has(path) || listed.has(path.replace(/\[\]$/, ''));
    const isGroup = (path: string) => [...real].some((other) => other.startsWith(`${path}.`));
    expect([...real].filter((path) => !isListed(path) && !isGroup(path))).toEqual([]);
    expect([...listed].filter((path) => !real.has(path) && !real.has(`${path}[]`))).toEqual([]);
    expect(text).toContain(AUDIT_SCHEMA);
  });

  test('lists the sections of the lines', () => {
    const lines = runs.flatMap((run) =>
      output(`aicost audit ${run.replace('.db', '2.db')} --format ndjson`, folder)
        .trim()
        .split('\n'),
    );
    const real = new Set(lines.map((line) => JSON.parse(line).section));
    const [, listed = ''] = /its `section`:([^.]*)\./.exec(text) ?? [];
    expect(coded(listed).sort()).toEqual([...real].sort());
  });
});

/** Paths of all members: `a`, `a.b`, `list[]`, `list[].c`. */
function pathsOf(value: unknown, path: string): string[] {
  const own = path === '' ? [] : [path];
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap((item) => pathsOf(item, `${path}[]`)))];
  }
  if (typeof value !== 'object' || value === null) return own;
  const under = path === '' ? '' : `${path}.`;
  return [...own, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, under + key))];
}

/** Paths as docs/json.md lists them: in tables, under a heading that says what they are part of. */
function documentedPaths(text: string): string[] {
  const [top = '', ...sections] = text.split('\n## ');
  const parts = sections.map((part) => [coded(part)[0] ?? '', part] as const);
  return [
    ...tablePaths('', top),
    ...parts.flatMap(([name, part]) => {
      if (name === 'spend') return spendPaths(part);
      return tablePaths(`${name}.`, part);
    }),
  ];
}

function tablePaths(prefix: string, text: string): string[] {
  return rowsOf(text).flatMap(([first = '', second = '']) => {
    const [head = '', ...others] = coded(first);
    const parent = head.includes('.') ? `${head.slice(0, head.lastIndexOf('.'))}.` : '';
    const siblings = others.map((name) => {
      if (name.startsWith('.')) return parent + name.slice(1);
      return name.includes('.') ? name : parent + name;
    });
    const members = head.endsWith('[]') ? coded(second).map((name) => `${head}.${name}`) : [];
    return [head, ...siblings, ...members].map((name) => prefix + name);
  });
}

function spendPaths(text: string): string[] {
  const groups = [...new Set(coded(text).filter((name) => /^by_\w+\[\]$/.test(name)))];
  const keys = groups.map((group) => group.slice(3, -2));
  const names = rowsOf(text).flatMap(([first = '']) => coded(first));
  const figures = names.filter((name) => !keys.includes(name));
  return groups.flatMap((group, index) =>
    [keys[index] ?? '', ...figures].map((name) => `spend.${group}.${name}`),
  );
}

describe('docs/schema.md', () => {
  const text = read('docs/schema.md');
  const folder = workdir();
  output(`aicost ingest ${FIXTURE}`, folder);
  const db = new Database(join(folder, 'aicost.db'), { readonly: true });
  afterAll(() => db.close());

  test('lists every table and view with its columns, in their order', () => {
    const tables = db
      .prepare(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')`)
      .pluck()
      .all() as string[];
    const real = tables.map((name) => [name, columnsOf(db, name)]);
    const listed = [...text.matchAll(/^## `(\w+)`$/gm)].map(([, name = '']) => [
      name,
      rowsOf(sectionOf(text, `## \`${name}\``)).flatMap(([first = '']) => coded(first)),
    ]);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(real));
  });

  const queries = fencesOf(text).filter(({ kind }) => kind === 'sql');
  test.each(queries.map(({ lines }) => lines.join('\n')))('%s', (query) => {
    expect(db.prepare(query).all().length).toBeGreaterThan(1);
  });

  test('there are three queries to start from', () => expect(queries).toHaveLength(3));

  test('no text of the log is in the ledger', () => {
    const bytes = readFileSync(join(folder, 'aicost.db'));
    expect(bytes.includes('Classify the customer message')).toBe(false);
    expect(bytes.includes('Returns are free for thirty days')).toBe(false);
  });
});

function columnsOf(db: Database.Database, table: string): string[] {
  const columns = db.pragma(`table_info(${table})`) as { name: string }[];
  return columns.map(({ name }) => name);
}

describe('docs/formats.md', () => {
  const text = read('docs/formats.md');
  const folder = workdir();
  const samples = fencesOf(text).map(({ kind, lines, next }, index) => {
    const file = `sample-${index}.${kind}`;
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
    return { file, next };
  });
  output(`aicost ingest ${samples.map(({ file }) => file).join(' ')}`, folder);
  const db = new Database(join(folder, 'aicost.db'), { readonly: true });
  afterAll(() => db.close());

  const read1 = `SELECT t.format, count(*) AS calls, sum(v.input_tokens) AS input,
      sum(v.cache_read_tokens) AS cached,
      sum(v.cache_write_5m_tokens + v.cache_write_1h_tokens) AS written,
      sum(v.output_tokens) AS output
    FROM calls v JOIN call c USING (id) JOIN target t ON t.id = c.target_id
    WHERE v.path LIKE ? GROUP BY t.format`;
  const rejects = `SELECT r.reason FROM reject r JOIN source s ON s.id = r.source_id WHERE s.path LIKE ?`;

  test.each(samples)('$file: $next', ({ file, next }) => {
    const [row] = db.prepare(read1).all(`%/${file}`) as Record<string, string | number>[];
    const reasons = db.prepare(rejects).pluck().all(`%/${file}`);
    const said =
      row === undefined
        ? `Rejected as \`${reasons.join('`, `')}\`.`
        : `Read as \`${row.format}\`, ${row.calls} call${row.calls === 1 ? '' : 's'}: ` +
          `${row.input} input, ${row.cached} of it cached, ${row.written} written to a cache; ` +
          `${row.output} output.`;
    expect(next).toBe(said);
    if (row !== undefined) expect(reasons).toEqual([]);
  });

  test('every dialect is listed, in order, and has a sample', () => {
    const listed = rowsOf(sectionOf(text, '## Dialects')).slice(0, DIALECTS.length);
    expect(listed.map(([first = '']) => coded(first)[0])).toEqual(DIALECTS.map(({ id }) => id));
  });

  test('every reason for a reject is listed', () => {
    const listed = rowsOf(sectionOf(text, '## Rejects')).map(([first = '']) => coded(first)[0]);
    expect(listed).toEqual([...REJECT_REASONS]);
  });

  const fields = sectionOf(text, '## How fields are found');
  const roles = rowsOf(fields).map(([role = '', names = '']) => {
    return { role: coded(role)[0] as Role, names: coded(names) };
  });

  test('the roles and their names are those of the code, in their order', () => {
    const [, body = ''] =
      /const NAMES = \{([\s\S]*?)\} as const/.exec(read('src/formats/roles.ts')) ?? [];
    const real = [...body.matchAll(/(\w+):\s*['`]([^'`]*)['`]/g)].map(([, role, names = '']) => {
      return { role, names: names.trim().split(/\s+/) };
    });
    expect(roles).toEqual(real);
  });

  test.each(roles)('names of $role are found', ({ role, names }) => {
    for (const name of names) {
      const found = [5, 'text'].some((value) => {
        const tree = treeOf({ [name]: value });
        return tree instanceof Fields && rolesOf(tree)[R[role]] !== undefined;
      });
      expect(found, name).toBe(true);
    }
  });

  test('containers and wrappers are looked into', () => {
    const call = { model: 'gpt-4o', prompt_tokens: 5, completion_tokens: 1 };
    const containers = coded(fields.slice(0, fields.indexOf('\n|')).split('inside')[1] ?? '');
    expect(containers.length).toBeGreaterThan(10);
    for (const name of containers) expect(readTokens({ [name]: call }), name).toBe(5);
    const dialects = sectionOf(text, '## Dialects');
    const wrappers = coded(/holds a list of records \(([^)]*)\)/.exec(dialects)?.[1] ?? '');
    expect(wrappers.length).toBeGreaterThan(10);
    for (const name of wrappers) expect(readTokens({ [name]: [call] }), name).toBe(5);
  });

  test.each(rowsOf(sectionOf(text, '## Times')))('time %s', (logged = '', _, instant = '') => {
    const [value = ''] = coded(logged);
    const ms = /^[\d.]+$/.test(value) ? epochToMs(Number(value)) : parseInstant(value);
    expect(formatInstant(ms ?? 0)).toBe(coded(instant)[0]);
  });
});

/** The input tokens of a record's one call; undefined if it is none. */
function readTokens(record: object): number | undefined {
  const tree = treeOf(record);
  const read = tree instanceof Fields ? callsOf(tree) : [];
  return Array.isArray(read) && read.length === 1 ? read[0]?.call.usage.input : undefined;
}
