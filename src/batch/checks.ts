/**
 * Checks: what an answer must pass before a cheaper model's word is taken.
 *
 * Takes an answer, gives passed or not, and why. Never asks anybody, except the judge, which is a
 * call-back that says what it cost.
 */
import { EXIT, UserError } from '../errors.ts';
import { schemaMismatch } from './json-schema.ts';
import type { Answer, Row } from './row.ts';

/** What a check says. */
export interface Verdict {
  readonly passed: boolean;
  /** For people; without the answer's text. Empty if passed. */
  readonly reason: string;
  /** What asking a judge cost, in pico-USD; 0 for the others, null if unknown. */
  readonly costPico: number | null;
}

/** One check. */
export interface Check {
  /** As results name it: `schema`, `regex`, … */
  readonly name: string;
  check(answer: Answer, row: Row): Verdict | Promise<Verdict>;
}

/** What a judge model says of an answer. */
export interface Judgement {
  /** 0 to 1. */
  readonly score: number;
  readonly costPico: number | null;
}

const PASSED: Verdict = { passed: true, reason: '', costPico: 0 };

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

/** Passes answers the pattern is found in. Throws UserError if it is no pattern. */
export function regexCheck(pattern: string): Check {
  const regex = regexOf(pattern);
  return {
    name: 'regex',
    check: ({ text }) => (regex.test(text) ? PASSED : refused(`does not match ${pattern}`)),
  };
}

function regexOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const hint = 'give one that JavaScript takes, such as ^(yes|no)$';
    throw new UserError(EXIT.usage, `'${pattern}' is no regular expression`, hint, { cause });
  }
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

/** Passes answers a judge model scores at `threshold` or above; its cost is the row's. */
export function judgeCheck(
  threshold: number,
  judge: (answer: Answer, row: Row) => Promise<Judgement>,
): Check {
  return {
    name: 'judge',
    async check(answer, row) {
      const { score, costPico } = await judge(answer, row);
      const passed = score >= threshold;
      return { passed, reason: passed ? '' : `scored ${score}, below ${threshold}`, costPico };
    },
  };
}

function refused(reason: string): Verdict {
  return { passed: false, reason, costPico: 0 };
}
