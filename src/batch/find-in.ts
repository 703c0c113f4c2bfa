/**
 * Searching an answer by an expression, for so long and no longer.
 *
 * Takes an expression and a text, gives whether it is found. Never holds the process up: a search
 * that takes longer than a second is given up.
 */
import { createContext, Script } from 'node:vm';

const LONGEST_SEARCH_MS = 1_000;
/** What `slowRegexProblem` lets pass takes milliseconds at most on a text of this length. */
const SHORT_TEXT = 200;
/** Without any of these a search takes as long as its text. */
const REPEATS = /[*+?{]/;

const SEARCH = new Script('regex.test(text)');
/** What the search sees: one world for all of them, since making one takes longer than a search. */
const searched = createContext({ regex: /(?:)/, text: '' });

/** Whether an expression is found in a text; null: the search took too long. */
export function findsIn(regex: RegExp, text: string): boolean | null {
  if (text.length <= SHORT_TEXT || !REPEATS.test(regex.source)) return regex.test(text);
  Object.assign(searched, { regex, text });
  try {
    return SEARCH.runInContext(searched, { timeout: LONGEST_SEARCH_MS }) as boolean;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return null;
  }
}

function isTimeout(error: unknown): boolean {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
