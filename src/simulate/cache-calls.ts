/**
 * The calls that an exact cache could answer, as columns: what many caches are replayed on.
 *
 * Takes calls in time order, gives typed arrays with interned keys. Never holds a call that no cache
 * may answer (failed, a request for a tool, no prompt, no time), but says how many had no time.
 *
 * Memory: 42 bytes a call (16 with the times, 8 with the cost, 18 with keys, temperature and
 * position) and about 90 a distinct key, shared and per user together: 10 M calls of 3 M prompts
 * take 0.7 GB.
 */
import type { PricedCall } from '../domain/call.ts';
import { arrivalMs, isCacheable, ModelIds } from '../policy/cache-key.ts';
import { FloatColumn, IntColumn } from './columns.ts';
import { KeyInterner } from './key-interner.ts';

/** Calls in time order, one entry of each array per call. */
export interface CacheCalls {
  readonly calls: number;
  readonly startedAtMs: Float64Array;
  /** When the answer was there. */
  readonly answeredAtMs: Float64Array;
  /** In thousandths; -1 if the call set none. */
  readonly temperatureMilli: Int32Array;
  /** The key shared by all users, and the key with the user in it: dense numbers from 0. */
  readonly sharedKey: Int32Array;
  readonly userKey: Int32Array;
  readonly sharedKeys: number;
  readonly userKeys: number;
  /** Safe integers; -1 for a call without a price. */
  readonly costPico: Float64Array;
  /** Which of the calls that were added this is, from 0. */
  readonly position: Int32Array;
  /** Calls that could be answered, if they had a time. */
  readonly undatedCalls: number;
}

/** Any temperature at all: the threshold is each cache's own. */
const ANY_TEMPERATURE = Number.POSITIVE_INFINITY;
const NO_USER = -1;

/** Collects calls in time order. */
export class CacheCallsBuilder {
  readonly #started: FloatColumn;
  readonly #answered: FloatColumn;
  readonly #temperature: IntColumn;
  readonly #sharedKey: IntColumn;
  readonly #userKey: IntColumn;
  readonly #cost: FloatColumn;
  readonly #position: IntColumn;
  readonly #models = new ModelIds();
  readonly #keys = new KeyInterner();
  readonly #userKeys = new KeyInterner();
  #added = 0;
  #undated = 0;

  /** `expected`: about how many calls there will be. */
  constructor(expected?: number) {
    this.#started = new FloatColumn(expected);
    this.#answered = new FloatColumn(expected);
    this.#temperature = new IntColumn(expected);
    this.#sharedKey = new IntColumn(expected);
    this.#userKey = new IntColumn(expected);
    this.#cost = new FloatColumn(expected);
    this.#position = new IntColumn(expected);
  }

  /** Adds a call; gives whether a cache may answer it. */
  add(call: PricedCall): boolean {
    const position = this.#added++;
    if (call.outcome.status === 'cached' || !isCacheable(call, ANY_TEMPERATURE)) return false;
    const { startedAtMs, temperatureMilli, costPico, userId } = call;
    if (startedAtMs === null) {
      this.#undated += 1;
      return false;
    }
    const model = this.#models.idOf(call.target);
    const key = this.#keys.idOf(call.promptHash!, call.paramsHash, call.promptBytes, model);
    this.#position.push(position);
    this.#started.push(startedAtMs);
    this.#answered.push(arrivalMs(call, startedAtMs));
    this.#temperature.push(temperatureMilli ?? -1);
    this.#sharedKey.push(key);
    this.#userKey.push(this.#userKeys.idOf(key, userId ?? NO_USER, 0, 0));
    this.#cost.push(costPico ?? -1);
    return true;
  }

  /** The columns; ends the building. */
  finish(): CacheCalls {
    return {
      calls: this.#started.length,
      startedAtMs: this.#started.view(),
      answeredAtMs: this.#answered.view(),
      temperatureMilli: this.#temperature.view(),
      sharedKey: this.#sharedKey.view(),
      userKey: this.#userKey.view(),
      sharedKeys: this.#keys.size,
      userKeys: this.#userKeys.size,
      costPico: this.#cost.view(),
      position: this.#position.view(),
      undatedCalls: this.#undated,
    };
  }
}
