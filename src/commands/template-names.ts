/**
 * Templates of the calls of a ledger, and what to call them.
 *
 * Takes a ledger, gives the groups of its calls and, where the texts can be read, what each template
 * says. Never stores a text.
 */
import type { TemplateName, TemplateOf } from '../audit/spend-templates.ts';
import {
  TemplateCounter,
  type TemplateGroup,
  type TemplateGroups,
} from '../classify/template-groups.ts';
import { TELLS } from '../classify/templates.ts';
import { type PromptTexts, textsAgain } from '../ingest/texts-again.ts';
import type { Ledger } from '../ledger/open.ts';
import { sketchPages, textPlaces } from '../ledger/sketches.ts';
import type { Deps } from '../terminal/command.ts';

const NAME_LENGTH = 60;

/** The templates of the calls of some sources; null: of all. */
export async function groupTemplates(
  db: Ledger,
  deps: Deps,
  sourceIds: readonly number[] | null,
): Promise<TemplateGroups> {
  const counter = new TemplateCounter();
  for (const page of sketchPages(db, sourceIds)) {
    for (const call of page) counter.add(call, call.promptHash);
    deps.signal.throwIfAborted();
  }
  return counter.groups(async () => {
    await deps.pause();
    deps.signal.throwIfAborted();
  });
}

/** A way to tell the template of a call that was read with its sketches. */
export async function templatesOf(
  db: Ledger,
  deps: Deps,
  sourceIds: readonly number[] | null,
): Promise<TemplateOf> {
  const groups = await groupTemplates(db, deps, sourceIds);
  return ({ promptHash, sketch }) =>
    promptHash === null || sketch === undefined ? null : groups.of(sketch);
}

/** A short name for each template by its first call; by number where no text can be read. */
export async function nameTemplates(
  db: Ledger,
  deps: Deps,
  firstCalls: ReadonlyMap<object, number>,
): Promise<Map<object, TemplateName>> {
  const places = textPlaces(db, [...firstCalls.values()]);
  const texts = await textsAgain(places, deps.signal);
  const names = new Map<object, TemplateName>();
  const taken = new Set<string>();
  const placeOf = new Map(places.map(({ id, path, line }) => [id, `${path}:${line}`]));
  for (const [group, id] of firstCalls) {
    const template = nameOf(group as TemplateGroup, texts.get(id), taken);
    taken.add(template);
    names.set(group, { template, example: placeOf.get(id) ?? '' });
  }
  if (texts.size < places.length) {
    deps.note(
      `${places.length - texts.size} of ${places.length} templates have a number for a name: their texts cannot be read again`,
      'put the logs back, or read them with --store-text',
    );
  }
  return names;
}

/** The first name that no other template has: by the system prompt, with the message, by number. */
function nameOf(
  group: TemplateGroup,
  found: PromptTexts | undefined,
  taken: ReadonlySet<string>,
): string {
  const number = templateNumber(group);
  if (found === undefined) return number;
  const system = shortened(firstLine(found.system.trim()), false);
  const message = group.by === 'system' ? '' : messageName(found.user.trim(), group.by === 'end');
  const first = group.system >= TELLS || message === '' ? system : message;
  const names = [first, [system, message].filter((part) => part !== '').join(' · ')];
  return names.find((name) => name !== '' && !taken.has(name)) ?? `${first} ${number}`.trim();
}

/** Sketches of parts are below 2^27; with a bit for where they stand, seven digits. */
const PART_DIGITS = 7;

/** Equal for no two templates: both sketches as they are, and where the second one stands. */
export function templateNumber({ system, part, by }: TemplateGroup): string {
  const placed = 2 * part + (by === 'end' ? 1 : 0);
  return `#${system.toString(16)}${placed.toString(16).padStart(PART_DIGITS, '0')}`;
}

function messageName(user: string, isEnd: boolean): string {
  return isEnd
    ? shortened(user.slice(user.lastIndexOf('\n') + 1), true)
    : shortened(firstLine(user), false);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n', 20);
  return end < 0 ? text.slice(0, 400) : text.slice(0, Math.min(end, 400));
}

function shortened(text: string, isEnd: boolean): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  if (flat.length <= NAME_LENGTH) return isEnd ? `… ${flat}` : flat;
  return isEnd ? `… ${flat.slice(-NAME_LENGTH)}` : `${flat.slice(0, NAME_LENGTH)} …`;
}
