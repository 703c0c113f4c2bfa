/**
 * The memory of one reader: everything that one record leaves behind for the next.
 *
 * Takes nothing, gives bounded memories that only save work. Never changes what a record is read
 * as: a reader that forgets everything reads the same.
 */
import {
  type Operation,
  type Outcome,
  sameOutcome,
  sameTarget,
  type Target,
} from '../domain/call.ts';
import { Hasher } from './hash.ts';
import { Memo } from './memo.ts';

const WORDS = 1_000;
const NAMES = 10_000;

/** One for each reader; passed to whatever reads a record. */
export class Memory {
  readonly hasher = new Hasher();
  /** URL or host → provider. */
  readonly hosts = new Memo<string, string>(WORDS);
  /** Path or call type → operation. */
  readonly operations = new Memo<string, Operation>(WORDS);
  /** URL → whether it generates nothing. */
  readonly idleUrls = new Memo<string, boolean>(WORDS);
  /** Hash of a response format → whether it asks for JSON. */
  readonly jsonFormats = new Memo<number, boolean>(WORDS);
  /** Text under a user's name → the name in it, if it is one. */
  readonly users = new Memo<string, string | null>(NAMES);
  readonly #targets = new Memo<string, Target>(WORDS);
  readonly #outcomes = new Memo<string, Outcome>(WORDS);

  /** The target given, or an equal one given before. */
  sharedTarget(target: Target): Target {
    const known = this.#targets.get(target.model);
    if (known !== undefined && sameTarget(known, target)) return known;
    return this.#targets.keep(target.model, target);
  }

  /** The outcome given, or an equal one given before. */
  sharedOutcome(outcome: Outcome): Outcome {
    const known = this.#outcomes.get(outcome.stopReason);
    if (known !== undefined && sameOutcome(known, outcome)) return known;
    return this.#outcomes.keep(outcome.stopReason, outcome);
  }
}
