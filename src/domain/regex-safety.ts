/**
 * Regular expressions that people give, held to those whose time stays within bounds.
 *
 * Takes the text of an expression, gives why it is refused. Never runs it on a text: what could be
 * read in two ways is found in the automaton of the expression (Weideman et al. 2016: two different
 * ways round the same loop for the same characters make back-tracking exponential).
 */
import { Automaton, MOST_POSITIONS } from './regex-automaton.ts';

const LONGEST_PATTERN = 500;

/** What may follow each other that takes the same characters. */
export interface RegexLimits {
  /** Open repetitions: the time grows with the length of the text to this power. */
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
  if (/\\[1-9k]/.test(pattern.replace(/\\\\/g, ''))) return 'refers back to a group';
  const automaton = new Automaton(pattern, flags);
  automaton.build();
  if (automaton.sets.length > MOST_POSITIONS) return 'is too large to be checked';
  if (automaton.isExponential())
    return 'could back-track for ever: a repetition within a repetition';
  const loops = automaton.longestLoopChain() + (pattern.startsWith('^') ? 0 : 1);
  if (loops > limits.loops) {
    return 'could back-track for very long: too many open repetitions of the same characters';
  }
  const most = loops > 1 ? limits.doublingsWithLoops : limits.doublings;
  return automaton.doublings() > most
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
