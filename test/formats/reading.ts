/**
 * Reading one line in the two ways that must agree: by a scanner that has seen other lines, and by
 * JSON.parse alone.
 *
 * Takes bytes, gives plain values that `toEqual` compares: hashes, texts and exact amounts included.
 */
import { Buffer } from 'node:buffer';
import type { Call } from '../../src/domain/call.ts';
import { isRejected, type Rejected } from '../../src/domain/reject.ts';
import type { ParsedCall } from '../../src/formats/assemble.ts';
import type { Dialect } from '../../src/formats/dialect.ts';
import { Fields } from '../../src/formats/json.ts';
import { callsOf, parseRecord, RecordParser } from '../../src/formats/parse.ts';
import type { Uncounted } from '../../src/formats/texts.ts';

/** A call with the texts its task is read from, decoded. */
export interface SeenCall extends Call {
  readonly system: string | null;
  readonly user_text: string | null;
  readonly uncounted: SeenTexts | null;
}

/** The texts of a call without counts, decoded. */
export interface SeenTexts {
  readonly prompt: object | null;
  readonly answer: readonly string[] | null;
}

export type Seen = SeenCall[] | Rejected;

function seen(read: ParsedCall[] | Rejected): Seen {
  if (isRejected(read)) return { reason: read.reason, detail: read.detail };
  return read.map((item) => {
    if (isRejected(item)) return { ...item };
    const { call, system, user, uncounted } = item;
    return {
      ...structuredClone(call),
      system: system === null ? null : system.toString(),
      user_text: user === null ? null : user.toString(),
      uncounted: uncounted === null ? null : seenTexts(uncounted),
    };
  });
}

function seenTexts({ prompt, answer }: Uncounted): SeenTexts {
  const messages = prompt?.messages.map((one) => ({ ...one, texts: one.texts.map(String) }));
  const tools = prompt?.tools === undefined ? {} : { tools: String(prompt.tools) };
  return {
    prompt: prompt === null ? null : { ...prompt, messages, ...tools },
    answer: answer === null ? null : answer.map(String),
  };
}

/** A reader that keeps what it learnt of earlier lines. */
export class WarmReader {
  readonly #reader: RecordParser;

  constructor(forced: Dialect | null = null) {
    this.#reader = new RecordParser(forced);
  }

  /** Reads lines that lie in one buffer, as they do in a log. */
  readAll(lines: readonly Buffer[]): Seen[] {
    const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    this.#reader.reset(bytes);
    let at = 0;
    return lines.map((line) => {
      const start = at;
      at += line.length + 1;
      return seen(this.#reader.parse(start, start + line.length));
    });
  }

  read(line: string | Buffer): Seen {
    return this.readAll([Buffer.from(line)])[0]!;
  }
}

/** Reads a line with JSON.parse alone. */
export function readPlainly(line: string | Buffer): Seen {
  const bytes = Buffer.from(line);
  const record = parseRecord(bytes, 0, bytes.length);
  return record instanceof Fields ? seen(callsOf(record)) : record;
}

/** The one call of a line; throws with the reject when there is none. */
export function callOf(line: string | Buffer | object): SeenCall {
  const text = typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line);
  const read = new WarmReader().read(text);
  if (isRejected(read)) throw new Error(`rejected: ${read.reason}: ${read.detail}`);
  if (read.length !== 1) throw new Error(`${read.length} calls`);
  return read[0]!;
}

/** The reject of a line; throws when it is a call. */
export function rejectOf(line: string | Buffer | object): Rejected {
  const text = typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line);
  const read = new WarmReader().read(text);
  if (!isRejected(read)) throw new Error(`read as ${JSON.stringify(read[0]?.target)}`);
  return read;
}
