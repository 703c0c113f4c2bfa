/**
 * The characters that parts of a regular expression take.
 *
 * Takes single characters, escapes and classes as an expression writes them, gives which of them share
 * a character. Never goes by a sample: every character of the first two planes is asked, and beyond
 * them those that are named.
 */

const CHUNK = 4_096;
/** What each takes is kept of so many: letters come again and again. */
const MOST_KEPT = 4_000;
/** Characters beyond the first two planes, by the ways to name them. */
const NAMED_BEYOND =
  /[\u{20000}-\u{10ffff}]|\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}/giu;

const kept = new Map<string, readonly number[]>();
const all = new Map<boolean, string>();

/** What each of some atoms takes, as bits: those that have a bit in common share a character. */
export function setsOf(atoms: readonly string[], flags: string): bigint[] {
  const kinds = flags.replace(/[^ius]/g, '');
  const known = [...new Set(atoms)];
  const signatures = signaturesOf(known, kinds);
  const sets = new Map(known.map((atom) => [atom, 0n]));
  for (const [bit, signature] of signatures.entries()) {
    for (const [index, atom] of known.entries()) {
      if ((signature >> BigInt(index)) & 1n) sets.set(atom, sets.get(atom)! | (1n << BigInt(bit)));
    }
  }
  return atoms.map((atom) => sets.get(atom)!);
}

/** Which atoms take a character, as bits, for all characters; each combination once. */
function signaturesOf(atoms: readonly string[], flags: string): bigint[] {
  const changes = new Map<number, bigint>();
  for (const [index, atom] of atoms.entries()) {
    for (const place of runsOf(atom, flags)) {
      changes.set(place, (changes.get(place) ?? 0n) ^ (1n << BigInt(index)));
    }
  }
  const signatures = new Set<bigint>();
  let signature = 0n;
  for (const place of [...changes.keys()].sort((a, b) => a - b)) {
    signature ^= changes.get(place)!;
    signatures.add(signature);
  }
  if (flags.includes('u')) {
    const tests = atoms.map((atom) => new RegExp(`^(?:${atom})$`, flags));
    for (const char of beyond(atoms)) {
      const bits = tests.map((test, index) => (test.test(char) ? 1n << BigInt(index) : 0n));
      signatures.add(bits.reduce((sum, bit) => sum | bit, 0n));
    }
  }
  return [...signatures];
}

/** Where among all characters those begin that an atom takes, and where they end, in turn. */
function runsOf(atom: string, flags: string): readonly number[] {
  const key = `${flags} ${atom}`;
  const before = kept.get(key);
  if (before !== undefined) return before;
  const runs: number[] = [];
  const text = allCharacters(flags.includes('u'));
  if (isPlain(atom)) {
    const at = text.indexOf(atom);
    if (at >= 0) runs.push(at, at + atom.length);
  } else {
    for (const { index, 0: run } of text.matchAll(new RegExp(`(?:${atom})+`, `g${flags}`))) {
      runs.push(index, index + run.length);
    }
  }
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, runs);
  return runs;
}

/** Whether it stands for itself alone. */
function isPlain(atom: string): boolean {
  const isOne = atom.length === 1 ? atom !== '.' : /^[^\\[]/.test(atom);
  return isOne && atom.toLowerCase() === atom && atom.toUpperCase() === atom;
}

/** All characters one after the other; halves of pairs so that no two of them make one. */
function allCharacters(isUnicode: boolean): string {
  const known = all.get(isUnicode);
  if (known !== undefined) return known;
  const ranges: readonly (readonly [from: number, to: number])[] = isUnicode
    ? [
        [0, 0xdbff],
        [0xe000, 0xffff],
        [0xdc00, 0xdfff],
        [0x10000, 0x1ffff],
      ]
    : [[0, 0xffff]];
  const text = ranges.map(([from, to]) => charactersOf(from, to)).join('');
  all.set(isUnicode, text);
  return text;
}

function charactersOf(from: number, to: number): string {
  let text = '';
  for (let at = from; at <= to; at += CHUNK) {
    const size = Math.min(CHUNK, to + 1 - at);
    text += String.fromCodePoint(...Array.from({ length: size }, (_, index) => at + index));
  }
  return text;
}

/** Characters of the later planes: those named, the ones after them, and one that nobody names. */
function beyond(atoms: readonly string[]): Set<string> {
  const chars = new Set(['\u{20000}', '\u{e0001}', '\u{10fffd}']);
  for (const [named] of atoms.join(' ').matchAll(NAMED_BEYOND)) {
    const code = codeOf(named);
    for (const near of [code - 1, code, code + 1]) {
      if (near > 0x1ffff && near <= 0x10ffff) chars.add(String.fromCodePoint(near));
    }
  }
  return chars;
}

function codeOf(named: string): number {
  const [, braced, high, low] =
    /^\\u(?:\{([\da-f]+)\}|([\da-f]{4})\\u([\da-f]{4}))$/i.exec(named) ?? [];
  if (braced !== undefined) return Number.parseInt(braced, 16);
  if (high === undefined || low === undefined) return named.codePointAt(0)!;
  return String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0)!;
}
