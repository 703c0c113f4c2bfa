/**
 * The proxies that the environment names.
 *
 * Takes variables, gives what undici wants to know. Never looks at the process itself.
 */
import type { Env } from './keys.ts';

/** Proxies by the protocol of the address; empty: none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case; null if no proxy is named. */
export function proxiesOf(env: Env): Proxies | null {
  const variable = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const httpProxy = variable('HTTP_PROXY');
  const httpsProxy = variable('HTTPS_PROXY') || httpProxy;
  if (httpProxy === '' && httpsProxy === '') return null;
  return { httpProxy, httpsProxy, noProxy: variable('NO_PROXY') };
}
