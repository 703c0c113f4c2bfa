/**
 * The registry of levers: a policy's sections → the plans a simulation replays.
 *
 * Takes a policy, gives its levers in their order. A new lever is one line in PLANS. Never leaves out
 * silently what the policy asks for: levers without a plan are named.
 */
import { EXIT, UserError } from '../errors.ts';
import { refOf, routingOf } from '../policy/file-routing.ts';
import { LEVER_IDS, LEVER_SECTIONS, type LeverId } from '../policy/levers.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { QualityTable } from '../policy/quality.ts';
import type { ModelRef } from '../policy/route.ts';
import { NO_FACTS } from '../policy/section-models.ts';
import { cascadeChains } from './cascade-chains.ts';
import { ExactCache } from './exact-cache.ts';
import type { LeverPlan } from './lever.ts';
import { batchTierPlan } from './lever-batch-tier.ts';
import { cascadePlan } from './lever-cascade.ts';
import { compressionPlan } from './lever-compression.ts';
import { gatewayPlan } from './lever-gateway.ts';
import { outputCapsPlan } from './lever-output-caps.ts';
import { promptCachePlan } from './lever-prompt-cache.ts';
import { retriesPlan } from './lever-retries.ts';
import { type MakeRouting, routingPlan } from './lever-routing.ts';
import { trimmingPlan } from './lever-trimming.ts';
import { Routing, type RoutingLimits } from './routing.ts';

/** What plans are made of. */
export interface PlanWorld {
  readonly policy: PolicyFile;
  readonly pricer: Pricer;
  readonly quality: QualityTable;
  /** The mean loss of quality that routing may come to; null: any. */
  readonly maxLoss: number | null;
  /** What is known of models besides the policy: context windows, tokens. */
  readonly limits: RoutingLimits;
}

type MakePlan = (world: PlanWorld) => LeverPlan;

const PLANS: { readonly [Id in LeverId]?: MakePlan } = {
  retries({ policy }) {
    const { maxRetries = null, ...rest } = policy.retries ?? {};
    return retriesPlan({
      ...said(rest),
      ...(maxRetries === null ? {} : { maxAttempts: maxRetries + 1 }),
    });
  },
  exact_cache({ policy }) {
    const options = said(policy.cache ?? {});
    return { id: 'exact_cache', create: () => new ExactCache(options) };
  },
  routing(world) {
    const { quality, maxLoss } = world;
    return routingPlan(routingMaker(world), maxLoss === null ? null : { quality, maxLoss });
  },
  cascade: ({ policy, pricer, quality }) =>
    cascadePlan(pricer, { chains: cascadeChains(policy, quality) }),
  prompt_cache: ({ policy, pricer }) => promptCachePlan(pricer, said(policy.prompt_cache ?? {})),
  compression({ policy, pricer }) {
    const { model = null, ...rest } = policy.compression ?? {};
    const compressor = model === null ? {} : { compressor: modelOf(policy, model) };
    return compressionPlan(pricer, { ...said(rest), ...compressor });
  },
  trimming: ({ policy, pricer }) => trimmingPlan(pricer, said(policy.trimming ?? {})),
  output_caps: ({ policy, pricer }) => outputCapsPlan(pricer, { caps: policy.output_caps }),
  gateway: ({ policy }) => gatewayPlan({ rates: policy.gateway ?? [] }),
  batch_tier: ({ policy, pricer }) => batchTierPlan(pricer, said(policy.batch_tier ?? {})),
};

/** The levers of a policy. */
export interface PlannedLevers {
  readonly plans: readonly LeverPlan[];
  /** Levers the policy has settings for that cannot be simulated. */
  readonly missing: readonly LeverId[];
}

/** Levers that have no defaults: what they do is the user's to say. */
const NEED_A_SECTION: ReadonlySet<LeverId> = new Set(['routing', 'cascade', 'gateway']);

/**
 * The levers in the order of the file; without one, all it has settings for, in the usual order. Throws
 * UserError for a lever that is named without the settings it needs.
 */
export function plansOf(world: PlanWorld): PlannedLevers {
  const { policy } = world;
  const ids = policy.levers ?? LEVER_IDS.filter((id) => policy[LEVER_SECTIONS[id]] !== null);
  const bare = ids.find((id) => NEED_A_SECTION.has(id) && policy[LEVER_SECTIONS[id]] === null);
  if (bare !== undefined) {
    const message = `policy ${policy.name}: the lever ${bare} has no section`;
    throw new UserError(EXIT.usage, message, `add ${LEVER_SECTIONS[bare]}: (docs/policies.md)`);
  }
  return {
    plans: ids.flatMap((id) => PLANS[id]?.(world) ?? []),
    missing: ids.filter((id) => PLANS[id] === undefined),
  };
}

/** The routing of a policy, to be made with or without some of its moves. */
export function routingMaker({ policy, pricer, limits }: PlanWorld): MakeRouting {
  const routing = routingOf(policy);
  return (mayMove) => new Routing(routing, pricer, mayMove, limits);
}

function modelOf({ models }: PolicyFile, model: string): ModelRef {
  return refOf(model, models?.get(model) ?? NO_FACTS);
}

type Said<Settings> = { [Key in keyof Settings]?: Exclude<Settings[Key], null> };

/** Settings without those that are not said: the lever's defaults hold for them. */
function said<Settings extends object>(settings: Settings): Said<Settings> {
  const entries = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Said<Settings>;
}
