/**
 * The one message of a prompt: what a semantic cache compares.
 *
 * Takes a prompt, gives the text of its message. Never one of a conversation, or of more than text.
 */
import type { Prompt } from '../providers/provider.ts';

/** The message of a prompt that has but one besides the system's; null: it is more than that. */
export function messageOf({ operation, messages, images }: Prompt): string | null {
  if (operation !== 'chat' || images.length > 0) return null;
  const asked = messages.filter(({ role }, at) => at > 0 || !isSystem(role));
  const [message] = asked;
  if (asked.length !== 1 || message?.role !== 'user') return null;
  return typeof message.content === 'string' ? message.content : null;
}

function isSystem(role: string): boolean {
  return role === 'system' || role === 'developer';
}
