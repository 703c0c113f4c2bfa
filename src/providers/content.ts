/**
 * Contents of messages: from the spelling of chat completions to that of the other wire formats.
 *
 * Takes contents as a row or an OpenAI Batch file gives them, gives parts. Never drops a part it
 * does not know: the provider is asked as written, and says what is wrong.
 */
import { isObject, type JsonObject } from './json-object.ts';
import type { Image, Prompt } from './provider.ts';

/** One message of a request. */
export type Message = Prompt['messages'][number];

/** How a wire format spells texts and images. */
export interface PartSpelling {
  text(text: string, role: string): JsonObject;
  image(url: string): JsonObject;
}

/** The messages, with the prompt's images in the last one of the user. */
export function messagesOf(prompt: Prompt, spelling: PartSpelling): readonly Message[] {
  const { messages, images } = prompt;
  const last = images.length === 0 ? -1 : messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) =>
    index === last
      ? { ...message, content: withImages(message, images, spelling) }
      : respelled(message, spelling),
  );
}

function withImages({ role, content }: Message, images: readonly Image[], to: PartSpelling) {
  const parts = Array.isArray(content)
    ? content.map((part: unknown) => partOf(part, role, to))
    : [to.text(String(content ?? ''), role)];
  return [...parts, ...images.map((image) => to.image(urlOf(image)))];
}

function respelled(message: Message, spelling: PartSpelling): Message {
  const { role, content } = message;
  if (!Array.isArray(content)) return message;
  return { ...message, content: content.map((part: unknown) => partOf(part, role, spelling)) };
}

function partOf(part: unknown, role: string, to: PartSpelling): unknown {
  if (!isObject(part)) return part;
  if (part.type === 'text' && typeof part.text === 'string') {
    // A part may carry more than its text, such as a cache mark.
    const { type: _, text, ...more } = part;
    return { ...to.text(text as string, role), ...more };
  }
  if (part.type !== 'image_url' || !isObject(part.image_url)) return part;
  const { url, ...more } = part.image_url;
  return Object.keys(more).length > 0 && to === CHAT_PARTS ? part : to.image(String(url));
}

function urlOf(image: Image): string {
  return 'url' in image ? image.url : `data:${image.mediaType};base64,${image.base64}`;
}

/** As chat completions spell them. */
export const CHAT_PARTS: PartSpelling = {
  text: (text) => ({ type: 'text', text }),
  image: (url) => ({ type: 'image_url', image_url: { url } }),
};

/** The texts of parts, one after the other; the text itself if it is one. */
export function joinedText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}
