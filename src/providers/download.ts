/**
 * One text from the network, for the command that says so in its help.
 *
 * Takes a URL and limits, gives the text. Never more bytes or time than allowed, never without the
 * proxy the environment names, and never half a text: a UserError says what went wrong, without a
 * password that stood in the URL.
 */
import { EXIT, UserError } from '../errors.ts';
import { proxyAgent } from './proxies.ts';

/** What to fetch, and within which limits. */
export interface Download {
  readonly url: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured, in either case. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Fetches a text. Throws UserError; the signal's own reason when it is aborted. */
export async function downloadText(download: Download): Promise<string> {
  const { url, timeoutMs, signal } = download;
  checkUrl(url);
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await fetchText(download, AbortSignal.any([signal, late]));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof UserError) throw cause;
    if (late.aborted) throw refusal(url, `no answer within ${timeoutMs / 1000} s`, cause);
    if (!(cause instanceof TypeError)) throw cause;
    // undici says only "fetch failed"; what failed is its cause.
    throw refusal(url, reasonOf(cause), cause);
  }
}

/** A URL as it may be shown and kept: without the user and the password in it. */
export function redactedUrl(url: string): string {
  // What is no URL has no end of its password either: everything up to the last `@` goes.
  return url.replace(URL.canParse(url) ? /\/\/[^/?#]*@/ : /\/\/.*@/s, '//***@');
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const shown = redactedUrl(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    const hint = 'give one that begins with https://';
    throw new UserError(EXIT.usage, `'${shown}' is no web address`, hint);
  }
  if (parsed.username === '' && parsed.password === '') return;
  throw new UserError(
    EXIT.usage,
    `'${shown}' has a user or a password in it`,
    'a flag is no place for a secret: name a source that needs none',
  );
}

async function fetchText({ url, maxBytes, env }: Download, signal: AbortSignal): Promise<string> {
  const { Agent, fetch } = await import('undici');
  const dispatcher = (await proxyAgent(env, {})) ?? new Agent();
  try {
    const response = await fetch(url, { dispatcher, signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw refusal(url, `HTTP ${response.status} ${response.statusText}`.trim());
    }
    return await textOf(response.body, url, maxBytes);
  } finally {
    await dispatcher.destroy();
  }
}

async function textOf(
  body: AsyncIterable<Uint8Array> | null,
  url: string,
  maxBytes: number,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > maxBytes) throw refusal(url, `more than ${maxBytes / 1e6} MB`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function reasonOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? `${cause.message} (${String(cause.code)})` : cause.message;
}

function refusal(url: string, why: string, cause?: unknown): UserError {
  const hint = 'check the connection, HTTPS_PROXY and NO_PROXY, or name a mirror with --url';
  return new UserError(EXIT.failed, `cannot fetch ${url}: ${why}`, hint, { cause });
}
