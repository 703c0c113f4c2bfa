/**
 * A base URL, checked and without its slashes at the end.
 *
 * Takes a text, gives a text. Throws UserError for what is none; never shows a password or a query,
 * where people put keys.
 */
import { usageError } from '../errors.ts';

/** Reads a base URL; `origin` says where it was given. */
export function parseBaseUrl(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usageError(`${origin} is no web address`, 'give one such as https://api.openai.com/v1');
  }
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  if (url.username !== '' || url.password !== '') {
    throw usageError(`${origin} (${shown}) holds a user or a password`, KEY_HINT);
  }
  if (url.search !== '' || url.hash !== '') {
    throw usageError(`${origin} (${shown}) has a part after '?' or '#'`, KEY_HINT);
  }
  const known = /\/(?:chat\/completions|responses|embeddings|messages)\/*$/.exec(url.pathname);
  if (known !== null) {
    throw usageError(`${origin} (${shown}) names one request`, `leave '${known[0]}' off`);
  }
  return shown.replace(/\/+$/, '');
}

const KEY_HINT = 'leave it off; a key comes from AICOST_API_KEY or --key-file';
