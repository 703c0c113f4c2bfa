/** Policies, judges and plans of batches, and labels by a model, on the built program. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Received, Reply } from '../providers/server.ts';
import { answerTo, BatchWorld, promptOf } from './batch-world.ts';

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

/** 100 tokens in and 10 out, as every answer of the server. */
function saying(request: Received, text: string): Reply {
  const reply = answerTo(request) as { json: { choices: { message: { content: string } }[] } };
  const [choice] = reply.json.choices;
  if (choice !== undefined) choice.message.content = text;
  return reply;
}

const POLICY = `name: mine
routing:
  rules:
    - { if: { task: [classification] }, use: [gpt-4o-mini] }
  otherwise: keep
fallback: { gpt-4o-mini: [gpt-4.1-mini] }
output_caps: { classification: 50 }
`;

describe('a policy', () => {
  beforeEach(() => {
    world.file(
      'in.csv',
      'prompt,task,model\na,classification,\nb,reasoning,\nc,classification,gpt-4.1\n',
    );
    world.file('p.yaml', POLICY);
  });

  test('sends each row where its rule says, and tells what that saved', async () => {
    const limits: unknown[] = [];
    world.reply = (request) => {
      const { model, max_tokens, max_completion_tokens } = request.body;
      limits.push([model, max_tokens ?? max_completion_tokens ?? null]);
      return answerTo(request);
    };
    const ran = await world.batch([
      ...['in.csv', '--policy', './p.yaml', '--auto-base', 'gpt-4o', '--yes', '-o', 'out.csv'],
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(limits.sort()).toEqual([
      ...[
        ['gpt-4.1', 50],
        ['gpt-4o', null],
        ['gpt-4o-mini', 50],
      ],
    ]);
    expect(world.rows('out.csv')).toMatchObject([
      { result_model: 'gpt-4o-mini', reason: 'routed: mine, task classification (100)' },
      { result_model: 'gpt-4o', reason: 'kept: mine, task reasoning (100)' },
      { result_model: 'gpt-4.1', reason: '' },
    ]);
    // gpt-4o: 100 × $2.50 + 10 × $10 per million = $0.00035; gpt-4o-mini: $0.000021.
    expect(ran.stderr).toMatch(/Saved +\$0\.000329 by routing/);
  });

  test('falls back as the file says, and the result says why', async () => {
    const overloaded = { status: 503, json: { error: { message: 'no', type: 'x' } } };
    world.reply = (request) =>
      request.body.model === 'gpt-4o-mini' ? overloaded : answerTo(request);
    const ran = await world.batch([
      ...['in.csv', '--policy', './p.yaml', '--auto-base', 'gpt-4o', '--yes', '-o', 'out.csv'],
      ...['--max-attempts', '1'],
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(world.rows('out.csv')[0]).toMatchObject({
      result_model: 'gpt-4.1-mini',
      reason: 'routed: mine, task classification (100); fallback: gpt-4o-mini server_error',
    });
  });

  test('is a part of the run: a changed file is noticed, and resuming needs it no more', async () => {
    world.reply = () => ({ status: 401, json: { error: { message: 'bad key' } } });
    const go = ['in.csv', '--policy', './p.yaml', '--auto-base', 'gpt-4o', '--yes'];
    expect((await world.batch(go)).code).toBe(1);
    world.file('p.yaml', POLICY.replace('50', '60'));
    expect((await world.batch(go)).stderr).toContain('the settings have changed since batch 1');
    world.reply = answerTo;
    const ran = await world.batch(['resume', '1', '--yes', '-o', 'out.csv']);
    expect([ran.code, world.rows('out.csv')[0]?.result_model]).toEqual([0, 'gpt-4o-mini']);
  });

  test.each([
    [['--model', 'auto'], 'the policy conservative leaves some rows on the model'],
    [['--policy', './p.yaml'], 'the policy ./p.yaml leaves some rows on the model'],
    [['--policy', 'cheapest'], 'unknown routing policy "cheapest"'],
    [['--policy', './gone.yaml'], 'cannot read'],
    [['--model', 'gpt-4o', '--policy', 'c2'], 'the preset c2 only routes, and --model gpt-4o'],
    [['--model', 'gpt-4o', '--auto-base', 'gpt-4o'], '--auto-base is for --model auto'],
    [['--model', 'auto', '--auto-base', 'auto'], 'auto is no model'],
    [['--model', 'auto', '--endpoint', 'embeddings'], 'embeddings are not routed'],
  ])('%j is refused before anything is asked', async (flags, message) => {
    const ran = await world.batch(['in.csv', '--yes', ...flags]);
    expect([ran.code, world.requests]).toEqual([2, 0]);
    expect(ran.stderr).toContain(message);
  });

  test('a wrong file is refused with its line', async () => {
    world.file('p.yaml', 'name: x\nfallback:\n  a: [b]\n  b: [a]\n');
    const ran = await world.batch(['in.csv', '--yes', '--policy', './p.yaml', '--model', 'm']);
    expect([ran.code, world.requests]).toEqual([2, 0]);
    expect(ran.stderr).toContain('p.yaml:4: fallback.b: a cycle: a to b to a');
  });

  test('a preset that names models needs no base', async () => {
    const ran = await world.batch(['in.csv', '--policy', 'c2', '--yes', '-o', 'out.csv']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(world.rows('out.csv').map(({ result_model }) => result_model)).toEqual([
      ...['deepseek-v3.2', 'gpt-4.1', 'gpt-4.1'],
    ]);
  });
});

describe('a judge', () => {
  const JUDGED = ['in.csv', '--cascade', 'gpt-4o-mini,gpt-4o', '--check', 'judge:gpt-4.1>=7'];

  beforeEach(() => {
    world.file('in.csv', 'prompt\nfirst\n');
    world.reply = (request) => {
      if (request.body.model !== 'gpt-4.1') return saying(request, request.body.model);
      // The answer it is shown is the model's name.
      const isSmall = promptOf(request.body).includes('gpt-4o-mini');
      return saying(request, JSON.stringify({ score: isSmall ? 6 : 8 }));
    };
  });

  test('sends a row on whose answer it finds wanting; it is paid for and in the ledger', async () => {
    const ran = await world.batch([...JUDGED, '--budget', '5', '-o', 'out.csv']);
    expect(ran.code, ran.stderr).toBe(0);
    // mini $0.000021, gpt-4o $0.00035, two judgements at 100 × $2 + 10 × $8 = $0.00028 each.
    expect(world.rows('out.csv')).toMatchObject([
      {
        ...{ model: 'gpt-4o', answer: 'gpt-4o', attempts: '4', cost_usd: '0.000931' },
        reason: 'escalated: gpt-4o-mini check:judge',
      },
    ]);
    expect(world.report(['report']).totals).toMatchObject({ calls: 4, cost_usd: '0.000931' });
  });

  test('is covered by the budget as an answer is', async () => {
    // Enough for the worst case of the first answer alone: 0.60 × 16,384 tokens are $0.00983.
    const ran = await world.batch([...JUDGED, '--budget', '0.0100', '-o', 'out.csv']);
    expect(ran.code).toBe(3);
    expect(world.rows('out.csv')).toMatchObject([{ status: 'pending' }]);
    const { cost_usd } = world.report(['report']).totals;
    expect(Number(cost_usd)).toBeLessThanOrEqual(0.01);
  });
});

describe('a plan', () => {
  test('says model, basis, range and what a budget sets aside', async () => {
    world.file('in.csv', `prompt,task\n${'word '.repeat(80)},extraction\n`);
    const ran = await world.batch([
      'in.csv',
      '--model',
      'gpt-4o-mini',
      '--dry-run',
      '-o',
      'plan.csv',
    ]);
    expect([ran.code, world.requests]).toEqual([0, 0]);
    const [plan] = world.rows('plan.csv');
    // 400 characters are 100 tokens, the template 7; .15 of 107 are 17.
    expect(plan).toMatchObject({
      ...{ model: 'gpt-4o-mini', task: 'extraction', input_tokens: '107', output_tokens: '17' },
      output_basis: 'task_ratio',
      // 107 × 0.15 + 17 × 0.60 = 26.25 millionths.
      cost_likely_usd: '0.00002625',
      // 400 bytes, 16 + 2 × 8 of the template; 16,384 is the longest answer: 64.8 + 9830.4.
      cost_worst_usd: '0.0098952',
    });
    expect(ran.stderr).toContain('1 row set no limit of output');
    expect(ran.stderr).toContain('set --max-tokens N');
    const capped = await world.batch([
      ...['in.csv', '--model', 'gpt-4o-mini', '--max-tokens', '20', '--dry-run', '-o', 'plan.csv'],
    ]);
    expect(capped.stderr).not.toContain('set --max-tokens');
    // 432 × 0.15 + 20 × 0.60 = 76.8 millionths.
    expect(world.rows('plan.csv')[0]?.cost_worst_usd).toBe('0.0000768');
  });

  test('takes the output the ledger has measured for the task and model', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `p${index},extraction`);
    world.file('seen.csv', `prompt,task\n${lines.join('\n')}\n`);
    await world.batch(['seen.csv', '--model', 'gpt-4o-mini', '--yes']);
    world.file('in.csv', `prompt,task\n${'word '.repeat(80)},extraction\n`);
    const ran = await world.batch([
      'in.csv',
      '--model',
      'gpt-4o-mini',
      '--dry-run',
      '-o',
      'plan.csv',
    ]);
    // 10 of 100 tokens: .1 of 107 are 11.
    expect(world.rows('plan.csv')[0]).toMatchObject({
      ...{ output_tokens: '11', output_basis: 'measured' },
    });
    expect(ran.stderr).toContain('measured calls of the ledger for 1 row');
  });

  test('is made of every model of a cascade at its high end', async () => {
    world.file('in.csv', `prompt,task\n${'word '.repeat(80)},extraction\n`);
    await world.batch([
      ...['in.csv', '--cascade', 'gpt-4o-mini,gpt-4o', '--check', 'length:1'],
      ...['--max-tokens', '20', '--dry-run', '-o', 'plan.csv'],
    ]);
    // 1.3 × 107 = 139 in, 20 out: 139 × 0.15 + 20 × 0.60 = 32.85; 139 × 2.50 + 200 = 547.5.
    expect(world.rows('plan.csv')[0]?.cost_high_usd).toBe('0.00058035');
  });

  test('nothing is spent without leave, however a run is gone on with', async () => {
    world.prompts(2);
    const model = ['--model', 'gpt-4o-mini'];
    expect((await world.batch(['in.csv', ...model])).code).toBe(2);
    expect((await world.batch(['in.csv', ...model, '--row-budget', '1'])).code).toBe(2);
    expect(world.requests).toBe(0);
    world.reply = () => ({ status: 400, json: { error: { message: 'no', type: 'x' } } });
    await world.batch(['in.csv', ...model, '--yes']);
    const asked = world.requests;
    expect((await world.batch(['retry-failed', '1'])).code).toBe(2);
    expect(world.requests).toBe(asked);
    world.reply = answerTo;
    expect((await world.batch(['retry-failed', '1', '--daily-budget', '1'])).code).toBe(0);
  });
});

describe('labels of a model', () => {
  function label(request: Received): Reply {
    const text = promptOf(request.body);
    const task = text.includes('dance')
      ? 'dancing'
      : /translate/i.test(text)
        ? 'translation'
        : 'qa';
    return saying(request, JSON.stringify({ task }));
  }

  beforeEach(() => {
    world.reply = label;
  });

  test('of a file stand beside ours, with how far they agree', async () => {
    world.file(
      'p.csv',
      'prompt\n"Translate into French: good morning"\nPlease dance\n"Translate into German: hello"\n',
    );
    const flags = ['--label-with', 'gpt-4o-mini', '--prompts', 'p.csv'];
    const refused = await world.classify(flags);
    expect([refused.code, world.requests]).toEqual([2, 0]);
    const ran = await world.classify([...flags, '--budget', '1', '-o', 'labels.csv']);
    expect(ran.code, ran.stderr).toBe(3);
    expect(world.rows('labels.csv')).toMatchObject([
      { ours: 'translation', task: 'translation', agrees: 'yes', error: '' },
      { task: '', agrees: '', prompt: 'Please dance' },
      { ours: 'translation', task: 'translation', prompt: 'Translate into German: hello' },
    ]);
    expect(world.rows('labels.csv')[1]?.error).toContain('check_failed');
    expect(ran.stderr).toContain("agreement with gpt-4o-mini: 100.0 % (2 of 2), Cohen's κ unknown");
    expect(ran.stderr).toContain('1 prompt without a label');
    const before = world.requests;
    await world.classify([...flags, '--budget', '1', '-o', 'again.csv']);
    expect(world.requests).toBe(before);
  });

  test('of calls are asked with the prompts read again at their source', async () => {
    const record = (text: string) =>
      JSON.stringify({
        request: { model: 'gpt-4o', messages: [{ role: 'user', content: text }] },
        response: { model: 'gpt-4o', usage: { prompt_tokens: 5, completion_tokens: 1 } },
      });
    const texts = ['Translate into French: yes', 'Translate into French: no'];
    world.file('log.jsonl', `${[...texts, texts[0] ?? ''].map(record).join('\n')}\n`);
    const flags = ['log.jsonl', '--label-with', 'gpt-4o-mini', '--yes', '-o', 'labels.csv'];
    const ran = await world.classify(flags);
    expect(ran.code, ran.stderr).toBe(0);
    // The third line repeats the first.
    const rows = world.rows('labels.csv');
    expect(rows.map(({ prompt }) => prompt).sort()).toEqual([...texts].sort());
    expect(rows.map(({ task }) => task)).toEqual(['translation', 'translation']);
    const one = await world.classify([...flags, '--sample', '1']);
    expect([one.code, world.rows('labels.csv').length]).toEqual([0, 1]);
  });

  test('a log that has changed gives no prompt; --store-text keeps it', async () => {
    const line = JSON.stringify({
      request: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Translate: yes' }] },
      response: { model: 'gpt-4o', usage: { prompt_tokens: 5, completion_tokens: 1 } },
    });
    world.file('log.jsonl', `${line}\n`);
    await world.classify(['log.jsonl']);
    world.file('log.jsonl', `${line.replace('yes', 'xxx')}\n`);
    const flags = ['--label-with', 'gpt-4o-mini', '--yes', '-o', 'labels.csv'];
    const gone = await world.classify(flags);
    expect([gone.code, world.requests]).toEqual([1, 0]);
    expect(gone.stderr).toContain('1 prompt could not be read again');
    world.file('kept.jsonl', `${line.replace('yes', 'kept')}\n`);
    await world.classify(['kept.jsonl', '--store-text']);
    world.file('kept.jsonl', 'gone\n');
    const kept = await world.classify(flags);
    expect([kept.code, world.rows('labels.csv')[0]?.prompt]).toEqual([0, 'Translate: kept']);
  });
});
