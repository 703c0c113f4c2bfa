/**
 * Blocks: calls gathered by session or by day, for the bootstrap.
 *
 * Takes the calls that count, gives each the number of its block. Never splits a session: a call
 * without one counts to its user's day, and those without a time to one block of their own.
 */
import type { PricedCall } from '../domain/call.ts';
import { dayNumber } from '../domain/time.ts';
import { IntColumn } from './columns.ts';
import { KeyInterner } from './key-interner.ts';

/** By what calls are gathered. */
export type BlockBy = 'session' | 'day';

/** Fewer blocks of one kind, and the other kind is better. */
const ENOUGH = 20;
/** More tell nothing more: sessions beyond are pooled, each whole, in as many groups of about equal size. */
const MOST = 2000;
/** For a call that belongs to no block. */
const NO_BLOCK = -1;

/** Each call with its block. */
export interface CallBlocks {
  readonly kind: BlockBy;
  /** How many there are. */
  readonly blocks: number;
  /** How many sessions or days they hold; as many, or more where sessions are pooled. */
  readonly gathered: number;
  /** The block of each call in the order they were added, from 0; -1 for one that does not count. */
  readonly blockOf: Int32Array;
}

/** Gathers calls by session and by day; memory is 8 bytes a call, and 40 for each session. */
export class BlockBuilder {
  readonly #sessions = new KeyInterner();
  readonly #days = new KeyInterner();
  readonly #session: IntColumn;
  readonly #day: IntColumn;

  /** `expected`: about how many calls there will be. */
  constructor(expected?: number) {
    this.#session = new IntColumn(expected);
    this.#day = new IntColumn(expected);
  }

  /** Adds the next call; one that does not count has no block. */
  add({ startedAtMs, sessionKey, userId }: PricedCall, counts: boolean): void {
    if (!counts) {
      this.#day.push(NO_BLOCK);
      this.#session.push(NO_BLOCK);
      return;
    }
    const day = startedAtMs === null ? -1 : dayNumber(startedAtMs);
    this.#day.push(this.#days.idOf(day, 0, 0, 0));
    this.#session.push(
      sessionKey === null
        ? this.#sessions.idOf(userId ?? -1, day, 0, 0)
        : this.#sessions.idOf(sessionKey, 0, 1, 0),
    );
  }

  /**
   * The blocks of the better kind: days, which also hold what the sessions of a day have in common,
   * where there are enough of them; else sessions, where there are more of those.
   */
  finish(): CallBlocks {
    const [days, sessions] = [this.#days.size, this.#sessions.size];
    return days >= ENOUGH || days >= sessions ? this.by('day') : this.by('session');
  }

  /** The blocks of one kind. */
  by(kind: BlockBy): CallBlocks {
    const gathered = kind === 'day' ? this.#days.size : this.#sessions.size;
    const blockOf = (kind === 'day' ? this.#day : this.#session).view().slice();
    const blocks = Math.min(gathered, MOST);
    if (gathered > MOST) {
      for (let call = 0; call < blockOf.length; call++) {
        if (blockOf[call] !== NO_BLOCK) blockOf[call]! %= MOST;
      }
    }
    return { kind, blocks, gathered, blockOf };
  }
}
