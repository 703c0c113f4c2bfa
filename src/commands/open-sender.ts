/**
 * What live runs send with, beside their settings: connections and chance.
 *
 * Takes how rows are sent, gives a sender for it. Never more connections than may be in flight.
 */
import { randomInt } from 'node:crypto';
import { createSender } from '../providers/send.ts';
import type { Deps } from '../terminal/command.ts';
import type { Sending } from './batch-send.ts';

/** A sender with a connection for each request that may be in flight. */
export function openSender({ endpoints, found }: Sending, { clock, env, version }: Deps) {
  const maxConnections = endpoints.reduce((sum, { limits }) => sum + limits.concurrency, 0);
  return createSender({ keys: found.keys, env, clock, version, maxConnections });
}

/** A random number, 0 ≤ x < 1. */
export function chance(): number {
  const steps = 2 ** 32;
  return randomInt(steps) / steps;
}
