/**
 * Limits: the sizes beyond which a piece of a log is a reject instead of a record.
 *
 * They bound memory: no reader holds more than one record of its kind at a time.
 */

/** A line or an outermost object; V8 cannot make a string of much more. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** A CSV row: a quote that is never closed is given up after this much. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;
