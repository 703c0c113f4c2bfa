/**
 * What an answer was billed for: its counts, tier and reason to stop, as the formats read them.
 *
 * Takes the body of an answer without its text. Never counts itself: a log line with this body gives
 * the same. Counts that contradict each other are none.
 */
import type { Tier } from '../domain/call.ts';
import { inputTotal, outputTotal, type Usage } from '../domain/tokens.ts';
import { type Body, bodyOf } from '../formats/bodies.ts';
import { Fields, treeOf } from '../formats/json.ts';
import { BadValue } from '../formats/values.ts';
import { CountError, isObject, type JsonObject, Members } from './members.ts';
import { addModalities, modalitiesOf, withoutModalities } from './modalities.ts';
import { billedBy } from './usage-body.ts';

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
  try {
    const { usage } = facts;
    const hasModalities = isObject(usage) && namesModalities(usage);
    const counted = bodyIn(hasModalities ? { ...facts, usage: withoutModalities(usage) } : facts);
    const sum = sumOf(counted);
    return {
      usage: sum === null || !hasModalities ? sum : addModalities(sum, modalitiesOf(usage)),
      ...rest(counted),
      billedPico: billedOf(usage),
    };
  } catch (error) {
    if (!(error instanceof BadValue || error instanceof CountError)) throw error;
    const { usage: _, ...others } = facts;
    return { usage: null, ...rest(bodyIn(others)), billedPico: null };
  }
}

function bodyIn(facts: JsonObject): Body | null {
  const tree = treeOf(facts);
  return tree instanceof Fields ? bodyOf(tree) : null;
}

function rest(body: Body | null): Pick<AnswerFacts, 'model' | 'tier' | 'stopReason'> {
  return {
    model: body?.model ?? null,
    tier: body?.tier ?? null,
    stopReason: body?.stopReason ?? '',
  };
}

const DETAILS = [
  'prompt_tokens_details',
  'input_tokens_details',
  'completion_tokens_details',
  'output_tokens_details',
];

/** Images and cached audio, which the formats count as text. */
function namesModalities(usage: JsonObject): boolean {
  return DETAILS.some((name) => {
    const details = usage[name];
    return isObject(details) && ('image_tokens' in details || 'cached_tokens_details' in details);
  });
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

function billedOf(usage: unknown): bigint | null {
  if (!isObject(usage) || !('cost' in usage || 'cost_in_usd_ticks' in usage)) return null;
  return billedBy(new Members({ usage }));
}
