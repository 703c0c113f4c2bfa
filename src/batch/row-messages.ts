/**
 * The messages of a record: a list of its own, or the body of a request.
 *
 * Takes the fields of a record, gives messages as they stand. Never says what is in them.
 */
import type { Operation } from '../domain/call.ts';
import type { Prompt } from '../providers/provider.ts';
import { type Fields, fieldOf, RowFault, textOf } from './row-fields.ts';

/** The list of messages that a record holds, as `messages` or where its prompt is; null: it has none. */
export function listedMessages(fields: Fields, column: string | null): readonly unknown[] | null {
  if (Array.isArray(fields.messages)) return fields.messages;
  const prompt = column === null ? undefined : fieldOf(fields, column);
  const isListed = Array.isArray(prompt) && prompt.length > 0 && prompt.every(hasRole);
  return isListed ? prompt : null;
}

function hasRole(one: unknown): boolean {
  return typeof one === 'object' && one !== null && 'role' in one;
}

/** Whether a record is a line of an OpenAI Batch input file. */
export function isRequest(fields: Fields): fields is Fields & { readonly body: Fields } {
  return typeof fields.body === 'object' && fields.body !== null && 'custom_id' in fields;
}

/** What a body without messages asks: items of its input, or texts to embed, which are one message. */
export function turnsIn(input: unknown, operation: Operation): readonly unknown[] {
  if (Array.isArray(input) && operation !== 'embeddings') return input;
  return [{ role: 'user', content: Array.isArray(input) ? input : textOf(input) }];
}

/** A list as messages; a fault where it is none. */
export function messagesIn(list: readonly unknown[]): Prompt['messages'] | RowFault {
  if (list.length === 0) return new RowFault('messages: there are none');
  const isMessage = (one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  return list.every(isMessage)
    ? (list as Prompt['messages'])
    : new RowFault('messages: one of them is no object');
}
