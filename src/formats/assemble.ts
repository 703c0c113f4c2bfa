/**
 * Assembling: a record's roles, its request and its body → Calls.
 *
 * Takes what the other files of this room read, gives one Call for each billed part. The body wins
 * over the record around it for usage and model; the record gives time, user, status and amount.
 * Never makes up a count: a call without usage says so.
 */
import { type Call, hasFailed, type Outcome, type Target, type Tier } from '../domain/call.ts';
import type { Rejected } from '../domain/reject.ts';
import { parseTag, type Task } from '../domain/task.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { type Body, servedTier, tierOf } from './body.ts';
import { operationOf, outcomeOf, providerOf, timesOf } from './facts.ts';
import { hashString, mix } from './hash.ts';
import { type Fields, type Json, Text } from './json.ts';
import { K } from './keys.ts';
import type { Memory } from './memory.ts';
import {
  answerOf,
  barePromptOf,
  limitOf,
  milli,
  NO_PROMPT,
  type Prompt,
  promptOf,
} from './prompt.ts';
import { R, type RoleValues } from './roles.ts';
import { textsOf, type Uncounted } from './texts.ts';
import { flatUsage } from './usage.ts';
import { countOf, moneyOf, stringOf, TICK_DIGITS } from './values.ts';

/** A call and the texts its task is read from. */
export interface ParsedCall {
  readonly call: Call;
  readonly system: Text | null;
  readonly user: Text | null;
  /** Whether the prompt holds a part that is no text, such as an image. */
  readonly hasMedia: boolean;
  /** What was answered, as the log holds it: a text, a message or its parts. */
  readonly answer: Json | undefined;
  /** Where an answered call has no counts: what they may be counted from. */
  readonly uncounted: Uncounted | null;
  /** What the log says of the call's purpose and path, as it stands there: for a user's rules. */
  readonly tags: Json | undefined;
  readonly endpoint: Json | undefined;
}

/** What a dialect found in one record. */
export interface Found {
  readonly format: string;
  readonly values: RoleValues;
  readonly request: Fields | null;
  readonly body: Body | null;
  /** The tier the framing proves: batch files. */
  readonly tier: Tier | null;
  /** Usage the dialect read itself; undefined: the body's, else the flat counts. */
  readonly usage?: Usage | null;
  /** What is counted where the usage is not whole: told, and never priced. */
  readonly half?: Usage | null;
}

/** Makes the calls of one record, or says why it is none. Throws BadValue for impossible counts. */
export function assemble(found: Found, memory: Memory): ParsedCall[] | Rejected {
  const { values, body } = found;
  const outcome = outcomeOf(values, body);
  const requested =
    modelName(found.request?.get(K.model) ?? found.request?.get(K.model_id)) ??
    modelName(values[R.modelRequested]);
  const served = body?.model ?? modelName(values[R.model]) ?? requested;
  if (served === null && outcome.status !== 'error') {
    return { reason: 'no_model', detail: 'no model is named' };
  }
  const record: RecordFacts = {
    found,
    memory,
    outcome: memory.sharedOutcome(outcome),
    prompt: found.request === null ? promptBeside(values, memory) : promptOf(found.request, memory),
    times: timesOf(values, body),
    provider: providerOf(values, body, memory),
    served: served ?? '',
    requested: requested ?? served ?? '',
  };
  if (body !== null && body.parts.length > 1) {
    return body.parts.map((part, index) => callOf(record, part, index));
  }
  return [callOf(record, body?.parts[0] ?? flatPart(record), 0)];
}

/** What all parts of a record share. */
interface RecordFacts {
  readonly found: Found;
  readonly memory: Memory;
  readonly outcome: Outcome;
  readonly prompt: Prompt;
  readonly times: ReturnType<typeof timesOf>;
  readonly provider: string;
  readonly served: string;
  readonly requested: string;
}

interface Part {
  readonly usage: Usage | null;
  readonly model: string | null;
}

/** The one part of a record without a body that tells. */
function flatPart({ found, provider }: RecordFacts): Part {
  const usage = found.usage === undefined ? flatUsage(found.values, provider) : found.usage;
  return { usage, model: null };
}

