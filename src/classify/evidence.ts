/**
 * Evidence: what a call says about its task, besides the prompt's words.
 *
 * Takes the call's signals, adjusts the scores of labels. Never adds more than a few words could.
 */
import type { Operation } from '../domain/call.ts';
import { TASKS, type Task } from '../domain/task.ts';

const CODE_OF: Readonly<Record<Task, number>> = Object.fromEntries(
  TASKS.map((task, code) => [task, code]),
) as Record<Task, number>;
const {
  classification: CLASSIFICATION,
  extraction: EXTRACTION,
  summarization: SUMMARIZATION,
  translation: TRANSLATION,
  rewriting: REWRITING,
  chat: CHAT,
  code: CODE,
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

/** What is known of a prompt that stands in no log. */
export const NO_SIGNALS: Readonly<CallSignals> = {
  operation: 'chat',
  hasTools: false,
  hasSchema: false,
  maxTokens: null,
  inputTokens: 0,
  outputTokens: 0,
  turns: 1,
};

/** Adds what the call says, in logits: limits, formats, tools and the length of the answer. */
export function weighSignals(scores: Float64Array, signals: CallSignals): void {
  const { inputTokens, outputTokens, maxTokens } = signals;
  if (signals.hasSchema) addAll(scores, [EXTRACTION, CLASSIFICATION], 0.8);
  if (maxTokens !== null && maxTokens > 0 && maxTokens <= 16) add(scores, CLASSIFICATION, 1.5);
  if (signals.hasTools) addAll(scores, [CODE, CHAT], 0.3);
  if (signals.turns >= 4) add(scores, CHAT, Math.min(3, signals.turns / 3));
  if (!(outputTokens > 0)) return;
  if (outputTokens <= 8 && inputTokens >= 40) add(scores, CLASSIFICATION, 0.7);
  if (outputTokens <= 8) addAll(scores, [CREATIVE, ANALYSIS, SUMMARIZATION, CODE], -0.7);
  if (!(inputTokens >= 200)) return;
  const ratio = outputTokens / inputTokens;
  if (ratio > 0.6 && ratio < 2) addAll(scores, [TRANSLATION, REWRITING], 0.4);
  if (ratio < 0.35) addAll(scores, [SUMMARIZATION, EXTRACTION], 0.4);
}

function addAll(scores: Float64Array, labels: readonly number[], amount: number): void {
  for (const label of labels) add(scores, label, amount);
}

function add(scores: Float64Array, label: number, amount: number): void {
  scores[label] = scores[label]! + amount;
}
