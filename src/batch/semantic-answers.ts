/**
 * Answers given again to rows that ask the same in other words.
 *
 * Takes rows in the order they are asked, gives the kept answer of the most alike earlier prompt of
 * the same system prompt, model, parameters and user: of this run, and of earlier runs as far as
 * their answers are kept. What is alike, and which gates keep texts apart, `policy/semantic-index.ts`
 * says, as in a replay. Never an answer beyond its time to live, and never waits for a later row.
 */
import type { Clock } from '../domain/time.ts';
import { hashString } from '../formats/hash.ts';
import type { BatchJournal } from '../ledger/journal.ts';
import { KeptPrompts } from '../ledger/kept-prompts.ts';
import type { Ledger } from '../ledger/open.ts';
import {
  MOST_CHARACTERS,
  type Neighbour,
  type Neighbours,
  SemanticIndex,
} from '../policy/semantic-index.ts';
import type { EndpointSpec } from './fleet.ts';
import { messageOf } from './message.ts';
import type { AnswerCache, CachedAnswer } from './ports.ts';
import type { Row, ServedFrom } from './row.ts';
import { RowFault } from './row-fields.ts';
import { plainBuilder } from './row-texts.ts';
import type { RowBuilder } from './rows.ts';
import { answerKey } from './serving.ts';

/** How alike prompts must be, and how long their answers serve others. */
export interface SemanticUse {
  readonly minSimilarity: number;
  readonly ttlMs: number;
  readonly maxTemperatureMilli: number;
  /** Null: words are compared. */
  readonly neighbours: (() => Neighbours) | null;
}

/** An answer to a prompt that asks the same. */
export interface SemanticHit {
  readonly answer: CachedAnswer;
  readonly from: ServedFrom;
}

/** What is known of a row: an answer to serve, or another row whose answer is to come. */
export type Look =
  | { readonly kind: 'hit'; readonly hit: SemanticHit }
  | { readonly kind: 'open'; readonly settled: Promise<void> }
  | { readonly kind: 'none' };

export interface SemanticOptions {
  readonly db: Ledger;
  readonly run: { readonly id: number };
  readonly clock: Clock;
  readonly endpoints: readonly Pick<EndpointSpec, 'endpoint' | 'models'>[];
  readonly use: SemanticUse;
  readonly answers: AnswerCache;
  readonly journal: Pick<BatchJournal, 'eventually'>;
}

const NONE: Look = { kind: 'none' };

/** A prompt that may serve others, or may once it is answered. */
class Entry {
  /** The key of its answer; null: it has none yet. */
  key: string | null = null;
  storedAtMs = 0;
  /** A plan takes it to be answered. */
  isPlanned = false;
  /** Ends the wait of others; null: nobody is to wait for it. */
  settle: (() => void) | null = null;
  settled: Promise<void> | null = null;

  constructor(
    public runId: number,
    public row: number,
    readonly likes: readonly Neighbour[],
  ) {}

  /** It is being asked: others wait for its answer. */
  open(): void {
    if (this.settled !== null) return;
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** It has its answer, or will have none. */
  close(): void {
    this.settle?.();
    this.settle = null;
    this.settled = null;
  }
}

export class SemanticAnswers {
  readonly #options: SemanticOptions;
  readonly #kept: KeptPrompts;
  readonly #index: SemanticIndex;
  readonly #settings = new Map<string, number>();
  readonly #entries: Entry[] = [];
  /** The entry of each text of a setting: a text that comes again is the same one. */
  readonly #byText = new Map<string, Entry>();
  readonly #builders = new Map<number, RowBuilder | null>();

  constructor(options: SemanticOptions) {
    this.#options = options;
    this.#kept = new KeptPrompts(options.db);
    const { minSimilarity: floor, neighbours } = options.use;
    this.#index = new SemanticIndex({ floor, neighbours: neighbours?.() ?? null });
  }

  /** What an earlier prompt has for a row that is to be asked a model. */
  look(row: Row, model: string): Look {
    const entry = this.#entryOf(row, model);
    if (entry === null) return NONE;
    for (const { number, similarity } of entry.likes) {
      const other = this.#entries[number]!;
      if (other.settled !== null) return { kind: 'open', settled: other.settled };
      const answer = this.#answerOf(other);
      if (answer === null) continue;
      const { runId, row: from } = other;
      return { kind: 'hit', hit: { answer, from: { similarity, runId, row: from } } };
    }
    return NONE;
  }

