/**
 * Where prompts go: endpoints from flags, the config or the environment, each with its key.
 *
 * Takes what was given, gives plans and a ring of keys. Throws UserError for what cannot be. Never
 * sends a key to a host it was not meant for: a variable such as OPENAI_API_KEY goes to that
 * provider's host, to its own base URL and to this machine, nowhere else.
 */
import { EXIT, UserError } from '../errors.ts';
import { parseBaseUrl } from './base-url.ts';
import {
  type EndpointLimits,
  type EndpointSetting,
  parseEndpointSettings,
  parseWire,
} from './endpoint-settings.ts';
import { isLoopback, knownHost } from './hosts.ts';
import { type Env, type ExtraHeader, KeyRing, readKeyFile, readKeyVariable } from './keys.ts';
import type { Endpoint, Wire } from './provider.ts';

/** What flags, config and environment say. */
export interface EndpointSources {
  /** `--base-url`. */
  readonly baseUrl: string | null;
  /** `--key-file`. */
  readonly keyFile: string | null;
  /** `--endpoint`: chat, responses, embeddings or messages. */
  readonly wire: string | null;
  /** `endpoints` of the config, not yet checked. */
  readonly settings: unknown;
  readonly settingsOrigin: string;
  readonly env: Env;
  readonly cwd: string;
}

/** An endpoint, what it serves and what it allows. */
export interface EndpointPlan {
  readonly endpoint: Endpoint;
  /** Names of models, or beginnings of names with `*`; none: whatever no other one names. */
  readonly models: readonly string[];
  readonly limits: EndpointLimits;
}

/** All endpoints of a run. */
export interface Endpoints {
  readonly plans: readonly EndpointPlan[];
  readonly keys: KeyRing;
  /** What the user should be told. */
  readonly notes: readonly string[];
}

/**
 * Settles the endpoints: `--base-url`, else AICOST_BASE_URL, else the config, else the
 * environment. Throws UserError for what cannot be, and where a key is missing.
 */
export function resolveEndpoints(sources: EndpointSources): Endpoints {
  const found = settingsIn(sources);
  if (found.length === 0) {
    const hint = 'set OPENAI_API_KEY or ANTHROPIC_API_KEY, or give --base-url';
    throw new UserError(EXIT.usage, 'no endpoint to send prompts to', hint);
  }
  const notes: string[] = [];
  const keys = new Map<string, string>();
  const headers = new Map<string, readonly ExtraHeader[]>();
  const plans = found.map((setting, index) => {
    const plan = planOf(setting, sources, idOf(setting, found, index));
    const key = keyOf(setting, plan.endpoint, sources, notes);
    if (key !== null) keys.set(plan.endpoint.id, key);
    headers.set(plan.endpoint.id, headersOf(setting, sources.env));
    return plan;
  });
  refuseDoubles(plans);
  return { plans, keys: new KeyRing(keys, headers), notes: [...new Set(notes)] };
}

/** The endpoints for a model: those that name it, else those that take any. */
export function plansFor(model: string, plans: readonly EndpointPlan[]): EndpointPlan[] {
  const naming = plans.filter(({ models }) => models.some((name) => isNamed(model, name)));
  return naming.length > 0 ? naming : plans.filter(({ models }) => models.length === 0);
}

function isNamed(model: string, name: string): boolean {
  return name.endsWith('*') ? model.startsWith(name.slice(0, -1)) : model === name;
}

const NO_LIMITS_SET: EndpointLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  concurrency: null,
};

function settingOf(baseUrl: string, origin: string): EndpointSetting {
  return {
    origin,
    isOwn: true,
    id: null,
    baseUrl,
    wire: null,
    provider: null,
    keyVariable: null,
    keyFile: null,
    headers: [],
    models: [],
    limits: NO_LIMITS_SET,
  };
}

function settingsIn(sources: EndpointSources): EndpointSetting[] {
  const { env } = sources;
  if (sources.baseUrl !== null) return [settingOf(sources.baseUrl, '--base-url')];
  if (env.AICOST_BASE_URL) return [settingOf(env.AICOST_BASE_URL, 'AICOST_BASE_URL')];
  const settings = parseEndpointSettings(sources.settings, sources.settingsOrigin);
  return settings.length > 0 ? settings : environmentSettings(sources);
}

/** OpenAI's and Anthropic's own variables; each alone, or both together. */
function environmentSettings({ env, keyFile }: EndpointSources): EndpointSetting[] {
  const settings: EndpointSetting[] = [];
  const hasAnthropic = Boolean(env.ANTHROPIC_API_KEY || env.ANTHROPIC_BASE_URL);
  const hasOpenAi = Boolean(env.OPENAI_API_KEY || env.OPENAI_BASE_URL);
  if (hasOpenAi || (!hasAnthropic && (env.AICOST_API_KEY || keyFile !== null))) {
    const url = env.OPENAI_BASE_URL || 'https://api.openai.com/v1';
    settings.push({ ...settingOf(url, 'OPENAI_BASE_URL'), keyVariable: 'OPENAI_API_KEY' });
  }
  if (hasAnthropic) {
    const url = env.ANTHROPIC_BASE_URL || 'https://api.anthropic.com';
    const models = hasOpenAi ? ['claude*'] : [];
    const common = { ...settingOf(url, 'ANTHROPIC_BASE_URL'), keyVariable: 'ANTHROPIC_API_KEY' };
    settings.push({ ...common, wire: 'anthropic_messages', models });
  }
  // A key of no provider's own is for one endpoint, not for each.
  return settings.map((setting) => ({ ...setting, isOwn: settings.length === 1 }));
}

