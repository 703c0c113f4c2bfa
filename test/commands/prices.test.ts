import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitForUpdate } from '@pydantic/genai-prices';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as ingest from '../../src/commands/ingest.ts';
import * as prices from '../../src/commands/prices.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

const OWN = 'model,input,output,from,until\nours,1,2,,2026-03-01\nours,3,4,2026-03-01,\n';

type Json = Record<string, unknown>;
const json = async (args: readonly string[]): Promise<Json> =>
  (await world.json(prices, args)) as Json;

describe('prices import', () => {
  test('keeps a table, and --prices finds it by its name', async () => {
    world.file('contract.csv', OWN);
    const [row] = (await world.json(prices, [
      'import',
      'contract.csv',
      '--name',
      'Mine',
    ])) as Json[];
    expect(row).toMatchObject({ table: 'mine', prices: 2, models: 1, aliases: 0, replaced: 'no' });
    expect(readFileSync(String(row?.path), 'utf8')).toBe(OWN);
    const shown = (await world.json(prices, ['show', 'ours', '--prices', 'MINE'])) as Json[];
    expect(shown.map(({ input, from }) => [input, from])).toEqual([
      ['1', null],
      ['3', '2026-03-01'],
    ]);
    const { notes } = await world.run(prices, ['list', 'ours', '--prices', 'mine']);
    expect(notes.join()).toContain('imported: mine');
    const tables = (await world.json(prices, ['list', '--tables'])) as Json[];
    expect(tables.map(({ table, kind }) => `${table} ${kind}`)).toContain('mine imported');
  });

  test('takes the name of the file, and says what it replaces', async () => {
    world.file('contract.csv', OWN);
    await world.run(prices, ['import', 'contract.csv']);
    const [row] = (await world.json(prices, ['import', 'contract.csv'])) as Json[];
    expect(row).toMatchObject({ table: 'contract', replaced: 'yes' });
  });

  // Line 2 of each file is wrong; the file, the line and the value are named.
  test.each([
    ['a missing column', 'model,input\nours,1\n', /bad\.csv line 1 .*'output'/],
    ['a negative price', 'model,input,output\nours,-1,2\n', /bad\.csv line 2.*-1/],
    ['a price that is no decimal', 'model,input,output\nours,one,2\n', /bad\.csv line 2.*one/],
    [
      'two rows for one model and day',
      'model,input,output\nours,1,2\nours,3,4\n',
      /bad\.csv line 3.*ours/,
    ],
    [
      'an unknown unit',
      'model,input_per_byte,input,output\nours,1,1,1\n',
      /bad\.csv line 1.*input_per_byte/,
    ],
    [
      'a currency without a rate',
      'model,input,output,currency\nours,1,2,EUR\n',
      /bad\.csv line 2.*EUR/,
    ],
    ['nothing', '', /bad\.csv/],
    ['no JSON', '{"name": ', /bad\.csv/],
  ])('refuses %s and keeps nothing', async (_, text, message) => {
    world.file('bad.csv', text);
    await expect(world.run(prices, ['import', 'bad.csv'])).rejects.toMatchObject({
      code: 2,
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(world.folder, 'home'))).toBe(false);
  });

  test.each(['catalogue', 'router-2026', '../out', 'x.csv'])(
    'refuses the name %s',
    async (name) => {
      world.file('contract.csv', OWN);
      const run = world.run(prices, ['import', 'contract.csv', '--name', name]);
      await expect(run).rejects.toMatchObject({ code: 2 });
      expect(existsSync(join(world.folder, 'home'))).toBe(false);
    },
  );

  test('a name nobody knows is an error that lists those there are', async () => {
    world.file('contract.csv', OWN);
    await world.run(prices, ['import', 'contract.csv']);
    await expect(world.run(prices, ['list', '--prices', 'contrcat'])).rejects.toMatchObject({
      code: 2,
      message: "--prices: there is no price table named 'contrcat'",
      hint: expect.stringMatching(/catalogue, .*, contract$/),
    });
  });
});

