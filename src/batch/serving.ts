/**
 * Serving: which endpoint a model goes to, as far as plans and prices need to know.
 *
 * Takes endpoints and a model, gives the first that serves it, and whose it is. Never chooses among
 * several: the fleet does, while it runs.
 */
import type { Endpoint } from '../providers/provider.ts';
import { type EndpointSpec, serves } from './fleet.ts';

/** The first endpoint that serves a model; null: none does. */
export function servingEndpoint(
  endpoints: readonly EndpointSpec[],
  model: string,
): Endpoint | null {
  return endpoints.find((spec) => serves(spec, model))?.endpoint ?? null;
}

/**
 * The key of an answer: what was asked, of which model, and whose that is. One name may be another
 * model elsewhere; several endpoints of one provider serve the same.
 */
export function answerKey(
  asked: string,
  model: string,
  endpoints: readonly Pick<EndpointSpec, 'endpoint' | 'models'>[],
): string {
  const serving = endpoints.filter((spec) => serves(spec, model));
  const makers = new Set(serving.map(({ endpoint }) => makerOf(endpoint)));
  return `${asked} ${model} ${[...makers].sort().join(' ')}`;
}

/** Whose the models of an endpoint are: of nobody known, such as a server on this machine, the address tells. */
export function makerOf({ provider, baseUrl }: Endpoint): string {
  return provider === '' ? baseUrl.replace(/\/+$/, '') : provider;
}
