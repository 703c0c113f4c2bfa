/**
 * Section `levers`: which levers a simulation replays, and in which order.
 *
 * Takes the section, gives names in order. Never a lever twice; `[]` is none at all.
 */
import type { FileValue } from './file-value.ts';
import { LEVER_IDS, type LeverId } from './levers.ts';

/** Reads the section. Throws UserError. */
export function parseLevers(section: FileValue): readonly LeverId[] {
  if (section.isEmptyList) return [];
  const levers = section.choices(LEVER_IDS);
  const twice = levers.find((lever, index) => levers.indexOf(lever) !== index);
  if (twice !== undefined) section.fail(`${twice} twice`, 'name each lever once');
  return levers;
}