describe('prices export', () => {
  test.each(['--csv', '--json'])('%s comes back the same', async (format) => {
    const args = ['export', '--model', 'claude-sonnet-4-5', '--provider', 'anthropic', format];
    const first = (await world.run(prices, args)).stdout;
    const name = format === '--csv' ? 'out.csv' : 'out.json';
    world.file(name, first);
    const again = await world.run(prices, [
      'export',
      '--model',
      'sonnet-4-5',
      '--prices',
      name,
      '--provider',
      'anthropic',
      format,
    ]);
    const models = (text: string): string[] =>
      text.split('\n').filter((row) => row.includes('claude-sonnet-4-5'));
    expect(models(first).length).toBeGreaterThan(1);
    expect(models(again.stdout)).toEqual(expect.arrayContaining(models(first).slice(0, 1)));
    await world.run(prices, ['import', name, '--name', 'again']);
    const of = async (table: string): Promise<unknown> =>
      ((await world.json(prices, ['show', 'claude-sonnet-4-5', '--prices', table])) as Json[]).map(
        ({ source: _, ...row }) => row,
      );
    expect(await of('again')).toEqual(await of('catalogue'));
  });

  test('has no other format, and nothing for nobody', async () => {
    await expect(world.run(prices, ['export', '--format', 'ndjson'])).rejects.toMatchObject({
      code: 2,
    });
    await expect(world.run(prices, ['export', '--model', 'zzz'])).rejects.toMatchObject({
      code: 1,
    });
  });
});

describe('prices match', () => {
  test('shows every form that was tried', async () => {
    const match = await json(['match', 'openai/gpt-4o-2024-08-06']);
    expect(match).toMatchObject({
      schema: 'aicost.match/1',
      matched: true,
      price_provider: 'openai',
    });
    expect(match.trials).toContainEqual({
      step: 'as logged',
      name: 'openai/gpt-4o-2024-08-06',
      outcome: 'not listed',
    });
    expect((match.prices as Json).age_days).toBe(0);
  });

  test('exits with 1 and names what looks alike', async () => {
    const { code, stdout } = await world.run(prices, ['match', 'gpt-4o-minni', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      matched: false,
      reason: 'unknown_model',
      nearest: expect.arrayContaining(['gpt-4o-mini']),
    });
  });

  test('knows aliases and prices given as flags', async () => {
    const alias = await json(['match', 'Prod-Chat', '--alias', 'prod-chat=gpt-4o-mini']);
    expect(alias).toMatchObject({ how: 'alias', model: 'gpt-4o-mini' });
    const own = await json(['match', 'house-llm', '--price', 'house-llm:input=1,output=2']);
    expect(own).toMatchObject({ matched: true, model: 'house-llm' });
    const csv = await world.run(prices, ['match', 'gpt-4o']);
    expect(csv.stdout).toContain('gpt-4o,,exact,catalogue,openai,gpt-4o,');
  });

  test.each([
    ['--price', 'gpt-4o'],
    ['--price', 'gpt-4o:input=-1'],
    ['--price', 'gpt-4o:input=1,input=2'],
    ['--alias', 'prod-chat'],
    ['--alias', 'a=a'],
  ])('%s %s is refused', async (flag, value) => {
    const run = world.run(prices, ['match', 'gpt-4o', flag, value]);
    await expect(run).rejects.toMatchObject({ code: 2, message: expect.stringContaining(value) });
  });
});

