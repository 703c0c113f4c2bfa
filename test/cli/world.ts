/** The real binary in a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { parseUsd } from '../../src/domain/money.ts';

export const BIN = fileURLToPath(new URL('../../bin/aicost.js', import.meta.url));
export const SUPPORT_DESK = fileURLToPath(
  new URL('../../fixtures/support-desk.jsonl', import.meta.url),
);

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The parts of the JSON report that the tests look at. */
export interface Report {
  readonly schema: string;
  readonly sources: { path: string; calls: number }[];
  readonly ingest: {
    new_calls: number;
    known_calls: number;
    replaced_calls: number;
    rejected_lines: number;
  } | null;
  readonly period: { from: string | null; to: string | null; calls_without_time: number };
  readonly prices: { table: string; version: string };
  readonly totals: Figures & { failed_calls: number; priced_calls: number };
  readonly gaps: { unpriced_calls: number; rejected_lines: number };
  readonly billed: { calls: number; billed_usd: string; difference_usd: string } | null;
  readonly spend: Record<
    'by_model' | 'by_task' | 'by_day' | 'by_user',
    (Figures & Record<string, unknown>)[]
  >;
  readonly findings: {
    id: string;
    calls: number;
    cost_usd: string;
    basis: string;
    examples: string[];
  }[];
  readonly savings: {
    baseline_usd: string;
    after_usd: string;
    saved_usd: string;
    policy: string;
    levers: {
      lever: string;
      saved_usd: string;
      sure_usd: string;
      likely_usd: string;
      needs_test_usd: string;
    }[];
    by_certainty: { sure_usd: string; likely_usd: string; needs_test_usd: string };
  };
}

interface Figures {
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: string;
}

export class CliWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'aicost-cli-'));
  readonly env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: this.folder,
    NO_COLOR: '1',
    TZ: 'Asia/Kolkata',
  };

  /** Runs aicost to its end; `uid` runs it as another user. */
  run(
    args: readonly string[],
    over: { input?: string | Buffer; env?: Record<string, string>; uid?: number } = {},
  ): Ran {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      env: { ...this.env, ...over.env },
      input: over.input ?? '',
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      ...(over.uid === undefined ? {} : { uid: over.uid, gid: over.uid }),
    });
    if (error !== undefined) throw error;
    return { code: status, stdout, stderr };
  }

  /** Runs a command of bash, in which `aicost` is the binary and a pipe fails when a part of it does. */
  bash(script: string): Ran {
    const head = `set -o pipefail; aicost() { '${process.execPath}' '${BIN}' "$@"; }; `;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', head + script], {
      cwd: this.folder,
      env: this.env,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  /** Starts aicost and leaves it running. */
  start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  /** The JSON report of a command that must succeed. */
  report(args: readonly string[], over: { input?: string | Buffer } = {}): Report {
    const { code, stdout, stderr } = this.run([...args, '--json'], over);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as Report;
  }

  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Opens the ledger for looking; the caller closes it. */
  ledger(name = 'aicost.db', readonly = true): Database.Database {
    return new Database(join(this.folder, name), { readonly, fileMustExist: true });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An exact amount of the report, in pico-USD. */
export function pico(usd: string): bigint {
  const amount = parseUsd(usd);
  if (amount === null) throw new Error(`no amount: ${usd}`);
  return amount;
}

/** Adds up exact amounts. */
export function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, usd) => total + pico(usd), 0n);
}

/** One flat call; `n` makes it its own. */
export function flatLine(n: number, more: object = {}): string {
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString(),
    model: 'gpt-4o',
    prompt_tokens: 100 + (n % 900),
    completion_tokens: n % 50,
    request_id: `r-${n}`,
    ...more,
  });
}

export function flatLog(count: number, more: object = {}): string {
  return Array.from({ length: count }, (_, n) => `${flatLine(n, more)}\n`).join('');
}

/** Calls and tokens of flat lines, by JSON.parse alone. */
export function plainTotals(log: string): {
  calls: number;
  input_tokens: number;
  output_tokens: number;
} {
  const totals = { calls: 0, input_tokens: 0, output_tokens: 0 };
  for (const line of log.split('\n')) {
    if (line === '') continue;
    const call = JSON.parse(line) as { prompt_tokens: number; completion_tokens: number };
    totals.calls++;
    totals.input_tokens += call.prompt_tokens;
    totals.output_tokens += call.completion_tokens;
  }
  return totals;
}
