/**
 * The prompt of a row: its columns, or the request that it is.
 *
 * Takes the fields of records, gives what would be asked. Never says what is in a text: faults name
 * columns.
 */
import type { Operation } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import type { Image, Prompt } from '../providers/provider.ts';
import type { RowFacts } from './prompt-facts.ts';
import {
  absentSlot,
  emptySlots,
  type Fields,
  fieldOf,
  fillTemplate,
  optionalCount,
  optionalMilli,
  optionalText,
  promptColumn,
  RowFault,
  textOf,
} from './row-fields.ts';
import { isRequest, listedMessages, messagesIn, turnsIn } from './row-messages.ts';
import { AUTO_MODEL, type BatchSettings } from './settings.ts';

export interface RowPromptOptions {
  readonly columns: readonly string[];
  readonly settings: BatchSettings;
  /** Whether a row that asks nothing is a prompt, too, and no fault. */
  readonly takesEmpty?: boolean;
  /** Reads an image of the user's disk; a fault if it cannot be read. */
  readonly readImage: (path: string) => Image | RowFault;
}

/** Makes prompts of records. */
export class RowPrompts {
  readonly #options: RowPromptOptions;
  readonly #promptColumn: string | null;

  constructor(options: RowPromptOptions) {
    this.#options = options;
    this.#promptColumn = promptColumn(options.columns, options.settings.promptColumn);
  }

  /** The prompt of a record, or why it has none. */
  promptOf(fields: Fields): Prompt | RowFault {
    return isRequest(fields) ? this.#ofRequest(fields) : this.#ofFields(fields);
  }

  /** What is known of a prompt besides; `task` is the one that its record names. */
  factsOf({ model }: Prompt, fields: Fields, task: Task | null): RowFacts {
    const { settings } = this.#options;
    const tag = optionalText(fields, ['tag']);
    const base = model === AUTO_MODEL ? settings.autoBase : model;
    return {
      task: task ?? settings.task,
      models: base === null ? [] : [base],
      tags: tag === null ? [] : [tag],
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
    const { takesEmpty = false } = this.#options;
    if (text.trim() === '' && !hasImages && !takesEmpty)
      return new RowFault(`${column ?? 'prompt'}: empty`);
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
