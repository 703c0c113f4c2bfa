/**
 * The three streams, and what each reader can show.
 *
 * Takes the process, gives stdin, stdout and stderr with colour decided once per stream. Never
 * touches a stream before it is used: opening one costs start-up time.
 */
import type { Env } from '../config.ts';

/** Where text goes, and who reads it. */
export interface Out {
  write(text: string): void;
  /** Resolves when the reader is ready for more; rejects when the stream fails instead. */
  drained(): Promise<void>;
  readonly isTTY: boolean;
  /** The terminal's width; null where there is none, or where it says 0. */
  readonly columns: number | null;
  readonly colour: boolean;
  /** Whether lines can be redrawn: a terminal with a width that is not `TERM=dumb`. */
  readonly animated: boolean;
  /** The stream itself, for a library that draws on it. */
  readonly raw: OutStream;
}

export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: Out;
  readonly stderr: Out;
}

/** What is used of a writable stream. */
export type OutStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly writableNeedDrain?: boolean;
};

/** What is used of the process. */
export interface StreamOwner {
  readonly stdin: Streams['stdin'];
  readonly stdout: OutStream;
  readonly stderr: OutStream;
}

export interface StreamOptions {
  readonly noColor: boolean;
  /** Called once for each output when it is first used. */
  onOpen(stream: OutStream): void;
}

/** The streams of a process. */
export function processStreams(owner: StreamOwner, env: Env, options: StreamOptions): Streams {
  let stdout: Out | undefined;
  let stderr: Out | undefined;
  return {
    get stdin() {
      return owner.stdin;
    },
    get stdout() {
      stdout ??= openOut(owner.stdout, env, options);
      return stdout;
    },
    get stderr() {
      stderr ??= openOut(owner.stderr, env, options);
      return stderr;
    },
  };
}

function openOut(raw: OutStream, env: Env, { noColor, onOpen }: StreamOptions): Out {
  onOpen(raw);
  const isTTY = raw.isTTY === true;
  return {
    write(text) {
      raw.write(text);
    },
    async drained() {
      if (raw.writableNeedDrain !== true) return;
      const { default: events } = await import('node:events');
      await events.once(raw, 'drain');
    },
    isTTY,
    get columns() {
      return isTTY && raw.columns !== undefined && raw.columns > 0 ? raw.columns : null;
    },
    colour: !noColor && wantsColour(env, isTTY),
    get animated() {
      return this.columns !== null && env.TERM !== 'dumb';
    },
    raw,
  };
}

/**
 * Whether to colour: NO_COLOR says no, then FORCE_COLOR says yes (0 and false say no), then a
 * terminal that is not dumb says yes.
 */
export function wantsColour(env: Env, isTTY: boolean): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY && env.TERM !== 'dumb';
}
