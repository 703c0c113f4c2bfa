/** Every shape of invoice, read into rows; figures worked out by hand. */
import { describe, expect, test } from 'vitest';
import { openaiCosts, read } from './world.ts';

/** What a row says, without what is empty. */
function brief(text: string): unknown[] {
  return read(text).rows.map(({ day, kind, model, tier, amountPico, requests, usage, region }) => ({
    day,
    kind,
    model,
    tier,
    region,
    amountPico,
    requests,
    tokens: usage === null ? null : [usage.input, usage.cacheRead, usage.output],
  }));
}

const NOTHING = { tier: null, region: null, requests: null, tokens: null };

describe('OpenAI', () => {
  test('costs page: line items, text and number amounts, a day without costs', () => {
    const text = openaiCosts({
      '2026-01-01': [
        ['gpt-4o-2024-08-06, cached input', '0.4385'],
        ['gpt-4o-mini-2024-07-18 batch, output', 0.06],
        ['web search tool calls', '0.1'],
        ['gpt-4o', '1'],
        ['Text models', '2'],
        [null, '3'],
        ['gpt-4o-2024-08-06, input', '-0.5'],
      ],
      '2026-01-02': [],
    });
    const invoice = read(text);
    const day = '2026-01-01';
    expect(invoice).toMatchObject({ shape: 'openai_costs', provider: 'openai', hasAmounts: true });
    expect(invoice.days).toEqual(['2026-01-01', '2026-01-02']);
    expect(brief(text)).toEqual([
      // $0.4385 is 438,500,000,000 pico-dollars.
      {
        ...NOTHING,
        day,
        kind: 'model',
        model: 'gpt-4o-2024-08-06',
        amountPico: 438_500_000_000n,
      },
      {
        ...NOTHING,
        day,
        kind: 'model',
        model: 'gpt-4o-mini-2024-07-18',
        tier: 'batch',
        amountPico: 60_000_000_000n,
      },
      { ...NOTHING, day, kind: 'search', model: null, amountPico: 100_000_000_000n },
      { ...NOTHING, day, kind: 'model', model: 'gpt-4o', amountPico: 1_000_000_000_000n },
      { ...NOTHING, day, kind: 'other', model: null, amountPico: 2_000_000_000_000n },
      { ...NOTHING, day, kind: 'other', model: null, amountPico: 3_000_000_000_000n },
      {
        ...NOTHING,
        day,
        kind: 'credit',
        model: 'gpt-4o-2024-08-06',
        amountPico: -500_000_000_000n,
      },
    ]);
    // The finest amount has four decimals: half a unit is $0.00005.
    expect(new Set(invoice.rows.map(({ roundingPico }) => roundingPico))).toEqual(
      new Set([50_000_000n]),
    );
  });

  test('a number keeps its digits', () => {
    const text = openaiCosts({ '2026-01-01': [['gpt-4o, input', 7]] }).replace(
      '"value": 7',
      '"value": 0.123456789012345678',
    );
    // Half to even beyond the twelfth digit.
    expect(read(text).rows[0]?.amountPico).toBe(123_456_789_012n);
  });

  test('usage page: cached tokens are taken out of the input, batch from its own flag', () => {
    const text = JSON.stringify({
      object: 'page',
      data: [
        {
          start_time: 1767225600,
          end_time: 1767312000,
          results: [
            {
              input_tokens: 150_000,
              input_cached_tokens: 100_000,
              input_cache_write_tokens: 4_000,
              input_audio_tokens: 1_000,
              output_tokens: 9_000,
              num_model_requests: 120,
              model: 'gpt-4o',
              batch: true,
              service_tier: null,
            },
          ],
        },
      ],
      has_more: true,
    });
    // 150,000 less 100,000 cached, 4,000 written and 1,000 audio are 45,000 fresh.
    expect(brief(text)).toEqual([
      {
        day: '2026-01-01',
        kind: 'model',
        model: 'gpt-4o',
        tier: 'batch',
        region: null,
        amountPico: null,
        requests: 120,
        tokens: [45_000, 100_000, 9_000],
      },
    ]);
    expect(read(text)).toMatchObject({ hasAmounts: false });
    expect(read(text).notes.join()).toContain('more pages');
  });

  test('dashboard exports: counts such as 3.0, and days without rows', () => {
    const usage =
      'start_time,end_time,start_time_iso,end_time_iso,num_model_requests,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens\n' +
      '1767225600,1767312000,2026-01-01T00:00:00+00:00,2026-01-02T00:00:00+00:00,3.0,gpt-4o,False,default,1200,80,1024,176\n' +
      '1767312000,1767398400,2026-01-02T00:00:00+00:00,2026-01-03T00:00:00+00:00,,,,,,,,\n';
    expect(brief(usage)).toMatchObject([
      { requests: 3, tier: 'standard', tokens: [176, 1024, 80] },
    ]);
    expect(read(usage).days).toHaveLength(2);
    const cost =
      'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n' +
      '1767225600,1767312000,2026-01-01T00:00:00+00:00,2026-01-02T00:00:00+00:00,0.0042,usd,"gpt-4o-2024-08-06, input"\n' +
      '1767312000,1767398400,2026-01-02T00:00:00+00:00,2026-01-03T00:00:00+00:00,,,\n';
    expect(brief(cost)).toMatchObject([
      { day: '2026-01-01', model: 'gpt-4o-2024-08-06', amountPico: 4_200_000_000n },
    ]);
    expect(read(cost).days).toHaveLength(2);
  });
});

