/**
 * Hand-made audits: one ordinary, one empty, one with hostile names.
 *
 * Takes nothing, gives reports whose sums are right by construction. Never reads a clock.
 */
import type { AuditReport, BasisRow, LeverRow, SpendFigures } from '../../src/report/model.ts';

export function figures(over: Partial<SpendFigures>): SpendFigures {
  return {
    calls: 1,
    input_tokens: 100,
    cached_input_tokens: 0,
    output_tokens: 10,
    cost_usd: '0',
    share: 0,
    unpriced_calls: 0,
    ...over,
  };
}

function basis(
  name: BasisRow['basis'],
  [calls, unpriced_calls, input_tokens, output_tokens]: [number, number, number, number],
  cost_usd: string,
): BasisRow {
  return { basis: name, calls, unpriced_calls, input_tokens, output_tokens, cost_usd };
}

const MOVES: LeverRow['moves'] = [
  { from: 'gpt-4.1', to: 'gpt-4.1-mini', calls: 300, saved_usd: '18' },
  { from: 'claude-sonnet-4-5-20250929', to: 'claude-haiku-4-5', calls: 100, saved_usd: '9' },
  { from: 'gpt-4o', to: 'gpt-4o-mini', calls: 50, saved_usd: '0.6' },
  { from: 'gemini-2.5-pro', to: 'gemini-2.5-flash', calls: 25, saved_usd: '0.3' },
  { from: 'o3', to: 'o4-mini', calls: 15, saved_usd: '0.06' },
  { from: 'gpt-5', to: 'gpt-5-mini', calls: 6, saved_usd: '0.03' },
  { from: 'mistral-large', to: 'mistral-small', calls: 4, saved_usd: '0.01' },
];

