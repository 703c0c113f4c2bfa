/**
 * The door of a batch's rows: a record as it was kept → the row the runner asks, or why it is not.
 *
 * Takes settings and columns once, then records. Never reads a file for a row but its images, and
 * never says what is in a text: faults name columns.
 */
import { createHash } from 'node:crypto';
import type { Operation } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import { EXIT, UserError } from '../errors.ts';
import type { PendingRow } from '../ledger/batch-rows.ts';
import type { Image, Prompt } from '../providers/provider.ts';
import { boundOf } from './bound.ts';
import {
  likelyInputTokens,
  likelyOutputTokens,
  type MeasuredShareOf,
  promptSizeOf,
} from './estimate.ts';
import { messageOf } from './message.ts';
import { type PromptFacts, PromptReader, type ReadTask, type RowFacts } from './prompt-facts.ts';
import type { RouteRow } from './route-row.ts';
import type { Routed, Row } from './row.ts';
import {
  absentSlot,
  emptySlots,
  type Fields,
  fieldOf,
  fillTemplate,
  optionalCount,
  optionalMilli,
  optionalTask,
  optionalText,
  parseFields,
  priorityOf,
  promptColumn,
  RowFault,
  slotsOf,
  textOf,
} from './row-fields.ts';
import { isRequest, listedMessages, messagesIn, turnsIn } from './row-messages.ts';
import { AUTO_MODEL, type BatchSettings, canonicalJson } from './settings.ts';

export interface RowOptions {
  readonly columns: readonly string[];
  readonly settings: BatchSettings;
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
  /** Reads an image of the user's disk; a fault if it cannot be read. */
  readonly readImage: (path: string) => Image | RowFault;
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
  readonly #promptColumn: string | null;
  readonly #reader: PromptReader;

  constructor(options: RowOptions) {
    this.#options = options;
    this.#promptColumn = promptColumn(options.columns, options.settings.promptColumn);
    this.#reader = new PromptReader(options.readTask);
  }

  /** The row of a record, or why it is not asked. */
  build(record: PendingRow): Row | RowFault {
    const fields = parseFields(record.input, this.#options.columns);
    const prompt = isRequest(fields) ? this.#ofRequest(fields) : this.#ofFields(fields);
    if (prompt instanceof RowFault) return prompt;
    const priority = priorityOf(fields);
    if (priority instanceof RowFault) return priority;
    const task = optionalTask(fields);
    if (task instanceof RowFault) return task;
    const facts = this.#reader.read(prompt, this.#factsOf(prompt, fields, task));
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

  #factsOf({ model }: Prompt, fields: Fields, task: Task | null): RowFacts {
    const { settings } = this.#options;
    const tag = optionalText(fields, ['tag']);
    const base = model === AUTO_MODEL ? settings.autoBase : model;
    return {
      task: task ?? settings.task,
      models: base === null ? [] : [base],
      tags: tag === null ? [] : [tag],
    };
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

  #ofFields(fields: Fields): Prompt | RowFault {
    const { settings } = this.#options;
    const maxTokens = optionalCount(fields, ['max_tokens']);
    if (maxTokens instanceof RowFault) return maxTokens;
    const temperatureMilli = optionalMilli(fields, 'temperature');
    if (temperatureMilli instanceof RowFault) return temperatureMilli;
    const images = this.#imagesOf(fields);
    if (images instanceof RowFault) return images;
    const messages = this.#messagesOf(fields, images.length > 0);
    if (messages instanceof RowFault) return messages;
    const model = optionalText(fields, ['model']) ?? settings.model;
    if (model === null) return new RowFault('model: none is named, and there is no --model');
    return {
      operation: settings.operation,
      model,
      system: optionalText(fields, ['system']) ?? settings.system,
      messages,
      images,
      maxTokens: maxTokens ?? settings.maxTokens,
      temperatureMilli: temperatureMilli ?? settings.temperatureMilli,
      schema: settings.schema,
      extra: {},
    };
  }

  #messagesOf(fields: Fields, hasImages: boolean): Prompt['messages'] | RowFault {
    const { template } = this.#options.settings;
    const listed = listedMessages(fields, this.#promptColumn);
    if (listed !== null) return template === null ? messagesIn(listed) : notFilled('messages');
    const fault = template === null ? null : templateFault(template, fields, hasImages);
    if (fault !== null) return fault;
    const column = this.#promptColumn;
    const text =
      template === null
        ? textOf(column === null ? '' : fieldOf(fields, column))
        : fillTemplate(template, fields);
    if (text.trim() === '' && !hasImages) return new RowFault(`${column ?? 'prompt'}: empty`);
    return [{ role: 'user', content: text }];
  }

  #imagesOf(fields: Fields): readonly Image[] | RowFault {
    const listed = fields.images ?? fields.image ?? fields.image_url ?? fields.image_path ?? '';
    const places = Array.isArray(listed) ? listed.map(textOf) : textOf(listed).split(/\s+/);
    const images: Image[] = [];
    for (const place of places) {
      if (place === '') continue;
      const isUrl = /^(https?|data):/i.test(place);
      const image = isUrl ? { url: place } : this.#options.readImage(place);
      if (image instanceof RowFault) return image;
      images.push(image);
    }
    return images;
  }

  /** A line of an OpenAI Batch input file: its body is the request, as it stands. */
  #ofRequest(fields: Fields & { readonly body: Fields }): Prompt | RowFault {
    const { settings } = this.#options;
    const { body } = fields;
    if (settings.template !== null) return notFilled('body');
    const { model, messages, input, max_tokens, max_completion_tokens, ...others } = body;
    const { temperature, stream: _, max_output_tokens, ...extra } = others;
    const limits = { max_tokens: max_completion_tokens ?? max_output_tokens ?? max_tokens };
    const maxTokens = optionalCount(limits, ['max_tokens']);
    if (maxTokens instanceof RowFault) return maxTokens;
    const temperatureMilli = optionalMilli({ temperature }, 'temperature');
    if (temperatureMilli instanceof RowFault) return temperatureMilli;
    const name = textOf(model) || settings.model;
    if (name === null) return new RowFault('model: the body names none, and there is no --model');
    const operation = operationOf(textOf(fields.url)) ?? settings.operation;
    const list = messagesIn(Array.isArray(messages) ? messages : turnsIn(input, operation));
    if (list instanceof RowFault) return list;
    return {
      operation,
      model: name,
      system: null,
      messages: list,
      images: [],
      maxTokens: maxTokens ?? settings.maxTokens,
      temperatureMilli: temperatureMilli ?? settings.temperatureMilli,
      schema: settings.schema,
      extra,
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

/** An image alone may be asked about. */
function templateFault(template: string, fields: Fields, hasImages: boolean): RowFault | null {
  return absentSlot(template, fields) ?? (hasImages ? null : emptySlots(template, fields));
}

function notFilled(field: string): RowFault {
  return new RowFault(`${field}: --template is for rows without it`);
}

function operationOf(url: string): Operation | null {
  if (/\/embeddings\/?$/.test(url)) return 'embeddings';
  return /\/(chat\/completions|responses|messages)\/?$/.test(url) ? 'chat' : null;
}
