/**
 * Features: all features of a prompt with what each one counts, as training takes them.
 *
 * Takes a prompt's texts, gives copies that outlive the next reading. Never used where calls are
 * labelled: there nothing is copied.
 */
import { features, type PromptText, readSystem, readUser, zoneFactor } from './read.ts';

/** The features of a prompt: rows of weights, and what each counts. */
export interface PromptFeatures {
  readonly at: Int32Array;
  readonly value: Float32Array;
  /** Of the user message. */
  readonly bytes: number;
}

const encoder = new TextEncoder();

/** Reads a prompt's features. */
export function featuresOf(text: PromptText): PromptFeatures {
  const at: number[] = [];
  const value: number[] = [];
  const take = () => {
    for (const [zone, list] of features.entries()) {
      const factor = zoneFactor(zone, list.count);
      for (let i = 0; i < list.count; i++) {
        at.push(list.at[i]!);
        value.push(factor);
      }
    }
  };
  const system = { bytes: 0, asks: 0 };
  if (readSystem(text, system)) take();
  readUser(text, system);
  take();
  const bytes = Math.max(0, text.userEnd - text.userStart);
  return { at: Int32Array.from(at), value: Float32Array.from(value), bytes };
}

/** The bytes of two plain texts as they would stand in a log. */
export function plainPrompt(system: string, user: string): PromptText {
  const head = encoder.encode(JSON.stringify(system).slice(1, -1));
  const tail = encoder.encode(JSON.stringify(user).slice(1, -1));
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return {
    bytes,
    systemStart: 0,
    systemEnd: head.length,
    userStart: head.length,
    userEnd: bytes.length,
    systemKey: 0,
    promptKey: 0,
  };
}
