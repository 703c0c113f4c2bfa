/**
 * Mending: a line with damage only in bytes the scanner does not need → a line JSON.parse reads.
 *
 * Takes text that JSON.parse refuses; gives it with the control characters of its texts escaped and with
 * damaged members that are skipped, or kept as bytes, made whole. Null when anything else is
 * damaged: such a line must be refused. Written apart from the scanner, so that it can judge it.
 */
import { type KeyKind, lookupKey } from '../../src/formats/keys.ts';

class Damaged extends Error {}

/** The mended line, or null. */
export function mend(line: string): string | null {
  try {
    const mender = new Mender(line);
    const mended = mender.line();
    JSON.parse(mended);
    return mended;
  } catch (error) {
    if (error instanceof Damaged || error instanceof SyntaxError) return null;
    throw error;
  }
}

class Mender {
  #at = 0;

  constructor(private readonly text: string) {}

  line(): string {
    this.#blanks();
    if (this.text[this.#at] !== '{') throw new Damaged();
    const mended = this.#object(false);
    this.#blanks();
    if (this.#at < this.text.length) throw new Damaged();
    return mended;
  }

  #blanks(): void {
    while (' \t\r\n'.includes(this.text[this.#at] ?? 'x')) this.#at++;
  }

  #take(expected: string): void {
    this.#blanks();
    if (this.text[this.#at++] !== expected) throw new Damaged();
  }

  #object(inRequest: boolean): string {
    this.#take('{');
    const members: string[] = [];
    this.#blanks();
    if (this.text[this.#at] === '}') {
      this.#at++;
      return '{}';
    }
    for (;;) {
      this.#blanks();
      const key = this.#string();
      this.#take(':');
      this.#blanks();
      const entry = lookupKey(JSON.parse(key) as string);
      const kind: KeyKind = (inRequest ? entry?.inside : entry?.kind) ?? 'drop';
      members.push(`${key}:${this.#value(kind, inRequest || kind === 'request')}`);
      this.#blanks();
      const next = this.text[this.#at++];
      if (next === '}') return `{${members.join(',')}}`;
      if (next !== ',') throw new Damaged();
    }
  }

  #value(kind: KeyKind, inRequest: boolean): string {
    const first = this.text[this.#at];
    if (kind === 'drop' || kind === 'raw') return this.#unneeded();
    if (first === '{') return this.#object(inRequest);
    if (first === '[') return this.#list(kind, inRequest);
    if (first !== '"') return this.#literal();
    const text = this.#string();
    return kind === 'word' ? text : [...text].map(escapeControl).join('');
  }

  #list(kind: KeyKind, inRequest: boolean): string {
    this.#take('[');
    const items: string[] = [];
    this.#blanks();
    if (this.text[this.#at] === ']') {
      this.#at++;
      return '[]';
    }
    for (;;) {
      this.#blanks();
      items.push(this.#value(kind, inRequest));
      this.#blanks();
      const next = this.text[this.#at++];
      if (next === ']') return `[${items.join(',')}]`;
      if (next !== ',') throw new Damaged();
    }
  }

  /** A value whose inside may be anything as long as its quotes and brackets match. */
  #unneeded(): string {
    const start = this.#at;
    const first = this.text[start];
    if (first !== '{' && first !== '[' && first !== '"') return this.#literal();
    const open: string[] = [];
    do {
      const char = this.text[this.#at];
      if (char === undefined) throw new Damaged();
      if (char === '"') {
        this.#string();
        continue;
      }
      this.#at++;
      if (char === '{' || char === '[') open.push(char === '{' ? '}' : ']');
      else if ((char === '}' || char === ']') && open.pop() !== char) throw new Damaged();
    } while (open.length > 0);
    const whole = this.text.slice(start, this.#at);
    if (isJson(whole)) return whole;
    const kept = JSON.stringify(whole);
    return first === '{' ? `{"damaged":${kept}}` : first === '[' ? `[${kept}]` : kept;
  }

  /** A string up to its closing quote, as written. */
  #string(): string {
    const start = this.#at;
    if (this.text[start] !== '"') throw new Damaged();
    for (let at = start + 1; at < this.text.length; at++) {
      if (this.text[at] === '\\') at++;
      else if (this.text[at] === '"') {
        this.#at = at + 1;
        return this.text.slice(start, at + 1);
      }
    }
    throw new Damaged();
  }

  #literal(): string {
    const literal = /^[-+.0-9A-Za-z]*/.exec(this.text.slice(this.#at))?.[0] ?? '';
    if (!isJson(literal)) throw new Damaged();
    this.#at += literal.length;
    return literal;
  }
}

function escapeControl(unit: string): string {
  return unit < ' ' ? JSON.stringify(unit).slice(1, -1) : unit;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
