/**
 * OpenRouter's invoices: the activity of the API and its exports, by day or by generation.
 *
 * Takes rows of their sheets, gives invoice rows. Amounts are credits, which are dollars; a call on
 * a key of one's own costs OpenRouter's fee only. Never the cache discount: the total has it.
 */
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { amountRow, type Cells, modelOf, type Shape } from './shape.ts';

/** One row for each generation. */
export const OPENROUTER_GENERATIONS: Shape = {
  id: 'openrouter_generations',
  provider: 'openrouter',
  hasAmounts: true,
  fits: (columns) => columns.has('generation_id') && columns.has('cost_total'),
  isQuantity: (column) => /^(cost|tokens|byok|time|generation_time)_/.test(column),
  time: { start: 'created_at', end: null },
  read: (cells) => {
    const slug = cells.text('model_permaslug');
    const variant = cells.text('variant');
    const model = variant === '' || variant === 'standard' ? slug : `${slug}:${variant}`;
    return amountRow(cells.amount('cost_total', 'USD'), {
      model: modelOf(model),
      requests: 1,
      usage: tokens(cells, 'tokens_prompt', 'tokens_completion'),
    });
  },
};

/** One row for each day and model, from the export (`slug`) or the API (`model_permaslug`). */
export const OPENROUTER_ACTIVITY: Shape = {
  id: 'openrouter_activity',
  provider: 'openrouter',
  hasAmounts: true,
  fits: (columns) =>
    columns.has('usage') && (columns.has('byok usage') || columns.has('byok_usage_inference')),
  isQuantity: (column) => /usage|requests|tokens/.test(column),
  time: { start: 'date', end: null },
  read: (cells) => {
    const name = (text: string): string => (cells.row.cells.has('slug') ? text : snake(text));
    return amountRow(cells.amount('usage', 'USD'), {
      model: modelOf(cells.text('slug') || cells.text('model_permaslug') || cells.text('model')),
      requests: cells.maybeCount('requests'),
      usage: tokens(cells, name('prompt tokens'), name('completion tokens')),
    });
  },
};

function snake(text: string): string {
  return text.replace(' ', '_');
}

function tokens(cells: Cells, prompt: string, completion: string): Usage | null {
  if (cells.text(prompt) === '') return null;
  return { ...emptyUsage(), input: cells.count(prompt), output: cells.count(completion) };
}
