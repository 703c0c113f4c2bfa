/**
 * Streams: server-sent events as logged text → the body the provider would have sent at once.
 *
 * Takes the whole stream text, gives one merged body for bodyOf, or null if it is no stream of a
 * known provider. Never adds up usage: counters in a stream are cumulative, the last value wins.
 */

type Dict = Record<string, unknown>;

function dict(value: unknown): Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Dict)
    : {};
}

interface Merged {
  body: Dict;
  usage: Dict | null;
  text: string;
  stop: unknown;
}

/** Whether a logged response text is a stream of events. */
export function looksLikeStream(text: string): boolean {
  // A line that begins with a colon is a comment: OpenRouter keeps the connection alive with them.
  return /^\s*(data|event|id)?:/.test(text);
}

/** Merges the events of a stream; null if none of them is of a known shape. */
export function mergeStream(text: string): Dict | null {
  const merged: Merged = { body: {}, usage: null, text: '', stop: null };
  for (const event of eventsOf(text)) addEvent(merged, event);
  if (Object.keys(merged.body).length === 0) return null;
  const { body, usage } = merged;
  if (usage !== null) body.usage = usage;
  if (body.object === 'chat.completion') {
    body.choices = [
      { finish_reason: merged.stop, message: { role: 'assistant', content: merged.text } },
    ];
  } else if (body.type === 'message') {
    body.stop_reason = merged.stop;
    body.content = [{ type: 'text', text: merged.text }];
  }
  return body;
}

function* eventsOf(text: string): Generator<Dict> {
  for (const block of text.split(/\r?\n\r?\n/)) {
    const data = block
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trim())
      .join('');
    if (!data.startsWith('{')) continue;
    try {
      yield dict(JSON.parse(data));
    } catch (error) {
      // A stream cut in the middle of an event: what came before it counts.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

function addEvent(merged: Merged, event: Dict): void {
  if (event.object === 'chat.completion.chunk') addChunk(merged, event);
  else if (event.type === 'message_start') {
    Object.assign(merged.body, dict(event.message));
    addUsage(merged, dict(event.message).usage);
  } else if (event.type === 'content_block_delta') {
    merged.text += textOf(dict(event.delta).text);
  } else if (event.type === 'message_delta') {
    addUsage(merged, event.usage);
    merged.stop = dict(event.delta).stop_reason ?? merged.stop;
  } else if (typeof event.type === 'string' && event.type.startsWith('response.')) {
    if (event.response !== undefined) Object.assign(merged.body, dict(event.response));
  } else if (event.usageMetadata !== undefined || Array.isArray(event.candidates)) {
    addGemini(merged, event);
  } else if (event.error !== undefined) {
    merged.body.error = event.error;
  }
}

/** Counters of later chunks win; a chunk that names the searches need not be the last one. */
function addGemini(merged: Merged, chunk: Dict): void {
  const { usageMetadata, candidates, ...others } = chunk;
  Object.assign(merged.body, others);
  merged.body.usageMetadata = { ...dict(merged.body.usageMetadata), ...dict(usageMetadata) };
  const first = dict(Array.isArray(candidates) ? candidates[0] : undefined);
  for (const part of listOf(dict(first.content).parts)) merged.text += textOf(dict(part).text);
  const { content: _, ...ending } = first;
  const before = dict(listOf(merged.body.candidates)[0]);
  const content = { parts: [{ text: merged.text }] };
  merged.body.candidates = [{ ...before, ...ending, content }];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function addChunk(merged: Merged, chunk: Dict): void {
  const { id, created, model, service_tier } = chunk;
  Object.assign(merged.body, { id, created, model, object: 'chat.completion' });
  if (service_tier !== undefined) merged.body.service_tier = service_tier;
  if (chunk.error !== undefined) merged.body.error = chunk.error;
  addUsage(merged, chunk.usage);
  addUsage(merged, dict(chunk.x_groq).usage);
  const choice = dict(Array.isArray(chunk.choices) ? chunk.choices[0] : undefined);
  merged.text += textOf(dict(choice.delta).content);
  merged.stop = choice.finish_reason ?? merged.stop;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function addUsage(merged: Merged, usage: unknown): void {
  for (const [key, value] of Object.entries(dict(usage))) {
    if (value === null || key === '__proto__') continue;
    merged.usage ??= {};
    merged.usage[key] = value;
  }
}
