/**
 * What is seen of a batch: one line while it runs, a table at its end.
 *
 * Takes attempts and results as they come, gives text on stderr. Never more than a few lines a
 * minute where nobody can see a line change; nothing with --quiet.
 */
import type { Timers } from '../batch/ports.ts';
import { Seen, type SeenNow } from '../batch/seen.ts';
import { displayUsd } from '../domain/money.ts';
import type { RowCounts } from '../ledger/batch-rows.ts';
import { displayDuration, type EndFigures, renderBatchEnd } from '../report/batch-end.ts';
import { displayCount, displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Sending } from './batch-send.ts';

/** A line that changes is drawn this often; a line of its own is written that often. */
const DRAW_MS = 200;
const LINE_MS = 30_000;

/** Shows one run. */
export class RunDisplay {
  readonly seen: Seen;
  readonly #deps: Deps;
  readonly #sending: Sending;
  readonly #timers: Timers;
  readonly #before: RowCounts;
  readonly #progress: Progress;
  #drawnMs: number;
  #writtenMs: number;

  constructor(deps: Deps, sending: Sending, start: { timers: Timers; before: RowCounts }) {
    this.#deps = deps;
    this.#sending = sending;
    this.#timers = start.timers;
    this.#before = start.before;
    const nowMs = start.timers.nowMs();
    this.#drawnMs = nowMs;
    this.#writtenMs = nowMs;
    this.seen = new Seen(start.before.pending, nowMs);
    this.#progress = deps.progress(`asking ${displayOf(start.before.pending, 'row')}`);
  }

  /** Is called for each result. */
  update(): void {
    const nowMs = this.#timers.nowMs();
    if (nowMs - this.#drawnMs < DRAW_MS) return;
    this.#drawnMs = nowMs;
    const now = this.seen.now(nowMs);
    const { done, failed, unknown, total } = now;
    const line = this.#lineOf(now);
    this.#progress.update(done + failed + unknown, total, line);
    if (this.#deps.streams.stderr.animated || nowMs - this.#writtenMs < LINE_MS) return;
    this.#writtenMs = nowMs;
    this.#deps.note(line);
  }

  #lineOf({ done, failed, cached, total, requestsPerMinute, spentPico, etaMs }: SeenNow): string {
    const parts = [`${displayCount(done)} of ${displayCount(total ?? 0)} done`];
    if (failed > 0) parts.push(`${displayCount(failed)} failed`);
    if (cached > 0) parts.push(`${displayCount(cached)} cached`);
    parts.push(`${displayCount(Math.round(requestsPerMinute))}${this.#rateLimit} requests/min`);
    const { runPico } = this.#sending.limits;
    const budget = runPico === null ? '' : ` of ${displayUsd(runPico)}`;
    parts.push(`${displayUsd(spentPico)}${budget}`);
    if (etaMs !== null) parts.push(`${displayDuration(etaMs)} left`);
    return parts.join(' · ');
  }

  get #rateLimit(): string {
    const limits = this.#sending.endpoints.map(({ limits }) => limits.requestsPerMinute);
    if (limits.length === 0 || limits.includes(null)) return '';
    return ` of ${displayCount(limits.reduce<number>((sum, one) => sum + (one ?? 0), 0))}`;
  }

  /** Ends the line and shows how this process did; `after` are the rows of the run now. */
  end(after: RowCounts): void {
    this.#progress.end();
    const { streams, config, output } = this.#deps;
    if (config.quiet.value || this.#before.pending === 0) return;
    const text = renderBatchEnd(this.#figures(after), { ...output, colour: streams.stderr.colour });
    streams.stderr.write(`${text}\n`);
  }

  #figures(after: RowCounts): EndFigures {
    const all = this.seen.inAll(this.#timers.nowMs());
    const before = this.#before;
    return {
      ...all,
      done: after.done - before.done,
      failed: after.failed - before.failed,
      unknown: after.unknown - before.unknown,
      pending: after.pending,
      costPico: all.spentPico,
      // What `status` says of the run, less what was uncertain before.
      uncertainPico: after.uncertainPico - before.uncertainPico,
      uncertainBeforePico: before.uncertainPico,
    };
  }
}
