/**
 * The page a terminal report is set on: its width, its styles, its paragraphs.
 *
 * Takes unstyled, safe text, gives lines. Never a line longer than the page, tables apart.
 */
import type { SpendKey } from './model.ts';
import type { Style } from './style.ts';
import { wrapText } from './text.ts';

export interface Page {
  readonly width: number;
  readonly style: Style;
  /** Rows of each spend table before the rest is summed; 1 or more. */
  readonly top: number;
  /** Show methods and example lines. */
  readonly explain: boolean;
  /** Only this spend table, whole; null for the usual report. */
  readonly by: SpendKey | null;
}

const INDENT = '  ';

/** A paragraph indented by two; its further lines by four. */
export function paragraph(page: Page, text: string): string {
  const lines = wrapText(text, page.width - INDENT.length * 2);
  return lines.map((line, index) => `${index === 0 ? INDENT : INDENT + INDENT}${line}`).join('\n');
}

/** A heading and what stands under it, or nothing when there is nothing. */
export function section(page: Page, title: string, parts: readonly string[]): string {
  if (parts.length === 0) return '';
  const [first = '', ...more] = wrapText(title, page.width);
  const note = more.map((line) => `\n${page.style.dim(line)}`).join('');
  return `${page.style.bold(first)}${note}\n${parts.join('\n')}`;
}
