/**
 * Explain: why a prompt got its label, in its own words.
 *
 * Takes the texts of a prompt and its signals, gives the probability of each label and what each word
 * and signal did for the likeliest label against the runner-up, found by blanking it out and reading
 * again. So it holds for any model, and never shows a hash.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { labelProbabilities } from './classify.ts';
import type { CallSignals } from './evidence.ts';
import { plainPrompt } from './features.ts';
import type { Model } from './model.ts';

/** What is explained. */
export interface ExplainedPrompt {
  readonly system: string;
  readonly user: string;
  readonly signals: CallSignals;
}

/** What spoke for or against the label. */
export interface Evidence {
  readonly where: 'prompt' | 'system' | 'call';
  readonly what: string;
  /** In logits, towards the likeliest label and away from the runner-up; below 0: the other way. */
  readonly effect: number;
}

/** Why a label. */
export interface Explanation {
  /** All labels, likeliest first; empty where no words decide. */
  readonly labels: readonly { readonly task: Task; readonly probability: number }[];
  /** Largest effect first, whatever its direction. */
  readonly evidence: readonly Evidence[];
}

/** More words than that are not in what is read of a text. */
const HEAD_WORDS = 160;
const TAIL_WORDS = 60;
/** Smaller effects decide nothing. */
const LEAST_EFFECT = 0.05;
const MOST_EVIDENCE = 12;
const TINY = 1e-12;
const HEAD_CHARACTERS = 4_000;
const TAIL_CHARACTERS = 2_000;
const BLANK = 0x20;
const encoder = new TextEncoder();

/** Explains the label of a prompt. */
export function explainLabel(
  { system, user, signals }: ExplainedPrompt,
  model: Model,
): Explanation {
  const text = plainPrompt(system, user);
  const chances = labelProbabilities(text, signals, model);
  const ordered = [...chances.keys()].sort((a, b) => chances[b]! - chances[a]! || a - b);
  const [best, runnerUp] = ordered;
  if (best === undefined || runnerUp === undefined || chances[best] === 0) {
    return { labels: [], evidence: [] };
  }
  const lead = (other: CallSignals): number => {
    const found = labelProbabilities(text, other, model);
    return Math.log(Math.max(TINY, found[best]!)) - Math.log(Math.max(TINY, found[runnerUp]!));
  };
  const whole = lead(signals);
  const without = (from: number, to: number): number => {
    const blanked = text.bytes.slice(from, to);
    text.bytes.fill(BLANK, from, to);
    const effect = whole - lead(signals);
    text.bytes.set(blanked, from);
    return effect;
  };
  const evidence = [
    ...wordsOf(user, { where: 'prompt', from: text.userStart, to: text.userEnd, without }),
    ...wordsOf(system, { where: 'system', from: text.systemStart, to: text.systemEnd, without }),
    ...signalsOf(signals, (other) => whole - lead(other)),
  ];
  return {
    labels: ordered.map((code) => ({ task: TASKS[code]!, probability: chances[code]! })),
    evidence: evidence
      .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
      .slice(0, MOST_EVIDENCE),
  };
}

/** Where a text stands in the bytes, and what these do. */
interface Place {
  readonly where: 'prompt' | 'system';
  readonly from: number;
  readonly to: number;
  readonly without: (from: number, to: number) => number;
}

/** A stretch of a text, in its characters and in the bytes of the prompt. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** What each word does; neighbours that pull the same way are shown as one phrase. */
function wordsOf(text: string, { where, from, to, without }: Place): Evidence[] {
  const phrases: (Piece & { effect: number })[] = [];
  for (const piece of piecesOf(text, from, to)) {
    const effect = without(piece.from, piece.to);
    const before = phrases.at(-1);
    const isNext = before !== undefined && /^[\s'’-]*$/.test(text.slice(before.end, piece.start));
    const isAlike =
      isNext && Math.abs(effect) >= LEAST_EFFECT && before.effect * effect > 0 && isTold(before);
    if (!isAlike) phrases.push({ ...piece, effect });
    else phrases[phrases.length - 1] = { ...piece, start: before.start, from: before.from, effect };
  }
  return phrases.map((phrase) => ({
    where,
    what: text.slice(phrase.start, phrase.end).replace(/\s+/g, ' '),
    // Of a phrase, what it does as a whole.
    effect: without(phrase.from, phrase.to),
  }));
}

function isTold({ effect }: { readonly effect: number }): boolean {
  return Math.abs(effect) >= LEAST_EFFECT;
}

/** The words and question marks of the beginning and of the end, in a text's bytes `[first, last)`. */
function piecesOf(text: string, first: number, last: number): Piece[] {
  const head = segments(text.slice(0, HEAD_CHARACTERS), 0, first);
  let from = Math.max(HEAD_CHARACTERS, text.length - TAIL_CHARACTERS);
  // Not the second half of a character.
  if (/[\udc00-\udfff]/.test(text.charAt(from))) from++;
  const tail = text.slice(from);
  const all = tail === '' ? head : [...head, ...segments(tail, from, last - bytesOf(tail))];
  if (all.length <= HEAD_WORDS + TAIL_WORDS) return all;
  return [...all.slice(0, HEAD_WORDS), ...all.slice(-TAIL_WORDS)];
}

function segments(text: string, offset: number, first: number): Piece[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  const pieces: Piece[] = [];
  let to = first;
  for (const { segment, isWordLike, index } of segmenter.segment(text)) {
    const from = to;
    to += bytesOf(segment);
    if (isWordLike !== true && !/[?？:：`]/.test(segment)) continue;
    pieces.push({ start: offset + index, end: offset + index + segment.length, from, to });
  }
  return pieces;
}

/** How long a text is as it stands in a log. */
function bytesOf(text: string): number {
  return encoder.encode(JSON.stringify(text)).length - 2;
}

/** What each signal of the call does. */
function signalsOf(
  signals: CallSignals,
  effectWithout: (signals: CallSignals) => number,
): Evidence[] {
  const { maxTokens, turns, inputTokens, outputTokens } = signals;
  const given: [what: string, without: Partial<CallSignals>][] = [
    ...(signals.hasTools ? [['tools', { hasTools: false }] satisfies [string, object]] : []),
    ...(signals.hasSchema
      ? [['a JSON response format', { hasSchema: false }] satisfies [string, object]]
      : []),
    ...(maxTokens !== null
      ? [[`max_tokens ${maxTokens}`, { maxTokens: null }] satisfies [string, object]]
      : []),
    ...(turns > 1 ? [[`${turns} messages`, { turns: 1 }] satisfies [string, object]] : []),
    ...(outputTokens > 0
      ? [
          [
            `${outputTokens} tokens of answer to ${inputTokens} of input`,
            { outputTokens: 0 },
          ] satisfies [string, object],
        ]
      : []),
  ];
  return given.map(([what, without]) => {
    return { where: 'call', what, effect: effectWithout({ ...signals, ...without }) };
  });
}
