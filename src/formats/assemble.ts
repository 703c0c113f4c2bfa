/**
 * Assembling: a record's roles, its request and its body → Calls.
 *
 * Takes what the other files of this room read, gives one Call for each billed part. The body wins
 * over the record around it for usage and model; the record gives time, user, status and amount.
 */
import type { Call, Outcome, Target, Tier } from '../domain/call.ts';
import type { Rejected } from '../domain/reject.ts';
import { parseTask, type Task } from '../domain/task.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { type Body, tierOf } from './bodies.ts';
import { operationOf, outcomeOf, providerOf, timesOf } from './facts.ts';
import { hashBytes, hashString, mix } from './hash.ts';
import { type Fields, type Json, Text } from './json.ts';
import { milli, NO_PROMPT, type Prompt, readAnswer, readBarePrompt, readPrompt } from './prompt.ts';
import { R, type RoleValues } from './roles.ts';
import { flatUsage } from './usage.ts';
import { moneyOf, numberOf, stringOf } from './values.ts';

/** A call and the texts its task is read from. */
export interface ReadCall {
  readonly call: Call;
  readonly system: Text | null;
  readonly user: Text | null;
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
}

/** Makes the calls of one record, or says why it is none. Throws BadValue for impossible counts. */
export function assemble(found: Found): ReadCall[] | Rejected {
  const { values, body } = found;
  const outcome = outcomeOf(values, body);
  const requested = modelName(found.request?.get('model')) ?? modelName(values[R.modelRequested]);
  const served = body?.model ?? modelName(values[R.model]) ?? requested;
  if (served === null && outcome.status !== 'error') {
    return { reason: 'no_model', detail: 'no model is named' };
  }
  const record: RecordFacts = {
    found,
    outcome,
    prompt: found.request === null ? promptOf(values) : readPrompt(found.request),
    times: timesOf(values, body),
    provider: providerOf(values, body),
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

/** The one part of a record without a body that tells: a failed call without usage billed nothing. */
function flatPart({ found, outcome, provider }: RecordFacts): Part {
  const usage = found.usage === undefined ? flatUsage(found.values, provider) : found.usage;
  const unbilled = usage === null && (outcome.status === 'error' || outcome.status === 'cached');
  return { usage: unbilled ? emptyUsage() : usage, model: null };
}

function callOf(record: RecordFacts, part: Part, index: number): ReadCall {
  const { found, prompt, times } = record;
  const { values, body } = found;
  const answer = readAnswer(body?.answer ?? textual(values[R.answer]));
  const idKey = keyOf(body?.id) ?? keyOf(values[R.responseId]) ?? loggerKey(values[R.id]);
  return {
    call: {
      target: targetOf(record, part),
      outcome: record.outcome,
      usage: part.usage ?? emptyUsage(),
      startedAtMs: times.startedAtMs,
      latencyMs: times.latencyMs,
      maxTokens: prompt.maxTokens ?? wholeOf(values[R.maxTokens]),
      temperatureMilli: prompt.temperatureMilli ?? milli(values[R.temperature]),
      user: userOf(values),
      sessionKey: keyOf(values[R.session]),
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
      billedPico: index === 0 ? billedOf(values) : null,
    },
    system: prompt.system,
    user: prompt.user,
  };
}

function targetOf(record: RecordFacts, part: Part): Target {
  const { values, body, tier, format } = record.found;
  return {
    provider: record.provider,
    model: part.model ?? record.served,
    modelRequested: record.requested,
    operation: operationOf(values, body),
    tier: tier ?? body?.tier ?? tierOf(values[R.tier]) ?? 'standard',
    region: body?.region || (stringOf(values[R.region]) ?? '').slice(0, 60),
    format,
    usageBasis: part.usage === null ? 'missing' : 'measured',
    timeSource: record.times.source,
  };
}

function promptOf(values: RoleValues): Prompt {
  return values[R.prompt] === undefined
    ? NO_PROMPT
    : readBarePrompt(values[R.prompt], values[R.system]);
}

function textual(value: Json | undefined): Json | undefined {
  return value instanceof Text && value.length > 0 ? value : undefined;
}

function wholeOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  return number !== null && number >= 0 && number < 2 ** 31 ? Math.round(number) : null;
}

function modelName(value: Json | undefined): string | null {
  return stringOf(value)?.slice(0, 200) ?? null;
}

/** 53-bit hash of an id; null without one. */
function keyOf(value: Json | undefined): number | null {
  if (value instanceof Text) {
    return value.length === 0 ? null : hashBytes(value.bytes, value.start, value.end);
  }
  const text = stringOf(value);
  return text === null ? null : hashString(text);
}

/** The key of a logger's id; a row number tells rows of one file apart, not calls. */
function loggerKey(value: Json | undefined): number | null {
  const text = stringOf(value);
  return text === null || /^\d+$/.test(text) ? null : keyOf(value);
}

function userOf(values: RoleValues): string {
  return nameOf(values[R.user]) ?? nameOf(values[R.owner]) ?? '';
}

/** A name, an address or an id; a text under a name such as `user` may be a prompt. */
function nameOf(value: Json | undefined): string | null {
  const name = stringOf(value);
  return name !== null && name.length <= 120 && /^\S+( \S+){0,2}$/.test(name) ? name : null;
}

function tagOf(values: RoleValues): Task | null {
  const own = stringOf(values[R.task]);
  if (own !== null) return parseTask(own);
  const tags = values[R.tags];
  if (tags === undefined) return null;
  for (const tag of Array.isArray(tags) ? tags : [tags]) {
    const task = parseTask(stringOf(tag) ?? '');
    if (task !== null) return task;
  }
  return null;
}

function billedOf(values: RoleValues): bigint | null {
  return (
    moneyOf(values[R.cost]) ?? moneyOf(values[R.costCents], 2) ?? moneyOf(values[R.costMicros], 6)
  );
}
