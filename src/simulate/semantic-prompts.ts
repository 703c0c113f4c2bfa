/**
 * The distinct prompts of a log that a semantic cache may look at.
 *
 * Takes the calls as columns, gives a number to each distinct prompt with its first call, and says of
 * which prompts only one may stand for another: same system prompt, model, parameters. Never a call
 * that no cache may answer, and never anything but chats: vectors and ranks of other texts are wrong.
 *
 * Memory: 4 bytes a call, and about 60 a distinct prompt.
 */
import type { PricedCall } from '../domain/call.ts';
import { isCacheable, ModelIds } from '../policy/cache-key.ts';
import type { CallTable } from './call-table.ts';
import { FloatColumn, IntColumn } from './columns.ts';
import { KeyInterner } from './key-interner.ts';

/** Distinct prompts, numbered from 0 in the order of their first calls. */
export interface DistinctPrompts {
  readonly count: number;
  /** The prompt of each call of the log; -1: none. */
  readonly promptOf: Int32Array;
  /** The ledger's id of the first call. */
  readonly callId: Float64Array;
  /** Prompts of other settings are never alike. */
  readonly setting: Int32Array;
  /** Of the first call; -1: not known. */
  readonly answerHash: Float64Array;
  /** 1 where the first call is held out: no threshold is fitted on it. */
  readonly heldOut: Uint8Array;
}

const NONE = -1;

/** Whether a semantic cache may store or serve a call at this temperature. */
export function isAskable(call: PricedCall, maxTemperatureMilli: number): boolean {
  return call.target.operation === 'chat' && isCacheable(call, maxTemperatureMilli);
}

/** The distinct prompts of a log; `heldOut` tells calls that nothing may be fitted on. */
export function distinctPrompts(table: CallTable, heldOut: Uint8Array | null): DistinctPrompts {
  const promptOf = new Int32Array(table.calls).fill(NONE);
  const [keys, settings, models] = [new KeyInterner(), new KeyInterner(), new ModelIds()];
  const [callId, answerHash] = [new FloatColumn(), new FloatColumn()];
  const [setting, isHeldOut] = [new IntColumn(), new IntColumn()];
  table.each((call, position) => {
    if (call.outcome.status === 'cached' || !isAskable(call, Number.POSITIVE_INFINITY)) return;
    const { promptHash, paramsHash, promptBytes, systemHash } = call;
    const model = models.idOf(call.target);
    const prompt = keys.idOf(promptHash!, paramsHash, promptBytes, model);
    promptOf[position] = prompt;
    if (prompt < callId.length) return;
    callId.push(call.id);
    answerHash.push(call.answerHash ?? NONE);
    setting.push(settings.idOf(systemHash ?? NONE, paramsHash, model, 0));
    isHeldOut.push(heldOut?.[position] ?? 0);
  });
  return {
    ...{ count: keys.size, promptOf, callId: callId.view(), setting: setting.view() },
    ...{ answerHash: answerHash.view(), heldOut: Uint8Array.from(isHeldOut.view()) },
  };
}
