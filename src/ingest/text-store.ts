/**
 * Text store: the records of a batch, one after the other, for a ledger that keeps texts.
 *
 * Takes ranges of bytes, gives them in one piece with where each ends. Never keeps
 * the value of a header or member that holds a key.
 */
import type { BatchText } from '../ledger/batch.ts';

/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Collects records one after the other. */
export class TextStore {
  #bytes = new Uint8Array(0);
  #length = 0;
  #ends: number[] = [];

  /** Adds a copy of a record, its secrets blanked. */
  add(range: ByteRange): void {
    const record = withoutSecrets(range);
    const length = this.#length + record.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length * 2, 65_536));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(record, this.#length);
    this.#length = length;
    this.#ends.push(length);
  }

  /** Gives the records added since the last call. */
  take(): BatchText {
    const text = { bytes: this.#bytes.slice(0, this.#length), ends: this.#ends };
    this.#length = 0;
    this.#ends = [];
    return text;
  }
}

const NAMES = '[\\w-]*authorization|[\\w-]*api[_-]?key|[\\w-]*access[_-]?token|(?:set-)?cookie';
/** A header or member that holds a key: `"api_key": "…"`. */
const SECRETS = new RegExp(`("(?:${NAMES})"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*(?=")`, 'gi');
/** The same in JSON that is kept as text, its quotes escaped once for each layer: `\"api_key\": \"…\"`. */
const INNER_SECRETS = new RegExp(
  `((?<quote>\\\\{1,15}")(?:${NAMES})\\k<quote>\\s*:\\s*\\k<quote>)[^]*?(?=(?<!\\\\)\\k<quote>)`,
  'gi',
);

/** A record without the values of headers and members that hold keys. */
function withoutSecrets({ bytes, start, end }: ByteRange): Uint8Array {
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  return new TextEncoder().encode(text.replace(SECRETS, '$1***').replace(INNER_SECRETS, '$1***'));
}
