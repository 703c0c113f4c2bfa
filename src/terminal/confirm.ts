/**
 * A question with a yes or a no, on a terminal.
 *
 * Takes a question, gives whether the answer was yes. Never takes anything else for a yes: an empty
 * line, the end of input and Ctrl-C are a no.
 */
import type { Streams } from './streams.ts';

/** Whether somebody can be asked. */
export function canAsk({ stdin, stderr }: Pick<Streams, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY;
}

/** Asks on stderr and reads one line from stdin; rejects with the signal's reason when aborted. */
export async function confirm(
  { stdin, stderr }: Pick<Streams, 'stdin' | 'stderr'>,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  const line = await firstLine(stdin, signal);
  return /^\s*(y|yes)\s*$/i.test(line);
}

function firstLine(stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let text = '';
    const end = (settle: () => void): void => {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      stdin.pause();
      settle();
    };
    const onData = (chunk: unknown): void => {
      text += String(chunk);
      if (text.includes('\n')) end(() => resolve(text.split('\n', 1)[0] ?? ''));
    };
    const onEnd = (): void => end(() => resolve(''));
    const onAbort = (): void => end(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData).on('end', onEnd);
    stdin.resume();
  });
}
