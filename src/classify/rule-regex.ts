/**
 * Expressions of rules: what they find, in a time that stays within bounds.
 *
 * Takes the text of an expression, gives why it is refused or what tests a text. Parts with `.*`
 * between them are found one after the other, so that none is tried again for each place of the one
 * before. Never finds more or less than the expression as a whole would.
 */
import { type RegexLimits, slowRegexProblem } from '../domain/regex-safety.ts';

/** The flags of a rule's expressions: whatever the case, `.` takes line breaks, `^` is the start. */
export const REGEX_FLAGS = 'isu';
/** Of a part, with the place it begins at: 2,500 characters take half a second at the very most. */
const LIMITS: RegexLimits = { loops: 2, doublings: 12, doublingsWithLoops: 5 };
/** Of the whole, whose parts are what counts. */
const ANY = Number.POSITIVE_INFINITY;
const NO_LIMITS: RegexLimits = { loops: ANY, doublings: ANY, doublingsWithLoops: ANY };

/** A token of an expression, its quantifier apart. */
const TOKEN =
  /\\u\{[^}]*\}|\\p\{[^}]*\}|\\c[a-z]|\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<?[=!]|[a-z]*(?:-[a-z]*)?:|<[^>]*>))?|./gisu;
const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;
const LOOK_AROUND = /^\(\?<?[=!]/;

/** Expressions of which any will do, each as parts that must follow each other. */
type Parts = readonly (readonly Part[])[];

interface Part {
  readonly text: string;
  /** Whether all it finds are of one length: the first one found is the first one to end. */
  readonly isFixed: boolean;
}

/** Why an expression is refused; null: it may be used. */
export function ruleRegexProblem(pattern: string): string | null {
  const whole = slowRegexProblem(pattern, REGEX_FLAGS, NO_LIMITS);
  if (whole !== null) return whole;
  for (const parts of partsOf(pattern)) {
    for (const { text } of parts) {
      // Of several parts the end is sought for too, which `^` does not shorten.
      const part = parts.length === 1 ? text : text.replace(/^\^/, '');
      const problem = slowRegexProblem(part, REGEX_FLAGS, LIMITS);
      if (problem !== null) return problem;
    }
  }
  return null;
}

/** What tests whether an expression is found in a text. */
export function ruleRegexTest(pattern: string): (text: string) => boolean {
  const tests = partsOf(pattern).map((parts) => sequenceTest(parts));
  return (text) => tests.some((test) => test(text));
}

function sequenceTest(parts: readonly Part[]): (text: string) => boolean {
  const ends = parts.map(endAfter);
  return (text) => {
    let at: number | null = 0;
    for (const end of ends) {
      at = end(text, at);
      if (at === null) return false;
    }
    return true;
  };
}

/** Where a part ends that begins at a place or later: the first such end; null: there is none. */
function endAfter(
  { text: source, isFixed }: Part,
  index: number,
  parts: readonly Part[],
): (text: string, from: number) => number | null {
  const forward = new RegExp(source, `g${REGEX_FLAGS}`);
  const isLast = index === parts.length - 1;
  const first = new RegExp(`(?<=(?:${source}))`, REGEX_FLAGS);
  // Not at the beginning of what is cut off below.
  const later = new RegExp(`(?<=(?!^)(?:${source}))`, REGEX_FLAGS);
  return (text, from) => {
    forward.lastIndex = from;
    const found = forward.exec(text);
    if (found === null) return null;
    if (isLast || isFixed) return found.index + found[0].length;
    if (from === 0) return first.exec(text)?.index ?? null;
    // One character before stays: whether a word begins depends on it.
    const start = Math.max(0, from - (isLowSurrogate(text, from - 1) ? 2 : 1));
    const end = later.exec(text.slice(start));
    return end === null ? null : start + end.index;
  };
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

/**
 * The parts of an expression that compiles: apart at `|`, and at `.*` and `.+` outside of groups. One
 * with `\B` is whole: between the halves of a letter such as 😀 there is such a place for a part alone.
 */
function partsOf(pattern: string): Parts {
  const alternatives: Part[][] = [];
  let parts: Part[] = [];
  let text = '';
  let isFixed = true;
  let depth = 0;
  const endPart = (): void => {
    if (text !== '') parts.push({ text, isFixed });
    text = '';
    isFixed = true;
  };
  const tokens = new RegExp(TOKEN);
  for (let match = tokens.exec(pattern); match !== null; match = tokens.exec(pattern)) {
    const [token] = match;
    QUANTIFIER.lastIndex = tokens.lastIndex;
    const quantifier = QUANTIFIER.exec(pattern)?.[0] ?? '';
    tokens.lastIndex += quantifier.length;
    const isEnd = token === '$' && /^(?:$|\|)/.test(pattern.slice(tokens.lastIndex));
    const isStart = token === '^' && text === '' && parts.length === 0 && depth === 0;
    const isMidway = (token === '^' && !isStart) || (token === '$' && !isEnd);
    if (LOOK_AROUND.test(token) || isMidway || token === String.raw`\B`) {
      return [[{ text: pattern, isFixed: false }]];
    }
    if (token.startsWith('(')) depth++;
    if (token === ')') depth--;
    if (depth === 0 && token === '|') {
      endPart();
      alternatives.push(parts);
      parts = [];
    } else if (depth === 0 && token === '.' && /^[*+]/.test(quantifier)) {
      if (quantifier.startsWith('+')) text += '.';
      endPart();
    } else {
      text += token + quantifier;
      if (quantifier !== '' || depth > 0) isFixed = false;
    }
  }
  endPart();
  return [...alternatives, parts];
}
