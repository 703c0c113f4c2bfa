/**
 * `aicost simulate`: what the same traffic would have cost.
 *
 * Takes a verb, gives it to the page of that verb. Never does anything itself.
 */
import type { CliCommand } from '../terminal/command.ts';
import { buildFrontier } from './simulate-frontier.ts';
import { buildOptimize } from './simulate-optimize.ts';
import { buildPromptCache } from './simulate-prompt-cache.ts';
import { buildRun } from './simulate-run.ts';

/** Declares the command and its verbs. */
export function build(command: CliCommand): void {
  command.description(
    `Replays traffic in time order and says what it would have cost otherwise: 'aicost simulate logs.jsonl' is short for 'aicost simulate run logs.jsonl'. 'frontier' weighs saving against quality; 'optimize' finds the cheapest policy within limits; 'prompt-cache' replays a trace of prompt blocks through a provider's prompt cache. Works offline, unless --embed sends prompts to a model for embeddings; writes only the ledger.`,
  );
  buildRun(command.command('run', { isDefault: true }));
  buildFrontier(command.command('frontier'));
  buildOptimize(command.command('optimize'));
  buildPromptCache(command.command('prompt-cache'));
}
