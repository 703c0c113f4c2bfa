/**
 * The audit as JSON, and as one JSON object a line.
 *
 * Takes the report, gives text. Never leaves out what the table shows; the fields and their order
 * are those of AuditReport (docs/json.md).
 */
import { jsonText, ndjsonText } from './json-text.ts';
import type { AuditReport, SpendKey } from './model.ts';

/** The whole report as one object, indented by two: the same text on a terminal and in a file. */
export function renderAuditJson(report: AuditReport): string {
  return jsonText(report);
}

/**
 * One object a line, each naming its `section`: `report` first, then totals, gaps and every row.
 * With `by`, only the rows of that table.
 */
export function renderAuditNdjson(report: AuditReport, by: SpendKey | null): string {
  const lines = by === null ? everyLine(report) : spendLines(report, by);
  return ndjsonText(lines);
}

function everyLine(report: AuditReport): object[] {
  const { schema, generated_at, ingest, period, prices, savings } = report;
  const { levers, skipped, ...saved } = savings;
  return [
    { section: 'report', schema, generated_at, ingest, period, prices },
    ...inSection('source', report.sources),
    { section: 'totals', ...report.totals },
    { section: 'gaps', ...report.gaps },
    ...(report.billed === null ? [] : [{ section: 'billed', ...report.billed }]),
    ...spendLines(report, 'model'),
    ...spendLines(report, 'task'),
    ...spendLines(report, 'day'),
    ...spendLines(report, 'user'),
    ...spendLines(report, 'template'),
    ...inSection('finding', report.findings),
    { section: 'savings', ...saved },
    ...inSection('lever', levers),
    ...inSection('skipped_lever', skipped),
  ];
}

function spendLines(report: AuditReport, key: SpendKey): object[] {
  return inSection(`by_${key}`, report.spend[`by_${key}`] ?? []);
}

function inSection(section: string, rows: readonly object[]): object[] {
  return rows.map((row) => ({ section, ...row }));
}
