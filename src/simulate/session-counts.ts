/**
 * How many calls each session has.
 *
 * Takes session keys, gives counts. Never forgets a session. Memory: about 60 bytes a session.
 */
import { KeyInterner } from './key-interner.ts';

export class SessionCounts {
  readonly #keys = new KeyInterner();
  readonly #counts: number[] = [];

  /** Counts a call; gives the session's number, from 0. */
  add(sessionKey: number): number {
    const id = this.#keys.idOf(sessionKey, 0, 0, 0);
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    return id;
  }

  /** Calls of a session, by its number. */
  callsOf(id: number): number {
    return this.#counts[id] ?? 0;
  }
}
