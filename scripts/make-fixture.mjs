/**
 * Writes fixtures/support-desk.jsonl: 410 calls of an imagined support desk over five days, seeded,
 * so that it is the same every time. All texts and names are invented.
 *
 *   node scripts/make-fixture.mjs
 */
import { writeFileSync } from 'node:fs';

let state = 7;
/** A number in [0, 1), mulberry32. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + Math.floor(random() * (high - low + 1));

const TICKETS = [
  'My parcel was due on Tuesday and the tracking page has not moved since.',
  'The blue kettle leaks from the handle. I would like my money back.',
  'Ich habe zweimal bezahlt, bitte erstatten Sie den doppelten Betrag.',
  'Die Rechnung zeigt die falsche Adresse, können Sie das ändern?',
  'How do I change the e-mail address of my account?',
  '我的订单显示已签收，但我没有收到包裹。',
  'Where can I find the size chart for the winter jackets?',
  'The app logs me out every time I open the basket.',
  'Bitte kündigen Sie mein Abonnement zum Monatsende.',
  '请问退货需要保留原包装吗？',
];
const JOBS = [
  {
    task: 'classification',
    weight: 40,
    models: ['gpt-4o', 'gpt-4o', 'gpt-4o-mini'],
    maxTokens: 10,
    temperature: 0,
    output: [1, 4],
    system:
      'Classify the customer message as one of: delivery, refund, account, product, other. Answer with the label only.',
    user: () => pick(TICKETS),
    answer: () => pick(['delivery', 'refund', 'account', 'product']),
  },
  {
    task: 'summarization',
    weight: 20,
    models: ['claude-sonnet-4-20250514', 'gpt-4.1'],
    maxTokens: 120,
    temperature: 0,
    output: [40, 120],
    system: 'Summarise the conversation in two sentences for the next agent.',
    user: () =>
      Array.from(
        { length: between(4, 9) },
        () => `Customer: ${pick(TICKETS)}\nAgent: Thank you, I will look into it.`,
      ).join('\n'),
    answer: () =>
      'The customer asked about an order and wants an answer today. The agent promised to check.',
  },
  {
    task: 'translation',
    weight: 15,
    models: ['gpt-4o'],
    maxTokens: 300,
    temperature: 0,
    output: [20, 60],
    system: 'Translate the message into English.',
    user: () => pick(TICKETS),
    answer: () => 'I have paid twice, please refund the second payment.',
  },
  {
    task: 'qa',
    weight: 15,
    models: ['gpt-4.1', 'gemini-2.5-flash'],
    maxTokens: 400,
    temperature: 0.2,
    output: [60, 200],
    context: 9000,
    system: 'Answer the question from the help pages below. Say so if they do not tell.',
    user: () =>
      `${Array.from({ length: 60 }, (_, i) => `Help page ${i + 1}: returns are free for thirty days, refunds take five days.`).join('\n')}\n\nQuestion: ${pick(TICKETS)}`,
    answer: () => 'Returns are free for thirty days; refunds take about five working days.',
  },
  {
    task: 'code',
    weight: 10,
    models: ['claude-sonnet-4-20250514'],
    maxTokens: 2000,
    temperature: 0.3,
    output: [300, 900],
    system: 'You are a senior engineer.',
    user: () =>
      `Write a Python function that parses a ${pick(['date', 'tracking number', 'postcode', 'price'])} and raises ValueError.`,
    answer: () =>
      'def parse(text):\n    if not text:\n        raise ValueError("empty")\n    return text.strip()',
  },
];
const BAG = JOBS.flatMap((job) => Array.from({ length: job.weight }, () => job));

const lines = [];
let at = Date.UTC(2026, 2, 2, 8);
for (let i = 0; i < 400; i++) {
  at += between(4, 1600) * 1000;
  const job = pick(BAG);
  const model = pick(job.models);
  const messages = [
    { role: 'system', content: job.system },
    { role: 'user', content: job.user() },
  ];
  const failed = random() < 0.04;
  const input =
    Math.ceil(messages.reduce((n, m) => n + m.content.length, 0) / 4) + (job.context ?? 0);
  const output = failed ? 0 : between(...job.output);
  const cached = job.context && random() < 0.5 ? 4096 : 0;
  const cut = output >= job.maxTokens - 2;
  const latency = between(300, 6000);
  const id = `chatcmpl-${String(i).padStart(4, '0')}${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
  lines.push(
    JSON.stringify({
      id: `log-${i + 1}`,
      timestamp: new Date(at).toISOString(),
      user: pick(['desk-eu', 'desk-us', 'desk-asia', 'nightly']),
      request: { model, temperature: job.temperature, max_tokens: job.maxTokens, messages },
      response: failed
        ? {
            error: {
              type: 'rate_limit_error',
              code: 'rate_limit_exceeded',
              message: 'Rate limit reached',
            },
          }
        : {
            id,
            object: 'chat.completion',
            created: Math.floor(at / 1000),
            model,
            choices: [
              {
                index: 0,
                message: { role: 'assistant', content: job.answer() },
                finish_reason: cut ? 'length' : 'stop',
              },
            ],
            usage: {
              prompt_tokens: input,
              completion_tokens: output,
              total_tokens: input + output,
              prompt_tokens_details: { cached_tokens: cached },
            },
          },
      latency_ms: latency,
      status: failed ? 429 : 200,
    }),
  );
}
lines.push(
  '{"id":"log-401","timestamp":"2026-03-06T10:00:00.000Z","request":{"model":"house-llm-7b","messages":[{"role":"user","content":"Where is my order?"}]},"response":{"id":"chatcmpl-house","object":"chat.completion","model":"house-llm-7b","choices":[{"index":0,"message":{"role":"assistant","content":"On its way."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}},"latency_ms":90,"status":200}',
);

/** A call of the first job, for the last morning; `more` is what differs. */
function classified(second, ticket, more) {
  const [job] = JOBS;
  const number = lines.length + 1;
  const at = Date.UTC(2026, 2, 6, 11, 0, second);
  const model = 'gpt-4o';
  const messages = [
    { role: 'system', content: job.system },
    { role: 'user', content: ticket },
  ];
  const input = more.input ?? 46;
  const answered = {
    id: `chatcmpl-${number}`,
    object: 'chat.completion',
    created: Math.floor(at / 1000),
    model,
    choices: [
      { index: 0, message: { role: 'assistant', content: 'delivery' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: input, completion_tokens: 2, total_tokens: input + 2 },
  };
  const limited = { error: { type: 'rate_limit_error', message: 'Rate limit reached' } };
  lines.push(
    JSON.stringify({
      id: `log-${number}`,
      timestamp: new Date(at).toISOString(),
      user: 'nightly',
      request: { model, temperature: 0, max_tokens: job.maxTokens, messages },
      response: more.failed ? limited : answered,
      latency_ms: more.failed ? 200 : 900,
      status: more.failed ? 429 : 200,
    }),
  );
}

// A burst of five refusals; two are tried again, one of them at once.
for (const second of [0, 2, 4, 6, 8])
  classified(second, `Where is parcel ${second}?`, { failed: true });
classified(9, 'Where is parcel 8?', {});
classified(40, 'Where is parcel 6?', {});
// A whole help centre sent along to pick a label.
classified(300, 'Which of these pages is about parcels?', { input: 6240 });
classified(600, 'Which of these pages is about refunds?', { input: 7105 });
lines.push('this line was written by another program');
writeFileSync(new URL('../fixtures/support-desk.jsonl', import.meta.url), `${lines.join('\n')}\n`);
