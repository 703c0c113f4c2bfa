/**
 * `aicost classify --sample`: the calls whose labels would teach most, as a sheet to fill in.
 *
 * Takes calls of the ledger, gives a row each: where it stands, its texts, its label now, and an empty
 * column for the right one. Never a call whose text cannot be read: how many those are is said.
 */
import { SamplePicker } from '../classify/teach-pick.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { isThere, type PromptTexts, textsAgain } from '../ingest/texts-again.ts';
import type { Ledger } from '../ledger/open.ts';
import { type TextPlace, textPlaces, type UnsureCall, unsurePages } from '../ledger/sketches.ts';
import { listSources } from '../ledger/sources.ts';
import { displayOf } from '../report/numbers.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import { countOf } from './report-flags.ts';
import { refuseLabels } from './sheet-notes.ts';
import { groupTemplates } from './template-names.ts';

interface SampleRow extends TextPlace, PromptTexts {}

/**
 * A spreadsheet holds 32,767 characters a cell. The classifier reads less than this at either end, and
 * tells no lengths beyond it apart.
 */
const CELL = { head: 6_000, tail: 3_000 };
const MOST = 10_000;
/** So many texts are held at a time where all of a log are tried. */
const READ_CALLS = 1_000;

/** The columns of the sheet; `--learn` reads system, prompt and task. */
export const SHEET_COLUMNS: Column<SampleRow>[] = [
  { key: 'id', title: 'Id', align: 'right', value: (row) => row.id },
  { key: 'where', title: 'Where', isName: true, value: (row) => `${row.path}:${row.line}` },
  { key: 'system', title: 'System', value: (row) => cellText(row.system) },
  { key: 'prompt', title: 'Prompt', value: (row) => cellText(row.user) },
  { key: 'label_now', title: 'Label now', value: (row) => row.task },
  { key: 'confidence', title: 'Confidence', align: 'right', value: (row) => row.confidence },
  { key: 'task', title: 'Task', value: () => '' },
];

/** How to sample, as typed. */
export interface SampleFlags {
  readonly sample: string;
  readonly seed?: string;
}

/** Writes a sample of the calls of some sources; null: of all. Throws UserError. */
export async function sampleCalls(
  db: Ledger,
  deps: Deps,
  { flags, sourceIds }: { flags: SampleFlags; sourceIds: readonly number[] | null },
): Promise<ExitCode> {
  const size = countOf(flags.sample, '--sample');
  if (size > MOST) {
    const hint = 'a few hundred labels teach most of what labels can teach';
    throw new UserError(EXIT.usage, `--sample ${size} is more than ${MOST}`, hint);
  }
  refuseLabels(deps.output, 'any');
  const seed = flags.seed === undefined ? 1 : countOf(flags.seed, '--seed');
  const lost = await lostSources(db, sourceIds);
  const groups = await groupTemplates(db, deps, sourceIds);
  const unread = new Unread(lost);
  let rows: SampleRow[] | null = null;
  while (rows === null) {
    const picker = new SamplePicker(size, seed);
    for (const page of unsurePages(db, sourceIds)) {
      for (const call of page) {
        if (!unread.has(call)) picker.offer({ ...call, sketch: likeness(call) }, groups.of(call));
      }
    }
    rows = await readRows(db, picker.pick(), { unread, deps });
  }
  noteMissing(deps, [...lost.values()], unread.countIn(db, sourceIds));
  if (rows.length === 0) throw nothingToLabel();
  await deps.write([renderRows(rows, SHEET_COLUMNS, deps.output)]);
  return EXIT.ok;
}

/** Calls of which no text can be read: of a log that is gone, or of a part of it that has changed. */
class Unread {
  readonly #lost: ReadonlyMap<number, string>;
  readonly #ids = new Set<number>();

  constructor(lost: ReadonlyMap<number, string>) {
    this.#lost = lost;
  }

  has({ id, sourceId, isKept }: UnsureCall): boolean {
    return this.#ids.has(id) || (isKept === 0 && this.#lost.has(sourceId));
  }

  /** Adds a call. */
  add(id: number): void {
    this.#ids.add(id);
  }

  /** Adds those of sources, found by reading all their calls. */
  async addFrom(db: Ledger, sources: readonly number[], deps: Deps): Promise<void> {
    const ids: number[] = [];
    for (const page of unsurePages(db, sources)) for (const { id } of page) ids.push(id);
    for (let at = 0; at < ids.length; at += READ_CALLS) {
      const places = textPlaces(db, ids.slice(at, at + READ_CALLS));
      const texts = await textsAgain(places, deps.signal);
      for (const { id } of places) if (!texts.has(id)) this.#ids.add(id);
    }
  }

  countIn(db: Ledger, sourceIds: readonly number[] | null): number {
    let calls = 0;
    for (const page of unsurePages(db, sourceIds)) {
      calls += page.filter((call) => this.has(call)).length;
    }
    return calls;
  }
}

/** The rows of calls that were picked; null where one cannot be read: then all of its log are tried. */
async function readRows(
  db: Ledger,
  ids: readonly number[],
  { unread, deps }: { unread: Unread; deps: Deps },
): Promise<SampleRow[] | null> {
  const places = textPlaces(db, ids);
  const texts = await textsAgain(places, deps.signal);
  const missing = places.filter(({ id }) => !texts.has(id));
  if (missing.length > 0) {
    for (const { id } of missing) unread.add(id);
    await unread.addFrom(db, [...new Set(missing.map(({ sourceId }) => sourceId))], deps);
    return null;
  }
  return places.flatMap((place) => {
    const found = texts.get(place.id);
    return found === undefined ? [] : [{ ...place, ...found }];
  });
}

/** Equal for calls that are alike; 0 where the message has too few words to tell. */
function likeness({ system, message }: { system: number; message: number }): number {
  return message === 0 ? 0 : (system % 4_194_301) * 2 ** 31 + (message % 2_147_483_647) + 1;
}

async function lostSources(
  db: Ledger,
  sourceIds: readonly number[] | null,
): Promise<Map<number, string>> {
  const lost = new Map<number, string>();
  for (const { id, path } of listSources(db, sourceIds)) {
    if (!(await isThere(path))) lost.set(id, path);
  }
  return lost;
}

function noteMissing(deps: Deps, lost: readonly string[], calls: number): void {
  if (calls === 0) return;
  const named = lost.length === 0 ? '' : ` (not there: ${lost.slice(0, 3).join(', ')})`;
  deps.note(
    `${displayOf(calls, 'call')} could not be sampled: their texts cannot be read again${named}`,
    'put the logs back, or read them with --store-text',
  );
}

function nothingToLabel(): UserError {
  return new UserError(
    EXIT.failed,
    'there is no call to label: no prompt can be read, or tags and rules label all of them',
    'read logs that hold prompts first: aicost classify LOG --sample 200 --out label-me.csv',
  );
}

/** A text that fits a cell: its beginning and its end. */
function cellText(text: string): string {
  const { head, tail } = CELL;
  if (text.length <= head + tail) return text;
  const left = text.length - head - tail;
  return `${text.slice(0, head)} […${left} characters left out…] ${text.slice(-tail)}`;
}
