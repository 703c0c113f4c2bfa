/**
 * Weigh: turns the hits of a scan into a score per label by where they stand.
 *
 * Takes scans, adds to scores. An instruction counts most at the beginning and in the last line
 * of the user message and in the first sentences of the system prompt; words of pasted text
 * hardly count. Never counts one entry twice in a text.
 */
import { AT_START, IN_BODY, IN_QUESTION, type Scan } from './hits.ts';
import { KIND_ANY, KIND_ASK, KIND_DO, KIND_END, type LexiconTable } from './table.ts';

/** Last lines longer than this are paragraphs, not instructions. */
const MAX_LAST_LINE_WORDS = 40;
const MAX_CUE_LINE_WORDS = 5;
const IN_BODY_FACTOR = 0.1;
/** An instruction of this score at the head makes the last line count less. */
const STRONG_HEAD = 5;

/** The factors of the first sentences; the last one is that of all others. */
const USER_SENTENCES = [1, 0.8, 0.5, 0.25];
const SYSTEM_SENTENCES = [1.1, 1, 0.8, 0.6, 0.4];

const ASKED = AT_START | IN_QUESTION;

const best = new Float64Array(4096);

/** Adds the scores of a system prompt's hits. */
export function weighSystem(table: LexiconTable, scan: Scan, scores: Float64Array): void {
  for (let hit = 0; hit < scan.hits; hit++) {
    const entry = scan.entry[hit]!;
    const kind = table.kind[entry]!;
    if (kind === KIND_END) continue;
    let factor = at(SYSTEM_SENTENCES, scan.sentence[hit]!);
    if ((scan.flags[hit]! & IN_BODY) !== 0) factor *= IN_BODY_FACTOR;
    addBest(table, entry, factor * startFactor(kind, scan.flags[hit]!), scores);
  }
  forget(scan);
}

/** Adds the scores of a user message's hits, each times `share`. */
export function weighUser(
  table: LexiconTable,
  scan: Scan,
  scores: Float64Array,
  share: number,
): void {
  const lastLine =
    scan.lines > 1 && scan.lastLineWords <= MAX_LAST_LINE_WORDS ? scan.lines - 1 : -1;
  let head = 0;
  for (let hit = 0; hit < scan.hits; hit++) {
    if (scan.line[hit] === lastLine) continue;
    const entry = scan.entry[hit]!;
    const kind = table.kind[entry]!;
    if (kind === KIND_END) continue;
    const factor = userFactor(scan, hit, kind) * startFactor(kind, scan.flags[hit]!);
    if (factor > 0.9) head = Math.max(head, factor * table.weight[entry]!);
    addBest(table, entry, factor * share, scores);
  }
  if (lastLine >= 0) {
    weighLastLine(table, scan, scores, head >= STRONG_HEAD ? share * 0.4 : share);
  }
  forget(scan);
}

function weighLastLine(table: LexiconTable, scan: Scan, scores: Float64Array, share: number): void {
  for (let hit = 0; hit < scan.hits; hit++) {
    if (scan.line[hit] !== scan.lines - 1) continue;
    const entry = scan.entry[hit]!;
    const kind = table.kind[entry]!;
    const flags = scan.flags[hit]!;
    let factor = share;
    if (kind === KIND_END) factor = scan.lastLineWords <= MAX_CUE_LINE_WORDS ? 1 : 0;
    else if ((flags & IN_BODY) !== 0 && kind !== KIND_ANY) factor *= 0.5;
    addBest(table, entry, factor * startFactor(kind, flags), scores);
  }
}

function userFactor(scan: Scan, hit: number, kind: number): number {
  if (kind === KIND_ANY) return 1;
  if ((scan.flags[hit]! & IN_BODY) !== 0) return IN_BODY_FACTOR;
  const sentence = scan.sentence[hit]!;
  const factor = at(USER_SENTENCES, sentence);
  return sentence === scan.sentences - 1 ? Math.max(factor, 0.6) : factor;
}

function startFactor(kind: number, flags: number): number {
  if (kind === KIND_ASK) return (flags & ASKED) === ASKED ? 1 : 0;
  if (kind !== KIND_DO) return 1;
  return (flags & AT_START) !== 0 ? 1.2 : 0.4;
}

function at(factors: readonly number[], sentence: number): number {
  return factors[Math.min(sentence, factors.length - 1)]!;
}

/** Adds what an entry scores beyond its best place so far. */
function addBest(table: LexiconTable, entry: number, factor: number, scores: Float64Array): void {
  const gain = factor - best[entry]!;
  if (gain <= 0) return;
  best[entry] = factor;
  const what = table.what[entry]!;
  scores[what] = scores[what]! + gain * table.weight[entry]!;
}

function forget(scan: Scan): void {
  for (let hit = 0; hit < scan.hits; hit++) best[scan.entry[hit]!] = 0;
}