/** 1,000 calls for $120.5, 990 of them priced. */
export function ordinaryReport(): AuditReport {
  return {
    schema: 'aicost.audit/1',
    generated_at: '2026-04-02T10:00:00.000Z',
    sources: [
      { path: 'logs/march.jsonl', calls: 900 },
      { path: 'logs/april.jsonl.gz', calls: 100 },
    ],
    ingest: { new_calls: 950, known_calls: 50, replaced_calls: 3, rejected_lines: 12 },
    period: {
      from: '2026-03-01T00:00:01.000Z',
      to: '2026-04-01T09:30:00.000Z',
      timezone: 'UTC',
      calls_without_time: 4,
    },
    prices: {
      table: 'genai-prices',
      version: '0.1.8',
      as_of: '2026-03-20',
      age_days: 13,
      source: '@pydantic/genai-prices, offline',
    },
    totals: {
      calls: 1000,
      failed_calls: 31,
      cached_calls: 7,
      input_tokens: 12_345_678,
      cached_input_tokens: 2_000_000,
      cache_write_tokens: 50_000,
      output_tokens: 1_234_567,
      reasoning_tokens: 200_000,
      cost_usd: '120.5',
      priced_calls: 990,
      priced_share: 0.99,
      // Together the 1,000 calls, 10 unpriced ones, tokens and cost above.
      by_basis: [
        basis('measured', [975, 5, 12_000_000, 1_200_000], '118.5'),
        basis('tokenised', [15, 0, 300_000, 30_000], '1.5'),
        basis('estimated', [5, 0, 45_678, 4_567], '0.5'),
        basis('missing', [5, 5, 0, 0], '0'),
      ],
    },
    gaps: {
      unpriced_calls: 10,
      rejected_lines: 12,
      unpriced_by_reason: [{ reason: 'unknown_model', calls: 10, models: ['house-7b', 'x-1'] }],
      rejected_by_reason: [
        { reason: 'invalid_json', lines: 10 },
        { reason: 'no_usage', lines: 2 },
      ],
      calls_without_usage: 5,
      tokenised_calls: 15,
      estimated_calls: 5,
    },
    billed: {
      calls: 400,
      billed_usd: '50.25',
      computed_usd: '50',
      difference_usd: '0.25',
      largest: [
        {
          provider: 'openai',
          model: 'gpt-4.1',
          calls: 400,
          billed_usd: '50.25',
          computed_usd: '50',
          difference_usd: '0.25',
          examples: [
            {
              place: 'logs/march.jsonl:21',
              billed_usd: '0.5',
              computed_usd: '0.3',
              difference_usd: '0.2',
            },
            {
              place: 'logs/april.jsonl.gz:8',
              billed_usd: '0.35',
              computed_usd: '0.3',
              difference_usd: '0.05',
            },
          ],
        },
      ],
    },
    spend: {
      by_model: [
        {
          model: 'gpt-4.1',
          ...figures({ calls: 600, input_tokens: 10_000_000, cost_usd: '90', share: 0.7468 }),
        },
        {
          model: 'claude-sonnet-4-5-20250929',
          ...figures({ calls: 300, input_tokens: 2_000_000, cost_usd: '30.4958', share: 0.253 }),
        },
        {
          model: 'gpt-4.1-mini',
          ...figures({ calls: 86, cost_usd: '0.0042', share: 0, unpriced_calls: 0 }),
        },
        { model: 'text-embedding-3-small', ...figures({ calls: 4, cost_usd: '0' }) },
        { model: 'house-7b', ...figures({ calls: 10, unpriced_calls: 10 }) },
      ],
      by_task: [
        {
          task: 'summarization',
          ...figures({ calls: 700, cost_usd: '100', share: 0.8298, unpriced_calls: 10 }),
        },
        { task: 'other', ...figures({ calls: 300, cost_usd: '20.5', share: 0.1701 }) },
      ],
      by_day: [
        { day: null, ...figures({ calls: 4, cost_usd: '0.5', share: 0.0041 }) },
        { day: '2026-03-01', ...figures({ calls: 496, cost_usd: '60', share: 0.4979 }) },
        { day: '2026-04-01', ...figures({ calls: 500, cost_usd: '60', share: 0.4979 }) },
      ],
      by_user: [{ user: null, ...figures({ calls: 1000, cost_usd: '120.5', share: 1 }) }],
    },
    findings: [
      {
        id: 'repeated_calls',
        title: 'Exact repeats within 24 h',
        calls: 120,
        unpriced_calls: 2,
        input_tokens: 1_200_000,
        output_tokens: 20_000,
        cost_usd: '12.3456',
        share: 0.1024,
        basis: 'measured',
        method: 'Same model, messages and parameters as an earlier successful call.',
        counts: { sampled_calls: 1200, undated_calls: 1 },
        note: null,
        examples: ['logs/march.jsonl:17', 'logs/march.jsonl:18'],
      },
      {
        id: 'oversized_context',
        title: 'Context far beyond what the task needs',
        calls: 40,
        unpriced_calls: 0,
        input_tokens: 4_000_000,
        output_tokens: 900,
        cost_usd: '8',
        share: 0.0663,
        basis: 'estimated',
        method: 'Input above 10 times the median of its task.',
        counts: { excess_tokens: 3_900_000, unjudged_calls: 7 },
        note: '7 calls over 4000 input tokens could not be judged: too few earlier calls',
        examples: ['logs/april.jsonl.gz:3'],
      },
    ],
    savings: {
      baseline_usd: '120.5',
      after_usd: '80.1544',
      saved_usd: '40.3456',
      policy: 'conservative',
      levers: [
        {
          lever: 'exact cache',
          calls: 118,
          saved_usd: '12.3456',
          sure_usd: '12.3456',
          likely_usd: '0',
          needs_test_usd: '0',
          moves: [],
          note: 'narrower than the finding "Repeated calls": kept for 1 h',
          method: 'Every repeat within 24 h is answered from a cache of 10,000 entries.',
        },
        {
          lever: 'task routing',
          calls: 500,
          saved_usd: '28',
          sure_usd: '0',
          likely_usd: '8.009',
          needs_test_usd: '19.991',
          // 18 + 9 + 0.6 + 0.3 + 0.06 + 0.03 + 0.01 = 28; 300 + 100 + 50 + 25 + 15 + 6 + 4 = 500.
          moves: MOVES,
          note: null,
          method: 'Commodity tasks go to the cheaper sibling of their model.',
        },
      ],
      by_certainty: { sure_usd: '12.3456', likely_usd: '8.009', needs_test_usd: '19.991' },
      skipped: [{ lever: 'batch tier', calls: 17, reason: 'no batch prices in this table' }],
      sample: { priced_calls: 990, days: 32 },
    },
  };
}