function planOf(setting: EndpointSetting, sources: EndpointSources, id: string): EndpointPlan {
  const baseUrl = parseBaseUrl(setting.baseUrl, setting.origin);
  const { provider } = knownHost(new URL(baseUrl).hostname);
  const wire = wireOf(setting, sources, provider);
  return {
    endpoint: { id, wire, baseUrl, provider: setting.provider ?? provider },
    models: setting.models,
    limits: setting.limits,
  };
}

function wireOf(setting: EndpointSetting, { wire }: EndpointSources, provider: string): Wire {
  if (setting.wire !== null) return setting.wire;
  if (wire !== null) return parseWire(wire, '--endpoint');
  return provider === 'anthropic' ? 'anthropic_messages' : 'openai_chat';
}

/** The host, numbered where several endpoints share it. */
function idOf(setting: EndpointSetting, all: readonly EndpointSetting[], index: number): string {
  if (setting.id !== null) return setting.id;
  const host = new URL(parseBaseUrl(setting.baseUrl, setting.origin)).host;
  const isSame = ({ id, baseUrl }: EndpointSetting) =>
    id === null && URL.canParse(baseUrl) && new URL(baseUrl).host === host;
  const before = all.slice(0, index).filter(isSame).length;
  return before === 0 ? host : `${host}#${before + 1}`;
}

function refuseDoubles(plans: readonly EndpointPlan[]): void {
  const ids = plans.map(({ endpoint }) => endpoint.id);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double === undefined) return;
  const message = `two endpoints have the id '${double}'`;
  throw new UserError(EXIT.usage, message, 'give each endpoint an id of its own');
}

function keyOf(
  setting: EndpointSetting,
  { baseUrl, provider, id }: Endpoint,
  sources: EndpointSources,
  notes: string[],
): string | null {
  const { hostname, protocol } = new URL(baseUrl);
  const key = keyGiven(setting, sources, notes) ?? keyOfHost(hostname, setting, sources);
  const { keyVariable } = knownHost(hostname);
  if (key === null && keyVariable !== '') {
    const hint = `set ${keyVariable}${setting.isOwn ? ' or AICOST_API_KEY' : ', key_env or key_file'}`;
    throw new UserError(EXIT.usage, `no key for ${provider} (${hostname})`, hint);
  }
  if (isLoopback(hostname)) return key;
  if (key === null) notes.push(`${id}: no key is sent; if it needs one, set AICOST_API_KEY`);
  else if (protocol === 'http:') {
    notes.push(`${id}: the key goes over http, where others can read it: use https`);
  }
  return key;
}

/** A key that was meant for this endpoint. */
function keyGiven(
  setting: EndpointSetting,
  { env, cwd, keyFile }: EndpointSources,
  notes: string[],
): string | null {
  const { isOwn, keyVariable } = setting;
  const path = setting.keyFile ?? (isOwn ? keyFile : null);
  if (path !== null) {
    const { key, note } = readKeyFile(path, cwd);
    if (note !== '') notes.push(note);
    return key;
  }
  const own = isOwn ? readKeyVariable('AICOST_API_KEY', env) : null;
  if (own !== null || keyVariable === null) return own;
  const key = readKeyVariable(keyVariable, env);
  if (key !== null || isOwn || setting.origin.endsWith('_BASE_URL')) return key;
  const message = `${setting.origin}: ${keyVariable} is not set`;
  throw new UserError(EXIT.usage, message, 'set it, or name another variable as key_env');
}

/** The headers of a setting; a value that begins with `$` is in that variable. */
function headersOf({ headers, origin }: EndpointSetting, env: Env): ExtraHeader[] {
  return headers.map(([name, written]) => {
    if (!written.startsWith('$')) return { name, value: written, isSecret: false };
    const variable = written.slice(1);
    const value = readKeyVariable(variable, env);
    if (value !== null) return { name, value, isSecret: true };
    const message = `${origin}.headers.${name}: ${variable} is not set`;
    throw new UserError(EXIT.usage, message, 'set it, or leave the header out');
  });
}

/** The usual variable of a known host; on this machine OpenAI's, which test servers ask for. */
function keyOfHost(
  hostname: string,
  { isOwn, wire }: EndpointSetting,
  { env }: EndpointSources,
): string | null {
  const { keyVariable } = knownHost(hostname);
  if (keyVariable !== '') return readKeyVariable(keyVariable, env);
  if (!isOwn || !isLoopback(hostname)) return null;
  const usual = wire === 'anthropic_messages' ? 'ANTHROPIC_API_KEY' : 'OPENAI_API_KEY';
  return readKeyVariable(usual, env);
}
