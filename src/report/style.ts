/**
 * The few text styles a report uses.
 *
 * Takes whether colour is wanted, gives functions text → text. Never decides about colour itself.
 */

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const PLAIN = (text: string): string => text;

const ansi =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

const COLOURED: Style = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  red: ansi(31, 39),
  green: ansi(32, 39),
  yellow: ansi(33, 39),
  cyan: ansi(36, 39),
};

const UNSTYLED: Style = {
  bold: PLAIN,
  dim: PLAIN,
  red: PLAIN,
  green: PLAIN,
  yellow: PLAIN,
  cyan: PLAIN,
};

/** The styles for a reader with or without colour. */
export function styles(colour: boolean): Style {
  return colour ? COLOURED : UNSTYLED;
}
