/**
 * Checks: what an answer must pass before a cheaper model's word is taken.
 *
 * Takes an answer, gives passed or not, and why. Never asks anybody itself: a judge is asked as a
 * part of the row, by whoever runs the check.
 */
import { findsIn } from './find-in.ts';
import { schemaMismatch } from './json-schema.ts';
import type { Answer, Row, RowResult } from './row.ts';

/** What a check says. */
export interface Verdict {
  readonly passed: boolean;
  /** For people; without the answer's text. Empty if passed. */
  readonly reason: string;
}

/** Asks another model as a part of the same row; null: the run stopped first. */
export type AskAside = (row: Row) => Promise<RowResult | null>;

/** `halted`: the run stopped before a judge could be asked. */
export type Ruling = Verdict | 'halted';

/** One check. */
export interface Check {
  /** As results name it: `schema`, `regex`, … */
  readonly name: string;
  check(answer: Answer, row: Row, ask: AskAside): Ruling | Promise<Ruling>;
}

/** What a check says of one that does. */
export const PASSED: Verdict = { passed: true, reason: '' };

/** How a refusal begins, in the first sentence or two. */
const REFUSAL =
  /\b(?:I(?:['’]m| am) (?:very |really |so )?sorry,? (?:but )?(?:I|we) (?:can(?:no|['’])t|am unable|['’]m unable|won['’]t|am not able|['’]m not able)|I (?:can(?:no|['’])t|am unable to|am not able to|won['’]t be able to|must decline to|have to decline to) (?:help|assist|provide|comply|fulfil+|answer|create|generate|continue|discuss|engage|support|do that|with)|I['’]m (?:unable|not able) to (?:help|assist|provide|comply|fulfil+|answer|create|generate|continue|discuss|engage)|as an AI(?: language)? model,? I (?:can(?:no|['’])t|do(?: no|n['’])t|am (?:unable|not able))|ich kann (?:dir|Ihnen) (?:dabei|damit|hierbei) (?:leider )?nicht helfen|(?:tut mir|es tut mir) leid,? (?:aber )?(?:ich|dabei|das) kann)/i;
const REFUSAL_WITHIN = 240;
const REFUSING_STOPS: ReadonlySet<string> = new Set(['refusal', 'content_filter', 'safety']);

/** Passes answers that are JSON and fit the schema; a Markdown fence around it is allowed for. */
export function schemaCheck(schema: object): Check {
  return {
    name: 'schema',
    check({ text }) {
      const value = parseJsonAnswer(text);
      if (value === undefined) return refused('the answer is not JSON');
      const mismatch = schemaMismatch(schema, value);
      return mismatch === null ? PASSED : refused(mismatch);
    },
  };
}

/** The JSON value an answer is, with or without a Markdown fence; undefined if it is none. */
export function parseJsonAnswer(text: string): unknown {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text);
  try {
    return JSON.parse(fenced?.[1] ?? text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Passes answers the pattern is found in. */
export function regexCheck(regex: RegExp): Check {
  return {
    name: 'regex',
    check({ text }) {
      const isFound = findsIn(regex, text);
      if (isFound === null) return refused(`takes too long to match with ${regex.source}`);
      return isFound ? PASSED : refused(`does not match ${regex.source}`);
    },
  };
}

/** Passes answers of `least` to `most` characters, surrounding white space apart, that were not cut off. */
export function lengthCheck(least: number, most: number | null): Check {
  return {
    name: 'length',
    check({ text, stopReason }) {
      if (stopReason === 'length') return refused('cut off at max_tokens');
      const { length } = text.trim();
      if (length < least) return refused(`${length} characters, fewer than ${least}`);
      if (most !== null && length > most) return refused(`${length} characters, more than ${most}`);
      return PASSED;
    },
  };
}

/** Passes answers that do not begin by declining, nor were stopped by a filter. */
export function refusalCheck(): Check {
  return {
    name: 'refusal',
    check({ text, stopReason }) {
      if (REFUSING_STOPS.has(stopReason)) return refused(`stopped for ${stopReason}`);
      return REFUSAL.test(text.trimStart().slice(0, REFUSAL_WITHIN))
        ? refused('the model declined')
        : PASSED;
    },
  };
}

/** What a check says of an answer that does not pass. */
export function refused(reason: string): Verdict {
  return { passed: false, reason };
}
