/**
 * Texts to embed: several to a request, and what of an answer is a vector for each.
 *
 * Takes texts, gives the input and settings of a run; takes an answer, gives vectors. Never takes a
 * vector that cannot be compared: too few, of another length, of zeros or of no numbers.
 */
import { EXIT, UserError } from '../errors.ts';
import type { Answer } from './row.ts';
import type { BatchSettings } from './settings.ts';

/** So many texts, and so long together, go into one request: all known servers take that. */
const MOST_TEXTS = 64;
const MOST_CHARACTERS = 32_000;

/** The settings of a run that embeds. */
export function embedSettings(model: string): BatchSettings {
  return {
    ...{ format: 'jsonl', promptColumn: null, template: null, system: null, model },
    ...{ autoBase: null, policy: null, operation: 'embeddings', maxTokens: null },
    ...{ temperatureMilli: null, task: 'embedding', schema: null },
    ...{ fallback: [], cascade: [], checks: [] },
  };
}

/** The lines of such a run; each text stands in one of them, alone if `isAlone`. */
export function* embedLines(texts: Iterable<string>, isAlone: boolean): Generator<string> {
  let input: string[] = [];
  let characters = 0;
  let line = 0;
  const written = () =>
    `${JSON.stringify({ custom_id: `texts-${++line}`, url: '/v1/embeddings', body: { input } })}\n`;
  for (const text of texts) {
    const isFull = input.length >= MOST_TEXTS || characters + text.length > MOST_CHARACTERS;
    if (input.length > 0 && (isFull || isAlone)) {
      yield written();
      [input, characters] = [[], 0];
    }
    input.push(text);
    characters += text.length;
  }
  if (input.length > 0) yield written();
}

/** The texts of a line. */
export function textsIn(line: string): readonly string[] {
  const { body } = JSON.parse(line) as { readonly body: { readonly input: readonly string[] } };
  return body.input;
}

/** What an answer has to hold. */
export interface Expected {
  readonly texts: number;
  /** The length of the model's vectors, as far as it is known. */
  readonly dims: number | null;
  readonly model: string;
}

/** The vectors of an answer, in the order of the texts. Throws UserError for what are none. */
export function vectorsIn(
  { text, embedding }: Answer,
  { texts, dims, model }: Expected,
): Float32Array[] {
  const lists =
    embedding === null ? (JSON.parse(text || '[]') as readonly (readonly number[])[]) : [embedding];
  if (lists.length !== texts) throw refused(model, `${lists.length} vectors for ${texts} texts`);
  const length = dims ?? lists[0]?.length ?? 0;
  return lists.map((list) => {
    if (list.length === 0) throw refused(model, 'a vector without numbers');
    if (list.length !== length) {
      throw refused(model, `a vector of ${list.length} numbers, where others have ${length}`);
    }
    const vector = Float32Array.from(list);
    if (!vector.every(Number.isFinite)) throw refused(model, 'a vector with infinite numbers');
    if (vector.every((value) => value === 0)) throw refused(model, 'a vector of zeros');
    return vector;
  });
}

function refused(model: string, what: string): UserError {
  return new UserError(
    EXIT.failed,
    `--embed ${model}: the server gave ${what}`,
    'is it a model for embeddings? Vectors of another length come from another model: name it otherwise',
  );
}
