/**
 * Text from a log, made safe and cut to fit.
 *
 * Takes any string, gives one that stays on its line and cannot move the cursor, change colours or
 * turn the reading direction. Never drops a character without a trace: it is escaped or marked `…`.
 */

const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u;
const CLUSTER = /.(?:\u200d.|[\p{Mn}\p{Me}\p{Cf}])*/gsu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC starts every ANSI style
const ANSI = /\u001b\[[0-9;]*m/g;

/**
 * Escapes control characters, line breaks, bidi marks and broken surrogates as `\x1b` or
 * `\u{202e}`; everything else is kept.
 */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

/** Terminal columns a text takes: CJK and emoji count two, accents none, ANSI styles none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const cluster of clustersOf(text.replace(ANSI, ''))) width += clusterWidth(cluster);
  return width;
}

/** Characters with what is drawn onto them: accents, variation selectors, joined emoji. */
function clustersOf(text: string): readonly string[] {
  return text.match(CLUSTER) ?? [];
}

function clusterWidth(cluster: string): number {
  if (cluster < '\u0300') return 1;
  if (ZERO_WIDTH.test(cluster)) return 0;
  return WIDE.test(cluster) ? 2 : 1;
}

/** Cuts an unstyled text to at most `width` columns, marking the cut with `…`. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const cluster of clustersOf(text)) {
    used += clusterWidth(cluster);
    if (used > width) break;
    kept += cluster;
  }
  return `${kept}…`;
}

/** Cuts an unstyled text to at most `width` columns in its middle, so that both ends stay. */
export function fitMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const clusters = clustersOf(text);
  const head = clustersWithin(clusters, Math.ceil((width - 1) / 2));
  const tail = clustersWithin([...clusters].reverse(), Math.floor((width - 1) / 2));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** Cuts an unstyled text to at most `width` columns at its beginning. */
export function fitEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const tail = clustersWithin([...clustersOf(text)].reverse(), width - 1);
  return `…${tail.reverse().join('')}`;
}

/** The first clusters that take no more than `width` columns. */
function clustersWithin(clusters: readonly string[], width: number): string[] {
  let used = 0;
  const end = clusters.findIndex((cluster) => {
    used += clusterWidth(cluster);
    return used > width;
  });
  return clusters.slice(0, end === -1 ? clusters.length : end);
}

/** Breaks unstyled prose at spaces into lines of at most `width` columns; a longer word is cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (line === '' || textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    lines.push(fitText(line, width));
    line = word;
  }
  return [...lines, fitText(line, width)];
}
