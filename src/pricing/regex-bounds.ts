/**
 * Patterns of a downloaded catalogue, held to those that answer at once whatever the name.
 *
 * Takes the text of a regular expression, gives why it is refused. Never runs it: the steps it could
 * take on the longest name are counted from its text, always too many rather than too few.
 */

/** No pattern is tried on a longer name. */
export const LONGEST_NAME = 128;

const LONGEST_PATTERN = 256;
/** Three repetitions within an anchored pattern are 128³ steps: some 20 ms. */
const MOST_STEPS = 4_000_000;
/** Escapes, classes, the openings of groups, quantifiers, and any other character. */
const PART = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?(?:<?[=!]|:|<[^>]*>)?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gs;

/** Why a pattern is refused; null: it may be used. */
export function regexProblem(pattern: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  if (!isRegex(pattern)) return 'is no regular expression';
  const parts = pattern.match(PART) ?? [];
  if (parts.some((part) => /^\\[1-9k]/.test(part))) return 'refers back to a group';
  if (parts.some((part, i) => isRepeat(part) && parts[i - 1] === ')')) return 'repeats a group';
  return stepsOf(parts) > MOST_STEPS ? 'could take too long' : null;
}

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** A quantifier other than `?`, which a group may have. */
function isRepeat(part: string): boolean {
  return /^[*+]|^\{\d/.test(part);
}

/** The ways to try: every choice doubles them, every repetition may end at any character. */
function stepsOf(parts: readonly string[]): number {
  const alternatives = [1];
  let steps = 1;
  for (const part of parts) {
    if (part.startsWith('(')) alternatives.push(1);
    else if (part === '|') alternatives.push(alternatives.pop()! + 1);
    else if (part === ')') steps *= alternatives.pop()!;
    else if (/^\?/.test(part)) steps *= 2;
    else if (isRepeat(part) && !/^\{\d+\}/.test(part)) steps *= LONGEST_NAME;
  }
  const outer = alternatives.pop() ?? 1;
  const isAnchored = parts[0] === '^' && outer === 1;
  return steps * outer * (isAnchored ? 1 : LONGEST_NAME);
}
