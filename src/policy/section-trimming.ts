/**
 * Section `trimming`: how much of a conversation goes along with each turn.
 *
 * Takes the section, gives its settings; what is not said is null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';

/** The settings of context trimming; null: not said. */
export interface TrimmingSettings {
  /** Turns before the present one that are kept. */
  readonly keptTurns: number | null;
  /** Shorter prompts stay whole. */
  readonly minInputTokens: number | null;
}

/** Reads the section. Throws UserError. */
export function parseTrimming(section: FileValue): TrimmingSettings {
  const members = section.members(['keep_turns', 'min_input_tokens']);
  const tokens = { from: 0, to: Infinity, isWhole: true };
  return {
    keptTurns: members.get('keep_turns')?.number({ from: 1, to: 1000, isWhole: true }) ?? null,
    minInputTokens: members.get('min_input_tokens')?.number(tokens) ?? null,
  };
}
