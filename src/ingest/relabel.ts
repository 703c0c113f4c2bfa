/**
 * Labelling calls anew: their logs are read again where they lie, and the labels replaced.
 *
 * Takes sources of the ledger and what decides labels, gives how many labels changed and which could
 * not be given again. A call is known by its place and the hash of its prompt; where a log is gone or
 * has changed, rules that need no text are asked. Never touches anything but labels and sketches.
 */
import type { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { type Rule, RuleBook } from '../classify/rules.ts';
import { sketchTemplate } from '../classify/templates.ts';
import { taskOfCode } from '../domain/task.ts';
import { UserError } from '../errors.ts';
import { hashBytes } from '../formats/hash.ts';
import type { CallBatch } from '../ledger/batch.ts';
import { C, WIDTH } from '../ledger/columns.ts';
import type { Ledger } from '../ledger/open.ts';
import {
  type KnownRow,
  knownRows,
  type LabelledSource,
  type LabelRow,
  labelRows,
  labelWriter,
  type NewLabel,
  noteLabelling,
  UNSETTLED,
} from '../ledger/relabel.ts';
import { beginWriting, commitWriting, undoWriting } from '../ledger/sources.ts';
import { Labeller, type Labelling, labellingKey } from './labelling.ts';
import { promptTextOf } from './pack.ts';
import { explain } from './read-errors.ts';
import { batchesAgain } from './reread.ts';
import { keptCall } from './texts-again.ts';

/** What became of the labels. */
export interface Relabelled {
  readonly calls: number;
  readonly changed: number;
  /** Calls whose log could not be read again and that no rule fits: they keep their label. */
  readonly kept: number;
  /** Logs that such calls are from: their labels are still to be given. */
  readonly lost: readonly string[];
  /** Of those: calls that a rule might fit, had its text been there, by the rule's line. */
  readonly undecided: ReadonlyMap<number, number>;
}

/** How to label anew. */
export interface RelabelOptions {
  readonly db: Ledger;
  readonly sources: readonly LabelledSource[];
  readonly labelling: Labelling;
  readonly threads: number;
  readonly signal: AbortSignal;
  onProgress(calls: number): void;
}

const COMMIT_CALLS = 40_000;
/** After so many calls Ctrl-C and progress have their turn. */
const TURN_CALLS = 256;

/** Labels the calls of sources anew. Throws the signal's reason when it is aborted. */
export async function relabel(options: RelabelOptions): Promise<Relabelled> {
  const run = new Relabelling(options);
  try {
    for (const source of options.sources) await run.source(source);
  } finally {
    undoWriting(options.db);
  }
  return run.result();
}

class Relabelling {
  readonly #options: RelabelOptions;
  readonly #write: (label: NewLabel) => void;
  readonly #labeller: Labeller;
  readonly #rules: RuleBook;
  readonly #lost: string[] = [];
  readonly #undecided = new Map<number, number>();
  #calls = 0;
  #changed = 0;
  #kept = 0;
  #steps = 0;
  #open = 0;

  constructor(options: RelabelOptions) {
    this.#options = options;
    this.#write = labelWriter(options.db);
    this.#labeller = new Labeller(options.labelling);
    this.#rules = new RuleBook(options.labelling.rules);
  }

  async source(source: LabelledSource): Promise<void> {
    const { db, labelling } = this.#options;
    const keptBefore = this.#kept;
    beginWriting(db);
    noteLabelling(db, source.id, UNSETTLED);
    const missed = await this.#readAgain(source);
    if (missed === null || missed.size > 0) await this.#fromLedger(source, missed);
    const kept = this.#kept - keptBefore;
    if (kept > 0) this.#lost.push(source.path);
    // Where all labels are the old ones, they are those of before; of some of both it is neither.
    const unsettled = kept === source.calls ? source.labelling : UNSETTLED;
    beginWriting(db);
    noteLabelling(db, source.id, kept === 0 ? labellingKey(labelling) : unsettled);
    commitWriting(db);
    this.#open = 0;
  }

  /** Labels from the log; gives the calls that were not found again, null: none was. */
  async #readAgain(source: LabelledSource): Promise<Set<number> | null> {
    const { db, labelling, threads } = this.#options;
    if (source.path === '-') return null;
    const rows = new Finder(labelRows(db, source));
    try {
      const { headBytes, headHash } = source;
      const isSame = (head: Buffer): boolean =>
        head.length >= headBytes && hashBytes(head, 0, headBytes) === headHash;
      const options = { inputFormat: null, labelling, threads, isSame };
      for await (const batch of batchesAgain(source.path, options)) {
        for (let row = 0; row < batch.count; row++) {
          const found = rows.find(batch, row * WIDTH);
          if (found !== null) this.#fromBatch(found, batch, row * WIDTH);
        }
        await this.#turn();
      }
    } catch (error) {
      if (!(explain(error, source.path) instanceof UserError)) throw error;
    }
    if (rows.found === 0) return null;
    while (rows.missOne()) await this.#step();
    return rows.missed;
  }

  /** Labels of the calls that were not found in their log; null: of all. */
  async #fromLedger(source: LabelledSource, missed: ReadonlySet<number> | null): Promise<void> {
    for (const row of knownRows(this.#options.db, source)) {
      if (missed === null || missed.has(row.id)) this.#fromRow(row);
      await this.#step();
    }
  }

  #fromBatch(row: LabelRow, { rows }: CallBatch, at: number): void {
    this.#label(row, {
      task: taskOfCode(rows[at + C.task]!),
      confidence: rows[at + C.task_confidence]!,
      promptSketch: rows[at + C.prompt_sketch]!,
      systemSketch: rows[at + C.system_sketch]!,
      complexityPercent: orNull(rows[at + C.complexity_percent]!),
    });
  }

  /** A label from the record the ledger keeps, or by a rule that needs no text. */
  #fromRow(row: KnownRow): void {
    const parsed = keptCall(row);
    if (parsed !== null) {
      const text = promptTextOf(parsed.call, parsed.system, parsed.user);
      const { task, confidence, complexity } = this.#labeller.label(parsed, parsed.call, text);
      const sketch = { system: 0, message: 0 };
      sketchTemplate(text, sketch);
      const sketches = { promptSketch: sketch.message, systemSketch: sketch.system };
      const complexityPercent = complexity === null ? null : Math.round(100 * complexity);
      this.#label(row, { task, confidence, complexityPercent, ...sketches });
      return;
    }
    const { rule, undecided } = this.#rules.decide(factsOf(row));
    for (const one of undecided) this.#noteUndecided(one);
    if (rule === null) {
      this.#calls++;
      this.#kept++;
      return;
    }
    const unread = { promptSketch: null, systemSketch: null, complexityPercent: null };
    this.#label(row, { task: rule.task, confidence: 100, ...unread });
  }

  #noteUndecided({ line }: Rule): void {
    this.#undecided.set(line, (this.#undecided.get(line) ?? 0) + 1);
  }

  #label(row: LabelRow, label: Omit<NewLabel, 'id'>): void {
    const { db } = this.#options;
    beginWriting(db);
    this.#calls++;
    if (label.task !== row.task) this.#changed++;
    this.#write({ ...label, id: row.id });
    if (++this.#open < COMMIT_CALLS) return;
    commitWriting(db);
    this.#open = 0;
  }

  /** A turn now and then, so that nothing waits for a whole log. */
  async #step(): Promise<void> {
    if (++this.#steps % TURN_CALLS === 0) await this.#turn();
  }

  async #turn(): Promise<void> {
    await setImmediate();
    this.#options.signal.throwIfAborted();
    this.#options.onProgress(this.#calls);
  }

  result(): Relabelled {
    return {
      calls: this.#calls,
      changed: this.#changed,
      kept: this.#kept,
      lost: this.#lost,
      undecided: this.#undecided,
    };
  }
}

