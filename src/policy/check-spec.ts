/**
 * Checks as people spell them: `refusal`, `json_schema`, `regex:…`, `length:…`, `judge:…`.
 *
 * Takes the text, gives what it asks for, or what is wrong with it. Never checks an answer.
 */
import { slowRegexProblem } from '../domain/regex-safety.ts';

/** A check, taken apart. */
export type CheckSpec =
  | { readonly kind: 'refusal' }
  | { readonly kind: 'json_schema' }
  | { readonly kind: 'regex'; readonly pattern: string; readonly regex: RegExp }
  | { readonly kind: 'length'; readonly least: number; readonly most: number | null }
  /** `least` is a share: of a score from 0 to 10, a tenth. */
  | { readonly kind: 'judge'; readonly model: string; readonly least: number };

/** How checks are spelled, for messages and help. */
export const CHECK_SPELLINGS =
  'refusal, json_schema, regex:PATTERN, length:LEAST-MOST or judge:MODEL>=SCORE';

/** The score from 0 to 10 a judge must give where none is said. */
export const DEFAULT_JUDGE_SCORE = 7;

/** Takes a check apart; a text says why it is none. */
export function parseCheckSpec(text: string): CheckSpec | string {
  if (text === 'refusal' || text === 'json_schema') return { kind: text };
  const [, kind, value = ''] = /^(regex|length|judge):(.+)$/s.exec(text) ?? [];
  if (kind === 'regex') return regexSpec(value);
  if (kind === 'length') return lengthSpec(value);
  if (kind === 'judge') return judgeSpec(value);
  return `'${text.slice(0, 60)}' is no check`;
}

function regexSpec(pattern: string): CheckSpec | string {
  const problem = slowRegexProblem(pattern, 'u');
  if (problem !== null) return `'regex:${pattern.slice(0, 60)}' ${problem}`;
  return { kind: 'regex', pattern, regex: new RegExp(pattern, 'u') };
}

function lengthSpec(value: string): CheckSpec | string {
  const [, least, most] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value) ?? [];
  if (least === undefined) return `'length:${value.slice(0, 40)}' is not LEAST or LEAST-MOST`;
  if (most !== undefined && Number(most) < Number(least)) {
    return `'length:${value}': the most is less than the least`;
  }
  return {
    kind: 'length',
    least: Number(least),
    most: most === undefined ? null : Number(most),
  };
}

function judgeSpec(value: string): CheckSpec | string {
  const [model = '', given, ...more] = value.split('>=').map((part) => part.trim());
  if (model === '' || more.length > 0) return `'judge:${value.slice(0, 60)}' names no model`;
  const score =
    given === undefined ? DEFAULT_JUDGE_SCORE : Number(given === '' ? Number.NaN : given);
  // A share where a score is meant would let everything through.
  if (score === 0 || (score >= 1 && score <= 10)) {
    return { kind: 'judge', model, least: score / 10 };
  }
  return `'judge:${value.slice(0, 60)}': a score goes from 0 to 10`;
}
