/**
 * Section `prompt_cache`: how the provider's cache of prompts is used.
 *
 * Takes the section, gives its settings; what is not said is null, and the lever's default holds.
 */
import type { FileValue } from './file-value.ts';

const ARMS = ['neutral', 'pessimistic'] as const;
const TTLS = ['5m', '1h'] as const;

/** The settings of a prompt cache; null: not said. */
export interface PromptCacheSettings {
  /** How careful the provider's rules are read. */
  readonly arm: (typeof ARMS)[number] | null;
  /** How long marked prompts live, where marks are the caller's. */
  readonly markLife: (typeof TTLS)[number] | null;
  /** Whether conversations are cached turn by turn, beside system prompts. */
  readonly sessions: boolean | null;
  /** Whether OpenAI is asked to keep prompts for a day; left out: not said. */
  readonly keepsOneDay?: boolean;
}

/** Reads the section. Throws UserError. */
export function parsePromptCache(section: FileValue): PromptCacheSettings {
  const members = section.members(['arm', 'ttl', 'sessions', 'openai_day']);
  const keepsOneDay = members.get('openai_day')?.flag();
  return {
    arm: members.get('arm')?.choice(ARMS) ?? null,
    markLife: members.get('ttl')?.choice(TTLS) ?? null,
    sessions: members.get('sessions')?.flag() ?? null,
    ...(keepsOneDay === undefined ? {} : { keepsOneDay }),
  };
}