/** Finds the calls of a source again, both in the order of the log. */
class Finder {
  readonly missed = new Set<number>();
  found = 0;
  #waiting: LabelRow | undefined;

  constructor(private readonly rows: Generator<LabelRow>) {
    this.#next();
  }

  /** The ledger's row of a packed call; null if it has none. */
  find({ rows }: CallBatch, at: number): LabelRow | null {
    const offset = rows[at + C.byte_offset]!;
    while (this.#waiting !== undefined && this.#waiting.byteOffset < offset) {
      this.missed.add(this.#waiting.id);
      this.#next();
    }
    const row = this.#waiting;
    const hash = rows[at + C.prompt_hash]!;
    if (row === undefined || row.byteOffset !== offset) return null;
    if (row.promptHash !== (Number.isNaN(hash) ? null : hash)) return null;
    this.found++;
    this.#next();
    return row;
  }

  /** Takes one of the rows that are left for missed; false if none is. */
  missOne(): boolean {
    if (this.#waiting === undefined) return false;
    this.missed.add(this.#waiting.id);
    this.#next();
    return true;
  }

  #next(): void {
    const { value, done } = this.rows.next();
    this.#waiting = done === true ? undefined : value;
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function factsOf({ model, modelRequested, provider, operation }: KnownRow) {
  return {
    ...{ models: [model, modelRequested], provider, operation },
    ...{ tags: undefined, endpoints: undefined, system: () => undefined, prompt: () => undefined },
  };
}
