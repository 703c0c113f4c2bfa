/**
 * The registry of dialects: a record is of the first one that matches.
 *
 * Takes a name, gives its dialect. Never in another order: the more particular ones come first.
 */
import { anthropicBatch, batchInput, batchOutput, geminiBatch, vertexBatch } from './batch.ts';
import { bedrock } from './bedrock.ts';
import type { Dialect } from './dialect.ts';
import { flat } from './flat.ts';
import { litellm } from './litellm.ts';
import { bare, pair } from './pair.ts';

export const DIALECTS: readonly Dialect[] = [
  batchOutput,
  batchInput,
  anthropicBatch,
  geminiBatch,
  vertexBatch,
  litellm,
  bedrock,
  pair,
  bare,
  flat,
];

/** The dialect of a name that `--input-format` takes; undefined for another name. */
export function dialectNamed(id: string): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.id === id);
}
