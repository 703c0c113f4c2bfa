/**
 * Evidence: what a prompt's shape and its call say about the task, besides its words.
 *
 * Takes the scan of the user message and the call's signals, adjusts the scores of labels. Never
 * makes a label win without any word for it, but for code, questions and word problems.
 */
import type { Operation } from '../domain/call.ts';
import { TASKS, type Task } from '../domain/task.ts';
import type { Scan } from './hits.ts';

const CODE_OF: Readonly<Record<Task, number>> = Object.fromEntries(
  TASKS.map((task, code) => [task, code]),
) as Record<Task, number>;
const {
  classification: CLASSIFICATION,
  extraction: EXTRACTION,
  summarization: SUMMARIZATION,
  translation: TRANSLATION,
  rewriting: REWRITING,
  qa: QA,
  chat: CHAT,
  code: CODE,
  reasoning: REASONING,
  analysis: ANALYSIS,
  creative: CREATIVE,
} = CODE_OF;

/** What a call tells besides its words; counts are 0 where unknown. */
export interface CallSignals {
  operation: Operation;
  hasTools: boolean;
  /** A response format of JSON or a JSON schema. */
  hasSchema: boolean;
  maxTokens: number | null;
  inputTokens: number;
  outputTokens: number;
  /** Messages in the prompt. */
  turns: number;
}

/** The bytes of a user message and what was counted in them. */
export interface Shape {
  /** The counts are of these. */
  bytesRead: number;
  digits: number;
  symbols: number;
}

/** Adds what the form of the user message says. */
export function weighShape(scores: Float64Array, scan: Scan, shape: Shape): void {
  if (scan.words === 0) return;
  weighCode(scores, scan, shape);
  const asks = scan.lastIsQuestion || (scan.firstIsQuestion && scan.sentences <= 3);
  const numbers = shape.digits >= 2;
  if (scan.wordProblems > 0 && numbers && scan.questions > 0 && !scan.hasBody) {
    add(scores, REASONING, 4 + Math.min(3, shape.digits / 4));
    scores[QA]! *= 0.5;
  }
  if (scan.options >= 2) add(scores, QA, 4);
  if (asks && scan.words <= SHORT_QUESTION_WORDS) add(scores, QA, 3);
  else if (asks) scores[QA] = Math.max(scores[QA]! + 1, LIKELY_QUESTION);
  if (scan.asksLast && scan.lines > 1) add(scores, QA, 3);
  if (scan.given > 0 || scan.hasBody) lift(scores, TRANSFORMING, 1);
  else if (scan.words <= 40) scores[EXTRACTION]! *= 0.7;
}

const SHORT_QUESTION_WORDS = 14;
/** Longer questions are often reasoning or analysis: labelled, but with a low confidence. */
const LIKELY_QUESTION = 3.1;
/** The labels that work on a given text. */
const TRANSFORMING = [CLASSIFICATION, EXTRACTION, SUMMARIZATION, TRANSLATION, REWRITING];

function weighCode(scores: Float64Array, scan: Scan, shape: Shape): void {
  if (scan.fences > 0) add(scores, CODE, 2);
  const density = shape.symbols / Math.max(40, shape.bytesRead);
  if (density > 0.04 && scores[REASONING]! < 4) add(scores, CODE, Math.min(3, density * 40));
}

/** Adds what the call says: limits, formats, tools and the length of the answer. */
export function weighSignals(scores: Float64Array, signals: CallSignals): void {
  const { inputTokens, outputTokens, maxTokens } = signals;
  if (signals.hasSchema) lift(scores, [EXTRACTION, CLASSIFICATION], 1.5);
  if (maxTokens !== null && maxTokens > 0 && maxTokens <= 16) lift(scores, [CLASSIFICATION], 3);
  if (signals.hasTools) lift(scores, [CODE, CHAT], 1);
  if (signals.turns >= 4) add(scores, CHAT, Math.min(3, signals.turns / 2.5));
  if (outputTokens <= 0) return;
  if (outputTokens <= 8 && inputTokens >= 40) lift(scores, [CLASSIFICATION], 1.5);
  if (outputTokens <= 8) scale(scores, [CREATIVE, ANALYSIS, SUMMARIZATION, CODE], 0.7);
  if (inputTokens < 200) return;
  const ratio = outputTokens / inputTokens;
  if (ratio > 0.6 && ratio < 2) lift(scores, [TRANSLATION, REWRITING], 0.7);
  if (ratio < 0.35) lift(scores, [SUMMARIZATION, EXTRACTION], 0.7);
}

function add(scores: Float64Array, label: number, amount: number): void {
  scores[label] = scores[label]! + amount;
}

/** Adds only where words have already spoken for the label. */
function lift(scores: Float64Array, labels: readonly number[], amount: number): void {
  for (const label of labels) if (scores[label]! >= 1.5) add(scores, label, amount);
}

function scale(scores: Float64Array, labels: readonly number[], factor: number): void {
  for (const label of labels) scores[label]! *= factor;
}
