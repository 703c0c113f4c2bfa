/**
 * Holds src/ to the map in ARCHITECTURE.md: who imports whom, who touches the world, how large a
 * file gets. Each rule is first shown to catch what it forbids, then applied to the source.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What each room may import besides itself and errors.ts; the files in src/ itself are `shell`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  formats: ['domain'],
  pricing: ['domain'],
  classify: ['domain'],
  tokenize: ['domain'],
  ledger: ['domain', 'pricing'],
  ingest: ['domain', 'formats', 'classify', 'tokenize', 'ledger', 'pricing'],
  policy: ['domain'],
  findings: ['domain', 'policy'],
  simulate: ['domain', 'policy'],
  report: ['domain'],
  audit: ['domain', 'ledger', 'pricing', 'policy', 'findings', 'simulate', 'report'],
  reconcile: ['domain', 'pricing', 'report'],
  compare: ['domain', 'pricing'],
  'price-store': [],
  providers: ['domain', 'formats', 'small-file'],
  batch: [
    ...['domain', 'formats', 'pricing', 'policy', 'providers', 'ledger', 'compare'],
    'small-file',
  ],
  config: ['domain', 'report', 'small-file'],
  terminal: ['domain', 'report', 'config'],
  commands: [
    ...['domain', 'formats', 'ingest', 'ledger', 'pricing', 'classify', 'findings', 'policy'],
    ...['simulate', 'report', 'audit', 'reconcile', 'providers', 'batch', 'terminal', 'config'],
    ...['compare', 'price-store', 'tokenize'],
  ],
  cli: ['terminal', 'commands'],
  main: ['cli', 'config', 'domain', 'report', 'terminal'],
  'small-file': [],
  errors: [],
};

const PURE = [
  'domain',
  'formats',
  'pricing',
  'classify',
  'tokenize',
  'findings',
  'policy',
  'simulate',
  'report',
  'reconcile',
  'compare',
];
const WORLD =
  /^node:(child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|os|perf_hooks|process|readline|repl|timers|tls|tty|v8|vm|worker_threads)(\/|$)/;
const HIDDEN_INPUT =
  /\bprocess\.|\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bconsole\.|\bperformance\.|\bglobalThis\b|\bset(?:Timeout|Interval|Immediate)\b|\bfetch\(/;
const SQL =
  /\b(SELECT\s[\s\S]*\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW)|PRAGMA\s+\w+)\b/;
const ANY = /(?:[:<,|&(=]|\bas)\s*any\b(?!\s*[.(:])/;
const ONLY_IN: Readonly<Record<string, string>> = {
  'better-sqlite3': 'ledger',
  undici: 'providers',
  ora: 'terminal',
  'cli-table3': 'report',
  'gpt-tokenizer': 'tokenize',
};
const FORBIDDEN_FOLDERS = /(^|\/)(utils?|helpers?|common|shared|misc)(\/|\.ts$)/;
const MAX_LINES = 300;
/** Files that are data rather than code. */
const DATA_TABLES = new Set(['classify/concepts.ts']);

/** Path below src/ → text. */
type Source = ReadonlyMap<string, string>;

interface Import {
  readonly from: string;
  /** A path below src/, or a package or built-in module. */
  readonly to: string;
  readonly local: boolean;
  /** `import('…')`: loaded when it is needed, so not a cycle. */
  readonly lazy: boolean;
}

const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?{};]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

/** The code without its comments; with `texts` false, also without what strings and regexes say. */
function codeOf(text: string, texts: boolean): string {
  return text.replace(COMMENT_OR_TEXT, (part) => {
    if (part.startsWith('/*') || part.startsWith('//')) return ' ';
    if (texts) return part;
    // What a template computes is code: `${Date.now()}`.
    return part.startsWith('`') ? `\`${(part.match(/\$\{[^}]*\}/g) ?? []).join('')}\`` : "''";
  });
}

