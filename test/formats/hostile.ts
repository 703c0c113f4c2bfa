/**
 * Hostile lines: records as loggers write them, and as they should not.
 *
 * Takes seeds, gives bytes. Lines of one family share their shape (whitespace, key order, spelling of
 * keys), so that a scanner which has learnt one of them tries its template on the others; what
 * differs are the values, some of them of another type, and now and then a damaged byte.
 */
import { Buffer } from 'node:buffer';
import { Random } from './random.ts';

type Value = string | number | boolean | null | Value[] | Member[] | Verbatim;
/** An object as a list of members, so that keys may repeat and need no order. */
type Member = { readonly key: string; readonly value: Value };
/** Bytes that stand for a value as they are. */
class Verbatim {
  constructor(readonly text: string) {}
}

const TEXTS = [
  '',
  'Hi',
  'Say "hello" to C:\\new\\table',
  'ends with a backslash \\',
  'a\\"',
  'tab\tnew\nline\r\f\b\u0001',
  'Grüße aus Köln, 你好世界',
  '🙂 surrogate pairs 𝒳',
  'lone \ud800 and \udc00 halves',
  '</script><a href="/x/y">',
  'x'.repeat(39),
  'x'.repeat(40),
  `${'y'.repeat(41)}"quoted" beyond forty`,
  'long '.repeat(60),
  `${'z'.repeat(200)}\\`,
  '{"looks":"like json"}',
  '{"id":"chatcmpl-9","object":"chat.completion","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}',
  'data: {"object":"chat.completion.chunk","id":"c","model":"gpt-4o","choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\ndata: [DONE]\n\n',
  'data: {broken',
  '\u2028\u2029\u007f\u0080',
  'null',
  '12',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '7',
  '10',
  '1200',
  '999999999',
  '1000000000',
  '1000000001',
  '9007199254740993',
  '123456789012345',
  '1234567890123456',
  '12345678901234567890',
  '1e3',
  '1E+3',
  '12e-1',
  '1.0',
  '1.5',
  '-1',
  '-12',
  '0.5',
  '0.0',
  '1e999',
  '-1e999',
  '1e308',
  '1e-400',
  '1700000000',
  '1700000000000',
  '1700000000000000',
  '1700000000.5',
  '0e0',
  '3.0e2',
];
const BAD_NUMBERS = [
  '01',
  '+1',
  '.5',
  '1.',
  '-',
  '1e',
  'NaN',
  'Infinity',
  '0x10',
  '1_000',
  'nul',
  'truee',
];
const ODD_KEYS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  '1',
  '0',
  '10',
  'note',
  'kéy',
  '你好',
  'a b',
  'ZZ',
  'x'.repeat(45),
  'prompt-tokens',
  'Prompt Tokens',
  'PROMPTTOKENS',
  'hasOwnProperty',
  'x\ty',
  'q"k',
  '\\',
  'usage',
  'model',
  'messages',
  'response',
  'cost',
  'status',
  'content',
  'data',
  'tools',
  'input',
  'output',
];

function members(record: { readonly [key: string]: unknown }): Member[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: unknown): Value {
  if (value instanceof Verbatim) return value;
  if (Array.isArray(value)) {
    return value.map(toValue);
  }
  if (typeof value === 'object' && value !== null) return members(value as Record<string, unknown>);
  return value as string | number | boolean | null;
}

