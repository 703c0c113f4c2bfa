/**
 * Errors a person can do something about.
 *
 * Data that is bad is not an error: it is a Rejected or an unpriced call, counted and kept.
 */

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, gaps: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something the user can fix: what failed and the value seen (`message`), what to do (`hint`). */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    /** The exit code the process ends with. */
    readonly code: ExitCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was asked for cannot be: a flag, a setting or a file that is wrong. */
export function usageError(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}
