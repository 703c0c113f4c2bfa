/** Recorded calls of OpenAI and Anthropic, each against the usage that was noted beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { inputTotal, outputTotal } from '../../src/domain/tokens.ts';
import { WarmReader } from '../formats/reading.ts';

const file = new URL('../../../shared/data/vcr_calls/vcr_calls.jsonl.gz', import.meta.url);
const isHere = existsSync(file);

interface Row {
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly usage: Readonly<Record<string, number | null>> | null;
}

const lines: string[] = isHere
  ? gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  : [];
const reader = new WarmReader();

/** Lines of a host with usage, the row as JSON.parse reads it, and the line. */
function rowsOf(host: string): [Row, string][] {
  return lines
    .map((line): [Row, string] => [JSON.parse(line) as Row, line])
    .filter(([row]) => row.host === host && row.status === 200 && row.usage !== null);
}

/** Whole input and output of a line, over all its parts. */
function tokensOf(line: string): [input: number, output: number] | string {
  const read = reader.read(line);
  if (isRejected(read)) return `${read.reason}: ${read.detail}`;
  return [
    read.reduce((total, call) => total + inputTotal(call.usage), 0),
    read.reduce((total, call) => total + outputTotal(call.usage), 0),
  ];
}

describe.skipIf(!isHere)('recorded calls (skipped: needs ../shared/data)', () => {
  test('OpenAI: chat, completions, Responses, embeddings, whole and streamed', () => {
    const rows = rowsOf('api.openai.com');
    expect(rows.length).toBeGreaterThan(1_000);
    const wrong = rows.flatMap(([{ path, usage }, line]) => {
      const input = usage?.prompt_tokens ?? usage?.input_tokens ?? 0;
      const output = usage?.completion_tokens ?? usage?.output_tokens ?? 0;
      const read = tokensOf(line);
      return JSON.stringify(read) === JSON.stringify([input, output])
        ? []
        : [[path, input, output, read]];
    });
    expect(wrong).toEqual([]);
  });

  test('Anthropic: the whole input is fresh, read and written together', () => {
    const rows = rowsOf('api.anthropic.com').filter(([, line]) => !line.includes('iterations'));
    expect(rows.length).toBeGreaterThan(200);
    const wrong = rows.flatMap(([{ path, usage }, line]) => {
      const parts = [
        usage?.input_tokens,
        usage?.cache_read_input_tokens,
        usage?.cache_creation_input_tokens,
      ];
      const read = tokensOf(line);
      // Of some streams only the last event was noted, which tells the output alone.
      const isPartial = typeof usage?.input_tokens !== 'number' && typeof read !== 'string';
      const input = isPartial
        ? read[0]
        : parts.reduce<number>((total, part) => total + (part ?? 0), 0);
      const same = JSON.stringify(read) === JSON.stringify([input, usage?.output_tokens ?? 0]);
      return same && input > 0 ? [] : [[path, usage, read]];
    });
    expect(wrong).toEqual([]);
  });

  test('calls that failed are failed calls, and none of them is lost', () => {
    const failed = lines
      .map((line): [Row, string] => [JSON.parse(line) as Row, line])
      .filter(([row]) => /^api\.(openai|anthropic)\.com$/.test(row.host) && row.status >= 400);
    expect(failed.length).toBeGreaterThan(5);
    for (const [{ path, status }, line] of failed) {
      const read = reader.read(line);
      expect([path, isRejected(read) ? read : read[0]?.outcome]).toMatchObject([
        path,
        { status: expect.stringMatching(/error|timeout/), httpStatus: status },
      ]);
    }
  });
});
