/**
 * Section `fallback`: which models are asked, in order, where the first one is not available.
 *
 * Takes the section, gives chains by model, task or `*`. Never a chain that comes back to where it
 * began: that is an error of the file.
 */
import { parseTask, type Task } from '../domain/task.ts';
import type { FileValue } from './file-value.ts';

const OTHERS = '*';

/** Chains of models. */
export interface FallbackChains {
  /**
   * The models after the first: those of the model's own chain, else of the task's, else of `*`;
   * then those that these fall back to in turn.
   */
  after(model: string, task: Task): readonly string[];
}

interface Chain {
  readonly models: readonly string[];
  readonly value: FileValue;
}

/** Reads the section. Throws UserError. */
export function parseFallback(section: FileValue): FallbackChains {
  const byModel = new Map<string, Chain>();
  const byTask = new Map<Task, Chain>();
  for (const { key, value } of section.entries()) {
    const chain = { models: value.texts(), value };
    const task = key === OTHERS ? null : parseTask(key);
    if (task === null) byModel.set(key, chain);
    else byTask.set(task, chain);
  }
  for (const model of byModel.keys()) refuseCycle(byModel, [model]);
  const others = byModel.get(OTHERS)?.models ?? [];
  return {
    after(model, task) {
      const own = byModel.get(model) ?? byTask.get(task);
      return followed(byModel, model, own?.models ?? others);
    },
  };
}

/** Throws if a model on the way is one that was there before. */
function refuseCycle(chains: ReadonlyMap<string, Chain>, way: readonly string[]): void {
  const chain = chains.get(way.at(-1) ?? '');
  for (const next of chain?.models ?? []) {
    if (way.includes(next)) {
      const round = [...way.slice(way.indexOf(next)), next].join(' to ');
      chain?.value.fail(
        `a cycle: ${round}`,
        'end each chain with a model that has none of its own',
      );
    }
    refuseCycle(chains, [...way, next]);
  }
}

/** A chain with the chains of its models behind it, each model once. */
function followed(
  chains: ReadonlyMap<string, Chain>,
  first: string,
  models: readonly string[],
): string[] {
  const found: string[] = [...models];
  // Grows while it is walked: what is behind a chain comes behind all of it.
  for (const model of found) {
    for (const next of chains.get(model)?.models ?? []) if (!found.includes(next)) found.push(next);
  }
  return found.filter((model, index) => model !== first && found.indexOf(model) === index);
}
