/**
 * A command on its own: declared on a real commander command, run with Deps made of memory.
 *
 * Takes arguments as a user types them, gives the exit code and what was written. Never starts a
 * process; the ledger is a file in a folder of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { envLayer, flagLayer, resolveConfig } from '../../src/config.ts';
import type { ExitCode } from '../../src/errors.ts';
import { CliCommand, type CommandModule, type Deps, Session } from '../../src/terminal/command.ts';
import { resolveOutput, writeOutput } from '../../src/terminal/output.ts';
import { memoryOut } from '../terminal/world.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly notes: readonly string[];
}

export class CommandWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'aicost-command-'));
  controller = new AbortController();
  nowMs = Date.UTC(2026, 3, 1);
  /** Pieces in which the last answer was written. */
  pieces: string[] = [];
  /** Called between two pages of calls or of an answer. */
  onPause: () => void = () => {};

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs a command; without --format or the like it answers in CSV, as into a pipe. */
  async run(module: CommandModule, args: readonly string[], stdin = ''): Promise<Ran> {
    const notes: string[] = [];
    this.pieces = [];
    const session = new FakeSession(this, stdin, notes);
    const command = new CliCommand(session, 'test')
      .option('--format <format>')
      .option('--csv')
      .option('--json')
      .option('--out <file>')
      .option('--ledger <file>')
      .exitOverride()
      .configureOutput({ writeErr() {}, outputError() {} });
    module.build(command);
    await command.parseAsync([...args], { from: 'user' });
    return { code: session.exitCode, stdout: this.pieces.join(''), notes };
  }

  /** The JSON a command answers with. */
  async json(module: CommandModule, args: readonly string[]): Promise<unknown> {
    const { stdout } = await this.run(module, [...args, '--json']);
    return JSON.parse(stdout);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class FakeSession extends Session {
  constructor(
    readonly owner: CommandWorld,
    stdin: string,
    readonly notes: string[],
  ) {
    super({
      streams: { stdin: Readable.from([stdin]), stdout: memoryOut(), stderr: memoryOut() },
      env: { AICOST_HOME: join(owner.folder, 'home') },
      clock: { now: () => owner.nowMs },
      cwd: owner.folder,
      version: '0.0.0',
      signal: owner.controller.signal,
    });
  }

  override async deps(flags: Parameters<Session['deps']>[0]): Promise<Deps> {
    const { world, owner: own, notes } = this;
    const { folder: cwd } = own;
    const config = resolveConfig([flagLayer({ ...flags }), envLayer({})]);
    const stdout = memoryOut({ write: (piece) => void own.pieces.push(piece) });
    const output = resolveOutput(flags, config.format.value, { stdout, cwd });
    const { signal } = own.controller;
    const pause = async (): Promise<void> => own.onPause();
    return {
      ...world,
      config,
      output,
      cores: 1,
      pause,
      write: (pieces) => writeOutput(pieces, output, { stdout, signal, pause }),
      note: (message, hint = '') => void notes.push(hint === '' ? message : `${message} | ${hint}`),
      progress: () => ({ update() {}, end() {} }),
    };
  }
}

/** A flat call that costs 100 × $2.50/M + 10 × $10/M = $0.00035; `n` makes it its own. */
export function line(n: number, more: object = {}): string {
  return `${JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    model: 'gpt-4o',
    prompt_tokens: 100,
    completion_tokens: 10,
    request_id: `r-${n}`,
    ...more,
  })}\n`;
}
