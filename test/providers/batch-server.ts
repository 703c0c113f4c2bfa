/**
 * The Batch APIs of OpenAI and Anthropic on loopback, in memory: it counts what it runs.
 *
 * A batch runs when it is made, and from then on its rows are billed; it is over after some looks.
 */
import { type Received, type Reply, type ScriptedServer, startServer } from './server.ts';

/** A row of a file as the provider saw it. */
export interface SeenRow {
  readonly customId: string;
  readonly prompt: string;
  readonly model: string;
}

interface Batch {
  readonly id: string;
  readonly fileId: string | null;
  readonly endpoint: string;
  readonly metadata: unknown;
  readonly rows: readonly SeenRow[];
  readonly createdMs: number;
  status: string;
  looks: number;
  outputs: { readonly ok: string[]; readonly bad: string[] };
  errors: unknown;
}

/** A line for a row; `bad`: of the error file; null: the row is in no file. */
export type LineOf = (row: SeenRow) => { readonly text: string; readonly bad?: boolean } | null;

export class BatchServer {
  /** Prompt → how often it was run, and so billed. */
  readonly ran = new Map<string, number>();
  readonly files = new Map<string, SeenRow[]>();
  readonly batches: Batch[] = [];
  readonly cancelled: string[] = [];
  /** Looks until a batch is over. */
  looks = 1;
  /** How a batch ends. */
  ending = 'completed';
  errors: unknown = null;
  /** Whether lists of batches are given. */
  lists = true;
  lineOf: LineOf = (row) => ({ text: okLine(row) });
  /** Answers instead; undefined: as usual. */
  instead: (request: Received) => Reply | undefined | Promise<Reply | undefined> = () => undefined;
  #server: ScriptedServer | null = null;

  async open(): Promise<this> {
    this.#server = await startServer(async (request) => {
      const instead = await this.instead(request);
      return instead ?? this.#answer(request);
    });
    return this;
  }

  get baseUrl(): string {
    return this.#server?.baseUrl ?? '';
  }

  /** Method and path of all requests, ids left out. */
  get steps(): string[] {
    const received = this.#server?.received ?? [];
    return received.map(
      ({ method, path }) => `${method} ${path.replace(/(batch|file)_\d+/g, '#')}`,
    );
  }

  get received(): readonly Received[] {
    return this.#server?.received ?? [];
  }

  get rowsRun(): number {
    return [...this.ran.values()].reduce((sum, times) => sum + times, 0);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Ends all batches now. */
  finishAll(): void {
    for (const batch of this.batches) this.#finish(batch);
  }

  #answer(request: Received): Reply {
    const { method, path } = request;
    const place = `${method} ${path.replace(/^\/v1/, '').replace(/\?.*$/, '')}`;
    if (place === 'POST /files') return this.#upload(request);
    if (place === 'POST /batches') return this.#create(request);
    if (place === 'POST /messages/batches') return this.#createMessages(request);
    if (place === 'GET /batches') return this.#list((batch) => openAiState(batch));
    if (place === 'GET /messages/batches') return this.#list(anthropicState);
    if (path.endsWith('/content')) return this.#content(path);
    const [, messages, id = '', verb] =
      /^\/v1(\/messages)?\/batches\/(batch_\d+)(?:\/(\w+))?$/.exec(path) ?? [];
    const batch = this.batches.find((one) => one.id === id);
    if (batch === undefined) return { status: 404, json: { error: { message: 'no such batch' } } };
    if (verb === 'results') return { text: batch.outputs.ok.join('\n') };
    if (verb === 'cancel') this.#cancel(batch);
    else if (++batch.looks >= this.looks) this.#finish(batch);
    return { json: messages === undefined ? openAiState(batch) : anthropicState(batch) };
  }

  #upload({ text }: Received): Reply {
    const id = `file_${this.files.size + 1}`;
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    this.files.set(
      id,
      lines.map((line) => seenRow(JSON.parse(line))),
    );
    return { json: { id, object: 'file', purpose: 'batch', status: 'processed' } };
  }

  #create({ body }: Received): Reply {
    const batch = this.make(String(body.input_file_id), body);
    if (batch === null) return { status: 400, json: { error: { message: 'no such file' } } };
    return { json: openAiState(batch) };
  }

  /** Makes a batch of a file; null if there is no such file. */
  make(fileId: string, body: Readonly<Record<string, unknown>>): Batch | null {
    const rows = this.files.get(fileId);
    return rows === undefined ? null : this.#make(rows, { ...body, fileId });
  }

  #createMessages({ body }: Received): Reply {
    const requests = body.requests as Parameters<typeof seenRow>[0][];
    return { json: anthropicState(this.#make(requests.map(seenRow), {})) };
  }

  #make(rows: readonly SeenRow[], body: Readonly<Record<string, unknown>>): Batch {
    const batch: Batch = {
      id: `batch_${this.batches.length + 1}`,
      fileId: typeof body.fileId === 'string' ? body.fileId : null,
      endpoint: String(body.endpoint ?? ''),
      metadata: body.metadata,
      rows,
      createdMs: Date.now(),
      status: 'in_progress',
      looks: 0,
      outputs: { ok: [], bad: [] },
      errors: null,
    };
    for (const { prompt } of rows) this.ran.set(prompt, (this.ran.get(prompt) ?? 0) + 1);
    this.batches.push(batch);
    return batch;
  }

  #finish(batch: Batch): void {
    if (batch.status !== 'in_progress') return;
    batch.status = this.ending;
    batch.errors = this.errors;
    for (const row of batch.rows) {
      const line = this.lineOf(row);
      if (line !== null) batch.outputs[line.bad === true ? 'bad' : 'ok'].push(line.text);
    }
  }

  #cancel(batch: Batch): void {
    this.cancelled.push(batch.id);
    this.#finish(batch);
    batch.status = 'cancelled';
  }

  #list(state: (batch: Batch) => object): Reply {
    if (!this.lists) return { status: 404, json: { error: { message: 'not found' } } };
    for (const batch of this.batches) if (++batch.looks >= this.looks) this.#finish(batch);
    return { json: { data: [...this.batches].reverse().map(state), has_more: false } };
  }

  #content(path: string): Reply {
    const [, kind, id] = /(out|err)_(batch_\d+)/.exec(path) ?? [];
    const batch = this.batches.find((one) => one.id === id);
    const lines = batch?.outputs[kind === 'out' ? 'ok' : 'bad'] ?? [];
    return { text: lines.map((line) => `${line}\n`).join('') };
  }
}