/** The records hostility starts from; `values` decides what is in them, `shape` how many parts. */
function baseRecord(shape: Random, values: Random): Member[] {
  const input = values.between(0, 5000);
  const output = values.between(0, 900);
  const cached = values.between(0, input);
  const model = values.pick(['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-20250514', 'house-7b']);
  const id = `chatcmpl-${values.between(0, 1e9).toString(36)}`;
  const text = (): string => values.pick(TEXTS);
  const messages = Array.from({ length: shape.between(0, 3) }, (_, i) => ({
    role: i === 0 ? 'system' : values.pick(['user', 'assistant', 'user']),
    content: shape.chance(0.7)
      ? text()
      : [
          { type: 'text', text: text() },
          { type: 'text', text: text() },
        ],
    ...(shape.chance(0.2) ? { name: text() } : {}),
  }));
  const request = {
    model,
    messages,
    temperature: values.pick([0, 0.7, 1, 1.5]),
    max_tokens: values.between(1, 4000),
    ...(shape.chance(0.3)
      ? { tools: [{ type: 'function', function: { name: text(), n: 1 } }] }
      : {}),
    ...(shape.chance(0.3) ? { response_format: { type: 'json_object' } } : {}),
    ...(shape.chance(0.3) ? { logit_bias: { 50256: -100 }, seed: values.between(0, 99) } : {}),
  };
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    ...(shape.chance(0.4)
      ? { completion_tokens_details: { reasoning_tokens: values.between(0, output) } }
      : {}),
  };
  const chat = {
    id,
    object: 'chat.completion',
    created: 1_700_000_000 + values.between(0, 1e6),
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text() },
        finish_reason: values.pick(['stop', 'length']),
      },
    ],
    usage,
  };
  const claude = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: text() }],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: cached,
      cache_creation_input_tokens: 3,
    },
  };
  const responses = {
    id,
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    model,
    output: [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: text() }] },
    ],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      total_tokens: input + output,
    },
  };
  const flat = {
    timestamp: '2026-03-02T08:00:00.000Z',
    model,
    prompt_tokens: input,
    completion_tokens: output,
    cached_tokens: cached,
    cost: values.between(0, 100) / 1000,
    user: text(),
    prompt: text(),
    latency_ms: values.between(1, 9000),
    status: 200,
  };
  const litellm = {
    id,
    call_type: 'acompletion',
    custom_llm_provider: 'openai',
    response_cost: 0.0012,
    model,
    startTime: 1_700_000_000.25,
    endTime: 1_700_000_001.5,
    prompt_tokens: input,
    completion_tokens: output,
    messages,
    model_parameters: { temperature: 0, stop: text() },
    metadata: { user_api_key_alias: text() },
    response: chat,
    status: 'success',
  };
  const records: Record<string, unknown>[] = [
    {
      id: 'log-1',
      timestamp: '2026-03-02T08:00:00Z',
      user: text(),
      request,
      response: chat,
      latency_ms: 12,
      status: 200,
    },
    {
      url: 'https://api.openai.com/v1/chat/completions',
      request,
      response: JSON.stringify(chat),
      status: values.pick([200, 429]),
    },
    { request, response: claude, metadata: { user_id: text(), tags: [text()] } },
    { request: { model, input: text(), instructions: text() }, response: responses },
    chat,
    claude,
    responses,
    flat,
    litellm,
    {
      id: 'batch_req_1',
      custom_id: 'r1',
      response: { status_code: 200, request_id: 'q', body: chat },
      error: null,
    },
    { data: [flat, flat] },
    { entry: flat, level: 'info' },
  ];
  return members(shape.pick(records));
}

/** Changes a record in place: other values, more members, the same key twice. */
function disturb(list: Member[], shape: Random, values: Random, depth = 0): Member[] {
  let changed = list.map(({ key, value }): Member => {
    if (values.chance(0.04)) return { key, value: oddValue(values, depth) };
    if (shape.chance(0.02)) return { key: respell(key, shape), value };
    return { key, value: disturbValue(value, shape, values, depth) };
  });
  if (shape.chance(0.12))
    changed.splice(shape.between(0, changed.length), 0, {
      key: shape.pick(ODD_KEYS),
      value: oddValue(values, depth),
    });
  if (shape.chance(0.08) && changed.length > 0) {
    const twice = shape.pick(changed);
    changed.splice(shape.between(0, changed.length), 0, {
      key: twice.key,
      value: oddValue(values, depth),
    });
  }
  if (shape.chance(0.15)) changed = shape.shuffled(changed);
  return changed;
}

function disturbValue(value: Value, shape: Random, values: Random, depth: number): Value {
  if (!Array.isArray(value)) return value;
  if (isMembers(value)) return disturb(value, shape, values, depth + 1);
  return (value as Value[]).map((item) => disturbValue(item, shape, values, depth + 1));
}

function isMembers(value: readonly unknown[]): value is Member[] {
  const [first] = value;
  return typeof first === 'object' && first !== null && 'key' in first;
}

function respell(key: string, shape: Random): string {
  const camel = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return shape.pick([
    camel,
    key.toUpperCase(),
    key.replaceAll('_', '-'),
    key.replaceAll('_', ' '),
    `${key}_`,
  ]);
}

function oddValue(values: Random, depth: number): Value {
  switch (values.between(0, 9)) {
    case 0:
    case 1:
      return new Verbatim(values.pick(NUMBERS));
    case 2:
    case 3:
      return values.pick(TEXTS);
    case 4:
      return values.pick([true, false, null]);
    case 5:
      return depth > 3
        ? null
        : Array.from({ length: values.between(0, 3) }, () => oddValue(values, depth + 1));
    case 6:
      return depth > 3
        ? 1
        : Array.from({ length: values.between(1, 3) }, () => ({
            key: values.pick(ODD_KEYS),
            value: oddValue(values, depth + 1),
          }));
    case 7:
      return String(values.pick(NUMBERS));
    case 8: {
      const levels = values.pick([3, 20, 28, 29, 30, 31, 58, 62, 210]);
      const open = values.chance(0.5) ? '[' : '{"a":';
      return new Verbatim(`${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}`);
    }
    default:
      return values.chance(0.05) ? new Verbatim(values.pick(BAD_NUMBERS)) : new Verbatim('[]');
  }
}

