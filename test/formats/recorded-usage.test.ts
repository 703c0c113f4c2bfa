/** Usage objects of recorded calls, read alone, against what genai-prices reads in them. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { extractUsage, type Provider, waitForUpdate } from '@pydantic/genai-prices';
import { beforeAll, describe, expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { inputTotal, outputTotal, type Usage } from '../../src/domain/tokens.ts';
import { parseUsageBody } from '../../src/formats/usage-body.ts';

const path = new URL('../../../shared/data/vcr_calls/vcr_calls.jsonl.gz', import.meta.url);
const isHere = existsSync(path);

interface Recorded {
  readonly host: string;
  readonly path: string;
  readonly model: string | null;
  readonly usage: Record<string, unknown> | null;
}

/** Host → provider and the shape genai-prices must be told. */
const SENDERS: readonly (readonly [
  host: RegExp,
  provider: string,
  flavor: (row: Recorded) => string,
])[] = [
  [
    /^api\.openai\.com$/,
    'openai',
    ({ path: at, usage }) =>
      at.includes('embeddings')
        ? 'embeddings'
        : usage?.input_tokens === undefined
          ? 'chat'
          : 'responses',
  ],
  [/^api\.anthropic\.com$/, 'anthropic', () => 'default'],
  [
    /^(generativelanguage|aiplatform)\.googleapis\.com$/,
    'google',
    ({ path: at }) => (at.includes('mbed') ? 'embeddings' : 'default'),
  ],
];

let providers: readonly Provider[] = [];
beforeAll(async () => {
  providers = (await waitForUpdate()) ?? [];
});

function rows(): Recorded[] {
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

/** What both say: the whole input and its cached part, the whole output. */
function theirs(provider: string, row: Recorded, flavor: string) {
  const sender = providers.find(({ id }) => id === provider);
  const key = provider === 'google' ? 'usageMetadata' : 'usage';
  const body = { model: row.model, modelVersion: row.model, [key]: row.usage };
  const usage = extracted(() => extractUsage(sender as Provider, body, flavor).usage);
  if (usage === null) return null;
  return {
    input: usage.input_tokens ?? 0,
    read: usage.cache_read_tokens ?? 0,
    written: usage.cache_write_tokens ?? 0,
    output: usage.output_tokens ?? 0,
  };
}

/** Null for a body that genai-prices cannot read, such as one of another API of the same host. */
function extracted<Result>(run: () => Result): Result | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && /usage|Missing|missing|required/.test(error.message)) return null;
    throw error;
  }
}

function ours(usage: Usage) {
  return {
    input: inputTotal(usage),
    read: usage.cacheRead + usage.cacheReadAudio + usage.cacheReadImage,
    written: usage.cacheWrite5m + usage.cacheWrite1h,
    output: outputTotal(usage),
  };
}

function read(row: Recorded, provider: string) {
  const hints = { provider, model: row.model ?? 'm', tier: null, region: '', atMs: null };
  return parseUsageBody(JSON.stringify(row.usage), hints);
}

describe.skipIf(!isHere)('recorded usage (skipped: needs ../shared/data)', () => {
  const recorded = isHere ? rows().filter(({ usage }) => usage !== null) : [];

  test('each is read, but one whose parts are more than the whole', () => {
    const rejected = recorded.map((row) => read(row, '')).filter((calls) => isRejected(calls));
    // 2,168 prompt tokens, of which 2,161 are said to be cached and 2,161 to be written.
    expect(rejected).toEqual([expect.objectContaining({ reason: 'inconsistent_tokens' })]);
  });

  test.each(SENDERS)('%s', (host, provider, flavorOf) => {
    const differing: unknown[] = [];
    let compared = 0;
    for (const row of recorded.filter((each) => host.test(each.host))) {
      if (row.usage?.iterations !== undefined && row.usage.iterations !== null) continue;
      const expected = theirs(provider, row, flavorOf(row));
      if (expected === null) continue;
      const calls = read(row, provider);
      if (isRejected(calls)) throw new Error(calls.detail);
      compared++;
      const got = ours(calls[0]!.usage);
      if (JSON.stringify(got) !== JSON.stringify(expected)) {
        differing.push({ usage: row.usage, got, expected, basis: calls[0]!.target.usageBasis });
      }
    }
    expect(differing.slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});
