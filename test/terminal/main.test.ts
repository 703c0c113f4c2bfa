import { describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/cli.ts';
import { UserError } from '../../src/errors.ts';
import { main } from '../../src/main.ts';
import type { Deps, Run } from '../../src/terminal/command.ts';
import { MemoryStream, memoryProcess } from './world.ts';

interface Flags {
  readonly top?: string;
}

function commandOf(run: Run<Flags>): CommandSpec[] {
  const load = async () => ({
    build: (command: Parameters<Awaited<ReturnType<CommandSpec['load']>>['build']>[0]) => {
      command.argument('[paths...]', 'the logs').option('--top <n>', 'rows').runs<Flags>(run);
    },
  });
  const never = () => Promise.reject(new Error('was imported'));
  return [
    { name: 'audit', summary: 'Audit logs', load },
    { name: 'other', summary: 'Something else', load: never },
  ];
}

async function runMain(argv: string[], run: Run<Flags>, proc = memoryProcess()) {
  const code = await main(argv, proc, commandOf(run));
  return { code, stdout: proc.stdout.text, stderr: proc.stderr.text, proc };
}

const nothing: Run<Flags> = async () => {};

describe('usage', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])(
    '%j is help on stdout, exit 0',
    async (argv) => {
      const { code, stdout, stderr } = await runMain(argv, nothing);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/Usage: aicost.*audit +Audit logs.*other +Something else/s);
    },
  );

  test.each([[['audit', '--help']], [['help', 'audit']]])('%j loads that command', async (argv) => {
    const { code, stdout } = await runMain(argv, nothing);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Usage: aicost audit \[options\] \[paths\.\.\.\].*--top.*--ledger/s);
  });

  test('--version', async () => {
    const { code, stdout } = await runMain(['--version'], nothing);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test.each([
    [
      ['audit', '--tpo', '3'],
      "unknown option '--tpo' (Did you mean --top?)",
      'aicost audit --help',
    ],
    [['audti'], "unknown command 'audti' (Did you mean audit?)", 'aicost --help'],
    [['logs/a.jsonl'], "unknown command 'logs/a.jsonl'", 'aicost audit logs/a.jsonl'],
    [['audit', '--top'], "option '--top <n>' argument missing", 'aicost audit --help'],
    [['audit', '--csv', '--json'], 'json and csv were both asked for|csv and json', '--format'],
    [['audit', '--format', 'xml'], "no format is called 'xml'", 'table, csv, json, ndjson'],
  ])('%j exits 2 with two lines', async (argv, message, hint) => {
    const { code, stdout, stderr } = await runMain(argv, nothing);
    expect([code, stdout]).toEqual([2, '']);
    const [first = '', second = '', ...rest] = stderr.split('\n');
    expect(message.split('|').some((part) => first.includes(part))).toBe(true);
    expect(first.startsWith('aicost: ')).toBe(true);
    expect(second).toContain(hint);
    expect(rest).toEqual(['']);
  });
});

describe('a command', () => {
  test('gets its arguments, its flags and the global ones from either side', async () => {
    let seen: { args: readonly string[]; flags: object; deps: Deps } | undefined;
    const { code } = await runMain(
      ['-q', 'audit', 'a.jsonl', '--top', '5', 'b.jsonl', '--json', '--ledger', 'x.db'],
      async ({ args, flags }, deps) => {
        seen = { args, flags, deps };
      },
    );
    expect(code).toBe(0);
    expect(seen?.args).toEqual(['a.jsonl', 'b.jsonl']);
    expect(seen?.flags).toMatchObject({ top: '5', quiet: true });
    expect(seen?.deps.config.ledger).toEqual({ value: 'x.db', origin: '--ledger' });
    expect(seen?.deps.output.format).toBe('json');
  });

  test('its exit code is the exit code', async () => {
    expect((await runMain(['audit'], async () => 3)).code).toBe(3);
  });

  test('a UserError is two safe lines and its exit code', async () => {
    const { code, stderr } = await runMain(['audit'], async () => {
      throw new UserError(1, 'cannot read \u001b[31mx\n', 'check it');
    });
    expect([code, stderr]).toEqual([1, 'aicost: cannot read \\x1b[31mx\\n\n  check it\n']);
  });

  test('a bug says where it was and where to report it', async () => {
    const { code, stderr } = await runMain(['audit'], async () => {
      throw new TypeError('boom');
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: boom\n +at .*node v20\.19\.0, linux x64\nplease report/s);
  });
});

describe('broken outputs', () => {
  test('a reader that went away is no failure, and stops the command', async () => {
    const stdout = new MemoryStream(false, undefined, 'EPIPE');
    const { code, stderr } = await runMain(
      ['audit'],
      async (_, deps) => {
        const { signal } = deps;
        deps.streams.stdout.write('x');
        await new Promise((done) => signal.addEventListener('abort', done));
        signal.throwIfAborted();
      },
      memoryProcess({ stdout }),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a full disk is', async () => {
    const stdout = new MemoryStream(false, undefined, 'ENOSPC');
    const { code, stderr } = await runMain(
      ['audit'],
      async (_, deps) => deps.streams.stdout.write('x'),
      memoryProcess({ stdout }),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('ENOSPC')]);
  });
});

describe('Ctrl-C', () => {
  test('once: says so, lets the command end, exits 130; twice: quits', async () => {
    const proc = memoryProcess();
    const { code, stderr } = await runMain(
      ['audit'],
      async (_, { signal }) => {
        proc.interrupt();
        expect(signal.aborted).toBe(true);
        expect(proc.exits).toEqual([]);
        proc.interrupt();
        signal.throwIfAborted();
      },
      proc,
    );
    expect(code).toBe(130);
    expect(proc.exits).toEqual([130]);
    expect(stderr).toMatch(/stopping.*interrupted\n {2}what was committed stays/s);
  });

  test('of a command that cancels: the second cancels, the third quits', async () => {
    const proc = memoryProcess();
    const { code, stderr } = await runMain(
      ['audit'],
      async (_, { signal, cancel }) => {
        const now = () => [signal.aborted, cancel.aborted, proc.exits.length];
        const seen = [now()];
        for (let press = 1; press <= 3; press++) {
          proc.interrupt();
          seen.push(now());
        }
        expect(seen).toEqual([
          [false, false, 0],
          [true, false, 0],
          [true, true, 0],
          [true, true, 1],
        ]);
        signal.throwIfAborted();
      },
      proc,
    );
    expect([code, proc.exits]).toEqual([130, [130]]);
    expect(stderr).toMatch(/again to cancel it.*cancelling.*again to quit at once/s);
  });

  test('is left alone for commands that do not ask for the signal', async () => {
    const proc = memoryProcess();
    await runMain(['audit'], async () => proc.interrupt(), proc);
    expect(proc.stderr.text).toBe('');
  });
});
