/** `aicost simulate prompt-cache` on the real binary. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BIN } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Blocks of 512 tokens: 1,000 tokens are one full block and one of 488. */
const TRACE = [
  '{"timestamp":0,"input_length":1000,"output_length":1,"hash_ids":[1,2]}',
  '{"timestamp":60000,"input_length":1000,"output_length":1,"hash_ids":[1,2]}',
  '{"timestamp":400000,"input_length":1000,"output_length":1,"hash_ids":[1,3]}',
].join('\n');
writeFileSync(join(folder, 'trace.jsonl'), `${TRACE}\n`);

function run(args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIN, 'simulate', 'prompt-cache', ...args],
    { cwd: folder, input, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('simulate prompt-cache', () => {
  it('replays every TTL with every capacity', () => {
    const { status, stdout } = run([
      'trace.jsonl',
      '--ttl',
      '5m,none',
      '--capacity',
      '1,none',
      '--json',
    ]);
    expect(status).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      ...{ schema: 'aicost.simulate-prompt-cache/1', requests: 3, input_tokens: 3000, blocks: 6 },
      ...{ distinct_blocks: 3, span_ms: 400_000, rejected_lines: 0 },
    });
    // At one block only block 1 is held: 512 each; without a limit 1,000 and then 512.
    const rows = answer.caches.map((row: Record<string, unknown>) => [
      row.ttl_ms,
      row.capacity_blocks,
      row.hit_tokens,
    ]);
    expect(rows).toEqual([
      [300_000, 1, 512],
      [300_000, null, 1000],
      [null, 1, 1024],
      [null, null, 1512],
    ]);
    expect(answer.caches[3].token_hit).toBe(0.504);
  });

  it('takes bare numbers for seconds, and prints each request', () => {
    const { stdout } = run(['-', '--ttl', '300', '--calls', '--json'], TRACE);
    const { calls } = JSON.parse(stdout);
    expect(calls.map((row: Record<string, unknown>) => [row.line, row.hit_tokens])).toEqual([
      [1, 0],
      [2, 1000],
      [3, 0],
    ]);
  });

  it("prices a provider's cache", () => {
    const { stdout } = run([
      'trace.jsonl',
      '--cache',
      'deepseek',
      '--arm',
      'neutral',
      '--model',
      'gpt-4o',
      '--price',
      'gpt-4o:input=1,output=0,cache_read=0.1',
      '--json',
    ]);
    // Steps of 64: 1,000 is 960, 512 is 512. Of 3,000 tokens at $1 per million 1,472 cost a tenth.
    expect(JSON.parse(stdout).caches[0]).toMatchObject({
      ...{ hit_tokens: 1472, without_usd: '0.003', with_usd: '0.0016752', saved_usd: '0.0013248' },
    });
  });

  it('counts lines that are no request, and refuses a file without any', () => {
    writeFileSync(join(folder, 'half.jsonl'), `${TRACE}\nnonsense\n`);
    expect(run(['half.jsonl', '--strict', '--json']).status).toBe(3);
    expect(JSON.parse(run(['half.jsonl', '--json']).stdout).rejected_lines).toBe(1);
    const none = run(['-'], '{"a":1}\n');
    expect(none.status).toBe(1);
    expect(none.stderr).toContain('line 1: timestamp is missing');
  });

  it.each([
    [['trace.jsonl', '--ttl', 'soon'], '--ttl'],
    [['trace.jsonl', '--capacity', '-1'], '--capacity'],
    [['trace.jsonl', '--cache', 'nobody'], '--cache nobody'],
    [['trace.jsonl', '--arm', 'neutral'], '--arm'],
    [['trace.jsonl', '--calls', '--ttl', '1m,2m'], '--calls'],
    [['trace.jsonl', '--block-tokens', '0'], '--block-tokens'],
  ])('refuses %j', (args, said) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });
});
