/**
 * The door of a batch's rows: a record as it was kept → the row the runner asks, or why it is not.
 *
 * Takes settings and columns once, then records. Never reads a file for a row but its images, and
 * never says what is in a text: faults name columns.
 */
import { createHash } from 'node:crypto';
import { EXIT, UserError } from '../errors.ts';
import type { PendingRow } from '../ledger/batch-rows.ts';
import type { Prompt } from '../providers/provider.ts';
import { boundOf } from './bound.ts';
import {
  likelyInputTokens,
  likelyOutputTokens,
  type MeasuredShareOf,
  promptSizeOf,
} from './estimate.ts';
import { messageOf } from './message.ts';
import { type PromptFacts, PromptReader, type ReadTask } from './prompt-facts.ts';
import type { RouteRow } from './route-row.ts';
import type { Routed, Row } from './row.ts';
import {
  optionalTask,
  parseFields,
  priorityOf,
  promptColumn,
  RowFault,
  slotsOf,
} from './row-fields.ts';
import { type RowPromptOptions, RowPrompts } from './row-prompt.ts';
import { type BatchSettings, canonicalJson } from './settings.ts';

export interface RowOptions extends RowPromptOptions {
  /** Makes idempotency keys of this run its own. */
  readonly runKey: string;
  /** Answers at this temperature or below are kept and used again; null: none are. */
  readonly cachedUpToMilli: number | null;
  /** Whether a row may be served the answer of one that asks the same in other words. */
  readonly comparesTexts: boolean;
  readonly readTask: ReadTask;
  /** Output tokens by input token of a task and model, as measured; null: too few calls. */
  readonly measuredShareOf: MeasuredShareOf;
  /** Says where rows go that leave it open; null: all rows say it themselves. */
  readonly route: RouteRow | null;
}

/** Throws UserError unless the columns hold what the settings ask for; `name` is the input's. */
export function checkColumns(
  columns: readonly string[],
  settings: BatchSettings,
  name: string,
): void {
  const listed = `its columns: ${columns.slice(0, 20).join(', ') || 'none'}`;
  const isRequests = columns.includes('custom_id');
  if (settings.model === null && !isRequests && !columns.includes('model')) {
    throw new UserError(EXIT.usage, 'no model is named', 'add --model NAME, or a column model');
  }
  const missing = slotsOf(settings.template ?? '').find((slot) => !columns.includes(slot));
  if (missing !== undefined) {
    throw new UserError(EXIT.usage, `${name} has no column '${missing}' for --template`, listed);
  }
  const isTold = columns.includes('messages') || isRequests;
  if (settings.template !== null || (settings.promptColumn === null && isTold)) return;
  if (promptColumn(columns, settings.promptColumn) !== null) return;
  const what = settings.promptColumn === null ? 'a prompt' : `'${settings.promptColumn}'`;
  throw new UserError(
    EXIT.usage,
    `${name} has no column ${settings.promptColumn === null ? 'that is clearly ' : ''}${what}`,
    `name it with --prompt-column; ${listed}`,
  );
}

/** A row whose way is settled. */
type Settled = Pick<Row, 'prompt' | 'facts' | 'priority' | 'routed'>;

/** Makes rows of records. */
export class RowBuilder {
  readonly #options: RowOptions;
  readonly #prompts: RowPrompts;
  readonly #reader: PromptReader;

  constructor(options: RowOptions) {
    this.#options = options;
    this.#prompts = new RowPrompts(options);
    this.#reader = new PromptReader(options.readTask);
  }

  /** The row of a record, or why it is not asked. */
  build(record: PendingRow): Row | RowFault {
    const fields = parseFields(record.input, this.#options.columns);
    const prompt = this.#prompts.promptOf(fields);
    if (prompt instanceof RowFault) return prompt;
    const priority = priorityOf(fields);
    if (priority instanceof RowFault) return priority;
    const task = optionalTask(fields);
    if (task instanceof RowFault) return task;
    const facts = this.#reader.read(prompt, this.#prompts.factsOf(prompt, fields, task));
    const { route } = this.#options;
    const routed = route === null ? null : route({ prompt, facts, fields, priority });
    if (routed instanceof RowFault) return routed;
    if (routed === null) return this.#rowOf(record, { prompt, facts, priority, routed });
    const changed = { ...prompt, model: routed.model, maxTokens: routed.maxTokens };
    // A limit of output is among what is hashed; the model is not.
    const isCapped = routed.maxTokens !== prompt.maxTokens;
    const settled = isCapped ? this.#recapped(changed, facts) : facts;
    return this.#rowOf(record, { prompt: changed, facts: settled, priority, routed });
  }

  /** The hashes of a prompt with another limit; its label stays the one it was routed by. */
  #recapped(changed: Prompt, { task, taskConfidence, complexity }: PromptFacts): PromptFacts {
    return { ...this.#reader.read(changed, { task }), task, taskConfidence, complexity };
  }

  #rowOf(record: PendingRow, { prompt, facts, priority, routed }: Settled): Row {
    const bound = boundOf(prompt);
    const answers = 'unbounded' in bound ? 1 : bound.answers;
    const inputTokens = likelyInputTokens(prompt, promptSizeOf(prompt));
    const share = this.#options.measuredShareOf(facts.task, prompt.model);
    const likely = likelyOutputTokens(facts.task, inputTokens, share);
    return {
      index: record.index,
      line: record.line,
      input: record.input,
      prompt,
      task: facts.task,
      facts,
      inputTokens,
      bound,
      likelyOutputTokens: Math.min(likely, prompt.maxTokens ?? likely) * answers,
      outputBasis: share === null ? 'task_ratio' : 'measured',
      outputTokens: (prompt.maxTokens ?? likely) * answers,
      priority,
      routed,
      cacheKey: this.#cacheKey(prompt, prompt.messages, routed),
      settingKey: this.#settingKey(prompt, routed),
      idempotencyKey: `${this.#options.runKey}-${record.index}`,
      attemptsBefore: record.attemptsBefore,
      costBeforePico: record.costBeforePico,
      uncertainBeforePico: record.uncertainBeforePico,
    };
  }

  /**
   * Of everything an answer depends on but the model, which the runner adds. Without a temperature
   * an answer is good for the equal rows of its own run; at one above the limit, for no other.
   */
  #cacheKey(prompt: Prompt, messages: Prompt['messages'], routed: Routed | null): string | null {
    const { cachedUpToMilli, runKey } = this.#options;
    const { model: _, ...rest } = { ...prompt, messages };
    const { operation, temperatureMilli } = prompt;
    const isUnset = temperatureMilli === null && operation !== 'embeddings';
    if (cachedUpToMilli === null) return null;
    if (temperatureMilli !== null && temperatureMilli > cachedUpToMilli) return null;
    const scope = routed?.cacheScope ?? '';
    return createHash('sha256')
      .update(canonicalJson(rest) + scope + (isUnset ? `\n${runKey}` : ''))
      .digest('base64');
  }

  /** The same without the message that is compared, where there is but one. */
  #settingKey(prompt: Prompt, routed: Routed | null): string | null {
    if (!this.#options.comparesTexts || messageOf(prompt) === null) return null;
    return this.#cacheKey(prompt, prompt.messages.slice(0, -1), routed);
  }
}
