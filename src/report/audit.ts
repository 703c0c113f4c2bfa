/**
 * Report: an audit's results → text.
 *
 * Takes an AuditReport and who will read it, gives a string ending in a line break. Never computes
 * a figure that is not in the report, never writes anywhere.
 */
import { renderAuditCsv } from './audit-csv.ts';
import { renderAuditJson, renderAuditNdjson } from './audit-json.ts';
import { renderAuditTable } from './audit-table.ts';
import type { TextOptions } from './format.ts';
import type { AuditReport, SpendKey } from './model.ts';
import { styles } from './style.ts';

export interface AuditOptions extends TextOptions {
  /** Only this spend table; JSON carries the whole report all the same. */
  readonly by: SpendKey | null;
  /** Rows of each spend table on a terminal before the rest is summed; other formats have all. */
  readonly top: number;
  /** Show methods and example lines on a terminal; other formats always carry them. */
  readonly explain: boolean;
}

/** Renders an audit in the format asked for. */
export function renderAudit(report: AuditReport, options: AuditOptions): string {
  switch (options.format) {
    case 'table':
      return renderAuditTable(report, { ...options, style: styles(options.colour) });
    case 'csv':
      return renderAuditCsv(report, options.by, options);
    case 'json':
      return renderAuditJson(report);
    case 'ndjson':
      return renderAuditNdjson(report, options.by);
  }
}