describe('prices diff', () => {
  // 100 × $2.50 + 10 × $10 a million = $0.00035 a call; under `a` 100 × $1 + 10 × $1 = $0.00011.
  const A = 'model,input,output\ngpt-4o,1,1\nhouse,1,1\n';

  async function ledgerOf(...models: readonly string[]): Promise<void> {
    world.file('a.jsonl', models.map((model, n) => line(n, { model })).join(''));
    await world.run(ingest, ['a.jsonl']);
  }

  test('by model and in all; calls that one table alone can price are apart', async () => {
    await ledgerOf('gpt-4o', 'gpt-4o', 'house', 'nobody');
    world.file('a.csv', A);
    const diff = await json(['diff', 'catalogue', 'a.csv']);
    expect(diff).toMatchObject({
      schema: 'aicost.prices-diff/1',
      a: { asked: 'catalogue', table: 'catalogue' },
      b: { asked: 'a.csv', table: 'a' },
      total: {
        calls: 4,
        compared_calls: 2,
        before_usd: '0.0007',
        after_usd: '0.00022',
        difference_usd: '-0.00048',
        only_before_calls: 0,
        only_after_calls: 1,
        only_after_usd: '0.00011',
        unpriced_calls: 1,
      },
    });
    const models = diff.models as Json[];
    expect(models.map(({ model }) => model).sort()).toEqual(['gpt-4o', 'house', 'nobody']);
    expect(models[0]).toMatchObject({ model: 'gpt-4o', difference_usd: '-0.00048' });
  });

  test('a table as it was on a day', async () => {
    await ledgerOf('ours', 'ours');
    world.file('own.csv', OWN);
    // From March on 100 × $3 + 10 × $4 = $0.00034; in February 100 × $1 + 10 × $2 = $0.00012.
    const diff = await json(['diff', 'own.csv@2026-02-28', 'own.csv']);
    expect(diff).toMatchObject({
      a: { version: expect.stringMatching(/@2026-02-28$/) },
      total: { before_usd: '0.00024', after_usd: '0.00068', difference_usd: '0.00044' },
    });
  });

  test('on another ledger', async () => {
    await ledgerOf('gpt-4o');
    await expect(json(['diff', 'catalogue', 'catalogue', '--on', 'gone.db'])).rejects.toThrow(
      /there is no ledger at .*gone\.db/,
    );
    const diff = await json(['diff', 'catalogue', 'catalogue', '--on', 'aicost.db']);
    expect(diff).toMatchObject({ total: { calls: 1, difference_usd: '0' } });
  });

  test('refuses a day that is none', async () => {
    const run = world.run(prices, ['diff', 'catalogue@2026-02-30', 'catalogue']);
    await expect(run).rejects.toMatchObject({ code: 2 });
  });
});

