/** A server that counts, and the real binary against it, side by side. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type Received, type Reply, startServer } from '../providers/server.ts';
import { BIN, CliWorld, type Ran } from './world.ts';

/** The answer of a chat completion. */
export function answerTo({ index, body }: Received): Reply {
  const prompt = promptOf(body);
  return {
    json: {
      ...{ id: `chatcmpl-${index}`, object: 'chat.completion', model: body.model },
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: `re ${prompt}` },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    },
  };
}

export function promptOf(body: Received['body']): string {
  const { content } = body.messages.at(-1);
  return String(Array.isArray(content) ? content[0].text : content);
}

export class BatchWorld extends CliWorld {
  /** Prompt → how often it was asked. */
  readonly asked = new Map<string, number>();
  /** What the server does; a test may change it. */
  reply: (request: Received) => Reply | Promise<Reply> = answerTo;
  onAsked: () => void = () => {};
  #close: () => Promise<void> = async () => {};
  #baseUrl = '';

  async open(): Promise<this> {
    const server = await startServer((request) => {
      const prompt = promptOf(request.body);
      this.asked.set(prompt, (this.asked.get(prompt) ?? 0) + 1);
      this.onAsked();
      return this.reply(request);
    });
    this.#close = () => server.close();
    this.#baseUrl = server.baseUrl;
    return this;
  }

  get requests(): number {
    return [...this.asked.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Starts a batch command, `through` another one; the server's URL comes with it. */
  spawn(
    args: readonly string[],
    through: readonly string[] = [],
    verb = 'batch',
  ): { child: ChildProcess; ended: Promise<Ran> } {
    const [command = '', ...words] = [...through, process.execPath, BIN, verb, ...args];
    const child = spawn(command, words, {
      cwd: this.folder,
      env: { ...this.env, AICOST_BASE_URL: this.#baseUrl, AICOST_API_KEY: 'sk-test-secret' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end();
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (piece) => {
      stdout += piece;
    });
    child.stderr?.on('data', (piece) => {
      stderr += piece;
    });
    const ended = new Promise<Ran>((resolve) => {
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return { child, ended };
  }

  batch(args: readonly string[]): Promise<Ran> {
    return this.spawn(args).ended;
  }

  classify(args: readonly string[]): Promise<Ran> {
    return this.spawn(args, [], 'classify').ended;
  }

  /** The rows of a CSV file by their columns. */
  rows(name: string): Record<string, string>[] {
    return parse(readFileSync(join(this.folder, name)), { columns: true });
  }

  /** Writes a CSV of one column with this many prompts. */
  prompts(count: number, name = 'in.csv', prefix = 'prompt'): string {
    const rows = Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
    return this.file(name, `prompt\n${rows.join('\n')}\n`);
  }

  async shut(): Promise<void> {
    await this.#close();
    this.close();
  }
}
