/**
 * A command: what it is given, and how it says what it does.
 *
 * Takes commander's reading of the arguments, gives a command its Deps and keeps its exit code.
 * Never settles a setting before a command runs: --help works with a broken config file.
 */
import { Command } from 'commander';
import type { Config, Env } from '../config.ts';
import type { Clock } from '../domain/time.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import type { Output, OutputFlags } from './output.ts';
import type { Progress } from './progress.ts';
import type { Streams } from './streams.ts';

/** The flags every command has, as commander reads them. */
export interface GlobalFlags extends OutputFlags {
  readonly ledger?: string;
  readonly quiet?: boolean;
  /** False with --no-color. */
  readonly color: boolean;
}

/** The world outside, as `main` found it. */
export interface World {
  readonly streams: Streams;
  readonly env: Env;
  readonly clock: Clock;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly version: string;
  /** Aborts at the first Ctrl-C; from the first use on, Ctrl-C no longer ends the process by itself. */
  readonly signal: AbortSignal;
  /** Aborts at the second Ctrl-C; for a command that has asked for it the third one quits. */
  readonly cancel: AbortSignal;
}

/** What a command is given besides its own arguments. */
export interface Deps extends World {
  /** Every setting, from flags, environment, files and defaults. */
  readonly config: Config;
  /** Where and how to write the answer: for renderAudit and renderRows. */
  readonly output: Output;
  /** Processors this process may use. */
  readonly cores: number;
  /** Lets the event loop turn, so that Ctrl-C can come. */
  pause(): Promise<void>;
  /** Writes the answer, piece by piece, no faster than its reader takes it. */
  write(pieces: Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** Says something on stderr, with a second line for a hint; nothing with --quiet. */
  note(message: string, hint?: string): void;
  /** Starts a progress display on stderr; `main` ends what a failing command leaves open. */
  progress(label: string): Progress;
}

/** The arguments of one call of a command; flags include the global ones. */
export interface Invocation<Flags> {
  readonly args: readonly string[];
  readonly flags: Flags & GlobalFlags;
}

/** What a command does: resolves to its exit code, nothing for 0; throws UserError. */
export type Run<Flags> = (
  invocation: Invocation<Flags>,
  deps: Deps,
) => Promise<ExitCode | undefined> | Promise<void>;

/** A file in commands/: declares arguments, flags and help, and says with `runs` what it does. */
export interface CommandModule {
  build(command: CliCommand): void;
}

/** State of one run of the command line. */
export class Session {
  exitCode: ExitCode = EXIT.ok;
  readonly #open: Progress[] = [];

  constructor(readonly world: World) {}

  /** Settles the settings for one command with these arguments. Throws UserError on bad ones. */
  async deps(flags: GlobalFlags, args: readonly string[]): Promise<Deps> {
    // Loaded only here: --help needs no file and no setting.
    const { buildDeps } = await import('./deps.ts');
    const onStart = (progress: Progress) => this.#open.push(progress);
    return buildDeps(this.world, { flags, args }, onStart);
  }

  /** Ends every progress display that is still open. */
  close(): void {
    for (const progress of this.#open) progress.end();
  }
}

/** A commander command whose action is given Deps and may return an exit code. */
export class CliCommand extends Command {
  readonly #session: Session;

  constructor(session: Session, name?: string) {
    super(name);
    this.#session = session;
    this.helpCommand(false);
  }

  override createCommand(name?: string): CliCommand {
    return new CliCommand(this.#session, name);
  }

  /** Sets what the command does, instead of commander's `action`. */
  runs<Flags extends object>(run: Run<Flags>): this {
    return this.action(async () => {
      const flags = this.optsWithGlobals<Flags & GlobalFlags>();
      const deps = await this.#session.deps(flags, this.args);
      const code = await run({ args: this.args, flags }, deps);
      this.#session.exitCode = code ?? EXIT.ok;
    });
  }
}