describe('prices compare', () => {
  test('a stated volume', async () => {
    const args = ['compare', '--monthly-tokens', '10M', '--prices', 'flat-2026'];
    const answer = await json([
      ...args,
      '--models',
      'gpt-4.1,deepseek-v3.2',
      '--multiplier',
      '0.015',
    ]);
    expect(answer).toMatchObject({ schema: 'aicost.compare-volume/1', multiplier: '3/200' });
    expect(answer.models).toMatchObject([
      { model: 'gpt-4.1', monthly_usd: '80', gateway_monthly_usd: '1.2', saved_monthly_usd: '0' },
      {
        model: 'deepseek-v3.2',
        monthly_usd: '4.2',
        yearly_usd: '50.4',
        gateway_monthly_usd: '0.063',
        saved_monthly_usd: '75.8',
        saved_yearly_usd: '909.6',
      },
    ]);
  });

  test('several volumes, input and output apart, another baseline', async () => {
    const args = ['--prices', 'tiered-2026-04', '--models', 'claude-opus-4.7,deepseek-v3.2'];
    const several = await json(['compare', '--monthly-tokens', '100k,1M', ...args]);
    // $75 and $1.68 per million output tokens.
    expect((several.models as Json[]).map(({ monthly_usd }) => monthly_usd)).toEqual([
      '7.5',
      '0.168',
      '75',
      '1.68',
    ]);
    const split = await json([
      ...['compare', '--input-tokens', '2M', '--output-tokens', '1M', ...args],
      ...['--baseline', 'deepseek-v3.2'],
    ]);
    // 2 × $25 + $75 = $125; 2 × $0.42 + $1.68 = $2.52.
    expect(split.models).toMatchObject([
      { monthly_usd: '125', saved_monthly_usd: '-122.48' },
      { monthly_usd: '2.52', saved_monthly_usd: '0' },
    ]);
    const share = await json([
      'compare',
      '--monthly-tokens',
      '4M',
      '--output-share',
      '0.25',
      ...args,
    ]);
    expect(share.models).toMatchObject([{ monthly_usd: '150' }, { monthly_usd: '2.94' }]); // 3 × 25 + 75
  });

  test.each([
    [['--monthly-tokens', '10M']],
    [['--monthly-tokens', 'ten', '--models', 'a']],
    [['--monthly-tokens', '0', '--models', 'a']],
    [['--monthly-tokens', '1M', '--models', 'a,,b']],
    [['--monthly-tokens', '1M', '--models', 'a', '--output-share', '2']],
    [['--monthly-tokens', '1M', '--input-tokens', '1M', '--models', 'a']],
    [['--monthly-tokens', '1M', '--models', 'a', '--multiplier', '0']],
    [['--monthly-tokens', '1M', '--models', 'a', '--baseline', 'b']],
    [['--monthly-tokens', '1M', '--models', 'a', 'log.jsonl']],
    [['--multiplier', '0.5']],
  ])('%j is wrong usage', async (args) => {
    await expect(world.run(prices, ['compare', ...args])).rejects.toMatchObject({ code: 2 });
  });

  test("the log's own calls: reads it, and compares exactly these", async () => {
    world.file('other.jsonl', line(9));
    await world.run(ingest, ['other.jsonl']);
    world.file('a.jsonl', line(1, { latency_ms: 120 }) + line(2, { latency_ms: 80 }));
    const answer = await json(['compare', 'a.jsonl', '--models', 'gpt-4o,gpt-4o-mini,nobody']);
    // 2 × $0.00035 in one day; on mini 2 × (100 × $0.15 + 10 × $0.60) a million = 2 × $0.000021.
    expect(answer).toMatchObject({
      schema: 'aicost.compare-traffic/1',
      calls: 2,
      cost_usd: '0.0007',
      yearly_usd: '0.2555',
      period: { days: 1 },
    });
    expect(answer.models).toMatchObject([
      {
        model: 'gpt-4o-mini',
        context_window: 128_000,
        cost_usd: '0.000042',
        saved_yearly_usd: '0.24017',
      },
      { model: 'gpt-4o', cost_usd: '0.0007', saved_yearly_usd: '0' },
      { model: 'nobody', cost_usd: null, unpriced_calls: 2, saved_yearly_usd: null },
    ]);
    expect(answer.use_cases).toMatchObject([
      { calls: 2, primary: 'gpt-4o-mini', backup: 'gpt-4o' },
    ]);
    expect(answer.latencies).toEqual([
      { provider: '', model: 'gpt-4o', calls: 2, p50_ms: 80, p99_ms: 120 },
    ]);
  });

  test("the ledger's own models, without --models", async () => {
    world.file('a.jsonl', line(1) + line(2, { model: 'gpt-4o-mini' }));
    await world.run(ingest, ['a.jsonl']);
    const answer = await json(['compare']);
    expect((answer.models as Json[]).map(({ model }) => model)).toEqual(['gpt-4o-mini', 'gpt-4o']);
  });
});

