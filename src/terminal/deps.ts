/**
 * What a command is given: its settings, its streams, its way out.
 *
 * Takes the world and the flags, gives Deps. Never opens a stream or arms Ctrl-C before a command
 * uses them.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { envLayer, filesOf, flagLayer, readConfigFiles, resolveConfig } from '../config.ts';
import type { Deps, GlobalFlags, World } from './command.ts';
import { formatNote } from './note.ts';
import { refuseOverwrite, resolveOutput, writeOutput } from './output.ts';
import { type Progress, startProgress } from './progress.ts';

/** What a command was called with. */
interface Called {
  readonly flags: GlobalFlags;
  readonly args: readonly string[];
}

/** Settles the settings for one command; `onStart` is told of each progress display. Throws UserError. */
export function buildDeps(
  world: World,
  called: Called,
  onStart: (progress: Progress) => void,
): Deps {
  const { env, cwd, streams, clock } = world;
  const { flags } = called;
  const files = readConfigFiles(env, cwd);
  const layers = [flagLayer({ ...flags }), envLayer(env), ...files];
  const config = resolveConfig(layers);
  const quiet = config.quiet.value;
  const output = resolveOutput(flags, config.format.value, { stdout: streams.stdout, cwd });
  const settings = [...files.map(({ origin }) => origin), ...filesOf(config)].map((file) =>
    resolve(cwd, file),
  );
  refuseOverwrite(output, [...settings, ...namedFiles(called, cwd)]);
  return {
    streams,
    env,
    clock,
    cwd,
    get version() {
      return world.version;
    },
    get signal() {
      return world.signal;
    },
    get cancel() {
      return world.cancel;
    },
    config,
    output,
    cores: availableParallelism(),
    pause,
    write: (pieces) => writeOutput(pieces, output, writingOf(world)),
    note(message, hint = '') {
      if (!quiet) streams.stderr.write(formatNote(message, hint));
    },
    progress(label) {
      const progress = startProgress(streams.stderr, { label, quiet, clock });
      onStart(progress);
      return progress;
    },
  };
}

/** The files that arguments and flags name, of which a command may read each. */
function namedFiles({ flags, args }: Called, cwd: string): string[] {
  const { out: _out, format: _format, ...named } = flags;
  const values: unknown[] = [...args, ...Object.values(named)];
  return values
    .flat()
    .filter((value) => typeof value === 'string' && value !== '')
    .map((value) => resolve(cwd, value as string))
    .filter((file) => existsSync(file));
}

function writingOf(world: World) {
  return {
    stdout: world.streams.stdout,
    get signal() {
      return world.signal;
    },
    pause,
  };
}

function pause(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