/** What a log without one usable call gives. */
export function emptyReport(): AuditReport {
  const ordinary = ordinaryReport();
  return {
    ...ordinary,
    sources: [],
    ingest: null,
    period: { from: null, to: null, timezone: 'UTC', calls_without_time: 0 },
    totals: {
      calls: 0,
      failed_calls: 0,
      cached_calls: 0,
      input_tokens: 0,
      cached_input_tokens: 0,
      cache_write_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: '0',
      priced_calls: 0,
      priced_share: 0,
      by_basis: [],
    },
    gaps: {
      unpriced_calls: 0,
      rejected_lines: 0,
      unpriced_by_reason: [],
      rejected_by_reason: [],
      calls_without_usage: 0,
      tokenised_calls: 0,
      estimated_calls: 0,
    },
    billed: null,
    spend: { by_model: [], by_task: [], by_day: [], by_user: [] },
    findings: [],
    savings: {
      ...ordinary.savings,
      baseline_usd: '0',
      after_usd: '0',
      saved_usd: '0',
      levers: [],
      by_certainty: { sure_usd: '0', likely_usd: '0', needs_test_usd: '0' },
      skipped: [],
      sample: { priced_calls: 0, days: 0 },
    },
  };
}

/** Names as an attacker, or a careless gateway, would log them. */
export const HOSTILE_NAMES = [
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007',
  "=cmd|' /C calc'!A0",
  '+1+2',
  '@SUM(A1)',
  '-2+3',
  '\tafter a tab',
  'two\nlines\r\nand more',
  'evil\u202etxt.exe',
  'zero\u200bwidth\ufeff',
  'x'.repeat(300),
  'emoji 🧾 and 👩‍💻',
  '模型名称很长很长很长很长很长很长很长很长',
  'broken \ud800 surrogate',
  'comma, "quote"',
] as const;

/** The ordinary report with hostile models, users, paths, findings and gaps. */
export function hostileReport(): AuditReport {
  const ordinary = ordinaryReport();
  const [first = '', second = ''] = HOSTILE_NAMES;
  const rows = HOSTILE_NAMES.map((name, index) => ({
    name,
    ...figures({ calls: index + 1, cost_usd: String(20 - index), share: 0.05 }),
  }));
  return {
    ...ordinary,
    sources: [{ path: `logs/${first}.jsonl`, calls: 1000 }],
    spend: {
      ...ordinary.spend,
      by_model: rows.map(({ name, ...rest }) => ({ model: name, ...rest })),
      by_user: rows.map(({ name, ...rest }) => ({ user: name, ...rest })),
    },
    findings: ordinary.findings.map((finding) => ({
      ...finding,
      counts: { [`${first}_calls`]: 1 },
      title: first,
      method: second,
      note: second,
      examples: [`${first}:1`],
    })),
    gaps: {
      ...ordinary.gaps,
      unpriced_by_reason: [{ reason: 'unknown_model', calls: 10, models: [...HOSTILE_NAMES] }],
    },
    savings: {
      ...ordinary.savings,
      policy: first,
      levers: ordinary.savings.levers.map((lever) => ({
        ...lever,
        lever: first,
        moves: lever.moves.map((move, index) => ({
          ...move,
          from: HOSTILE_NAMES[index] ?? '',
          to: HOSTILE_NAMES[index + 7] ?? '',
        })),
        note: second,
      })),
    },
  };
}
