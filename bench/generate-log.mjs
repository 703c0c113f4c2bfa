/**
 * Writes a log of OpenAI request/response pairs, about 2.5 KB a line, the same for the same seed:
 * eight models, 900 users, three languages, three calls in ten repeating an earlier prompt, errors.
 *
 *   node bench/generate-log.mjs OUT CALLS [SEED]
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const [, , out, calls = '50000', seed = '42'] = process.argv;
if (out === undefined) {
  console.error('usage: node bench/generate-log.mjs OUT CALLS [SEED]');
  process.exit(2);
}

let state = Number(seed) >>> 0;
/** A number in [0, 1), mulberry32. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const hex = () =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

const WORDS = {
  en: 'the order was late and we would like to know when it will arrive because our shop opens on monday please check what happened with this parcel after it left the depot thank you for your quick answer'.split(
    ' ',
  ),
  de: 'die Bestellung kam zu spät und wir möchten wissen wann sie eintrifft weil unser Geschäft am Montag öffnet bitte prüfen Sie was mit dem Paket passiert ist nachdem es das Lager verlassen hat'.split(
    ' ',
  ),
  zh: Array.from(
    '订单迟到了我们想知道什么时候到货因为商店周一开门请检查包裹离开仓库后发生了什么谢谢您的快速回复',
  ),
};
const MODELS = [
  'gpt-4o-mini',
  'gpt-4o-mini',
  'gpt-4o-mini',
  'gpt-4o',
  'gpt-4o',
  'gpt-4.1',
  'gpt-4.1-mini',
  'claude-sonnet-4-20250514',
  'claude-3-5-haiku-20241022',
  'gemini-2.5-flash',
  'deepseek-chat',
];

function text(language, characters) {
  const join = language === 'zh' ? '' : ' ';
  const words = [];
  for (let length = 0; length < characters; ) {
    const word = pick(WORDS[language]);
    words.push(random() < 0.05 ? `${word}.\n` : random() < 0.01 ? `"${word}"` : word);
    length += word.length + join.length;
  }
  return words.join(join);
}

const systems = Array.from({ length: 40 }, () =>
  text(pick(['en', 'en', 'de', 'zh']), between(120, 800)),
);
const pool = [];
function prompt() {
  if (pool.length > 50 && random() < 0.3)
    return pool[Math.floor(random() * random() * pool.length)];
  const language = pick(['en', 'en', 'en', 'de', 'zh']);
  const made = {
    language,
    system: pick(systems),
    user: text(language, 100 + Math.floor(1900 * random() ** 2)),
  };
  if (pool.length < 60_000) pool.push(made);
  return made;
}

function line(at) {
  const { language, system, user } = prompt();
  const model = pick(MODELS);
  const answer = text(language, 50 + Math.floor(1450 * random() ** 2));
  const input = Math.ceil((system.length + user.length) / 4);
  const output = Math.ceil(answer.length / 4);
  const cached = random() < 0.25 ? Math.floor(input / 128) * 128 : 0;
  const failed = random() < 0.015;
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
  return JSON.stringify({
    id: `req-${hex()}${hex()}`,
    timestamp: new Date(at).toISOString(),
    user: `u${between(1, 900)}`,
    metadata: { project: pick(['support', 'search', 'etl']), trace_id: hex() + hex() },
    request: {
      model,
      temperature: pick([0, 0.7]),
      max_tokens: between(1, 8) * 256,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
    },
    response: failed
      ? { error: { code: 'rate_limit_exceeded', message: 'Rate limit reached' } }
      : {
          id: `chatcmpl-${hex()}${hex()}${hex()}`,
          object: 'chat.completion',
          created: Math.floor(at / 1000),
          model,
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: answer },
              finish_reason: random() < 0.95 ? 'stop' : 'length',
            },
          ],
          usage,
        },
    usage: failed
      ? {
          prompt_tokens: 0,
          completion_tokens: 0,
          total_tokens: 0,
          prompt_tokens_details: { cached_tokens: 0 },
        }
      : usage,
    latency_ms: between(180, 9000),
    status: failed ? 429 : 200,
  });
}

const file = openSync(out, 'w');
let at = Date.UTC(2026, 0, 1);
const block = [];
for (let i = 0; i < Number(calls); i++) {
  at += between(0, 9000);
  block.push(line(at));
  if (block.length === 2000) writeSync(file, `${block.splice(0).join('\n')}\n`);
}
if (block.length > 0) writeSync(file, `${block.join('\n')}\n`);
closeSync(file);
