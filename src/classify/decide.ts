/**
 * Decide: which words of a prompt made its label.
 *
 * Takes a prompt and a model, gives the probability of every label and what each word that is read adds
 * to the likeliest one. A word's weight is measured, not looked up: the prompt is read again without it.
 * Slow by design: for one prompt, never for a log.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { type PromptText, probabilitiesOf } from './classify.ts';
import { type CallSignals, NO_SIGNALS } from './evidence.ts';
import type { Model } from './model.ts';
import { NO_KEY } from './remember.ts';

/** A word or a run of wide characters, and what it does. */
export interface DecidingWord {
  readonly text: string;
  readonly where: 'system' | 'user';
  /** Logits of the likeliest label over the runner-up that would be missing without it. */
  readonly weight: number;
}

/** Why a prompt has its label. */
export interface Decision {
  /** Likeliest first; they add up to 1. */
  readonly labels: readonly { readonly task: Task; readonly probability: number }[];
  /** Those that weigh most first, for or against. */
  readonly words: readonly DecidingWord[];
  /** What the call's signals add to the likeliest label over the runner-up, in logits. */
  readonly signalWeight: number;
}

const BLANK = 0x20;
/** Words that change less are not worth naming. */
const MIN_WEIGHT = 0.02;
const WORD = /\\u[0-9a-f]{4}|\\.|[\p{L}\p{N}_'’-]+|[^\s\p{L}\p{N}\\]/giu;
const HAN = /\p{Script=Han}/u;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Says which words decided, by reading the prompt without each of them. */
export function decide(text: PromptText, signals: CallSignals, model: Model): Decision {
  const plain = copyOf(text);
  const probabilities = probabilitiesOf(plain, signals, model);
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  const [best, second] = [order[0] ?? 0, order[1] ?? 0];
  const lead = (of: Float64Array) => model.temperature * Math.log(of[best]! / of[second]!);
  const full = lead(probabilities);
  const words: DecidingWord[] = [];
  for (const { start, end, where } of wordsOf(plain)) {
    const removed = plain.bytes.slice(start, end);
    plain.bytes.fill(BLANK, start, end);
    const weight = full - lead(probabilitiesOf(plain, signals, model));
    plain.bytes.set(removed, start);
    if (Math.abs(weight) < MIN_WEIGHT) continue;
    words.push({ text: decoder.decode(removed), where, weight });
  }
  words.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const silent = { ...NO_SIGNALS, operation: signals.operation };
  return {
    labels: order.map((label) => ({ task: TASKS[label]!, probability: probabilities[label]! })),
    words,
    signalWeight: full - lead(probabilitiesOf(plain, silent, model)),
  };
}

/** Only what is read, so that words can be blanked; nothing of it is remembered. */
function copyOf(text: PromptText): PromptText {
  const system = text.bytes.slice(text.systemStart, Math.max(text.systemStart, text.systemEnd));
  const user = text.bytes.slice(text.userStart, Math.max(text.userStart, text.userEnd));
  const bytes = new Uint8Array(system.length + user.length);
  bytes.set(system);
  bytes.set(user, system.length);
  return {
    bytes,
    systemStart: 0,
    systemEnd: system.length,
    userStart: system.length,
    userEnd: bytes.length,
    systemKey: NO_KEY,
    promptKey: NO_KEY,
  };
}

/** Words that are read at most: the beginning and the end of each text. */
const MAX_WORDS = 160;

function wordsOf(text: PromptText) {
  const found: { start: number; end: number; where: 'system' | 'user' }[] = [];
  const add = (from: number, to: number, where: 'system' | 'user') => {
    const part = decoder.decode(text.bytes.subarray(from, to));
    const words = [...part.matchAll(WORD)].flatMap(({ 0: word, index }) => {
      // Of Chinese, two characters at a time.
      if (!HAN.test(word)) return [{ word, index }];
      return (word.match(/.{1,2}/gu) ?? []).map((two, at) => ({
        word: two,
        index: index + 2 * at,
      }));
    });
    const some = words.filter((_, at) => at < MAX_WORDS || at >= words.length - MAX_WORDS);
    for (const { word, index } of some) {
      const start = from + encoder.encode(part.slice(0, index)).length;
      found.push({ start, end: start + encoder.encode(word).length, where });
    }
  };
  add(text.systemStart, text.systemEnd, 'system');
  add(text.userStart, text.userEnd, 'user');
  return found;
}
