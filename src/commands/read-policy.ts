/**
 * The policy of a command: a preset by name, or a file.
 *
 * Takes the setting, gives what it says. Never takes a file for a name: a path has a slash or ends in
 * .yaml, .yml or .json.
 */
import { readSettingFile, type Setting } from '../config.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { DEFAULT_POLICY, listPolicies, policyNamed } from '../policy/presets.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import type { CacheSettings } from '../policy/section-cache.ts';
import type { CacheOptions } from '../simulate/exact-cache.ts';
import type { Deps } from '../terminal/command.ts';

const IS_PATH = /[/\\]|\.(?:ya?ml|json)$/i;

/** What names a policy, and the text of its file; a preset has none. */
export interface PolicySource {
  readonly name: string;
  readonly text: string | null;
}

/** The policy a setting names. Throws UserError for a file that cannot be read. */
export function readPolicySource({ value, origin }: Setting<string>, cwd: string): PolicySource {
  if (!IS_PATH.test(value)) return { name: policyNamed(value).id, text: null };
  const text = readSettingFile({ value, origin }, cwd, `give a file, or one of: ${policyNames()}`);
  return { name: value, text };
}

/** What audits take of a policy: its routing, and the settings of its cache. */
export interface AuditPolicy {
  readonly routing: RoutingPolicy;
  readonly cache: CacheSettings | null;
}

/** The policy of an audit. Throws UserError. */
export async function readAuditPolicy({
  config,
  cwd,
}: Pick<Deps, 'config' | 'cwd'>): Promise<AuditPolicy> {
  const { value, origin } = config.policy;
  const source = readPolicySource({ value: value ?? DEFAULT_POLICY, origin }, cwd);
  if (source.text === null) return { routing: policyNamed(source.name), cache: null };
  const policy = await readPolicy(source);
  const { routingOf } = await import('../policy/file-routing.ts');
  return { routing: routingOf(policy), cache: policy.cache };
}

/** What a policy says. Throws UserError. */
export async function readPolicy({ name, text }: PolicySource): Promise<PolicyFile> {
  // Loaded only where there is one: every file more makes each start slower.
  const { parsePolicyFile, presetPolicy } = await import('../policy/policy-file.ts');
  return text === null ? presetPolicy(name) : parsePolicyFile(text, name);
}

/** The options of a replayed cache: what the policy does not say has its default. */
export function cacheOptionsOf(cache: CacheSettings | null): Partial<CacheOptions> {
  const { ttlMs = null, capacity = null, maxTemperatureMilli = null, scope = null } = cache ?? {};
  return {
    ...(ttlMs === null ? {} : { ttlMs }),
    ...(capacity === null ? {} : { capacity }),
    ...(maxTemperatureMilli === null ? {} : { maxTemperatureMilli }),
    ...(scope === null ? {} : { scope }),
  };
}

/** The presets' names, for help and hints. */
export function policyNames(): string {
  return listPolicies()
    .map(({ id }) => id)
    .join(', ');
}
