/**
 * The front door: arguments and the process in, an exit code out.
 *
 * The only catch-all and the only EPIPE guard. Never calls process.exit: what is written must reach
 * its reader first.
 */
import { createRequire } from 'node:module';
import { CommanderError } from 'commander';
import { COMMANDS, type CommandSpec, runCli } from './cli.ts';
import type { Env } from './config.ts';
import { EXIT, UserError } from './errors.ts';
import { escapeUnsafe } from './report/text.ts';
import { onInterrupt, type SignalOwner } from './terminal/interrupt.ts';
import { formatNote } from './terminal/note.ts';
import { type OutStream, processStreams, type StreamOwner } from './terminal/streams.ts';

/** What is used of the process. */
export interface ProcessLike extends StreamOwner, SignalOwner {
  readonly env: Env;
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  cwd(): string;
}

/** Runs aicost with the arguments after the script's name; resolves to the exit code, never rejects. */
export async function main(
  argv: readonly string[],
  owner: ProcessLike,
  commands: readonly CommandSpec[] = COMMANDS,
): Promise<number> {
  const pipes = new PipeGuard();
  const streams = processStreams(owner, owner.env, {
    noColor: argv.includes('--no-color'),
    onOpen: (stream) => pipes.watch(stream),
  });
  const interrupt = onInterrupt(owner, () => streams.stderr);
  pipes.onClosed = (reason) => interrupt.abort(reason);
  const world = {
    streams,
    env: owner.env,
    clock: { now: () => Date.now() },
    cwd: owner.cwd(),
    get version() {
      return packageVersion();
    },
    get signal() {
      return interrupt.signal;
    },
    get cancel() {
      return interrupt.cancel;
    },
  };
  let code: number;
  try {
    code = await runCli(argv, world, commands);
  } catch (error) {
    const failure = pipes.closed ? null : explain(error, { argv, owner, commands });
    if (failure !== null && failure.text !== '') streams.stderr.write(failure.text);
    code = failure?.code ?? EXIT.ok;
  }
  interrupt.disarm();
  await pipes.flush();
  if (pipes.failure !== null) {
    streams.stderr.write(`aicost: cannot write the output (${pipes.failure.message})\n`);
    return EXIT.failed;
  }
  return pipes.closed ? EXIT.ok : code;
}

/** Notices a reader that has gone (`| head`), which is no failure, and a disk that is full, which is. */
class PipeGuard {
  closed = false;
  failure: Error | null = null;
  onClosed: (reason: Error) => void = () => {};
  readonly #healthy = new Set<OutStream>();

  watch(stream: OutStream): void {
    this.#healthy.add(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#healthy.delete(stream);
      if (error.code === 'EPIPE') {
        this.closed = true;
        this.onClosed(error);
      } else this.failure ??= error;
    });
  }

  /** Waits until everything written has been taken or refused; a broken stream takes nothing more. */
  async flush(): Promise<void> {
    await Promise.all([...this.#healthy].map(drained));
  }
}

function drained(stream: OutStream): Promise<void> {
  return new Promise((done) => {
    stream.once('error', () => done());
    stream.write('', () => done());
  });
}

interface Failure {
  readonly code: number;
  /** For stderr; empty when there is nothing more to say. */
  readonly text: string;
}

interface Attempt {
  readonly argv: readonly string[];
  readonly owner: ProcessLike;
  readonly commands: readonly CommandSpec[];
}

function explain(error: unknown, attempt: Attempt): Failure {
  if (error instanceof CommanderError) return explainUsage(error, attempt);
  if (error instanceof UserError) {
    return { code: error.code, text: formatNote(error.message, error.hint) };
  }
  return { code: EXIT.failed, text: bugReport(error, attempt.owner) };
}

/** commander exits 1 on wrong usage and 0 after help and version; wrong usage is 2 here. */
function explainUsage(error: CommanderError, { argv, commands }: Attempt): Failure {
  if (error.exitCode === 0) return { code: EXIT.ok, text: '' };
  if (error.code === 'commander.help') return { code: EXIT.usage, text: '' };
  const [first = ''] = argv;
  const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  if (error.code === 'commander.unknownCommand' && /[./\\]/.test(first)) {
    return { code: EXIT.usage, text: formatNote(message, `to audit a log: aicost audit ${first}`) };
  }
  const command = commands.some(({ name }) => name === first) ? `aicost ${first}` : 'aicost';
  return { code: EXIT.usage, text: formatNote(message, `see ${command} --help`) };
}

function bugReport(error: unknown, { version, platform, arch }: ProcessLike): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    'aicost: this is a bug in aicost, not a mistake of yours',
    ...stack.split('\n').map(escapeUnsafe),
    `aicost ${packageVersion()}, node ${version}, ${platform} ${arch}`,
    'please report this with the text above',
    '',
  ].join('\n');
}

function packageVersion(): string {
  // Not by node:fs: importing that loads Node's file streams too, which --help does without.
  const manifest: unknown = createRequire(import.meta.url)('../package.json');
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