describe('Anthropic', () => {
  test('cost report: amounts are cents', () => {
    const row = {
      currency: 'USD',
      amount: '123.4567',
      description: 'Claude Opus 4.6 Usage - Input Tokens',
      cost_type: 'tokens',
      context_window: '0-200k',
      model: 'claude-opus-4-6',
      service_tier: 'batch',
      token_type: 'uncached_input_tokens',
      inference_geo: 'us',
    };
    const search = { currency: 'USD', amount: '20', cost_type: 'web_search', model: null };
    const text = JSON.stringify({
      data: [
        {
          starting_at: '2026-04-01T00:00:00Z',
          ending_at: '2026-04-02T00:00:00Z',
          results: [row, search],
        },
      ],
    });
    // 123.4567 cents are $1.234567; 20 cents are $0.20.
    expect(brief(text)).toMatchObject([
      { model: 'claude-opus-4-6', tier: 'batch', region: 'us', amountPico: 1_234_567_000_000n },
      { kind: 'search', model: null, amountPico: 200_000_000_000n },
    ]);
    // The last digit is 1e-4 cents, $1e-6: half of it.
    expect(read(text).rows[0]?.roundingPico).toBe(500_000n);
  });

  test('usage report', () => {
    const text = JSON.stringify({
      data: [
        {
          starting_at: '2026-04-01T00:00:00Z',
          ending_at: '2026-04-02T00:00:00Z',
          results: [
            {
              uncached_input_tokens: 1000,
              cache_read_input_tokens: 5000,
              cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 7 },
              output_tokens: 800,
              server_tool_use: { web_search_requests: 2 },
              model: 'claude-opus-4-6',
              service_tier: 'standard',
              context_window: '200k-1M',
            },
          ],
        },
      ],
    });
    const [row] = read(text).rows;
    expect(row?.usage).toMatchObject({
      input: 1000,
      cacheRead: 5000,
      cacheWrite5m: 200,
      cacheWrite1h: 7,
      output: 800,
      webSearches: 2,
    });
    expect(row?.longContext).toBe(true);
  });

  test('Console costs by display name, and tokens with and without an hour', () => {
    const costs =
      'usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,inference_geo,speed\n' +
      '2026-04-01,Claude Opus 4.6,Default,k,Message,≤ 200k,input_no_cache,0.005,0.005,token,global,standard\n' +
      '2026-04-01,Claude Opus 4.6,Default,k,Message,≤ 200k,output,0.02,0.02,token,global,standard\n' +
      '2026-04-01,,Default,,,,,0.02,0.02,web_search,,\n';
    expect(brief(costs)).toMatchObject([
      { model: 'Claude Opus 4.6', tier: 'standard', region: '', amountPico: 5_000_000_000n },
      { amountPico: 20_000_000_000n },
      { kind: 'search', amountPico: 20_000_000_000n },
    ]);
    const tokens =
      'usage_date_utc,model_version,api_key,workspace,usage_type,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count\n' +
      '2026-03-31 02:00,claude-opus-4-6,k,D,batch,8,0,0,3,1,0\n' +
      '2026-03-31 03:00,claude-opus-4-6,k,D,batch,9,0,0,3,1,0\n' +
      '2026-04-01,claude-opus-4-6,k,D,standard,10,0,0,0,1,0\n';
    expect(brief(tokens)).toMatchObject([
      { day: '2026-03-31', tier: 'batch', tokens: [8, 3, 1] },
      { day: '2026-03-31', tokens: [9, 3, 1] },
      { day: '2026-04-01', tier: 'standard', tokens: [10, 0, 1] },
    ]);
  });
});

