/**
 * Section `gateway`: what a reseller asks by what the provider asks.
 *
 * Takes the section, gives its rates. Never a default discount: it is somebody's offer.
 */
import type { FileValue } from './file-value.ts';
import { B1_GATEWAY } from './lever-presets.ts';

/** One rate; the first that fits counts. */
export interface GatewayRate {
  /** Null: every provider. */
  readonly provider: string | null;
  /** Whatever its date; null: every model. */
  readonly model: string | null;
  /** A decimal: `0.015` of the list price is 98.5 % off, `1.05` is 5 % on top. */
  readonly ratio: string;
}

const LEAST = 1e-6;
const MOST = 1000;

/**
 * Reads the section: one rate, a list of them, or the name of a published one. Throws UserError.
 */
export function parseGateway(section: FileValue): readonly GatewayRate[] {
  if (!section.isList && !section.isMapping && section.choice(['b1'])) return B1_GATEWAY;
  return (section.isList ? section.items() : [section]).map((item) => {
    const members = item.members(['provider', 'model', 'ratio']);
    const ratio = members.get('ratio') ?? item.fail('no ratio', 'add ratio: 0.9 for 10 % off');
    return {
      provider: members.get('provider')?.text() ?? null,
      model: members.get('model')?.text() ?? null,
      ratio: String(ratio.number({ from: LEAST, to: MOST })),
    };
  });
}
