/**
 * Images and cached audio in OpenAI's usage details, which the formats count as text.
 *
 * Takes a usage of that shape, gives it without them, and adds them back to the counts that came of
 * it. Throws CountError where a part is greater than its whole.
 */
import type { Usage } from '../domain/tokens.ts';
import { CountError, isObject, type JsonObject, Members } from './members.ts';

/** Tokens to take out of the text counts; all are parts of them. */
export interface Modalities {
  readonly images: number;
  readonly cachedAudio: number;
  readonly cachedImages: number;
  readonly imagesMade: number;
}

/** What a usage holds of them. */
export function modalitiesOf(usage: JsonObject): Modalities {
  const inside = new Members(usage[inputDetails(usage)]);
  const cached = inside.in('cached_tokens_details');
  const cachedImages = cached.count('image_tokens') ?? 0;
  return {
    images: (inside.count('image_tokens') ?? 0) - cachedImages,
    cachedAudio: cached.count('audio_tokens') ?? 0,
    cachedImages,
    imagesMade: new Members(usage[outputDetails(usage)]).count('image_tokens') ?? 0,
  };
}

/** The same usage as the formats read it, without them; realtime details get their usual name. */
export function withoutModalities(usage: JsonObject): JsonObject {
  const [inputName, outputName] = [inputDetails(usage), outputDetails(usage)];
  const input = usage[inputName];
  const output = usage[outputName];
  const audio = new Members(input).count('audio_tokens') ?? 0;
  const { cachedAudio } = modalitiesOf(usage);
  const plain: Record<string, unknown> = { ...usage };
  if (isObject(input)) {
    const { cached_tokens_details: _, image_tokens: __, ...others } = input;
    delete plain[inputName];
    plain[inputName.replace('token_details', 'tokens_details')] = {
      ...others,
      ...(cachedAudio === 0 ? {} : { audio_tokens: partOf('audio input', audio - cachedAudio) }),
    };
  }
  if (isObject(output)) {
    const { image_tokens: _, ...others } = output;
    delete plain[outputName];
    plain[outputName.replace('token_details', 'tokens_details')] = others;
  }
  return plain;
}

/** The counts with them in counters of their own. */
export function addModalities(usage: Usage, more: Modalities): Usage {
  const { images, cachedAudio, cachedImages, imagesMade } = more;
  return {
    ...usage,
    input: partOf('input', usage.input - images),
    inputImage: partOf('image input', usage.inputImage + images),
    cacheRead: partOf('cached input', usage.cacheRead - cachedAudio - cachedImages),
    cacheReadAudio: usage.cacheReadAudio + cachedAudio,
    cacheReadImage: usage.cacheReadImage + cachedImages,
    output: partOf('output', usage.output - imagesMade),
    outputImage: usage.outputImage + imagesMade,
  };
}

function inputDetails(usage: JsonObject): string {
  const names = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'];
  return names.find((name) => isObject(usage[name])) ?? '';
}

function outputDetails(usage: JsonObject): string {
  const names = ['completion_tokens_details', 'output_tokens_details', 'output_token_details'];
  return names.find((name) => isObject(usage[name])) ?? '';
}

function partOf(name: string, tokens: number): number {
  if (tokens >= 0) return tokens;
  throw new CountError(`the parts of the ${name} are ${-tokens} more than the whole`);
}
