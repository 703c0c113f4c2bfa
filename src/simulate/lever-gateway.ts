/**
 * Lever `gateway`: the same calls bought through a gateway that sells them cheaper, or dearer.
 *
 * Takes ratios by provider and model, gives each cost times its ratio, rounded once, half to even.
 * A markup is a negative saving. Never a discount that nobody has stated.
 */
import type { Target } from '../domain/call.ts';
import { divideHalfEven, parseDecimal } from '../domain/money.ts';
import { modelName } from '../policy/model-family.ts';
import type { Certainty } from '../policy/route.ts';
import type { GatewayRate } from '../policy/section-gateway.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';

export interface GatewayOptions {
  /** The first that fits is a call's; without one it stays with its provider. */
  readonly rates: readonly GatewayRate[];
}

/** No gateway: a discount is somebody's offer, not a guess. */
export const GATEWAY_DEFAULTS: GatewayOptions = { rates: [] };

const ID = 'gateway';
const DIGITS = 12;
const ONE = 10n ** BigInt(DIGITS);

/** The lever as a plan. Throws RangeError for a ratio that is no decimal above 0. */
export function gatewayPlan(options: GatewayOptions = GATEWAY_DEFAULTS): LeverPlan {
  const rates = options.rates.map(parseRate);
  return { id: ID, create: () => new Gateway(rates) };
}

interface ParsedRate extends GatewayRate {
  readonly family: string | null;
  /** In units of 10^-12. */
  readonly scaled: bigint;
}

function parseRate(rate: GatewayRate): ParsedRate {
  const scaled = parseDecimal(rate.ratio, DIGITS);
  if (scaled === null || scaled <= 0n) throw new RangeError(`gateway ratio: ${rate.ratio}`);
  const family = rate.model === null ? null : modelName(rate.model).family;
  return { ...rate, family, scaled };
}

class Gateway implements Lever {
  readonly id = ID;
  readonly #rates: readonly ParsedRate[];
  readonly #byTarget = new Map<Target, ParsedRate | null>();

  constructor(rates: readonly ParsedRate[]) {
    this.#rates = rates;
  }

  apply(state: CallState): Certainty | null {
    const { costPico, target, served } = state;
    if (served || costPico === null || costPico === 0) return null;
    const rate = this.#rateOf(target);
    if (rate === null) return null;
    if (target.tier === 'batch' || target.tier === 'provisioned') {
      state.skipped = `a gateway does not resell the tier ${target.tier}`;
      return null;
    }
    state.costPico = Number(divideHalfEven(BigInt(costPico) * rate.scaled, ONE));
    return state.costPico === costPico ? null : 'likely';
  }

  #rateOf(target: Target): ParsedRate | null {
    let rate = this.#byTarget.get(target);
    if (rate === undefined) {
      const { family } = modelName(target.model);
      const fits = (one: ParsedRate) =>
        (one.provider === null || one.provider === target.provider) &&
        (one.family === null || one.family === family);
      rate = this.#rates.find(fits) ?? null;
      this.#byTarget.set(target, rate);
    }
    return rate;
  }

  words(): LeverWords {
    const list = this.#rates.map(
      ({ provider, model, ratio }) => `${model ?? provider ?? 'everything'} ${ratio}`,
    );
    return {
      method:
        `Costs times the stated ratio (${list.join(', ') || 'none'}): the same models at another ` +
        'price. Batch and provisioned tiers are left out.',
      note: 'a gateway sees every prompt, and its offer is as reliable as its owner',
    };
  }
}
