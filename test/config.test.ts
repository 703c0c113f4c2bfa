import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  envLayer,
  flagLayer,
  PROJECT_FILE,
  parseLayer,
  readConfigFiles,
  resolveConfig,
} from '../src/config.ts';
import { UserError } from '../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('resolveConfig', () => {
  test('defaults', () => {
    expect(resolveConfig([])).toEqual({
      ledger: { value: 'aicost.db', origin: 'default' },
      prices: { value: null, origin: 'default' },
      price: { value: [], origin: 'default' },
      aliases: { value: [], origin: 'default' },
      policy: { value: null, origin: 'default' },
      rules: { value: null, origin: 'default' },
      classifier: { value: null, origin: 'default' },
      format: { value: null, origin: 'default' },
      quiet: { value: false, origin: 'default' },
      endpoints: { value: undefined, origin: 'default' },
    });
  });

  test('the strongest layer wins, and says where it stands', () => {
    const layers = [
      flagLayer({ ledger: 'flag.db' }),
      envLayer({ AICOST_LEDGER: 'env.db', AICOST_PRICES: 'env', AICOST_POLICY: '', OTHER: 'x' }),
      { origin: '/p/aicost.config.json', values: { prices: 'project', policy: 'project' } },
      { origin: '/u/config.json', values: { policy: 'user', format: 'json', quiet: true } },
    ];
    expect(resolveConfig(layers)).toEqual({
      ledger: { value: 'flag.db', origin: '--ledger' },
      prices: { value: 'env', origin: 'AICOST_PRICES' },
      price: { value: [], origin: 'default' },
      aliases: { value: [], origin: 'default' },
      policy: { value: 'project', origin: '/p/aicost.config.json' },
      rules: { value: null, origin: 'default' },
      classifier: { value: null, origin: 'default' },
      format: { value: 'json', origin: '/u/config.json' },
      quiet: { value: true, origin: '/u/config.json' },
      endpoints: { value: undefined, origin: 'default' },
    });
  });

  test('single prices are replaced as a whole; aliases gather, the strongest last', () => {
    const layers = [
      flagLayer({ price: ['a:input=1,output=2'], alias: ['x=flag'] }),
      envLayer({ AICOST_PRICE: 'b:input=1;c:input=2', AICOST_ALIASES: 'y=env; z=env' }),
      {
        origin: '/u/config.json',
        values: { price: ['d:input=1'], aliases: { x: 'user', w: 'u' } },
      },
    ];
    const { price, aliases } = resolveConfig(layers);
    expect(price).toEqual({ value: ['a:input=1,output=2'], origin: '--price' });
    expect(aliases).toEqual({
      value: ['x=user', 'w=u', 'y=env', 'z=env', 'x=flag'],
      origin: '--alias, AICOST_ALIASES, /u/config.json',
    });
    expect(resolveConfig(layers.slice(1)).price.value).toEqual(['b:input=1', 'c:input=2']);
  });

  test.each([{ price: 7 }, { price: [7] }, { price: '' }, { aliases: 7 }, { aliases: { a: 7 } }])(
    'refuses %j',
    (values) => {
      expect(() => resolveConfig([{ origin: 'f', values }])).toThrow(/^f: (price|aliases)/);
    },
  );

  test('a false in a stronger layer beats a true in a weaker one', () => {
    const layers = [envLayer({ AICOST_QUIET: '0' }), { origin: 'f', values: { quiet: true } }];
    expect(resolveConfig(layers).quiet.value).toBe(false);
  });

  test('an unknown key names the file, the key and the known keys', () => {
    const layers = [{ origin: '/p/aicost.config.json', values: { legder: 'x' } }];
    expect(() => resolveConfig(layers)).toThrow(
      expect.objectContaining({
        code: 2,
        message: "/p/aicost.config.json: no setting is called 'legder'",
        hint: 'settings: ledger, prices, price, aliases, policy, rules, classifier, format, quiet, endpoints',
      }),
    );
  });

  test.each([
    [{ ledger: 5 }, 'f: ledger is 5'],
    [{ ledger: '' }, 'f: ledger is ""'],
    [{ prices: null }, 'f: prices is null'],
    [{ format: 'xml' }, "f: format: no format is called 'xml'"],
    [{ quiet: 'yes' }, 'f: quiet is "yes"'],
  ])('%j is refused', (values, message) => {
    expect(() => resolveConfig([{ origin: 'f', values }])).toThrow(message);
  });

  test('a bad variable is named', () => {
    expect(() => resolveConfig([envLayer({ AICOST_QUIET: 'x' })])).toThrow('AICOST_QUIET is "x"');
  });
});

describe('config files', () => {
  test('absent ones are no layers', () => {
    expect(readConfigFiles({ HOME: join(folder, 'nobody') }, join(folder, 'nowhere'))).toEqual([]);
  });

  test('project before user, XDG_CONFIG_HOME honoured', () => {
    mkdirSync(join(folder, 'xdg/aicost'), { recursive: true });
    writeFileSync(join(folder, PROJECT_FILE), '\ufeff{"ledger": "p.db"}');
    writeFileSync(join(folder, 'xdg/aicost/config.json'), '{"quiet": true}');
    const layers = readConfigFiles({ XDG_CONFIG_HOME: join(folder, 'xdg') }, folder);
    expect(layers).toEqual([
      { origin: join(folder, PROJECT_FILE), values: { ledger: 'p.db' } },
      { origin: join(folder, 'xdg/aicost/config.json'), values: { quiet: true } },
    ]);
  });

  test('one that cannot be read is an error', () => {
    mkdirSync(join(folder, 'odd', PROJECT_FILE), { recursive: true });
    expect(() => readConfigFiles({ HOME: folder }, join(folder, 'odd'))).toThrow(/EISDIR/);
  });

  test.each(['', '{', '[]', '"x"', 'null', '5'])('%j is not a config file', (text) => {
    expect(() => parseLayer(text, '/p/c.json')).toThrow(UserError);
  });
});