describe('OpenRouter', () => {
  test('generations: the total has the cache discount, a key of your own is noted', () => {
    const text =
      'generation_id,created_at,cost_total,cost_cache,byok_usage_inference,tokens_prompt,tokens_completion,model_permaslug,variant\n' +
      'gen-a,2026-02-06 18:54:30.040,0.00219855,-0.0086697,0,3329,53,anthropic/claude-4.6-sonnet-20260217,standard\n' +
      'gen-b,2026-02-06 18:54:31.500,0,0,0.0003253,500,70,openai/gpt-oss-120b,free\n';
    expect(brief(text)).toMatchObject([
      { amountPico: 2_198_550_000n, requests: 1, tokens: [3329, 0, 53] },
      { model: 'openai/gpt-oss-120b:free', amountPico: 0n },
    ]);
    expect(read(text).notes.join()).toContain('1 rows of inv used your own key');
  });

  test('activity by day, as the export and as the API have it', () => {
    const csv =
      'Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n' +
      '"2026-05-12 00:00:00","anthropic/claude-opus-4.7","430.07","0","4115","70965665","3009973","0"\n';
    const json = JSON.stringify({
      data: [
        {
          date: '2026-05-12',
          model: 'anthropic/claude-opus-4.7',
          usage: 430.07,
          byok_usage_inference: 0,
          requests: 4115,
          prompt_tokens: 70965665,
          completion_tokens: 3009973,
          reasoning_tokens: 0,
        },
      ],
    });
    for (const text of [csv, json]) {
      expect(brief(text)).toEqual([
        {
          day: '2026-05-12',
          kind: 'model',
          model: 'anthropic/claude-opus-4.7',
          tier: null,
          region: null,
          amountPico: 430_070_000_000_000n,
          requests: 4115,
          tokens: [70965665, 0, 3009973],
        },
      ]);
    }
  });
});

describe('a table of day, model, amount', () => {
  test.each([
    ['day,model,amount\n2026-04-01,gpt-4o,1.5\n'],
    ['\ufeffDate;Model_Name;Cost (USD)\r\n2026-04-01;gpt-4o;1.5\r\n'],
    ['usd,date,model\n$1.50,2026-04-01,gpt-4o\n'],
    ['date\tmodel\ttotal_cost\tcurrency\n2026-04-01\tgpt-4o\t1.5\tusd\n'],
    ['timestamp,model,spend,note\n2026-04-01T23:59:59Z,gpt-4o,1.50 USD,"a\nb"\n'],
  ])('%j', (text) => {
    expect(brief(text)).toEqual([
      {
        ...NOTHING,
        day: '2026-04-01',
        kind: 'model',
        model: 'gpt-4o',
        amountPico: 1_500_000_000_000n,
      },
    ]);
  });

  test('another currency at its rate', () => {
    const text = 'day,model,amount,currency\n2026-04-01,gpt-4o,10.00,EUR\n';
    const [row] = read(text, { EUR: '1.08' }).rows;
    // 10 × 1.08; half a cent is 0.005 × 1.08.
    expect(row?.amountPico).toBe(10_800_000_000_000n);
    expect(row?.roundingPico).toBe(5_400_000_000n);
    expect(read(text, { EUR: '1.08' }).converted).toEqual(['EUR']);
  });

  test('a thousands separator beside a decimal point', () => {
    expect(read('day,amount\n2026-04-01,"1,234.50"\n').rows[0]?.amountPico).toBe(
      1_234_500_000_000_000n,
    );
  });
});

