/**
 * Which calls an exact cache may answer, under which key, and when an answer is there to be reused.
 *
 * Takes calls, gives yes or no, keys and instants. Never drops the model or the parameters from a
 * key: that would be a wrong answer waiting to happen.
 */
import type { Operation, PricedCall, Target } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';

/** Calls at or below this temperature are meant to give the same answer again. */
export const DEFAULT_MAX_TEMPERATURE_MILLI = 300;

/** A call whose log line has no latency is taken to be answered only after this time. */
const UNKNOWN_LATENCY_MS = 30_000;

const CACHED_OPERATIONS: ReadonlySet<Operation> = new Set(['chat', 'embeddings', 'rerank']);

/** The parts of a call that decide whether a cache may answer it. */
type CacheCandidate = Pick<PricedCall, 'target' | 'outcome' | 'promptHash' | 'temperatureMilli'>;

/**
 * Whether an exact cache may store this call's answer and serve it again: answered in full, with a
 * known prompt, at `maxTemperatureMilli` or below (or unset), and not a request for a tool, whose
 * effects are unknown.
 */
export function isCacheable(
  call: CacheCandidate,
  maxTemperatureMilli = DEFAULT_MAX_TEMPERATURE_MILLI,
): boolean {
  return (
    call.promptHash !== null &&
    call.outcome.status === 'ok' &&
    (call.temperatureMilli === null || call.temperatureMilli <= maxTemperatureMilli) &&
    call.outcome.stopReason !== 'tool_calls' &&
    CACHED_OPERATIONS.has(call.target.operation)
  );
}

/** Whether equal requests give equal answers by design, temperature aside: vectors and ranks. */
export function isDeterministic(call: Pick<PricedCall, 'target' | 'temperatureMilli'>): boolean {
  return call.target.operation !== 'chat' || call.temperatureMilli === 0;
}

/** When the answer was there; a call without a latency is assumed slow, unless its time is its end. */
export function arrivalMs(
  call: Pick<PricedCall, 'target' | 'latencyMs'>,
  startedAtMs: EpochMs,
): EpochMs {
  if (call.latencyMs !== null) return startedAtMs + call.latencyMs;
  return call.target.timeSource === 'end' ? startedAtMs : startedAtMs + UNKNOWN_LATENCY_MS;
}

/**
 * Numbers the distinct pairs of provider and model, from 0: the last part of a cache key, whose
 * other parts are `promptHash`, `paramsHash` and `promptBytes`.
 */
export class ModelIds {
  readonly #byTarget = new Map<Target, number>();
  readonly #byName = new Map<string, number>();

  /** The number of a target's provider and model. Targets are interned: one map entry each. */
  idOf(target: Target): number {
    return this.#byTarget.get(target) ?? this.#add(target);
  }

  #add(target: Target): number {
    const name = `${target.provider}\n${target.model}`;
    const id = this.#byName.get(name) ?? this.#byName.size;
    this.#byName.set(name, id);
    this.#byTarget.set(target, id);
    return id;
  }
}
