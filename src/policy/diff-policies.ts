/**
 * Two settled policies → what differs, section by section.
 *
 * Takes what two files say, gives one row for each value that is not the same. Never compares what
 * they would save: `aicost simulate` does.
 */
import { SECTION_KEYS, type SectionKey } from './policy-file.ts';
import type { Plain } from './preset-rules.ts';
import type { SettledPolicy } from './settled.ts';

/** One difference; null: that side does not say it. */
export interface PolicyDifference {
  readonly section: SectionKey;
  /** Below the section: `rules[1].use`; empty for all of it. */
  readonly key: string;
  /** As YAML and JSON have it on one line. */
  readonly a: string | null;
  readonly b: string | null;
}

/** What differs, in the order of the sections. */
export function diffPolicies(a: SettledPolicy, b: SettledPolicy): PolicyDifference[] {
  return SECTION_KEYS.flatMap((section) => {
    const [before, after] = [leavesOf(a.sections[section]), leavesOf(b.sections[section])];
    return [...new Set([...before.keys(), ...after.keys()])]
      .filter((key) => before.get(key) !== after.get(key))
      .map((key) => ({
        ...{ section, key },
        a: before.get(key) ?? null,
        b: after.get(key) ?? null,
      }));
  });
}

/** Each value with its place; lists of plain values are one value. */
function leavesOf(value: Plain | undefined): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  if (value !== undefined) collect(value, '', leaves);
  return leaves;
}

function collect(value: Plain, key: string, leaves: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    leaves.set(key, String(value));
    return;
  }
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object')) leaves.set(key, JSON.stringify(value));
    else {
      for (const [index, one] of value.entries()) collect(one, `${key}[${index + 1}]`, leaves);
    }
    return;
  }
  for (const [name, one] of Object.entries(value)) {
    collect(one, key === '' ? name : `${key}.${name}`, leaves);
  }
}