describe('prices update', () => {
  let server: Server;
  let url = '';
  let body = '';
  beforeEach(async () => {
    server = createServer((_, response) => response.end(body));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`;
    // The world's day is before the bundled catalogue's.
    world.nowMs = Date.UTC(2026, 9, 1);
  });
  afterEach(() => server.close());

  const entry = (id: string, more: object): object => ({
    id,
    match: { equals: id },
    prices: [{ prices: { input_mtok: 7, output_mtok: 9 } }],
    ...more,
  });
  const provider = (...models: readonly object[]): string =>
    JSON.stringify([{ id: 'openai', name: 'OpenAI', api_pattern: 'x', models }]);
  const since = (start_date: string): object => ({
    prices: [
      { prices: { input_mtok: 7, output_mtok: 9 } },
      { constraint: { start_date }, prices: { input_mtok: 1, output_mtok: 1 } },
    ],
  });
  /** A price that changed later than any the bundled catalogue knows of. */
  const LATE = since('2026-09-30');
  /** The bundled catalogue with models in front of those of OpenAI. */
  const bundledWith = async (...models: readonly object[]): Promise<string> => {
    const providers = (await waitForUpdate()) ?? [];
    return JSON.stringify(
      providers.map((one) =>
        one.id === 'openai' ? { ...one, models: [...models, ...one.models] } : one,
      ),
    );
  };
  const stored = (): string => join(world.folder, 'home', 'catalogue');
  const damage = (text: string): void => {
    mkdirSync(stored(), { recursive: true });
    writeFileSync(join(stored(), '2026-09-30.json'), text);
  };

  test('keeps the catalogue, says what changed, and prices with it from then on', async () => {
    body = provider(entry('gpt-4o', LATE), entry('gpt-next', {}));
    const answer = await json(['update', '--url', url, '--force']);
    expect(answer).toMatchObject({ schema: 'aicost.update/1', url, kept: true, added: 1 });
    const changes = answer.changes as Json[];
    expect(changes[0]).toMatchObject({ change: 'added', model: 'gpt-next', input_after: '7' });
    expect(changes.filter(({ change }) => change === 'repriced')).toHaveLength(1);
    expect(changes.filter(({ change }) => change === 'removed').length).toBe(answer.removed);
    const match = await json(['match', 'gpt-next']);
    expect(match).toMatchObject({ matched: true, prices: { as_of: '2026-10-01', age_days: 0 } });
    const tables = (await world.json(prices, ['list', '--tables'])) as Json[];
    expect(tables[0]).toMatchObject({
      table: 'catalogue',
      kind: 'downloaded',
      as_of: '2026-10-01',
    });
  });

  test('keeps nothing with --dry-run', async () => {
    body = await bundledWith(entry('gpt-next', LATE));
    expect(await json(['update', '--url', url, '--dry-run'])).toMatchObject({
      kept: false,
      path: null,
    });
    expect(existsSync(join(world.folder, 'home'))).toBe(false);
  });

  test.each([
    ['<html>', /is not valid JSON/],
    ['[]', /is no list of providers/],
    ['[{"id":"x"}]', /has no 'id' or no 'models'/],
    [
      '[{"id":"openai","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":-1}}]}]',
      /input_mtok is -1/,
    ],
  ])('refuses %s and keeps nothing', async (text, message) => {
    body = text;
    await expect(json(['update', '--url', url, '--force'])).rejects.toThrow(message);
    expect(existsSync(join(world.folder, 'home'))).toBe(false);
  });

  test('refuses an older one, unless it is forced', async () => {
    body = provider(entry('gpt-next', {}));
    await expect(json(['update', '--url', url])).rejects.toMatchObject({
      code: 1,
      message: expect.stringMatching(/older than the one in use/),
    });
    expect(await json(['update', '--url', url, '--force'])).toMatchObject({ kept: true });
  });

  test('refuses to go back in time', async () => {
    world.nowMs = Date.UTC(2026, 3, 1);
    body = provider(entry('gpt-next', LATE));
    await expect(json(['update', '--url', url])).rejects.toThrow(/today is 2026-04-01 here/);
  });

  test('refuses one that lacks most models, unless it is forced', async () => {
    body = provider(entry('gpt-next', LATE));
    await expect(json(['update', '--url', url])).rejects.toMatchObject({
      code: 1,
      message: expect.stringMatching(/lacks 1,\d+ models of the 1,\d+ models in use/),
    });
    expect(existsSync(stored())).toBe(false);
    expect(await json(['update', '--url', url, '--force'])).toMatchObject({ kept: true });
    // A small one in use keeps no full one out.
    body = await bundledWith(entry('gpt-next', LATE));
    expect(await json(['update', '--url', url])).toMatchObject({ kept: true, removed: 0 });
  });

  test('a price of years ahead is refused, and once forced it keeps no right one out', async () => {
    body = await bundledWith(entry('gpt-next', LATE), entry('gpt-far', since('2028-10-01')));
    await expect(json(['update', '--url', url])).rejects.toThrow(/begins on 2028-10-01/);
    expect(await json(['update', '--url', url, '--force'])).toMatchObject({ kept: true });
    body = await bundledWith(entry('gpt-next', LATE), entry('gpt-far', since('2028-09-30')));
    expect(await json(['update', '--url', url])).toMatchObject({ kept: true, repriced: 1 });
  });

  test.each([
    ['a regex', { match: { regex: '(' } }],
    ['a day', since('2026-99-99')],
    ['a price', { prices: { input_mtok: 1e-300 } }],
  ])('%s that cannot be used is not forced either', async (_, more) => {
    body = await bundledWith(entry('gpt-next', LATE), entry('gpt-bad', more));
    await expect(json(['update', '--url', url, '--force'])).rejects.toMatchObject({
      code: 2,
      message: expect.stringContaining('(gpt-bad)'),
    });
    expect(existsSync(stored())).toBe(false);
  });

  test('replaces a damaged one; until then the bundled one is used, and a note says so', async () => {
    damage('garbage');
    const shown = await world.run(prices, ['show', 'gpt-4o', '--json']);
    expect(JSON.parse(shown.stdout)[0]).toMatchObject({ input: '2.5' });
    const note =
      /^the bundled catalogue is used: .*2026-09-30\.json is not valid JSON.*prices update$/;
    expect(shown.notes.filter((line) => note.test(line))).toHaveLength(1);
    expect((await world.run(prices, ['list', '--tables'])).stdout).toContain('catalogue,built in');
    expect(
      (await world.run(prices, ['compare', '--models', 'gpt-4o,gpt-4.1', '--monthly-tokens', '1M']))
        .code,
    ).toBe(0);
    body = await bundledWith(entry('gpt-next', LATE));
    expect(await json(['update', '--url', url])).toMatchObject({ kept: true, added: 1 });
    expect(readdirSync(stored())).toEqual(['2026-10-01.json']);
  });

  test('shows no password of a URL', async () => {
    const run = world.run(prices, ['update', '--url', url.replace('//', '//user:hunter2@')]);
    await expect(run).rejects.toMatchObject({
      code: 2,
      message: expect.stringMatching(/^'http:\/\/\*\*\*@127/),
    });
  });
});

test('prices list --tables lists the others where one cannot be read, and names it', async () => {
  world.file('contract.csv', OWN);
  await world.run(prices, ['import', 'contract.csv', '--name', 'good']);
  const folder = join(world.folder, 'home', 'prices');
  writeFileSync(join(folder, 'bad.prices'), 'model,input,output\nm,1');
  mkdirSync(join(folder, 'odd.prices'));
  const { code, stdout, notes } = await world.run(prices, ['list', '--tables']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^good,imported,/m);
  expect(stdout).not.toMatch(/^(bad|odd),/m);
  expect(notes.join('\n')).toContain(
    `${join(folder, 'bad.prices')}: bad line 2 has 2 cells and the header 3`,
  );
  expect(notes.join('\n')).toContain(`cannot read ${join(folder, 'odd.prices')} (EISDIR)`);
});

test('a time outside the range of times is told apart from no time', async () => {
  await expect(world.run(prices, ['diff', 'catalogue@9999-01-01', 'catalogue'])).rejects.toThrow(
    "'9999-01-01' after @ is no day and no time from 2000 to 2099",
  );
});
