/**
 * Explain: why a prompt got its label, in its own words.
 *
 * Takes the texts of a prompt and its signals, gives the probability of each label and what each word
 * and signal did for the likeliest label against the runner-up, found by leaving it out and reading
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

/** Explains the label of a prompt. */
export function explainLabel(prompt: ExplainedPrompt, model: Model): Explanation {
  const chances = chancesOf(prompt, model);
  const ordered = [...chances.keys()].sort((a, b) => chances[b]! - chances[a]! || a - b);
  const [best, runnerUp] = ordered;
  if (best === undefined || runnerUp === undefined || chances[best] === 0) {
    return { labels: [], evidence: [] };
  }
  const lead = (other: ExplainedPrompt): number => {
    const found = chancesOf(other, model);
    return Math.log(Math.max(TINY, found[best]!)) - Math.log(Math.max(TINY, found[runnerUp]!));
  };
  const whole = lead(prompt);
  const without: Without = (other) => whole - lead({ ...prompt, ...other });
  const evidence = [
    ...wordsOf(prompt.user, 'prompt', (user) => without({ user })),
    ...wordsOf(prompt.system, 'system', (system) => without({ system })),
    ...signalsOf(prompt.signals, (signals) => without({ signals })),
  ];
  return {
    labels: ordered.map((code) => ({ task: TASKS[code]!, probability: chances[code]! })),
    evidence: evidence
      .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
      .slice(0, MOST_EVIDENCE),
  };
}

type Without = (other: Partial<ExplainedPrompt>) => number;

function chancesOf({ system, user, signals }: ExplainedPrompt, model: Model): Float64Array {
  return labelProbabilities(plainPrompt(system, user), signals, model);
}

/** A stretch of a text. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

/** What each word does; neighbours that pull the same way are shown as one phrase. */
function wordsOf(
  text: string,
  where: 'prompt' | 'system',
  effectWithout: (text: string) => number,
): Evidence[] {
  const effectOf = ({ start, end }: Piece): number =>
    effectWithout(text.slice(0, start) + text.slice(end));
  const phrases: (Piece & { effect: number })[] = [];
  for (const piece of piecesOf(text)) {
    const effect = effectOf(piece);
    const before = phrases.at(-1);
    const isNext = before !== undefined && /^[\s'’-]*$/.test(text.slice(before.end, piece.start));
    const isAlike =
      isNext && Math.abs(effect) >= LEAST_EFFECT && before.effect * effect > 0 && isTold(before);
    if (!isAlike) phrases.push({ ...piece, effect });
    else phrases[phrases.length - 1] = { start: before.start, end: piece.end, effect };
  }
  return phrases.map((phrase) => ({
    where,
    what: text.slice(phrase.start, phrase.end).replace(/\s+/g, ' '),
    // Of a phrase, what it does as a whole.
    effect: effectOf(phrase),
  }));
}

function isTold({ effect }: { readonly effect: number }): boolean {
  return Math.abs(effect) >= LEAST_EFFECT;
}

/** The words and question marks of the beginning and of the end. */
function piecesOf(text: string): Piece[] {
  const head = segments(text.slice(0, 4_000), 0);
  const from = Math.max(4_000, text.length - 2_000);
  const all = from < text.length ? [...head, ...segments(text.slice(from), from)] : head;
  if (all.length <= HEAD_WORDS + TAIL_WORDS) return all;
  return [...all.slice(0, HEAD_WORDS), ...all.slice(-TAIL_WORDS)];
}

function segments(text: string, offset: number): Piece[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  return [...segmenter.segment(text)]
    .filter(({ segment, isWordLike }) => isWordLike === true || /[?？:：`]/.test(segment))
    .map(({ segment, index }) => {
      return { start: offset + index, end: offset + index + segment.length };
    });
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
