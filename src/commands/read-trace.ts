/**
 * A trace of prompts, read line by line.
 *
 * Takes a file (plain or gzip) or `-`, gives the trace and the lines that are none. Never holds the
 * text of more than one chunk.
 */
import { resolve } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isRejected, type Rejected } from '../domain/reject.ts';
import { EXIT, UserError } from '../errors.ts';
import { openLogFile } from '../ingest/open-log.ts';
import { parseTraceLine } from '../simulate/prompt-cache-lines.ts';
import { type PromptTrace, TraceBuilder } from '../simulate/prompt-cache-trace.ts';
import type { Deps } from '../terminal/command.ts';

/** A trace with the lines it comes from. */
export interface ReadTrace {
  readonly trace: PromptTrace;
  /** The line of each request, by its position. */
  readonly lines: readonly number[];
  readonly rejectedLines: number;
  /** The first line that was rejected. */
  readonly firstRejected: (Rejected & { readonly line: number }) | null;
}

const MAX_LINE_CHARS = 64 * 1024 * 1024;

/** Reads a trace. Throws UserError when it cannot be read or holds no request. */
export async function readTrace(
  input: string,
  blockTokens: number,
  deps: Deps,
): Promise<ReadTrace> {
  const path = input === '-' ? input : resolve(deps.cwd, input);
  const file = await openLogFile(path, deps.streams.stdin);
  const lines = new TraceLines(blockTokens);
  try {
    const decoder = new StringDecoder('utf8');
    for await (const chunk of file.chunks()) {
      lines.addText(decoder.write(chunk));
      if (deps.signal.aborted) break;
    }
    lines.end(decoder.end());
  } finally {
    file.close();
  }
  const read = lines.result();
  if (read.trace.requests > 0) return read;
  throw new UserError(
    EXIT.failed,
    `${input} holds no request of a trace${whyOf(read.firstRejected)}`,
    'a line is {"timestamp": MS, "input_length": N, "output_length": N, "hash_ids": [...]}',
  );
}

/** Where and why a line was rejected, for a message. */
export function whyOf(rejected: ReadTrace['firstRejected']): string {
  return rejected === null
    ? ''
    : `: line ${rejected.line}: ${rejected.detail} (${rejected.reason})`;
}

/** Cuts text into lines and gathers what they hold. */
class TraceLines {
  readonly #builder: TraceBuilder;
  readonly #lines: number[] = [];
  #rest = '';
  #line = 0;
  #rejectedLines = 0;
  #firstRejected: ReadTrace['firstRejected'] = null;

  constructor(blockTokens: number) {
    this.#builder = new TraceBuilder(blockTokens);
  }

  addText(text: string): void {
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#add(this.#rest + piece);
      this.#rest = '';
    }
    this.#rest += last;
    if (this.#rest.length <= MAX_LINE_CHARS) return;
    const message = `line ${this.#line + 1} is longer than ${MAX_LINE_CHARS} characters`;
    throw new UserError(EXIT.failed, message, 'give a trace with one request a line');
  }

  end(text: string): void {
    this.#add(this.#rest + text);
  }

  #add(line: string): void {
    this.#line += 1;
    if (line.trim() === '') return;
    const request = parseTraceLine(line.replace(/^\ufeff/, ''));
    if (!isRejected(request)) {
      this.#lines.push(this.#line);
      this.#builder.add(request);
      return;
    }
    this.#rejectedLines += 1;
    this.#firstRejected ??= { ...request, line: this.#line };
  }

  result(): ReadTrace {
    return {
      trace: this.#builder.finish(),
      lines: this.#lines,
      rejectedLines: this.#rejectedLines,
      firstRejected: this.#firstRejected,
    };
  }
}