/** How a family writes JSON. */
interface Style {
  readonly blanks: number;
  readonly keyEscapes: number;
  readonly textEscapes: number;
}

function write(value: Value, style: Style, shape: Random, values: Random): string {
  if (value instanceof Verbatim) return value.text;
  if (typeof value === 'string') return writeString(value, style.textEscapes, values);
  if (!Array.isArray(value)) return JSON.stringify(value);
  const blank = (): string =>
    shape.chance(style.blanks) ? shape.pick([' ', '  ', '\t', ' \r', '\t ']) : '';
  if (isMembers(value)) {
    const parts = value.map(
      ({ key, value: inner }) =>
        `${blank()}${writeString(key, style.keyEscapes, shape)}${blank()}:${blank()}${write(inner, style, shape, values)}${blank()}`,
    );
    return `{${parts.join(',') || blank()}}`;
  }
  const parts = (value as Value[]).map(
    (item) => `${blank()}${write(item, style, shape, values)}${blank()}`,
  );
  return `[${parts.join(',') || blank()}]`;
}

/** A JSON string, some of its characters written as escapes nobody needs. */
function writeString(text: string, escapes: number, random: Random): string {
  if (escapes === 0) return JSON.stringify(text);
  let out = '';
  for (const unit of text.split('')) {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
    if (random.chance(escapes)) out += `\\u${random.chance(0.5) ? code : code.toUpperCase()}`;
    else if (unit === '/' && random.chance(0.5)) out += '\\/';
    else out += JSON.stringify(unit).slice(1, -1);
  }
  return `"${out}"`;
}

/** Breaks a line somewhere. */
function damage(line: Buffer, values: Random): Buffer {
  const at = values.between(0, Math.max(0, line.length - 1));
  const insert = (...bytes: number[]): Buffer =>
    Buffer.concat([line.subarray(0, at), Buffer.from(bytes), line.subarray(at)]);
  switch (values.between(0, 9)) {
    case 0:
      return line.subarray(0, at);
    case 1:
      return insert(values.pick([0, 1, 8, 9, 11, 12, 13, 27, 31]));
    case 2:
      return insert(values.pick([0x80, 0xbf, 0xc3, 0xe2, 0xf0, 0xff, 0xfe]));
    case 3:
      return Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]);
    case 4:
      return insert(values.pick([0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d]));
    case 5:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), line]);
    case 6:
      return Buffer.concat([
        line,
        Buffer.from(values.pick([' ', '\r', '}', ',', 'x', '\0', ' {}', '\v'])),
      ]);
    case 7:
      return Buffer.concat([Buffer.from(values.pick([' ', '\t', '\0', '[', 'x', ','])), line]);
    case 8:
      return Buffer.concat([line.subarray(0, at), line.subarray(at + values.between(1, 30))]);
    default: {
      const copy = Buffer.from(line);
      copy[at] =
        values.between(0, 255) === 10
          ? 32
          : values.pick([0x20, 0x22, 0x5c, 0x30, 0x65, 0x2d, 0xc3, 0x1f]);
      return copy;
    }
  }
}

/** One line of the family `family`; equal numbers give equal bytes. */
export function hostileLine(family: number, member: number): Buffer {
  const shape = new Random(family * 7919 + 1);
  const values = new Random(family * 104_729 + member * 31 + 7);
  const style: Style = {
    blanks: shape.pick([0, 0, 0, 0.05, 0.4]),
    keyEscapes: shape.pick([0, 0, 0, 0, 0, 0.03]),
    textEscapes: values.pick([0, 0, 0, 0.02, 0.3]),
  };
  const record = baseRecord(shape, values);
  const disturbed = shape.chance(0.6) ? disturb(record, shape, values) : record;
  const line = Buffer.from(write(disturbed, style, shape, values).replaceAll('\n', ' '), 'utf8');
  const whole = values.chance(0.18) ? damage(line, values) : line;
  return whole.includes(0x0a)
    ? Buffer.from(whole.map((byte) => (byte === 0x0a ? 0x20 : byte)))
    : whole;
}
