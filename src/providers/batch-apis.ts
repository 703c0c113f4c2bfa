/**
 * The Batch APIs of endpoints, each in its provider's manner.
 *
 * Takes what a sender takes, gives APIs by endpoint and wire format. Never an API of its own.
 */
import { anthropicBatchApi } from './batch-anthropic.ts';
import type { BatchApi } from './batch-api.ts';
import { openAiBatchApi } from './batch-openai.ts';
import { createTransfers } from './batch-transfer.ts';
import type { Endpoint } from './provider.ts';
import { formatOf, type SenderOptions } from './send.ts';

/** The Batch APIs of a run. */
export interface BatchApis {
  /** That of an endpoint, for requests in its wire format. */
  of(endpoint: Endpoint): BatchApi;
  close(): Promise<void>;
}

/** Makes the APIs; nothing is sent. Throws UserError for a proxy that is none. */
export async function createBatchApis(options: SenderOptions): Promise<BatchApis> {
  const transfers = await createTransfers(options);
  const known = new Map<string, BatchApi>();
  return {
    of(endpoint) {
      const name = `${endpoint.wire} ${endpoint.id}`;
      const api = known.get(name) ?? apiOf(endpoint);
      known.set(name, api);
      return api;
    },
    close: () => transfers.close(),
  };

  function apiOf(endpoint: Endpoint): BatchApi {
    const transfer = transfers.of(endpoint);
    if (endpoint.wire === 'anthropic_messages') return anthropicBatchApi(transfer, endpoint);
    return openAiBatchApi(transfer, formatOf(endpoint.wire), endpoint);
  }
}
