/**
 * Finding `repeated_calls`: the same request asked again after its answer was there.
 *
 * Takes calls in time order, gives those an earlier answer could have replaced. Never counts the
 * first of its kind, calls in flight together, or failures. Memory: up to 68 bytes for each of
 * the last `capacity` distinct prompts.
 */
import type { PricedCall } from '../domain/call.ts';
import { arrivalMs, ModelIds } from '../policy/cache-key.ts';
import { type Key, KeyTable } from '../policy/key-table.ts';
import { type Finder, type Finding, FindingTally } from './finding.ts';

interface RepeatOptions {
  /** How long after an answer the same request counts as a repeat; the limit itself counts. */
  readonly repeatWindowMs: number;
  /** Distinct prompts remembered. */
  readonly capacity: number;
}

export const REPEAT_DEFAULTS: RepeatOptions = { repeatWindowMs: 86_400_000, capacity: 500_000 };

export class RepeatedCalls implements Finder {
  readonly #options: RepeatOptions;
  readonly #table: KeyTable;
  /** Two instants a slot: the latest answer that arrived, and the earliest still on its way. */
  readonly #timesMs: Float64Array;
  readonly #models = new ModelIds();
  readonly #tally = new FindingTally();
  /** Slots are given out in turn: once all are used, the prompt first seen longest ago goes. */
  #inserted = 0;
  #sampled = 0;
  #concurrent = 0;
  #untimed = 0;

  constructor(options: RepeatOptions) {
    this.#options = options;
    this.#table = new KeyTable(options.capacity);
    this.#timesMs = new Float64Array(options.capacity * 2);
  }

  add(call: PricedCall): void {
    const { promptHash, startedAtMs } = call;
    if (promptHash === null || call.outcome.status !== 'ok') return;
    if (startedAtMs === null) {
      this.#untimed += 1;
      return;
    }
    const model = this.#models.idOf(call.target);
    const found = this.#table.find(promptHash, call.paramsHash, call.promptBytes, model);
    const arrivesMs = arrivalMs(call, startedAtMs);
    if (found === -1) {
      this.#insert([promptHash, call.paramsHash, call.promptBytes, model], arrivesMs);
    } else {
      this.#compare(call, startedAtMs, found);
      const pending = found * 2 + 1;
      if (arrivesMs < this.#timesMs[pending]!) this.#timesMs[pending] = arrivesMs;
    }
  }

  #insert(key: Key, arrivesMs: number): void {
    const { capacity } = this.#table;
    if (capacity === 0) return;
    const slot = this.#inserted % capacity;
    if (this.#inserted >= capacity) this.#table.remove(slot);
    this.#inserted += 1;
    this.#table.put(slot, key);
    this.#timesMs[slot * 2] = Number.NEGATIVE_INFINITY;
    this.#timesMs[slot * 2 + 1] = arrivesMs;
  }

  #compare(call: PricedCall, nowMs: number, slot: number): void {
    const times = this.#timesMs;
    const pendingMs = times[slot * 2 + 1]!;
    if (pendingMs <= nowMs) {
      times[slot * 2] = pendingMs;
      times[slot * 2 + 1] = Number.POSITIVE_INFINITY;
    }
    if (nowMs - times[slot * 2]! <= this.#options.repeatWindowMs) {
      this.#tally.add(call, call.costPico);
      if ((call.temperatureMilli ?? 0) > 0) this.#sampled += 1;
    } else if (times[slot * 2 + 1] !== Number.POSITIVE_INFINITY) {
      this.#concurrent += 1;
    }
  }

  result(spendPico: bigint): Finding {
    const { repeatWindowMs, capacity } = this.#options;
    const method =
      'Answered calls with the prompt, parameters and model of an answered call, started after that ' +
      `answer and within ${repeatWindowMs / 3_600_000} h of it, among the last ${capacity} distinct ` +
      `requests. The first of each is not counted. Sampled ones had a temperature above 0; left out ` +
      'are concurrent ones, which started before the answer was there, and undated ones.';
    const counts = {
      sampled_calls: this.#sampled,
      concurrent_calls: this.#concurrent,
      undated_calls: this.#untimed,
    };
    return this.#tally.result(
      { id: 'repeated_calls', title: 'Repeated calls', basis: 'measured', method, counts },
      spendPico,
    );
  }
}
