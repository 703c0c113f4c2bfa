/**
 * Progress of one long step, on stderr.
 *
 * Takes counts as they come, gives a spinner on a terminal and two lines elsewhere. Never anything
 * for work under 300 ms, nor with --quiet; never a spinner on a terminal of 0 columns, where ora
 * would hang.
 */
import type { Ora } from 'ora';
import type { Clock } from '../domain/time.ts';
import type { Out } from './streams.ts';

export interface Progress {
  /**
   * Says how far the work is. `done` and `total` are in one unit; `total` null if unknown; `note`
   * is shown behind the percentage.
   */
  update(done: number, total: number | null, note?: string): void;
  /** Ends it, with a closing line if anything was shown; without text it only clears. Once is enough. */
  end(text?: string): void;
}

export interface ProgressOptions {
  /** What is being done: `reading march.jsonl`. */
  readonly label: string;
  readonly quiet: boolean;
  readonly clock: Clock;
}

const DELAY_MS = 300;
const SILENT: Progress = { update() {}, end() {} };

/** Starts a step; nothing is shown, and no library loaded, before the first update after 300 ms. */
export function startProgress(stderr: Out, options: ProgressOptions): Progress {
  if (options.quiet) return SILENT;
  return stderr.animated ? new Spinner(stderr, options) : new Lines(stderr, options);
}

/** One line at the start and one at the end. */
class Lines implements Progress {
  readonly #out: Out;
  readonly #label: string;
  readonly #isDue: () => boolean;
  #shown = false;
  #ended = false;

  constructor(out: Out, options: ProgressOptions) {
    this.#out = out;
    this.#label = options.label;
    this.#isDue = delay(options.clock);
  }

  update(): void {
    if (this.#shown || this.#ended || !this.#isDue()) return;
    this.#shown = true;
    this.#out.write(`${this.#label} …\n`);
  }

  end(text = ''): void {
    if (this.#shown && !this.#ended && text !== '') this.#out.write(`${text}\n`);
    this.#ended = true;
  }
}

/** A spinner that is redrawn in place. */
class Spinner implements Progress {
  readonly #out: Out;
  readonly #label: string;
  readonly #isDue: () => boolean;
  #text = '';
  #started = false;
  #ended = false;
  #ora: Ora | null = null;

  constructor(out: Out, options: ProgressOptions) {
    this.#out = out;
    this.#label = options.label;
    this.#isDue = delay(options.clock);
  }

  update(done: number, total: number | null, note = ''): void {
    if (this.#ended || !this.#isDue()) return;
    this.#text = progressText(this.#label, { done, total, note });
    if (this.#ora !== null) this.#ora.text = this.#fitted();
    else if (!this.#started) void this.#start();
  }

  end(text = ''): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ora?.stop();
    if (this.#started && text !== '') this.#out.write(`${text}\n`);
  }

  async #start(): Promise<void> {
    this.#started = true;
    const { default: ora } = await import('ora');
    if (this.#ended || this.#out.columns === null) return;
    this.#ora = ora({
      text: this.#fitted(),
      stream: this.#out.raw,
      isEnabled: true,
      discardStdin: false,
      color: this.#out.colour ? 'cyan' : false,
    }).start();
  }

  #fitted(): string {
    return this.#text.slice(0, Math.max(10, (this.#out.columns ?? 80) - 4));
  }
}

/** `reading 42 % · 1,200 calls`, or without the share where the total is unknown. */
export function progressText(
  label: string,
  { done, total, note }: { done: number; total: number | null; note: string },
): string {
  const share = total === null || total <= 0 ? '' : ` ${Math.floor((100 * done) / total)} %`;
  return `${label}${share}${note === '' ? '' : ` · ${note}`}`;
}

function delay(clock: Clock): () => boolean {
  const dueMs = clock.now() + DELAY_MS;
  return () => clock.now() >= dueMs;
}
