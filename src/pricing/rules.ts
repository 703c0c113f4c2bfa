/**
 * The catalogue's match rules, held to sane bounds.
 *
 * Takes a rule and a name in lower case; says whether the name is that model. An open-ended rule
 * (`starts_with`, `ends_with`, `contains`, an unanchored regex) counts only when what is left over
 * is a version, a date or a word such as `latest`: never a cousin (`gpt-4o-superfake-9000`).
 */
import type { MatchLogic } from '@pydantic/genai-prices';
import { LONGEST_NAME } from './regex-bounds.ts';

const DAY = '20\\d\\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\\d|3[01])';
const STAGE = 'latest|preview|exp|experimental|beta|stable|default|customtools|thinking';
const MONTH = '(?:0[1-9]|1[0-2])';
/** Versions as vendors write them: a day, `001`, `0613` or `2402`, a stage and its date, `v1:0`. */
const SUFFIX = new RegExp(
  `^(?:[-@]${DAY}|[-@]00\\d|-${MONTH}(?:[0-2]\\d|3[01])|-2[3-9]${MONTH}` +
    `|[-@.](?:${STAGE})(?:-(?:${MONTH}-(?:[0-3]\\d|20\\d\\d)|[01]\\d[0-3]\\d))?` +
    `|-${MONTH}-20\\d\\d|-v\\d+:\\d+(?::\\d+k)?|-v\\d+$|:\\d+)+$`,
);
const PATH_BEFORE =
  /^(?:(?:arn:|projects\/|publishers\/|models\/|anthropic\/|google\/|bedrock\/).*)?(?:[/.]|^)$/;
const GEO_BEFORE = /^(?:us|eu|apac|jp|au|ca|in|us-gov|global)\.$/;
const FINE_TUNE = /^(?:ft:|.*\.ft-$)/;

/** What may follow (or stand before) one literal beside the usual: read off the vendors' model lists. */
const ALSO: Readonly<Record<string, RegExp>> = {
  'claude-2': /^\.[01]$/,
  'claude-v2': /^:1$/,
  'gemma-3-': /^(?:270m|1b|4b|12b|27b)(?:-it|-pt)?$/,
  'gemma-3n': /^-e[24]b(?:-it)?$/,
  'mixtral-8x7b': /^(?:-instruct-v0\.1|-32768)$/,
  'command-light': /^-(?:nightly|text-v14)$/,
  'gemini-live-2.5-flash': /^-(?:preview-)?native-audio(?:-preview-\d\d-20\d\d)?$/,
  moderation: /^(?:omni-|text-)$/,
};

/** The literals of a rule's `equals` parts, in lower case. */
export function equalsOf(rule: MatchLogic): string[] {
  if ('or' in rule) return rule.or.flatMap(equalsOf);
  return 'equals' in rule ? [rule.equals.toLowerCase()] : [];
}

/** Whether a rule has any part besides `equals`. */
export function isOpenRule(rule: MatchLogic): boolean {
  return 'or' in rule ? rule.or.some(isOpenRule) : !('equals' in rule);
}

/** Whether a rule accepts a name (lower case) within its bounds; `model` is the rule's model id. */
export function ruleAccepts(rule: MatchLogic, name: string, model: string): boolean {
  if ('or' in rule) return rule.or.some((part) => ruleAccepts(part, name, model));
  if ('and' in rule) return rule.and.every((part) => ruleAccepts(part, name, model));
  if ('equals' in rule) return name === rule.equals.toLowerCase();
  if ('regex' in rule) return regexAccepts(new RegExp(rule.regex), name, model);
  const literal = (
    'starts_with' in rule ? rule.starts_with : 'ends_with' in rule ? rule.ends_with : rule.contains
  ).toLowerCase();
  const at = name.indexOf(literal);
  if (at === -1) return false;
  const before = name.slice(0, at);
  const after = name.slice(at + literal.length);
  if ('starts_with' in rule && before !== '') return false;
  if ('ends_with' in rule && after !== '') return false;
  return isOuter(before, literal) && isVersion(after, literal, model);
}

function regexAccepts(regex: RegExp, name: string, model: string): boolean {
  const match = name.length > LONGEST_NAME ? null : regex.exec(name);
  if (match === null) return false;
  // An empty match is a filter such as `^(?!…)`, which says nothing about the rest.
  return match[0] === '' || isVersion(name.slice(match.index + match[0].length), match[0], model);
}

function isOuter(before: string, literal: string): boolean {
  return (
    before === '' ||
    GEO_BEFORE.test(before) ||
    PATH_BEFORE.test(before) ||
    (literal === 'moderation' && ALSO.moderation!.test(before))
  );
}

function isVersion(after: string, literal: string, model: string): boolean {
  if (after === '') return true;
  if (literal !== 'moderation' && ALSO[literal]?.test(after) === true) return true;
  if (FINE_TUNE.test(literal)) return isFineTuneRest(literal, after);
  // A literal may end within a number, at its dash or in a stage (`…-4-2025`, `…-small-`,
  // `…-preview`): take that part back, so that number, date and stage are seen whole.
  const stage = /-(?:preview|exp)$/.exec(literal)?.[0] ?? '';
  const cut = /^\d/.test(after)
    ? (/[-@:.]v?\d*$/.exec(literal)?.[0] ?? '')
    : literal.endsWith('-')
      ? '-'
      : stage;
  const suffix = cut + after;
  return SUFFIX.test(suffix) && sameGeneration(suffix, model);
}

/**
 * Whether a Bedrock version is the listed one: `-v2:0` for the undated `…-v1:0` is another model
 * (Titan), and a bare `-v2` is a version only where the list has them; after a date both are.
 */
function sameGeneration(suffix: string, model: string): boolean {
  const asked = /^-v(\d+)(:)?/.exec(suffix);
  const listed = /-v(\d+)(?::\d+)?$/.exec(model);
  if (asked === null || /20\d{6}/.test(model)) return true;
  return listed === null ? asked[2] === ':' : asked[1] === listed[1];
}

/** `ft:BASE:org:name:id`: between the rule's literal and the first colon only a date may stand. */
function isFineTuneRest(literal: string, after: string): boolean {
  if (literal.endsWith('.ft-')) return /^[0-9a-z-]+$/.test(after);
  const base = literal.endsWith('-') || /\d$/.test(literal) ? /^-?[\d-]*:/ : /^(?:-\d{4})?:/;
  return base.test(after);
}