function callOf(record: RecordFacts, part: Part, index: number): ParsedCall {
  const { found, prompt, times, memory } = record;
  const { values, body } = found;
  const answered = body?.answer ?? textual(values[R.answer]);
  const answer = answerOf(answered, memory);
  const idKey =
    keyOf(body?.id, memory) ??
    keyOf(values[R.responseId], memory) ??
    loggerKey(values[R.id], memory);
  return {
    call: {
      target: targetOf(record, part),
      outcome: record.outcome,
      usage: part.usage ?? found.half ?? emptyUsage(),
      startedAtMs: times.startedAtMs,
      latencyMs: times.latencyMs,
      maxTokens: prompt.maxTokens ?? limitOf(values[R.maxTokens]),
      temperatureMilli: prompt.temperatureMilli ?? milli(values[R.temperature]),
      user: userOf(values, memory),
      sessionKey: keyOf(values[R.session], memory),
      tag: tagOf(values),
      idKey: index === 0 || idKey === null ? idKey : mix(idKey, index),
      promptHash: prompt.promptHash,
      systemHash: prompt.systemHash,
      paramsHash: prompt.paramsHash,
      answerHash: answer.hash,
      promptBytes: prompt.promptBytes,
      answerBytes: answer.bytes,
      turns: prompt.turns,
      hasTools: prompt.hasTools,
      hasSchema: prompt.hasSchema,
      billedPico: index === 0 ? (billedOf(values) ?? body?.billedPico ?? null) : null,
    },
    system: prompt.system,
    user: prompt.user,
    hasMedia: prompt.hasMedia,
    answer: answered,
    uncounted: part.usage === null ? uncountedOf(record) : null,
    tags: values[R.task] ?? values[R.tags],
    endpoint: values[R.url] ?? values[R.callType],
  };
}

/** The texts to count; null for a call that failed or that a cache answered: nothing was billed. */
function uncountedOf({ found, outcome }: RecordFacts): Uncounted | null {
  if (hasFailed(outcome.status) || outcome.status === 'cached') return null;
  // Half a count is one: texts would contradict it.
  const { [R.total]: total, [R.output]: output } = found.values;
  if ((countOf(total, 'total') ?? countOf(output, 'output') ?? 0) > 0) return null;
  return textsOf(found.request, found.body, found.values);
}

function targetOf(record: RecordFacts, part: Part): Target {
  const { values, body, tier, format } = record.found;
  return record.memory.sharedTarget({
    provider: record.provider,
    model: part.model ?? record.served,
    modelRequested: record.requested,
    operation: operationOf(values, body, record.memory),
    tier: servedTier(tier, body?.tier ?? tierOf(values[R.tier])),
    region: body?.region || (stringOf(values[R.region]) ?? '').slice(0, 60),
    format,
    usageBasis: part.usage === null ? 'missing' : 'measured',
    timeSource: record.times.source,
  });
}

function promptBeside(values: RoleValues, memory: Memory): Prompt {
  return values[R.prompt] === undefined
    ? NO_PROMPT
    : barePromptOf(values[R.prompt], values[R.system], memory);
}

function textual(value: Json | undefined): Json | undefined {
  return value instanceof Text && value.length > 0 ? value : undefined;
}

function modelName(value: Json | undefined): string | null {
  const name = stringOf(value);
  return name === null || name === '-' ? null : name.slice(0, 200);
}

/** 53-bit hash of an id; null without one. */
function keyOf(value: Json | undefined, memory: Memory): number | null {
  if (value instanceof Text) return value.length === 0 ? null : memory.hasher.bytes(value);
  const text = stringOf(value);
  return text === null ? null : hashString(text);
}

/** The key of a logger's id; a row number tells rows of one file apart, not calls. */
function loggerKey(value: Json | undefined, memory: Memory): number | null {
  const text = stringOf(value);
  return text === null || /^\d+$/.test(text) ? null : keyOf(value, memory);
}

function userOf(values: RoleValues, memory: Memory): string {
  return nameOf(values[R.user], memory) ?? nameOf(values[R.owner], memory) ?? '';
}

/** A name, an address or an id; a text under a name such as `user` may be a prompt. */
function nameOf(value: Json | undefined, { users }: Memory): string | null {
  const name = stringOf(value);
  if (name === null || name.length > 120) return null;
  const known = users.get(name);
  if (known !== undefined) return known;
  return users.keep(name, /^\S+( \S+){0,2}$/.test(name) ? name : null);
}

function tagOf(values: RoleValues): Task | null {
  const own = stringOf(values[R.task]);
  if (own !== null) return parseTag(own);
  const tags = values[R.tags];
  if (tags === undefined) return null;
  for (const tag of Array.isArray(tags) ? tags : [tags]) {
    const task = parseTag(stringOf(tag) ?? '');
    if (task !== null) return task;
  }
  return null;
}

function billedOf(values: RoleValues): bigint | null {
  return (
    moneyOf(values[R.cost]) ??
    moneyOf(values[R.costCents], 2) ??
    moneyOf(values[R.costMicros], 6) ??
    moneyOf(values[R.costTicks], TICK_DIGITS)
  );
}
