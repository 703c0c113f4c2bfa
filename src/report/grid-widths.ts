/**
 * The widths of a table's columns: what is shrunk or left out where a terminal is narrow.
 *
 * Takes columns and their texts, gives widths and cut texts. Never cuts two names that differ to the
 * same text, as long as 48 columns are enough to tell them apart.
 */
import { fitEnd, fitMiddle, fitText, textWidth } from './text.ts';

export interface GridColumn {
  readonly title: string;
  /** Numbers go right; the default is left. */
  readonly align?: 'left' | 'right';
  /** May be cut with `…` when the terminal is narrow; never below 8 columns or a short title. */
  readonly shrinks?: boolean;
  /** Holds names: optional columns go before they are cut short, and cut ones still differ. */
  readonly isName?: boolean;
  /** Holds paths: their ends say more than their beginnings. */
  readonly isPath?: boolean;
  /** Left out where the table does not fit otherwise; the last of these first. */
  readonly optional?: boolean;
}

/** The columns that are kept, by their index, and the width of each. */
export interface Layout {
  readonly kept: readonly number[];
  readonly widths: readonly number[];
}

/** Spaces between two columns. */
export const SPACING = 2;
/** A longer title may be cut with its column. */
const MAX_KEPT_TITLE = 12;
const MIN_WIDTH = 8;
/** A name is cut further only when no optional column is left. */
const NAME_WIDTH = 20;
/** Names that need more to differ are long enough to have no end. */
const MAX_NAME_WIDTH = 48;

/** One column with its distinct texts. */
interface Flexible {
  readonly index: number;
  readonly natural: number;
  readonly comfortable: number;
  readonly least: number;
}

/** Lays columns out within a width; `cells` are the texts of each column. */
export function layOut(
  columns: readonly GridColumn[],
  cells: readonly (readonly string[])[],
  available: number,
): Layout {
  const all = columns.map((column, index) => flexibleOf(column, cells[index] ?? [], index));
  let kept = all;
  for (;;) {
    const widths = shrunk(kept, 'comfortable', available);
    if (widthOf(widths) <= available) return { kept: kept.map(({ index }) => index), widths };
    const spare = kept.findLastIndex(({ index }) => columns[index]?.optional === true);
    if (spare === -1) break;
    kept = kept.toSpliced(spare, 1);
  }
  return { kept: kept.map(({ index }) => index), widths: shrunk(kept, 'least', available) };
}

/** The texts of a column at a width: cut at the end, a path at its beginning, or in the middle if that tells them apart. */
export function cutTexts(column: GridColumn, texts: readonly string[], width: number): string[] {
  if (column.isPath === true) return texts.map((text) => fitEnd(text, width));
  const atEnd = texts.map((text) => fitText(text, width));
  if (column.isName !== true || distinct(atEnd) === distinct(texts)) return atEnd;
  return texts.map((text) => fitMiddle(text, width));
}

function flexibleOf(column: GridColumn, texts: readonly string[], index: number): Flexible {
  const title = textWidth(column.title);
  const natural = texts.reduce((most, text) => Math.max(most, textWidth(text)), title);
  if (column.shrinks !== true) return { index, natural, comfortable: natural, least: natural };
  const floor = Math.min(natural, Math.max(MIN_WIDTH, Math.min(title, MAX_KEPT_TITLE)));
  if (column.isName !== true) return { index, natural, comfortable: floor, least: floor };
  const least = Math.min(natural, tellingWidth(column, texts, floor));
  return { index, natural, comfortable: Math.min(natural, Math.max(NAME_WIDTH, least)), least };
}

/** The smallest width at which texts that differ stay different. */
function tellingWidth(column: GridColumn, texts: readonly string[], floor: number): number {
  const names = [...new Set(texts)];
  let width = floor;
  while (width < MAX_NAME_WIDTH && distinct(cutTexts(column, names, width)) < names.length) width++;
  return width;
}

function distinct(texts: readonly string[]): number {
  return new Set(texts).size;
}

/** Takes columns off the widest flexible ones until they fit, or none can give. */
function shrunk(
  columns: readonly Flexible[],
  floor: 'comfortable' | 'least',
  available: number,
): number[] {
  const widths = columns.map(({ natural }) => natural);
  for (let excess = widthOf(widths) - available; excess > 0; excess--) {
    const widest = columns.reduce((best, column, at) => {
      const own = widths[at] ?? 0;
      if (own <= column[floor]) return best;
      return best === -1 || own > (widths[best] ?? 0) ? at : best;
    }, -1);
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + SPACING, -SPACING);
}
