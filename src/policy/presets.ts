/**
 * The routing policies that have a name.
 *
 * Takes a name, gives a fresh policy. Never picks one silently: an unknown name is an error.
 */
import { EXIT, UserError } from '../errors.ts';
import { a2Policy, b2Policy, c2Policy, d1Policy, e3Policy } from './article-presets.ts';
import { conservativePolicy } from './conservative.ts';
import type { RoutingPolicy } from './route.ts';

export const DEFAULT_POLICY = 'conservative';

const POLICIES: ReadonlyMap<string, () => RoutingPolicy> = new Map([
  [DEFAULT_POLICY, conservativePolicy],
  ['a2', a2Policy],
  ['b2', b2Policy],
  ['c2', c2Policy],
  ['d1', d1Policy],
  ['e3', e3Policy],
]);

/** The names of the policies, the default first. */
export const PRESET_NAMES: readonly string[] = [...POLICIES.keys()];

/** Every named policy, the default first. */
export function listPolicies(): RoutingPolicy[] {
  return [...POLICIES.values()].map((create) => create());
}

/** The policy of a name, letter case aside; throws a UserError that lists the known names. */
export function policyNamed(name: string): RoutingPolicy {
  const create = POLICIES.get(name.trim().toLowerCase());
  if (create !== undefined) return create();
  const known = [...POLICIES.keys()].join(', ');
  throw new UserError(EXIT.usage, `unknown routing policy "${name}"`, `choose one of: ${known}`);
}
