/**
 * The texts of rows that were asked, for semantic caches.
 *
 * Takes calls of batches, gives the texts of their rows with what was answered. Never a text of a
 * conversation, or of what is more than text.
 */
import { batchRowAt } from '../ledger/batch-row-at.ts';
import { readRun } from '../ledger/batch-runs.ts';
import type { Ledger } from '../ledger/open.ts';
import type { TextPlace } from '../ledger/sketches.ts';
import { messageOf } from './message.ts';
import type { ReadTask } from './prompt-facts.ts';
import { RowFault } from './row-fields.ts';
import { RowBuilder } from './rows.ts';
import { parseSettings } from './settings.ts';

/** Nobody looks at what a row is for here. */
const readTask: ReadTask = () => ({
  ...{ task: 'other', confidence: 0, complexity: null, sketch: 0, systemSketch: 0 },
});

/** A builder of the rows of a run as they were asked, but for what a policy made of them. */
export function plainBuilder(db: Ledger, runId: number): RowBuilder | null {
  const run = readRun(db, runId);
  if (run === null) return null;
  return new RowBuilder({
    ...{ columns: run.columns, settings: parseSettings(run.settings), runKey: '', readTask },
    ...{ cachedUpToMilli: null, comparesTexts: false, measuredShareOf: () => null, route: null },
    readImage: () => new RowFault('an image'),
  });
}

/** The text of a row as a semantic cache sees it. */
export interface RowText {
  readonly text: string;
  /** Whether it is more than one message. */
  readonly hasMore: boolean;
  /** Null: it has none, or more than one was given. */
  readonly answer: string | null;
}

/** The rows behind calls that batches made. */
export class BatchTexts {
  readonly #db: Ledger;
  readonly #rowAt;
  readonly #builders = new Map<number, RowBuilder | null>();

  constructor(db: Ledger) {
    this.#db = db;
    this.#rowAt = batchRowAt(db);
  }

  /** Whether a call was made by a batch. */
  isOfBatch({ format }: TextPlace): boolean {
    return format === 'aicost_batch';
  }

  /** The text that a call of a batch asked; null: its row is gone, or it was a judge's. */
  textOf({ sourceId, line, promptHash }: TextPlace): RowText | null {
    const found = this.#rowAt(sourceId, line);
    if (found === null) return null;
    const row = this.#builderOf(found.runId)?.build(found.record) ?? null;
    if (row === null || row instanceof RowFault) return null;
    if (row.facts.promptHash !== promptHash) return null;
    const text = messageOf(row.prompt);
    return { text: text ?? '', hasMore: text === null, answer: found.answer };
  }

  #builderOf(runId: number): RowBuilder | null {
    const known = this.#builders.get(runId);
    if (known !== undefined) return known;
    const builder = plainBuilder(this.#db, runId);
    this.#builders.set(runId, builder);
    return builder;
  }
}
