/**
 * A process made of memory: what `main` needs, and what it left behind.
 *
 * Takes the environment and what the terminal is like, gives a ProcessLike with its output. Never
 * touches the real process.
 */
import { PassThrough, Writable } from 'node:stream';
import type { ProcessLike } from '../../src/main.ts';
import type { Out } from '../../src/terminal/streams.ts';

/** A stream that keeps what it is given, or fails with `failure`. */
export class MemoryStream extends Writable {
  text = '';
  constructor(
    readonly isTTY = false,
    readonly columns: number | undefined = undefined,
    readonly failure: string | null = null,
  ) {
    super({ autoDestroy: false });
  }

  cursorTo(): void {}
  moveCursor(): void {}
  clearLine(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.failure === null) this.text += chunk.toString();
    done(
      this.failure === null ? null : Object.assign(new Error(this.failure), { code: this.failure }),
    );
  }
}

export interface MemoryProcess extends ProcessLike {
  readonly stdout: MemoryStream;
  readonly stderr: MemoryStream;
  readonly exits: number[];
  /** Presses Ctrl-C. */
  interrupt(): void;
}

export function memoryProcess(
  over: { env?: Record<string, string>; stdout?: MemoryStream; cwd?: string } = {},
): MemoryProcess {
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  return {
    stdin: new PassThrough(),
    stdout: over.stdout ?? new MemoryStream(),
    stderr: new MemoryStream(),
    env: { HOME: '/nonexistent', ...over.env },
    version: 'v20.19.0',
    platform: 'linux',
    arch: 'x64',
    cwd: () => over.cwd ?? '/nonexistent',
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    exit: (code) => exits.push(code),
    exits,
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** An Out that keeps what it is given. */
export function memoryOut(over: Partial<Out> = {}): Out & { readonly text: string } {
  const raw = new MemoryStream();
  return {
    write: (text) => void raw.write(text),
    drained: async () => {},
    isTTY: false,
    columns: null,
    colour: false,
    animated: false,
    raw,
    get text() {
      return raw.text;
    },
    ...over,
  };
}
