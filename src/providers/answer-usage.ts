/**
 * What an answer was billed for: its counts, tier and reason to stop, as the formats read them.
 *
 * Takes the body of an answer without its text. Never counts itself: a log line with this body gives
 * the same. Counts that contradict each other are none.
 */
import type { Tier } from '../domain/call.ts';
import { inputTotal, outputTotal, type Usage } from '../domain/tokens.ts';
import { bodyOf } from '../formats/bodies.ts';
import type { Body } from '../formats/body.ts';
import { Fields, treeOf } from '../formats/json.ts';
import { BadValue } from '../formats/values.ts';
import type { JsonObject } from './json-object.ts';

/** What the formats make of an answer. */
export interface AnswerFacts {
  /** Null: the answer does not say, or what it says cannot be true. */
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly tier: Tier | null;
  readonly stopReason: string;
  /** What the provider says it charged, in pico-USD; null: it does not say. */
  readonly billedPico: bigint | null;
}

/** Reads the facts of a body. */
export function readFacts(facts: JsonObject): AnswerFacts {
  const body = treeOf(facts);
  if (!(body instanceof Fields)) return { usage: null, ...factsOf(null) };
  try {
    const read = bodyOf(body);
    return { usage: sumOf(read), ...factsOf(read) };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const { usage: _, ...others } = facts;
    const rest = treeOf(others);
    return { usage: null, ...factsOf(rest instanceof Fields ? bodyOf(rest) : null) };
  }
}

function factsOf(body: Body | null): Omit<AnswerFacts, 'usage'> {
  return {
    model: body?.model ?? null,
    tier: body?.tier ?? null,
    stopReason: body?.stopReason ?? '',
    billedPico: body?.billedPico ?? null,
  };
}

/** Iterations of one answer are added up. No prompt is of no tokens: zeros everywhere tell nothing. */
function sumOf(body: Body | null): Usage | null {
  const [first, ...others] = body?.parts ?? [];
  if (first === undefined) return null;
  const sum = { ...first.usage };
  for (const { usage } of others) {
    for (const name of Object.keys(sum) as (keyof Usage)[]) sum[name] += usage[name];
  }
  return inputTotal(sum) + outputTotal(sum) === 0 ? null : sum;
}
