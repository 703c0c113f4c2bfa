/**
 * The end of a batch run, as people read it: how it went, what it cost, how to go on.
 *
 * Takes exact figures, gives lines. Never a figure that is not known: it is left out.
 */
import { displayUsd } from '../domain/money.ts';
import type { Cell } from './csv.ts';
import type { TextOptions } from './format.ts';
import { displayCount, displayOf, displayShare } from './numbers.ts';
import { type Column, renderRows } from './rows.ts';

/** What a model did in a run. */
export interface ModelFigures {
  readonly model: string;
  readonly requests: number;
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costPico: bigint;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** How a run went. */
export interface EndFigures {
  readonly durationMs: number;
  readonly done: number;
  readonly failed: number;
  readonly unknown: number;
  readonly pending: number;
  readonly cached: number;
  readonly retries: number;
  readonly fallbacks: number;
  readonly escalations: number;
  /** Failure codes of rows, most frequent first. */
  readonly failures: readonly (readonly [code: string, rows: number])[];
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly costPico: bigint;
  /** Answers whose cost is not known: in no amount. */
  readonly unpriced: number;
  /** The worst case of what may have been billed without an answer. */
  readonly uncertainPico: bigint;
  /** The same of earlier processes of the run. */
  readonly uncertainBeforePico: bigint;
  readonly savedByCachePico: bigint;
  readonly savedByRoutingPico: bigint;
  readonly models: readonly ModelFigures[];
}

const COLUMNS: Column<ModelFigures>[] = [
  { key: 'model', title: 'Model', value: ({ model }) => model },
  right('requests', 'Requests', ({ requests }) => requests),
  right('failures', 'Failed', ({ failures }) => failures),
  right('input_tokens', 'Input', ({ inputTokens }) => inputTokens),
  right('output_tokens', 'Output', ({ outputTokens }) => outputTokens),
  { ...right('cost', 'Cost', () => null), display: ({ costPico }) => displayUsd(costPico) },
  { ...right('p50', 'P50', () => null), display: ({ p50Ms }) => displayMs(p50Ms) },
  { ...right('p95', 'P95', () => null), display: ({ p95Ms }) => displayMs(p95Ms) },
];

function right(
  key: string,
  title: string,
  count: (row: ModelFigures) => number | null,
): Column<ModelFigures> {
  return {
    ...{ key, title, align: 'right' as const },
    value: (row): Cell => count(row),
    display: (row) => displayCount(count(row) ?? 0),
  };
}

/** The end table of a run. */
export function renderBatchEnd(figures: EndFigures, options: TextOptions): string {
  const lines = linesOf(figures).map(([label, text]) => `  ${label.padEnd(14)}${text}`);
  const table = { ...options, format: 'table' as const };
  const models =
    figures.models.length === 0 ? '' : `\n${renderRows(figures.models, COLUMNS, table)}`;
  return `\n${lines.join('\n')}\n${models}`;
}

function linesOf(figures: EndFigures): [label: string, text: string][] {
  const { done, failed, durationMs, p50Ms, p95Ms, p99Ms } = figures;
  const finished = done + failed;
  const perSecond = durationMs > 0 ? (finished / durationMs) * 1000 : 0;
  const lines: [string, string][] = [
    ['Rows', rowsText(figures)],
    ['Duration', `${displayDuration(durationMs)}, ${perSecond.toFixed(1)} rows a second`],
  ];
  if (finished > 0) lines.push(['Success', displayShare(done / finished)]);
  if (p50Ms !== null) {
    lines.push([
      'Latency',
      `P50 ${displayMs(p50Ms)}, P95 ${displayMs(p95Ms)}, P99 ${displayMs(p99Ms)}`,
    ]);
  }
  lines.push(['Cost', costText(figures)]);
  const { savedByCachePico, savedByRoutingPico, retries } = figures;
  if (savedByCachePico > 0n)
    lines.push(['Saved', `${displayUsd(savedByCachePico, 'down')} by the cache`]);
  if (savedByRoutingPico > 0n)
    lines.push(['Saved', `${displayUsd(savedByRoutingPico, 'down')} by routing`]);
  if (savedByRoutingPico < 0n)
    lines.push(['Routing', `cost ${displayUsd(-savedByRoutingPico)} more than without it`]);
  if (retries > 0) lines.push(['Retries', displayCount(retries)]);
  const { fallbacks, escalations, failures } = figures;
  if (fallbacks > 0) lines.push(['Fallbacks', displayCount(fallbacks)]);
  if (escalations > 0) lines.push(['Escalations', displayCount(escalations)]);
  if (failures.length > 0) {
    lines.push([
      'Failures',
      failures.map(([code, rows]) => `${displayCount(rows)} ${code}`).join(', '),
    ]);
  }
  return lines;
}

function rowsText({ done, failed, unknown, pending, cached }: EndFigures): string {
  const parts = [`${displayCount(done)} done`];
  if (cached > 0) parts.push(`${displayCount(cached)} of them from the cache`);
  if (failed > 0) parts.push(`${displayCount(failed)} failed`);
  if (unknown > 0) parts.push(`${displayCount(unknown)} unknown`);
  if (pending > 0) parts.push(`${displayCount(pending)} pending`);
  return parts.join(', ');
}

function costText(figures: EndFigures): string {
  const { costPico, unpriced, uncertainPico, uncertainBeforePico } = figures;
  const parts = [displayUsd(costPico)];
  if (unpriced > 0) parts.push(`${displayOf(unpriced, 'answer')} without a price`);
  if (uncertainPico > 0n)
    parts.push(`up to ${displayUsd(uncertainPico)} more may have been billed`);
  if (uncertainBeforePico > 0n)
    parts.push(`up to ${displayUsd(uncertainBeforePico)} more before this`);
  return parts.join('; ');
}

/** A latency: `840 ms`, `2.35 s`. */
export function displayMs(ms: number | null): string {
  if (ms === null) return '';
  return Math.round(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** A length of time: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function displayDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