function textsOf(text: string): string[] {
  return (text.match(COMMENT_OR_TEXT) ?? []).filter((part) => /^["'`]/.test(part));
}

function importsOf(from: string, text: string): Import[] {
  const code = codeOf(text, true);
  const found = code.matchAll(
    /\b(?:import|export)\b[^'"`;()]*?\bfrom\s*(['"])([^'"]+)\1|\bimport\s*(['"])([^'"]+)\3|\bimport\(\s*(['"])([^'"]+)\5\s*\)/g,
  );
  return [...found].map((match) => {
    const name = match[2] ?? match[4] ?? match[6] ?? '';
    const local = name.startsWith('.');
    const lazy = match[6] !== undefined;
    return { from, to: local ? join(dirname(from), name) : name, local, lazy };
  });
}

function everyImport(source: Source): Import[] {
  return [...source].flatMap(([path, text]) => importsOf(path, text));
}

/** `ledger/open.ts` is of the room `ledger`, `config.ts` of `config`. */
function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Each rule gives one line per offence. */
const RULES: Readonly<Record<string, (source: Source) => string[]>> = {
  'imports follow the map': (source) =>
    everyImport(source)
      .filter(({ local }) => local)
      .filter(({ from, to, lazy }) => {
        const [own, other] = [roomOf(from), roomOf(to)];
        if (own === other || other === 'errors') return false;
        if (own === 'cli' && other === 'commands') return !lazy;
        return MAY_IMPORT[own]?.includes(other) !== true;
      })
      .map(({ from, to }) => `${from} imports ${to}`),

  'every room is on the map': (source) =>
    [...source.keys()].filter((path) => !(roomOf(path) in MAY_IMPORT)),

  'relative imports name an existing .ts file': (source) =>
    everyImport(source)
      .filter(({ to, local }) => local && !source.has(to))
      .map(({ from, to }) => `${from} imports ${to}`),

  'no cycles': (source) =>
    cyclesOf(everyImport(source).filter(({ local, lazy }) => local && !lazy)),

  'pure rooms import nothing that touches the world': (source) =>
    everyImport(source)
      .filter(({ from, to, local }) => !local && PURE.includes(roomOf(from)) && WORLD.test(to))
      .map(({ from, to }) => `${from} imports ${to}`),

  'commands touch the world through their Deps': (source) => [
    ...everyImport(source)
      .filter(({ from, to, local }) => !local && roomOf(from) === 'commands' && WORLD.test(to))
      .map(({ from, to }) => `${from} imports ${to}`),
    ...offences(source, HIDDEN_INPUT, (path) => roomOf(path) === 'commands'),
  ],

  'formats import no built-in but node:buffer': (source) =>
    everyImport(source)
      .filter(({ from, to }) => roomOf(from) === 'formats' && to.startsWith('node:'))
      .filter(({ to }) => to !== 'node:buffer')
      .map(({ from, to }) => `${from} imports ${to}`),

  'built-ins are imported as node:': (source) =>
    everyImport(source)
      .filter(({ to, local }) => !local && /^(fs|path|os|url|util|crypto|buffer|stream)$/.test(to))
      .map(({ from, to }) => `${from} imports ${to}`),

  'pure rooms have no hidden input or output': (source) =>
    offences(source, HIDDEN_INPUT, (path) => PURE.includes(roomOf(path))),

  'only one room imports each of these packages': (source) =>
    everyImport(source)
      .filter(({ from, to, local }) => {
        const room = local ? undefined : ONLY_IN[packageOf(to)];
        return room !== undefined && room !== roomOf(from);
      })
      .map(({ from, to }) => `${from} imports ${to}`),

  'only the ledger speaks SQL': (source) =>
    [...source]
      .filter(([path]) => roomOf(path) !== 'ledger')
      .flatMap(([path, text]) =>
        textsOf(text)
          .filter((literal) => SQL.test(literal))
          .map((literal) => `${path}: ${literal.slice(0, 40)}`),
      ),

  'only main reads the clock, nobody rolls dice': (source) =>
    offences(
      source,
      /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b/,
      (path) => path !== 'main.ts',
    ),

  'nobody calls console or process.exit': (source) =>
    offences(source, /\bconsole\.|\bprocess\.exit\(/, () => true),

  'no any': (source) => offences(source, ANY, () => true),

  'no file is too long': (source) =>
    [...source]
      .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ path, lines }) => lines > MAX_LINES && !DATA_TABLES.has(path))
      .map(({ path, lines }) => `${path}: ${lines} lines`),

  'every file says what it is for': (source) =>
    [...source].filter(([, text]) => !/^\/\*\*[\s\S]{20,}?\*\//.test(text)).map(([path]) => path),

  'no folder or file without a subject': (source) =>
    [...source.keys()].filter((path) => FORBIDDEN_FOLDERS.test(path)),
};

function offences(source: Source, pattern: RegExp, where: (path: string) => boolean): string[] {
  return [...source]
    .filter(([path]) => where(path))
    .flatMap(([path, text]) => {
      const match = pattern.exec(codeOf(text, false));
      return match === null ? [] : [`${path}: ${match[0].trim()}`];
    });
}

function cyclesOf(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' → '));
    if (start !== -1 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function readSource(): Source {
  const root = fileURLToPath(new URL('../src', import.meta.url));
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}

const HEADER = '/** Takes nothing, gives nothing, never does. */\n';

describe('the rules catch what they forbid', () => {
  test.each([
    ['imports follow the map', 'report/a.ts', "import { x } from '../ledger/open.ts';"],
    ['imports follow the map', 'domain/a.ts', "import type { X } from '../report/model.ts';"],
    ['imports follow the map', 'cli.ts', "import { x } from './commands/audit.ts';"],
    ['imports follow the map', 'ledger/a.ts', "export * from '../commands/audit.ts';"],
    ['imports follow the map', 'findings/a.ts', "import { x } from '../audit/analyse.ts';"],
    ['every room is on the map', 'stuff/a.ts', ''],
    ['relative imports name an existing .ts file', 'domain/a.ts', "import './gone.ts';"],
    ['no cycles', 'domain/a.ts', "import './a.ts';"],
    [
      'pure rooms import nothing that touches the world',
      'report/a.ts',
      "import 'node:fs/promises';",
    ],
    ['commands touch the world through their Deps', 'commands/a.ts', "import 'node:os';"],
    ['commands touch the world through their Deps', 'commands/a.ts', 'Date.now();'],
    ['formats import no built-in but node:buffer', 'formats/a.ts', "import 'node:path';"],
    ['built-ins are imported as node:', 'ledger/a.ts', "import fs from 'fs';"],
    ['pure rooms have no hidden input or output', 'pricing/a.ts', 'const a = new Date();'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    ['pure rooms have no hidden input or output', 'pricing/a.ts', 'const a = `${process.pid}`;'],
    ['pure rooms have no hidden input or output', 'domain/a.ts', 'const a = /[/"]/; Date.now();'],
    [
      'only one room imports each of these packages',
      'ingest/a.ts',
      "import D from 'better-sqlite3';",
    ],
    ['only the ledger speaks SQL', 'report/a.ts', 'const a = `SELECT id\nFROM call`;'],
    ['only main reads the clock, nobody rolls dice', 'ledger/a.ts', 'Date.now();'],
    ['nobody calls console or process.exit', 'ingest/a.ts', 'process.exit(1);'],
    ['no any', 'domain/a.ts', 'let a: any;'],
    ['no any', 'domain/a.ts', 'const a = b as any;'],
    ['no file is too long', 'domain/a.ts', 'x;\n'.repeat(300)],
    ['no folder or file without a subject', 'domain/utils.ts', ''],
    ['no folder or file without a subject', 'commands/shared.ts', ''],
  ])('%s: %s', (rule, path, code) => {
    expect(RULES[rule]?.(new Map([[path, HEADER + code]]))).not.toEqual([]);
  });

  test('a file without a header, and a cycle through another file', () => {
    expect(
      RULES['every file says what it is for']?.(new Map([['domain/a.ts', 'x;']])),
    ).toHaveLength(1);
    const round = new Map([
      ['domain/a.ts', "import type { B } from './b.ts';"],
      ['domain/b.ts', "import type { A } from './a.ts';"],
    ]);
    expect(RULES['no cycles']?.(round)).toEqual(['domain/a.ts → domain/b.ts → domain/a.ts']);
  });

  test('and not what they allow', () => {
    const innocent = new Map([
      [
        'report/a.ts',
        `${HEADER}// process.exit, console.log, Date.now()
import type { B } from '../domain/b.ts';
import { UserError } from '../errors.ts';
const text = 'process.env and console.log select from any';
const many = Promise.any([]);
const day = new Date(0);
const slash = /["'\`]/g;
`,
      ],
      ['domain/b.ts', `${HEADER}export type B = 1;`],
      ['errors.ts', `${HEADER}export class UserError {}`],
      ['cli.ts', `${HEADER}const load = () => import('./commands/audit.ts');`],
      [
        'commands/audit.ts',
        `${HEADER}import type { C } from '../terminal/c.ts';
import { D } from './with-ledger.ts';
import { E } from '../audit/analyse.ts';`,
      ],
      ['commands/with-ledger.ts', `${HEADER}export const D = 1;`],
      [
        'audit/analyse.ts',
        `${HEADER}import type { B } from '../report/a.ts';\nexport const E = 1;`,
      ],
      ['terminal/c.ts', `${HEADER}export type C = 1;`],
    ]);
    for (const rule of Object.values(RULES)) expect(rule(innocent)).toEqual([]);
  });
});

describe('src/', () => {
  const source = readSource();

  test('is there', () => {
    expect(source.has('main.ts')).toBe(true);
  });

  test.each(Object.keys(RULES))('%s', (rule) => {
    expect(RULES[rule]?.(source)).toEqual([]);
  });
});
