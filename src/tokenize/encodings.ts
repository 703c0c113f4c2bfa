/**
 * Encodings: OpenAI's own, each loaded when it is first needed.
 *
 * Takes a text and the name of an encoding, gives its exact count (long runs aside, see cut.ts).
 * Never reads special tokens: `<|endoftext|>` in a prompt is text, as the API treats it.
 */
import { createRequire } from 'node:module';
import type * as Library from 'gpt-tokenizer/encoding/o200k_base';
import { segmentEnd } from './cut.ts';

export type Encoding = 'o200k_base' | 'o200k_harmony' | 'cl100k_base' | 'p50k_base' | 'r50k_base';

type Tokenizer = Pick<typeof Library, 'countTokens' | 'setMergeCacheSize' | 'clearMergeCache'>;

/** Enough for runs that repeat themselves; more make ordinary text no faster. */
const REMEMBERED_WORDS = 64;
const PLAIN = { disallowedSpecial: new Set<string>() };

const load = createRequire(import.meta.url);
/** One of them takes 60–160 ms and 22–71 MB: loaded by name, in the thread that counts. */
const MODULES: Readonly<Record<Encoding, string>> = {
  o200k_base: 'gpt-tokenizer/encoding/o200k_base',
  // It differs in its special tokens only.
  o200k_harmony: 'gpt-tokenizer/encoding/o200k_base',
  cl100k_base: 'gpt-tokenizer/encoding/cl100k_base',
  p50k_base: 'gpt-tokenizer/encoding/p50k_base',
  r50k_base: 'gpt-tokenizer/encoding/r50k_base',
};

/** The encodings of one thread. */
export class Encodings {
  readonly #loaded = new Map<string, Tokenizer>();

  /** The tokens of a text. */
  count(text: string, encoding: Encoding): number {
    const tokenizer = this.#tokenizer(MODULES[encoding]);
    let total = 0;
    for (let start = 0; start < text.length; ) {
      const end = segmentEnd(text, start);
      total += tokenizer.countTokens(text.slice(start, end), PLAIN);
      start = end;
    }
    // Remembered words are slices: they would keep the whole text in memory.
    tokenizer.clearMergeCache();
    return total;
  }

  #tokenizer(name: string): Tokenizer {
    let tokenizer = this.#loaded.get(name);
    if (tokenizer === undefined) {
      tokenizer = load(name) as Tokenizer;
      tokenizer.setMergeCacheSize(REMEMBERED_WORDS);
      this.#loaded.set(name, tokenizer);
    }
    return tokenizer;
  }
}
