/**
 * The proxies that the environment names.
 *
 * Takes variables, gives a dispatcher that goes through them. Never looks at the process itself, and
 * never shows a proxy's password.
 */
import type { Agent, Dispatcher } from 'undici';
import { EXIT, UserError } from '../errors.ts';
import type { Env } from './keys.ts';
import { hideSecrets } from './redact.ts';

/**
 * A dispatcher for HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case; null if no proxy is named.
 * Throws UserError for one that is none.
 */
export async function proxyAgent(env: Env, options: Agent.Options): Promise<Dispatcher | null> {
  const variable = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const httpProxy = variable('HTTP_PROXY');
  const httpsProxy = variable('HTTPS_PROXY') || httpProxy;
  if (httpProxy === '' && httpsProxy === '') return null;
  const { EnvHttpProxyAgent } = await import('undici');
  try {
    // An empty text means no proxy: undici would else look at the process.
    const proxies = { httpProxy, httpsProxy, noProxy: variable('NO_PROXY') };
    return new EnvHttpProxyAgent({ ...options, ...proxies });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const message = `cannot use the proxy: ${hideSecrets(cause.message, [])}`;
    throw new UserError(EXIT.usage, message, 'check HTTPS_PROXY and HTTP_PROXY');
  }
}
