/**
 * Aliases: names that only the user can explain, such as deployments at Azure.
 *
 * Takes the user's map of names and a book; gives a book that knows them. Never by substring, and
 * never an alias of an alias. A name that the lists know as it is keeps its meaning, unless the
 * alias is given for one provider (`azure/gpt-4o`).
 */

import { providerId } from '../domain/providers.ts';
import { EXIT, UserError } from '../errors.ts';
import type { ModelMatch, PriceBook, Schedule, TargetPriceKey } from './book.ts';
import { memoised } from './memo.ts';

/** Name in the log, in lower case → model. */
export type Aliases = Readonly<Record<string, string>>;

/** Parses `deployment=model`. Throws UserError naming the value. */
export function parseAlias(text: string): readonly [name: string, model: string] {
  const at = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  const model = text.slice(at + 1).trim();
  checkAlias(`alias '${text}'`, name, model);
  return [name.toLowerCase(), model];
}

/** Refuses an alias without a name or a model, or of itself. Throws UserError. */
export function checkAlias(where: string, name: string, model: string): void {
  const why =
    name === ''
      ? 'has no name'
      : model === ''
        ? `has no model for '${name}'`
        : name.toLowerCase() === model.toLowerCase()
          ? `maps '${name}' to itself`
          : null;
  if (why === null) return;
  throw new UserError(EXIT.usage, `${where} ${why}`, 'write it as NAME=MODEL: prod-chat=gpt-4o');
}

/** A book that also knows the user's names. */
export function aliasedBook(below: PriceBook, aliases: Aliases): PriceBook {
  const known = new Map(
    Object.entries(aliases).map(([name, model]) => [name.toLowerCase(), model]),
  );
  if (known.size === 0) return below;
  return { ...below, schedule: memoised((target) => scheduleFor(below, known, target)) };
}

function scheduleFor(
  below: PriceBook,
  aliases: ReadonlyMap<string, string>,
  target: TargetPriceKey,
): Schedule {
  const names = [target.model, target.modelRequested].filter((name) => name !== '');
  const scoped = names.find((name) => aliases.has(scopedKey(target.provider, name)));
  if (scoped !== undefined) {
    return aliased(below, target, scoped, aliases.get(scopedKey(target.provider, scoped))!);
  }
  const plain = below.schedule(target);
  const isListed = plain.match.how === 'exact' || plain.match.how === 'rule';
  for (const name of names) {
    if (isListed && plain.match.asked === name) return plain;
    const model = aliases.get(name.toLowerCase());
    if (model !== undefined) return aliased(below, target, name, model);
  }
  return plain;
}

function scopedKey(provider: string, name: string): string {
  return `${providerId(provider) || provider.toLowerCase()}/${name.toLowerCase()}`;
}

function aliased(below: PriceBook, target: TargetPriceKey, name: string, model: string): Schedule {
  const schedule = below.schedule({ ...target, model, modelRequested: '' });
  const { match } = schedule;
  const steps = [`your alias for ${model}`, ...match.steps];
  const renamed: ModelMatch =
    match.how === 'none'
      ? { ...match, asked: name, steps }
      : { ...match, how: 'alias', asked: name, steps };
  return { ...schedule, match: renamed };
}
