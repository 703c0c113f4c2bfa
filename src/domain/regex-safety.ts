/**
 * Regular expressions that people give, held to those whose time stays within bounds.
 *
 * Takes the text of an expression, gives why it is refused. Never runs it on a text: what could be
 * read in two ways is found in the automaton of the expression (Weideman et al. 2016: two different
 * ways round the same loop for the same characters make back-tracking exponential).
 */
import { Automaton } from './regex-automaton.ts';
import { TooManySteps, Ways } from './regex-ways.ts';

const LONGEST_PATTERN = 500;
const TOO_LARGE = 'is too large to be checked';

/** What may follow each other that takes the same characters. */
export interface RegexLimits {
  /** Open repetitions: the time grows with the length of the text to this power; of infinity, none
   * of the limits counts. */
  readonly loops: number;
  /** Parts that may be left out and alternatives that begin alike, each of which doubles the ways; */
  readonly doublings: number;
  /** where there are two open repetitions or more besides. */
  readonly doublingsWithLoops: number;
}

/** With 3 loops 2,500 characters can take seconds. */
const LIMITS: RegexLimits = { loops: 3, doublings: 12, doublingsWithLoops: 12 };

/** Why an expression, compiled with these flags, is refused; null: it may be used. */
export function slowRegexProblem(
  pattern: string,
  flags: string,
  limits: RegexLimits = LIMITS,
): string | null {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  const mistake = syntaxProblem(pattern, flags);
  if (mistake !== null) return mistake;
  const bare = pattern.replace(/\\\\/g, '');
  if (/\\[1-9k]/.test(bare)) return 'refers back to a group';
  if (/\\c(?![a-z])/i.test(bare)) return 'holds \\c without a letter';
  if (/\(\?[a-z-]+:/.test(bare)) return 'sets flags within';
  try {
    return slowness(new Automaton(pattern, flags), limits);
  } catch (error) {
    if (error instanceof TooManySteps) return TOO_LARGE;
    throw error;
  }
}

function slowness(automaton: Automaton, limits: RegexLimits): string | null {
  if (automaton.isTooLarge) return TOO_LARGE;
  const ways = new Ways(automaton);
  if (ways.isExponential()) return 'could back-track for ever: a repetition within a repetition';
  if (limits.loops === Number.POSITIVE_INFINITY) return null;
  const loops = ways.longestLoopChain() + (automaton.isAnchored ? 0 : 1);
  if (loops > limits.loops) {
    return 'could back-track for very long: too many open repetitions of the same characters';
  }
  const most = loops > 1 ? limits.doublingsWithLoops : limits.doublings;
  return ways.doublings() > most
    ? 'could back-track for very long: too many optional parts, or alternatives that begin alike'
    : null;
}

function syntaxProblem(pattern: string, flags: string): string | null {
  try {
    new RegExp(pattern, flags);
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is no regular expression: ${error.message.replace(/^.*\/[a-z]*: /s, '')}`;
  }
}
