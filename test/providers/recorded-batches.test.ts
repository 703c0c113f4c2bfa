/** Recorded runs of OpenAI's and Anthropic's Batch APIs, step by step, against our reading of them. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { BatchApi, BatchState } from '../../src/providers/batch-api.ts';
import { type BatchApis, createBatchApis } from '../../src/providers/batch-apis.ts';
import { parseBatchLine, readBatchLine } from '../../src/providers/batch-line.ts';
import { KeyRing } from '../../src/providers/keys.ts';
import type { Endpoint, Prompt, Wire } from '../../src/providers/provider.ts';
import { type ScriptedServer, startServer } from './server.ts';

const file = new URL('../../../shared/data/batch_api/http_sequences.jsonl', import.meta.url);
const isHere = existsSync(file);

interface Step {
  readonly provider: string;
  readonly scenario: string;
  readonly i: number;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly request_body: string;
  readonly response_body: string;
}

function stepsOf(provider: string, scenario: string): Step[] {
  const steps = readFileSync(file, 'utf8').trim().split('\n');
  return steps
    .map((line) => JSON.parse(line) as Step)
    .map((step) => ({ ...step, response_body: wholeOutput(step) ?? step.response_body }))
    .filter((step) => step.provider === provider && step.scenario === scenario)
    .filter(({ url }) => url.includes('api.openai.com') || url.includes('api.anthropic.com'));
}

/** The sequences cut long answers off; the outputs stand whole beside them. */
function wholeOutput({ provider, scenario, i }: Step): string | null {
  const output = new URL(`${provider}__${scenario}__${i}_output.jsonl`, file);
  return existsSync(output) ? readFileSync(output, 'utf8') : null;
}

const PROMPT: Prompt = {
  ...{ operation: 'chat', model: 'm', system: null, messages: [], images: [], maxTokens: null },
  ...{ temperatureMilli: null, schema: null, extra: {} },
};

let server: ScriptedServer;
let apis: BatchApis;
afterEach(async () => {
  await apis?.close();
  await server?.close();
});

/** Plays steps in their order; a step out of order is a 500. */
async function play(steps: readonly Step[], wire: Wire): Promise<[BatchApi, Endpoint]> {
  let next = 0;
  server = await startServer(({ method, path }) => {
    const step = steps[next++];
    const isIt = step?.method === method && new URL(step.url).pathname === path;
    if (!isIt) return { status: 500, json: { error: { message: `not now: ${method} ${path}` } } };
    return { status: step.status, text: step.response_body };
  });
  const endpoint: Endpoint = {
    ...{ id: 'one', wire, baseUrl: server.baseUrl },
    provider: wire === 'openai_chat' ? 'openai' : 'anthropic',
  };
  const keys = new KeyRing(new Map([['one', 'sk-test-secret']]));
  apis = await createBatchApis({ keys, env: {}, clock: { now: Date.now }, version: '0' });
  return [apis.of(endpoint), endpoint];
}

function stateOf(given: unknown): BatchState {
  expect(given).toHaveProperty('status');
  return given as BatchState;
}

const { signal } = new AbortController();
const fileOf = (lines: readonly string[]) => ({
  tag: 'tag',
  rows: lines.length,
  lines: () => lines,
});

describe.skipIf(!isHere)('recorded batches (skipped: needs ../shared/data)', () => {
  const openAi = ['basic_batch_completion', 'basic_batch_resume', 'failed_request_batch_resume'];
  test.each(openAi)('openai %s', async (scenario) => {
    // The recording looked at its file once between upload and batch, which nobody needs to.
    const steps = stepsOf('openai', scenario).filter(
      ({ method, url }) => method === 'POST' || !/\/files\/file-\w+$/.test(url),
    );
    const [api, endpoint] = await play(steps, 'openai_chat');
    const [lines] = [
      (steps[0]?.request_body ?? '').split(/\r?\n/).filter((line) => line.startsWith('{')),
    ];
    const uploaded = await api.upload(fileOf(lines), signal);
    expect(uploaded).toMatch(/^file-/);
    expect(server.received[0]?.text).toContain(lines.join('\n'));
    let state = stateOf(await api.create(fileOf(lines), uploaded as string));
    expect(server.received[1]?.body).toMatchObject({
      ...{ input_file_id: uploaded, endpoint: '/v1/chat/completions', completion_window: '24h' },
      metadata: { aicost_job: 'tag' },
    });
    while (!state.isOver) state = stateOf(await api.read(state.id));
    expect(state).toMatchObject({ status: 'completed', isComplete: true, done: lines.length });
    const answers = await answersOf(api, state, endpoint);
    expect(answers).toHaveLength(lines.length);
    for (const answer of answers) {
      expect(answer).toMatchObject({ kind: 'answer', tier: 'batch', model: 'gpt-3.5-turbo-0125' });
    }
    expect(server.received).toHaveLength(steps.length);
  });

  test('openai batch_cancel', async () => {
    const steps = stepsOf('openai', 'batch_cancel').slice(-2);
    const [api] = await play(steps, 'openai_chat');
    const id = steps[0]?.url.split('/').at(-1) ?? '';
    expect(stateOf(await api.read(id)).status).toBe('validating');
    expect(stateOf(await api.cancel(id))).toMatchObject({ status: 'cancelling', isOver: false });
  });

  const anthropic = [
    'basic_batch_completion',
    'basic_batch_resume',
    'basic_batch_reasoning_completion',
  ];
  test.each([...anthropic, 'failed_request_batch_resume'])('anthropic %s', async (scenario) => {
    const steps = stepsOf('anthropic', scenario);
    const [api, endpoint] = await play(steps, 'anthropic_messages');
    const { requests } = JSON.parse(steps[0]?.request_body ?? '{}') as { requests: object[] };
    const lines = requests.map((request) => JSON.stringify(request));
    let state = stateOf(await api.create(fileOf(lines), null));
    expect(server.received[0]?.body).toEqual({ requests });
    while (!state.isOver) state = stateOf(await api.read(state.id));
    // The recording looked once more before it fetched the answers.
    state = stateOf(await api.read(state.id));
    const answers = await answersOf(api, state, endpoint);
    expect(answers).toHaveLength(requests.length);
    for (const answer of answers) {
      expect(answer).toMatchObject({ kind: 'answer', tier: 'batch', stopReason: 'stop' });
    }
    expect(server.received).toHaveLength(steps.length);
  });

  test('anthropic batch_cancel', async () => {
    const steps = stepsOf('anthropic', 'batch_cancel').slice(1);
    const [api] = await play(steps, 'anthropic_messages');
    const id = steps[0]?.url.split('/').at(-1) ?? '';
    await api.read(id);
    expect(stateOf(await api.cancel(id))).toMatchObject({ status: 'canceling', isOver: false });
  });
});

async function answersOf(api: BatchApi, { outputs }: BatchState, endpoint: Endpoint) {
  const answers = [];
  for (const path of outputs) {
    for await (const piece of api.download(path, signal)) {
      const line = parseBatchLine(String(piece));
      expect(line?.customId).toMatch(/^\d$/);
      const context = { endpoint, prompt: PROMPT, nowMs: 0, redact: (text: string) => text };
      if (line !== null) answers.push(readBatchLine(line, context));
    }
  }
  return answers;
}