describe('refused, with file, line and value', () => {
  const head = 'day,model,amount\n2026-04-01,gpt-4o,1\n';
  test.each([
    ['empty', '', 'inv is empty'],
    ['only a mark', '\ufeff \n', 'inv is empty'],
    ['only a header', 'day,model,amount\n', 'inv has no rows'],
    ['binary', 'PK\u0000\u0001', 'inv is not a text'],
    ['no amount', 'day,model\n2026-04-01,gpt-4o\n', 'inv line 2 is of no known shape'],
    ['unknown keys', '{"error":{"code":401}}', "no list 'data'; its first keys are: error"],
    ['broken JSON', '{\n"data": [\n}', 'is not valid JSON: Unexpected token'],
    ['JSON cut off', '{\n"data": [{"a": 1}', 'inv line 2 is not valid JSON'],
    ['a field twice', '{"data":[],\n"data":[]}', "inv line 2 has the field 'data' twice"],
    ['a column twice', 'day,day,amount\n2026-04-01,x,1\n', "line 1 has the column 'day' twice"],
    ['two amounts', 'day,cost,amount\n2026-04-01,1,1\n', "'cost' and 'amount' could both be"],
    ['two days', 'day,date,amount\n2026-04-01,2026-04-01,1\n', "'day' and 'date' mean the same"],
    ['a ragged row', `${head}2026-04-02,gpt-4o\n`, 'inv line 3 has 2 cells and the header 3'],
    ['a quote that stays open', `${head}2026-04-02,"gpt-4o,1\n`, 'inv is not valid CSV'],
    ['no number', `${head}2026-04-02,gpt-4o,n/a\n`, "inv line 3: amount: 'n/a' is no amount"],
    ['an empty amount', `${head}2026-04-02,gpt-4o,\n`, "inv line 3: amount: '' is no amount"],
    ['1e308', `${head}2026-04-02,gpt-4o,1e308\n`, "inv line 3: amount: '1e308' is no amount"],
    ['infinite', `${head}2026-04-02,gpt-4o,Infinity\n`, "'Infinity' is no amount"],
    ['hex', `${head}2026-04-02,gpt-4o,0x10\n`, "'0x10' is no amount"],
    ['long', `${head}2026-04-02,gpt-4o,${'9'.repeat(99)}\n`, "9…' is no amount"],
    ['a comma', `${head}2026-04-02,gpt-4o,"3,50"\n`, "inv line 3: amount: '3,50' is no amount"],
    ['a thousand?', `${head}2026-04-02,gpt-4o,"1,234"\n`, "'1,234' is no amount"],
    ['an American day', `${head}04/02/2026,gpt-4o,1\n`, "inv line 3: day '04/02/2026' is no day"],
    ['no day', `${head}2026-02-30,gpt-4o,1\n`, "day '2026-02-30' is no day"],
    [
      'euros',
      `${head}2026-04-02,gpt-4o,€3.50\n`,
      "line 3: amount: '€3.50' is in EUR, and there is no",
    ],
    [
      'two currencies',
      'day,amount,currency\n2026-04-01,€3.50,USD\n',
      "the amount '€3.50' is in EUR and its currency is 'USD'",
    ],
    [
      'a row twice',
      `${head}2026-04-01,gpt-4o,1\n`,
      'line 3 bills 2026-04-01 a second time, after line 2',
    ],
    ['a cell twice', `${head}2026-04-01,gpt-4o,2\n`, 'line 3 bills 2026-04-01 a second time'],
    [
      'a day and an hour of it',
      `${head}2026-04-01T05:00:00Z,gpt-4o,2\n`,
      'line 3 bills 2026-04-01 a second time, after line 2',
    ],
    [
      'a negative count',
      'day,amount,requests\n2026-04-01,1,-4\n',
      "inv line 2: requests is '-4', which is no count",
    ],
    ['a count in hex', 'day,amount,requests\n2026-04-01,1,0x10\n', "requests is '0x10'"],
    ['half a call', 'day,amount,requests\n2026-04-01,1,1.5\n', "requests is '1.5'"],
    [
      'parts above the whole',
      'start_time,end_time,model,num_model_requests,input_tokens,input_cached_tokens,output_tokens\n1767225600,1767312000,gpt-4o,1,10,11,1\n',
      "inv line 2: the parts of input_tokens '10'",
    ],
    [
      'a quoted line break before it',
      'day,model,amount,note\n2026-04-01,gpt-4o,1,"a\nb"\n2026-04-02,gpt-4o,x,\n',
      "inv line 4: amount: 'x'",
    ],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  const bucket = (start: string, end: string, amount = '1'): string =>
    `${Date.parse(start) / 1000},${Date.parse(end) / 1000},${amount},usd,"gpt-4o, input"\n`;
  const header = 'start_time,end_time,amount_value,amount_currency,line_item\n';

  test('buckets that overlap', () => {
    const text =
      header +
      bucket('2026-04-01T00:00Z', '2026-04-02T00:00Z') +
      bucket('2026-04-01T12:00Z', '2026-04-01T13:00Z');
    expect(() => read(text)).toThrow(
      'inv line 3: 2026-04-01T12:00:00.000Z to 2026-04-01T13:00:00.000Z overlaps ' +
        '2026-04-01T00:00:00.000Z to 2026-04-02T00:00:00.000Z of line 2',
    );
  });

  test('a bucket twice, one of a week, one turned round, one over midnight', () => {
    const day = bucket('2026-04-01T00:00Z', '2026-04-02T00:00Z');
    const again = bucket('2026-04-01T00:00Z', '2026-04-02T00:00Z', '2');
    expect(() => read(header + day + again)).toThrow('line 3 bills 2026-04-01 a second time');
    const week = bucket('2026-04-01T00:00Z', '2026-04-08T00:00Z');
    expect(() => read(header + week)).toThrow('begins a stretch of more than one day');
    const over = bucket('2026-04-01T08:00Z', '2026-04-02T08:00Z');
    expect(() => read(header + over)).toThrow('inv line 2: start_time');
    const round = bucket('2026-04-02T00:00Z', '2026-04-01T00:00Z');
    expect(() => read(header + round)).toThrow('is not after start_time');
  });

  test('JSON names the line of the result', () => {
    const text = openaiCosts({
      '2026-01-01': [
        ['gpt-4o, input', '1'],
        ['gpt-4o, output', 'one'],
      ],
    });
    const line = text.split('\n').findIndex((each) => each.includes('"one"')) - 2;
    expect(() => read(text)).toThrow(`inv line ${line}: amount.value: 'one' is no amount`);
  });

  test('days without amounts', () => {
    expect(() => read(openaiCosts({ '2026-01-01': [] }))).toThrow('days and no amounts');
    expect(() =>
      read('start_time,end_time,start_time_iso,end_time_iso\n1735689600,1735776000,a,b\n'),
    ).toThrow('nothing was billed');
  });
});

describe('the tier of a row', () => {
  const tierOf = (word: string): unknown =>
    read(`day,model,amount,tier\n2026-04-01,gpt-4o,1,${word}\n`).rows[0]?.tier;

  test.each([
    ['Default', 'standard'],
    ['flex_discount', 'flex'],
    ['priority_on_demand', 'priority'],
    ['scale', 'provisioned'],
    ['', null],
    ['auto', null],
  ])("'%s'", (word, tier) => expect(tierOf(word)).toBe(tier));

  test('a word nobody knows is not taken as not said', () => {
    expect(() => tierOf('turbo')).toThrow("inv line 2: tier 'turbo' is no service tier");
  });

  test.each(['', 'global', 'not_available', 'unknown'])(
    "the region '%s' is the usual one",
    (word) =>
      expect(read(`day,model,amount,region\n2026-04-01,gpt-4o,1,${word}\n`).rows[0]?.region).toBe(
        '',
      ),
  );
});
