/**
 * Section `compression`: system prompts made shorter by a cheap model.
 *
 * Takes the section, gives its settings; what is not said is that of the preset, if one is named,
 * else null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';
import { E6_COMPRESSION } from './lever-presets.ts';

/** The settings of prompt compression; null: not said. */
export interface CompressionSettings {
  /** Who compresses, and is paid for it. */
  readonly model: string | null;
  /** What is left of a prompt, in thousandths. */
  readonly ratioPermille: number | null;
  /** Shorter system prompts are left alone. */
  readonly minSystemTokens: number | null;
  /** So are those that are sent less often. */
  readonly minCalls: number | null;
}

/** Reads the section. Throws UserError. */
export function parseCompression(section: FileValue): CompressionSettings {
  const members = section.members(['preset', 'model', 'to_share', 'min_tokens', 'min_calls']);
  const preset = members.get('preset')?.choice(['e6']) === 'e6' ? E6_COMPRESSION : null;
  const count = { from: 0, to: Infinity, isWhole: true };
  const share = members.get('to_share')?.number({ from: 0, to: 1 }) ?? null;
  return {
    model: members.get('model')?.text() ?? preset?.model ?? null,
    ratioPermille: share === null ? (preset?.ratioPermille ?? null) : Math.round(share * 1000),
    minSystemTokens: members.get('min_tokens')?.number(count) ?? preset?.minSystemTokens ?? null,
    minCalls: members.get('min_calls')?.number(count) ?? preset?.minCalls ?? null,
  };
}
