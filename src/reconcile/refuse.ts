/**
 * Refusing an invoice: what is said when a file cannot be used.
 *
 * Takes a message that names file, line and value; gives the error. Never half an invoice.
 */
import { EXIT, UserError } from '../errors.ts';

/** An invoice that cannot be used, and what to do about it. */
export function invoiceError(message: string, hint: string, cause?: unknown): UserError {
  return new UserError(EXIT.usage, message, hint, cause === undefined ? undefined : { cause });
}
