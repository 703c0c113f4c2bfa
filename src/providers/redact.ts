/**
 * Texts of providers, made fit for people: no key, no password, nothing of the prompt.
 *
 * Takes a text that somebody else wrote, gives one line of it. Never longer than a line of a table.
 */

const MAX_LENGTH = 240;
const HIDDEN = '[hidden]';
/** Local servers take any word for a key; hiding `test` everywhere would hide the text. */
const SHORTEST_SECRET = 6;

/** Keys as providers make them, in headers, addresses and masked spellings. */
const SECRETS = [
  /\b(?:sk|pk|rk|gsk|xai|pplx|fw|r8|hf|nvapi|csk)[-_][\w*.-]{6,}/gi,
  /\bAIza[\w-]{10,}/g,
  /\b(?:bearer|basic)\s+[\w+/=.~*-]{6,}/gi,
  /(?<=\/\/)[^/\s@]+(?=@)/g,
  /(?<=[?&](?:api[-_]?key|key|token|access_token|sig)=)[^&\s]+/gi,
];

/** Hides all of some secrets in a text, and what looks like one. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets.filter(({ length }) => length >= SHORTEST_SECRET))
    result = result.replaceAll(secret, HIDDEN);
  for (const pattern of SECRETS) result = result.replace(pattern, HIDDEN);
  return result;
}

/** One line, without control characters, at most 240 characters. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}

/** What of an error's text may be a piece of the request: as many characters, found in it, and more. */
const ECHO_LENGTH = 24;
const ECHO_STEP = 8;

/** Whether a text repeats a piece of the request that it answers. */
export function repeatsRequest(text: string, requestText: string): boolean {
  for (let start = 0; start + ECHO_LENGTH <= text.length; start += ECHO_STEP) {
    if (requestText.includes(text.slice(start, start + ECHO_LENGTH))) return true;
  }
  return false;
}

/** Leaves out what an error quotes, unless it is one short word: a name, a limit. */
export function withoutQuotes(text: string): string {
  return text.replace(
    /(?<![\p{L}\d])(["'`‘“])([^"'`’”]*)(["'`’”])/gu,
    (whole, open, quoted: string, close) =>
      /^[\w.:/[\]@-]{0,60}$/.test(quoted) ? whole : `${open}…${close}`,
  );
}
