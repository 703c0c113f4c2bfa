/** Flags, config and environment → endpoints, and the key of each. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { type EndpointSources, plansFor, resolveEndpoints } from '../../src/providers/endpoints.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'aicost-keys-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function resolve(more: Partial<EndpointSources>) {
  return resolveEndpoints({
    baseUrl: null,
    keyFile: null,
    wire: null,
    settings: undefined,
    settingsOrigin: 'aicost.config.json: endpoints',
    env: {},
    cwd: FOLDER,
    ...more,
  });
}

function seen(more: Partial<EndpointSources>) {
  const { plans, keys } = resolve(more);
  return plans.map(({ endpoint: { id, wire, baseUrl, provider } }) =>
    [id, wire, baseUrl, provider, keys.keyOf(id)].join(' '),
  );
}

/** The message and the hint of what is thrown. */
function refused(more: Partial<EndpointSources>): string {
  try {
    resolve(more);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} | ${error.hint}`;
  }
  throw new Error('it was taken');
}

function keyFile(text: string, mode = 0o600): string {
  const path = join(FOLDER, `key-${Math.floor(performance.now() * 1e6)}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('the environment', () => {
  test("OpenAI's", () => {
    expect(seen({ env: { OPENAI_API_KEY: 'k1' } })).toEqual([
      'api.openai.com openai_chat https://api.openai.com/v1 openai k1',
    ]);
    const env = { OPENAI_API_KEY: 'k1', OPENAI_BASE_URL: 'https://llm.corp.test/v1/' };
    expect(seen({ env, wire: 'responses' })).toEqual([
      'llm.corp.test openai_responses https://llm.corp.test/v1  k1',
    ]);
  });

  test("Anthropic's, and both", () => {
    expect(seen({ env: { ANTHROPIC_API_KEY: 'k2' } })).toEqual([
      'api.anthropic.com anthropic_messages https://api.anthropic.com anthropic k2',
    ]);
    const both = resolve({ env: { OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k2' } });
    const served = (model: string) =>
      plansFor(model, both.plans).map(({ endpoint }) => endpoint.provider);
    expect(served('claude-haiku-4-5')).toEqual(['anthropic']);
    expect(served('gpt-4o')).toEqual(['openai']);
  });

  test("a key of nobody's own goes to one endpoint only", () => {
    const env = { AICOST_API_KEY: 'own', OPENAI_API_KEY: 'k1' };
    expect(seen({ env })).toEqual([
      'api.openai.com openai_chat https://api.openai.com/v1 openai own',
    ]);
    const all = resolve({ env: { ...env, ANTHROPIC_API_KEY: 'k2' } });
    expect(all.plans.map(({ endpoint }) => all.keys.keyOf(endpoint.id))).toEqual(['k1', 'k2']);
  });

  test('nothing, and no key', () => {
    expect(refused({})).toMatch(/no endpoint.*set OPENAI_API_KEY/);
    expect(refused({ baseUrl: 'https://api.openai.com/v1' })).toMatch(/no key for openai/);
  });
});

describe('--base-url', () => {
  const url = 'https://gateway.test/v1';

  test("gets its own key, and nobody else's", () => {
    const others = { OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k2' };
    expect(resolve({ baseUrl: url, env: others }).keys.keyOf('gateway.test')).toBeNull();
    expect(resolve({ baseUrl: url, env: others }).notes).toEqual([
      'gateway.test: no key is sent; if it needs one, set AICOST_API_KEY',
    ]);
    const env = { ...others, AICOST_API_KEY: 'own' };
    expect(seen({ baseUrl: url, env })).toEqual([`gateway.test openai_chat ${url}  own`]);
    expect(seen({ env: { ...env, AICOST_BASE_URL: url } })[0]).toContain('gateway.test');
  });

  test('on this machine gets what test servers ask for', () => {
    const env = { OPENAI_API_KEY: 'k1' };
    const baseUrl = 'http://127.0.0.1:4000/v1';
    expect(seen({ baseUrl, env })).toEqual([`127.0.0.1:4000 openai_chat ${baseUrl}  k1`]);
    expect(resolve({ baseUrl, env }).notes).toEqual([]);
  });

  test('of a known host gets that provider and its key', () => {
    const env = { GROQ_API_KEY: 'g', OPENAI_API_KEY: 'k1' };
    const baseUrl = 'https://api.groq.com/openai/v1';
    expect(seen({ baseUrl, env })).toEqual([`api.groq.com openai_chat ${baseUrl} groq g`]);
  });

  test.each<[string, RegExp]>([
    ['https://user:pw-secret@gateway.test/v1', /gateway\.test\/v1\) holds a user or a password/],
    ['https://gateway.test/v1?key=pw-secret', /after '\?'.*AICOST_API_KEY/],
    ['https://gateway.test/v1#pw-secret', /after '\?' or '#'/],
    ['gateway.test/pw-secret', /--base-url is no web address/],
    ['ftp://pw-secret', /--base-url is no web address/],
    ['https://gateway.test/v1/chat/completions', /leave '\/chat\/completions' off/],
  ])('%s is refused, without what may be a key', (baseUrl, message) => {
    expect(refused({ baseUrl })).toMatch(message);
    expect(refused({ baseUrl })).not.toContain('pw-secret');
  });

  test('with an unknown kind', () => {
    expect(refused({ baseUrl: url, wire: 'soap' })).toMatch(
      /--endpoint is 'soap'.*chat, responses/,
    );
  });

  test('over http tells who can read the key', () => {
    const { notes } = resolve({ baseUrl: 'http://10.0.0.7/v1', env: { AICOST_API_KEY: 'own' } });
    expect(notes).toEqual([
      '10.0.0.7: the key goes over http, where others can read it: use https',
    ]);
  });
});

describe('--key-file', () => {
  const baseUrl = 'https://gateway.test/v1';

  test('holds the key, and wins over variables', () => {
    const path = keyFile('\uFEFFfrom-file\r\n\n');
    const { keys, notes } = resolve({ baseUrl, keyFile: path, env: { AICOST_API_KEY: 'own' } });
    expect(keys.keyOf('gateway.test')).toBe('from-file');
    expect(notes).toEqual([]);
  });

  test('that others can read is told', () => {
    const path = keyFile('from-file', 0o644);
    expect(resolve({ baseUrl, keyFile: path }).notes).toEqual([
      `others can read ${path}: chmod 600 ${path}`,
    ]);
  });

  test.each<[string, RegExp]>([
    ['', /is empty/],
    ['one\ntwo-secret', /holds 2 lines/],
    ['OPENAI_API_KEY=two-secret', /holds NAME=KEY/],
    ['two secret', /holds spaces/],
    ['x'.repeat(70_000), /larger than 64 KiB/],
  ])('%#', (text, message) => {
    const path = keyFile(text);
    expect(refused({ baseUrl, keyFile: path })).toMatch(message);
    expect(refused({ baseUrl, keyFile: path })).not.toContain('secret');
  });

  test('that is not there', () => {
    expect(refused({ baseUrl, keyFile: 'gone' })).toMatch(/cannot read the key in gone \(ENOENT\)/);
  });
});

describe('the config', () => {
  test('has several endpoints, with keys and limits of their own', () => {
    const base_url = 'https://api.openai.com/v1';
    const settings = [
      { base_url, key_env: 'KEY_A', rpm: 60, tpm: 1000 },
      { base_url, key_env: 'KEY_B', models: ['gpt-4o', 'o3*'], input_tpm: 5, concurrency: 2 },
      {
        id: 'eu',
        base_url: 'https://eu.test',
        wire: 'messages',
        provider: 'anthropic',
        key_file: keyFile('k'),
      },
    ];
    const env = { KEY_A: 'a', KEY_B: 'b', AICOST_API_KEY: 'own', OPENAI_API_KEY: 'other' };
    expect(seen({ settings, env })).toEqual([
      'api.openai.com openai_chat https://api.openai.com/v1 openai a',
      'api.openai.com#2 openai_chat https://api.openai.com/v1 openai b',
      'eu anthropic_messages https://eu.test anthropic k',
    ]);
    const { plans } = resolve({ settings, env });
    expect(plans[0]?.limits).toMatchObject({ requestsPerMinute: 60, tokensPerMinute: 1000 });
    expect(plans[1]?.limits).toMatchObject({ inputTokensPerMinute: 5, concurrency: 2 });
    const served = (model: string) => plansFor(model, plans).map(({ endpoint }) => endpoint.id);
    expect(served('o3-mini')).toEqual(['api.openai.com#2']);
    expect(served('x')).toEqual(['api.openai.com', 'eu']);
  });

  test('has further headers for gateways; their secrets are in variables, and are never shown', () => {
    const headers = { 'X-Portkey-Provider': 'openai', 'x-portkey-api-key': '$PORTKEY' };
    const settings = [{ id: 'gate', base_url: 'https://gate.test', headers }];
    const { keys } = resolve({ settings, env: { PORTKEY: 'pk-private' } });
    expect(keys.headersOf('gate')).toEqual([
      ...['x-portkey-provider', 'openai', 'x-portkey-api-key', 'pk-private'],
    ]);
    expect(keys.headersOf('other')).toEqual([]);
    expect(keys.redact('openai refused pk-private')).toBe('openai refused [hidden]');
    expect(refused({ settings })).toMatch(/headers\.x-portkey-api-key: PORTKEY is not set/);
  });

  test.each<[unknown, RegExp]>([
    [[], /headers is no object/],
    [{ 'x-api-key': '$K' }, /x-api-key is set by aicost/],
    [{ Authorization: '$K' }, /Authorization is set by aicost/],
    [{ 'content-length': '1' }, /is set by aicost/],
    [{ 'my header': 'x' }, /is no name/],
    [{ 'x-a': 'line\r\nbreak' }, /no header takes/],
    [{ 'x-a': 1 }, /x-a is no text/],
    [{ 'helicone-auth': 'Bearer secret' }, /key does not belong into a config file/],
  ])('headers %j are refused', (headers, message) => {
    const settings = [{ base_url: 'https://a.test', headers }];
    expect(refused({ settings })).toMatch(message);
    expect(refused({ settings })).not.toContain('secret');
  });

  test('sends the key of this run nowhere', () => {
    const settings = [{ base_url: 'https://elsewhere.test/v1' }];
    const env = { AICOST_API_KEY: 'own', OPENAI_API_KEY: 'k1' };
    expect(resolve({ settings, env }).keys.keyOf('elsewhere.test')).toBeNull();
  });

  test.each<[unknown, RegExp]>([
    [{}, /endpoints is no list/],
    [[1], /endpoints\[0\] is no object/],
    [[{}], /endpoints\[0\] has no base_url/],
    [[{ base_url: 'https://a.test', api_key: 'sk-secret' }], /key does not belong.*key_env/],
    [[{ base_url: 'https://a.test', rmp: 1 }], /knows no 'rmp'/],
    [[{ base_url: 'https://a.test', rpm: 0 }], /\.rpm is 0/],
    [[{ base_url: 'https://a.test', rpm: '60' }], /\.rpm is "60"/],
    [[{ base_url: 'https://a.test', wire: 'x' }], /\.wire is 'x'/],
    [[{ base_url: 'https://a.test', models: [1] }], /\.models is no text/],
    [[{ base_url: 'https://a.test', key_env: 'NONE' }], /NONE is not set/],
    [
      [
        { id: 'a', base_url: 'https://a.test' },
        { id: 'a', base_url: 'https://b.test' },
      ],
      /two endpoints have the id 'a'/,
    ],
  ])('%j is refused', (settings, message) => {
    expect(refused({ settings })).toMatch(message);
    expect(refused({ settings })).not.toContain('secret');
  });
});

test('a ring of keys shows none', () => {
  const { keys } = resolve({ env: { OPENAI_API_KEY: 'my-private-key' } });
  for (const text of [
    inspect(keys, { depth: 9, showHidden: true }),
    JSON.stringify(keys),
    `${keys}`,
  ]) {
    expect(text).not.toContain('my-private-key');
  }
  expect(keys.redact('it was my-private-key!')).toBe('it was [hidden]!');
});
