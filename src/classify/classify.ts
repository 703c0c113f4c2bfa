/**
 * Classify: says what a prompt asks for and how hard it is.
 *
 * Takes the bytes of the instruction-bearing texts, the call's signals and a model; gives one label
 * with a confidence, and a complexity. Never decodes, and allocates only its result.
 */
import type { Operation } from '../domain/call.ts';
import { TASKS, type Task } from '../domain/task.ts';
import { type CallSignals, weighSignals } from './evidence.ts';
import { addFeatures, COMPLEXITY, type Model, SCORES } from './model.ts';
import {
  features,
  hasWords,
  isShapeless,
  type PromptText,
  readSystem,
  readUser,
  type SystemSays,
  words,
  zoneFactor,
} from './read.ts';
import { createMemory, recall, remember } from './remember.ts';
import { isMark } from './words.ts';

export type { PromptText } from './read.ts';

/** A label and how sure it is. */
export interface Verdict {
  task: Task;
  /** Integer from 0 to 100: the probability of the label in percent. */
  confidence: number;
}

/** A verdict, and how hard it is, from one reading of the words. */
export interface PromptReading {
  verdict: Verdict;
  /** From 0 to 1: how likely a weak model fails where a strong one does not, as a rank. */
  complexity: number;
  /** Whether the user message says anything, or the system prompt where that is empty. */
  hasWords: boolean;
}

/** A word said so often may still be meant. */
const MAX_ONE_WORD = 8;
/** What is left of the scores of a message without any form. */
const UNSURE = 0.12;
/** How fast complexity goes from 0 to 1 around a usual question. */
const COMPLEXITY_STEEPNESS = 8;
/** Labels that are given by words; `embedding` is known from the endpoint. */
const LABELS = COMPLEXITY;
// Whether there are words travels with the scores, behind them; and so does what a system prompt says.
const WORDS = SCORES;
const SAYS = SCORES;
const WIDTH = SCORES + 3;

// One set of buffers, reused: classifying is synchronous.
const scores = new Float64Array(WIDTH);
const systemScores = new Float64Array(WIDTH);
const system: SystemSays = { bytes: 0, asks: 0 };
const probabilities = new Float64Array(LABELS);
const systems = createMemory(512, WIDTH);
const prompts = createMemory(8_192, WIDTH);
/** Whose scores are remembered. */
let remembered: Model | null = null;

/** Labels a prompt. */
export function classifyPrompt(text: PromptText, signals: CallSignals, model: Model): Verdict {
  return readPrompt(text, signals, model).verdict;
}

/** Labels and ranks a prompt, reading its words once; not if it was among the last ones. */
export function readPrompt(text: PromptText, signals: CallSignals, model: Model): PromptReading {
  if (remembered !== model) forgetAll(model);
  if (!recall(prompts, text.promptKey, scores)) {
    scorePrompt(text, model);
    remember(prompts, text.promptKey, scores);
  }
  const says = scores[WORDS] === 1;
  if (signals.operation !== 'chat') {
    return { verdict: verdictOfOperation(signals.operation), complexity: 0, hasWords: says };
  }
  if (!says) return { verdict: NOTHING_SAID, complexity: 0, hasWords: false };
  weighSignals(scores, signals);
  return { verdict: verdictOf(model), complexity: complexityOf(model), hasWords: true };
}

function complexityOf({ complexityBias }: Model): number {
  return 1 / (1 + Math.exp(COMPLEXITY_STEEPNESS * (complexityBias - scores[COMPLEXITY]!)));
}

const NOTHING_SAID: Verdict = { task: 'other', confidence: 0 };

function forgetAll(model: Model): void {
  systems.keys.fill(0);
  prompts.keys.fill(0);
  remembered = model;
}

/** The endpoint alone tells embeddings; of images, audio and reranking there is no label. */
function verdictOfOperation(operation: Operation): Verdict {
  return operation === 'embeddings'
    ? { task: 'embedding', confidence: 100 }
    : { task: 'other', confidence: 0 };
}

/** Sets the scores to what both texts say, and whether they say anything. */
function scorePrompt(text: PromptText, model: Model): void {
  if (!recall(systems, text.systemKey, systemScores)) {
    systemScores.fill(0);
    const isThere = readSystem(text, system);
    if (isThere) weighFeatures(model, systemScores);
    systemScores[SAYS] = system.asks;
    systemScores[SAYS + 1] = system.bytes;
    systemScores[SAYS + 2] = isThere && hasWords() ? 1 : 0;
    remember(systems, text.systemKey, systemScores);
  }
  system.asks = systemScores[SAYS]!;
  system.bytes = systemScores[SAYS + 1]!;
  readUser(text, system);
  scores.set(systemScores);
  weighFeatures(model, scores);
  const userBytes = Math.max(0, text.userEnd - text.userStart);
  scores[COMPLEXITY]! += model.complexityPerOctave * Math.log2(userBytes + 1);
  if (isMonotone()) scores.fill(0, 0, LABELS);
  else if (isShapeless(system)) makeUnsure();
  scores[WORDS] = words.count === 0 ? systemScores[SAYS + 2]! : hasWords() ? 1 : 0;
}

/** Of words in any order no label may be sure. */
function makeUnsure(): void {
  for (let label = 0; label < LABELS; label++) scores[label]! *= UNSURE;
}

/** Whether a message is one word or character again and again: then no weight means anything. */
function isMonotone(): boolean {
  const { words: seen, count } = words;
  if (count <= MAX_ONE_WORD) return false;
  // Of one character there are three words: it, a pair, and a triple of it.
  for (let i = 3; i < count; i++) {
    const word = seen[i]!;
    if (word !== seen[0] && word !== seen[1] && word !== seen[2] && !isMark(word)) return false;
  }
  return true;
}

function weighFeatures(model: Model, into: Float64Array): void {
  for (let zone = 0; zone < features.length; zone++) {
    const list = features[zone]!;
    if (list.count > 0) addFeatures(model, list, zoneFactor(zone, list.count), into);
  }
}

/** The likeliest label, if it is likely enough. */
function verdictOf(model: Model): Verdict {
  let best = 0;
  for (let label = 1; label < LABELS; label++) if (scores[label]! > scores[best]!) best = label;
  let sum = 0;
  for (let label = 0; label < LABELS; label++) {
    const share = Math.exp((scores[label]! - scores[best]!) / model.temperature);
    probabilities[label] = share;
    sum += share;
  }
  const confidence = Math.min(99, Math.round(100 / sum));
  if (!(1 / sum >= model.minProbability)) return { task: 'other', confidence };
  return { task: TASKS[best]!, confidence };
}

/** The probability of each label by its code; all 0 where no words decide. A copy: for explaining. */
export function labelProbabilities(
  text: PromptText,
  signals: CallSignals,
  model: Model,
): Float64Array {
  probabilities.fill(0);
  readPrompt(text, signals, model);
  const sum = probabilities.reduce((all, share) => all + share, 0);
  return probabilities.map((share) => (sum === 0 ? 0 : share / sum));
}