  /**
   * The answer to serve, once all earlier rows that may give it have theirs; null: there is none, and
   * alike rows that come later wait for this one.
   */
  async find(row: Row, model: string): Promise<SemanticHit | null> {
    this.open(row, model);
    for (;;) {
      const look = this.look(row, model);
      if (look.kind === 'none') return null;
      if (look.kind === 'hit') {
        this.close(row, model);
        return look.hit;
      }
      await look.settled;
    }
  }

  /** Which prompt a row would have the answer of, if all rows before it were answered; null: none. */
  plan(row: Row, model: string): ServedFrom | null {
    const entry = this.#entryOf(row, model);
    if (entry === null) return null;
    // An equal row came before.
    if (entry.isPlanned) return { similarity: 1, runId: entry.runId, row: entry.row };
    for (const { number, similarity } of entry.likes) {
      const other = this.#entries[number]!;
      if (!other.isPlanned && this.#answerOf(other) === null) continue;
      return { similarity, runId: other.runId, row: other.row };
    }
    entry.isPlanned = true;
    return null;
  }

  /** A row is being asked: alike ones wait for its answer. */
  open(row: Row, model: string): void {
    this.#entryOf(row, model)?.open();
  }

  /** A row was answered, and its answer is kept. */
  store(row: Row, model: string): void {
    const entry = this.#entryOf(row, model);
    if (entry === null || row.cacheKey === null) return;
    const { clock, journal, run, endpoints } = this.#options;
    const key = answerKey(row.cacheKey, model, endpoints);
    entry.key = key;
    [entry.runId, entry.row, entry.storedAtMs] = [run.id, row.index, clock.now()];
    const setting = answerKey(row.settingKey ?? '', model, endpoints);
    const place = { runId: run.id, row: row.index };
    journal.eventually(() => this.#kept.put({ id: hashString(key), text: key }, setting, place));
    entry.close();
  }

  /** A row is not being asked any more. */
  close(row: Row, model: string): void {
    this.#entryOf(row, model)?.close();
  }

  /** Nothing is being asked any more. */
  closeAll(): void {
    for (const entry of this.#entries) entry.close();
  }

  #answerOf({ key, storedAtMs }: Entry): CachedAnswer | null {
    const { clock, use, answers } = this.#options;
    if (key === null || clock.now() - storedAtMs > use.ttlMs) return null;
    const kept = answers.get(key);
    return kept instanceof Promise ? null : kept;
  }

  /** The entry of a row; null: it may not be served another's answer. */
  #entryOf(row: Row, model: string): Entry | null {
    const { settingKey, prompt } = row;
    if (settingKey === null || row.cacheKey === null) return null;
    if ((prompt.temperatureMilli ?? 0) > this.#options.use.maxTemperatureMilli) return null;
    const text = messageOf(prompt);
    if (text === null || text.length > MOST_CHARACTERS) return null;
    const setting = this.#settingOf(answerKey(settingKey, model, this.#options.endpoints));
    return this.#add(text, setting, { runId: this.#options.run.id, row: row.index });
  }

  #add(text: string, setting: number, place: { runId: number; row: number }): Entry {
    const name = `${setting} ${text}`;
    const known = this.#byText.get(name);
    if (known !== undefined) return known;
    const entry = new Entry(place.runId, place.row, this.#index.add(text, setting));
    this.#entries.push(entry);
    this.#byText.set(name, entry);
    return entry;
  }

  /** The number of a setting; at first sight the prompts of earlier runs come with it. */
  #settingOf(name: string): number {
    const known = this.#settings.get(name);
    if (known !== undefined) return known;
    const setting = this.#settings.size;
    this.#settings.set(name, setting);
    const { clock, use } = this.#options;
    for (const kept of this.#kept.of(name, clock.now() - use.ttlMs)) {
      const row = this.#builderOf(kept.runId)?.build(kept.record) ?? null;
      const text = row === null || row instanceof RowFault ? null : messageOf(row.prompt);
      if (text === null) continue;
      const entry = this.#add(text, setting, kept);
      entry.key = kept.key;
      entry.storedAtMs = kept.storedAtMs;
    }
    return setting;
  }

  #builderOf(runId: number): RowBuilder | null {
    const known = this.#builders.get(runId);
    if (known !== undefined) return known;
    const builder = plainBuilder(this.#options.db, runId);
    this.#builders.set(runId, builder);
    return builder;
  }
}