function seenRow(line: {
  custom_id: string;
  body?: { model: string; messages: { content: string }[] };
  params?: { model: string; messages: { content: string }[] };
}): SeenRow {
  const { model = '', messages = [] } = line.body ?? line.params ?? {};
  return { customId: line.custom_id, model, prompt: String(messages.at(-1)?.content) };
}

function openAiState(batch: Batch): object {
  const { id, status, fileId, endpoint, metadata, outputs, errors, createdMs, rows } = batch;
  return {
    ...{ id, object: 'batch', status, input_file_id: fileId, endpoint, metadata, errors },
    created_at: Math.floor(createdMs / 1000),
    output_file_id: outputs.ok.length > 0 ? `out_${id}` : null,
    error_file_id: outputs.bad.length > 0 ? `err_${id}` : null,
    request_counts: {
      ...{ total: rows.length, completed: outputs.ok.length, failed: outputs.bad.length },
    },
  };
}

function anthropicState({ id, status, rows, createdMs, outputs }: Batch): object {
  const isOver = status !== 'in_progress';
  return {
    ...{ id, type: 'message_batch', processing_status: isOver ? 'ended' : 'in_progress' },
    created_at: new Date(createdMs).toISOString(),
    request_counts: {
      ...{ processing: isOver ? 0 : rows.length, errored: 0, canceled: 0, expired: 0 },
      succeeded: isOver ? rows.length : 0,
    },
    results_url: isOver ? `https://elsewhere.example/${id}` : null,
    ended_at: outputs.ok.length > 0 ? new Date(createdMs).toISOString() : null,
  };
}

/** A line with an answer, of 100 tokens in and 10 out. */
export function okLine({ customId, prompt, model }: SeenRow): string {
  const message = { role: 'assistant', content: `re ${prompt}` };
  const body = {
    ...{ id: `chatcmpl-${customId}`, object: 'chat.completion', model, service_tier: 'default' },
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
  const response = { status_code: 200, request_id: 'r', body };
  return JSON.stringify({
    id: `batch_req_${customId}`,
    custom_id: customId,
    response,
    error: null,
  });
}

/** The same in Anthropic's manner. */
export function messageLine({ customId, prompt, model }: SeenRow): string {
  const message = {
    ...{ id: `msg_${customId}`, type: 'message', role: 'assistant', model },
    content: [{ type: 'text', text: `re ${prompt}` }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 100, output_tokens: 10, service_tier: 'batch' },
  };
  return JSON.stringify({ custom_id: customId, result: { type: 'succeeded', message } });
}

/** A line of the error file. */
export function badLine({ customId }: SeenRow, status: number, message: string): string {
  const body = {
    error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error' },
  };
  const response = { status_code: status, request_id: 'r', body };
  return JSON.stringify({
    id: `batch_req_${customId}`,
    custom_id: customId,
    response,
    error: null,
  });
}
