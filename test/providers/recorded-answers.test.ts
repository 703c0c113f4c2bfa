/** Answers and errors that providers really sent, read as if they came now. */
import { Buffer } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inputTotal, outputTotal } from '../../src/domain/tokens.ts';
import { ANTHROPIC_MESSAGES } from '../../src/providers/anthropic.ts';
import type { Exchanged } from '../../src/providers/exchange.ts';
import { OPENAI_CHAT } from '../../src/providers/openai-chat.ts';
import { OPENAI_EMBEDDINGS } from '../../src/providers/openai-embeddings.ts';
import { OPENAI_RESPONSES } from '../../src/providers/openai-responses.ts';
import type { Attempt } from '../../src/providers/provider.ts';
import { readAttempt } from '../../src/providers/read-attempt.ts';
import type { WireFormat } from '../../src/providers/wire.ts';
import { endpoint, prompt } from './asking.ts';

const file = new URL('../../../shared/data/vcr_calls/vcr_calls.jsonl.gz', import.meta.url);
const isHere = existsSync(file);

interface Row {
  readonly path: string;
  readonly status: number;
  readonly stream: boolean;
  readonly response: string | object;
  readonly usage: Readonly<Record<string, number | null>> | null;
}

const WIRES: Readonly<Record<string, WireFormat>> = {
  '/v1/chat/completions': OPENAI_CHAT,
  '/v1/responses': OPENAI_RESPONSES,
  '/v1/embeddings': OPENAI_EMBEDDINGS,
  '/v1/messages': ANTHROPIC_MESSAGES,
};

const rows: Row[] = !isHere
  ? []
  : gunzipSync(readFileSync(file))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line): Row => JSON.parse(line))
      .filter(({ path, stream }) => path in WIRES && !stream);

function readNow({ path, status, response }: Row): Attempt {
  const text = typeof response === 'string' ? response : JSON.stringify(response);
  const exchanged: Exchanged = {
    isSent: true,
    httpStatus: status,
    headers: {},
    body: Buffer.from(text),
    fault: null,
    latencyMs: 1,
  };
  const bounds = { nowMs: 0, timeoutMs: 1, maxBytes: 1 << 24 };
  const asked = { endpoint: endpoint('http://127.0.0.1/v1'), prompt: prompt(), requestText: '' };
  return readAttempt(exchanged, { ...bounds, ...asked, wire: WIRES[path]!, redact: String });
}

describe.skipIf(!isHere)('recorded answers (skipped: needs ../shared/data)', () => {
  test.each(Object.keys(WIRES))('%s: each is an answer with the tokens noted beside it', (path) => {
    // The usage noted beside an answer of several iterations is that of its last one.
    const isPlain = ({ response }: Row) => !JSON.stringify(response).includes('iterations');
    const answers = rows
      .filter((row) => row.path === path && row.status === 200 && row.usage)
      .filter(isPlain);
    expect(answers.length).toBeGreaterThan(20);
    const wrong = answers.flatMap((row) => {
      const read = readNow(row);
      if (read.kind === 'failure')
        return [`${read.message} ${JSON.stringify(row.response).slice(0, 300)}`];
      const { usage } = row;
      const cached =
        (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0);
      const given = usage?.prompt_tokens ?? usage?.input_tokens ?? usage?.total_tokens ?? 0;
      const input = path === '/v1/messages' ? given + cached : given;
      const output = usage?.completion_tokens ?? usage?.output_tokens ?? 0;
      const counts =
        read.usage === null ? [0, 0] : [inputTotal(read.usage), outputTotal(read.usage)];
      const hasText = read.text !== '' || read.embedding !== null || output < 2;
      return counts[0] === input && counts[1] === output && hasText
        ? []
        : [[input, output, counts, read.text.slice(0, 80)]];
    });
    expect(wrong).toEqual([]);
  });

  test('each refusal has a code of its status', () => {
    const refused = rows.filter(({ status }) => status >= 400);
    expect(refused.length).toBeGreaterThan(5);
    const codes = new Set(
      refused.map((row) => {
        const read = readNow(row);
        return `${row.status} ${read.kind === 'failure' ? read.code : read.kind}`;
      }),
    );
    expect([...codes].sort()).toEqual(['400 bad_request', '404 bad_request']);
  });
});
