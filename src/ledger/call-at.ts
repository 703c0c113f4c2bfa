/**
 * One call of the ledger by its place: `FILE:LINE`.
 *
 * Takes a path and a line, gives what its price depends on and what is stored as its cost. Paths are
 * as they were when the log was last read; the end of a path will do. Never reads the log itself.
 */
import type { Outcome, Target } from '../domain/call.ts';
import type { Usage } from '../domain/tokens.ts';
import { type OutcomeRow, outcomeOf, type TargetRow, targetOf } from './dimensions.ts';
import type { Ledger } from './open.ts';

/** A line of a log. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** A call at a place, with its cost as stored. */
export interface StoredCall {
  readonly id: number;
  readonly path: string;
  readonly target: Target;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly startedAtMs: number | null;
  readonly billedPico: bigint | null;
  readonly storedPico: number | null;
  readonly priceTable: string;
  readonly priceTableVersion: string;
}

/** Calls at a place; a line holds several where an answer bills parts at models of their own. */
export function callsAt(db: Ledger, { path, line }: Place): StoredCall[] {
  const rows = db.prepare(`${SELECT} ${AT_PLACE} ORDER BY c.id`).all({ path, line }) as Row[];
  const exact = rows.filter((row) => row.path === path);
  return (exact.length > 0 ? exact : rows).map(callOf);
}

const SELECT = `SELECT c.id, p.path, c.started_at_ms AS startedAtMs,
  c.input_tokens AS input, c.cache_read_tokens AS cacheRead,
  c.cache_write_5m_tokens AS cacheWrite5m, c.cache_write_1h_tokens AS cacheWrite1h,
  c.output_tokens AS output, c.reasoning_tokens AS reasoning,
  coalesce(x.input_audio_tokens, 0) AS inputAudio, coalesce(x.input_image_tokens, 0) AS inputImage,
  coalesce(x.output_audio_tokens, 0) AS outputAudio,
  coalesce(x.output_image_tokens, 0) AS outputImage,
  coalesce(x.cache_read_audio_tokens, 0) AS cacheReadAudio,
  coalesce(x.cache_read_image_tokens, 0) AS cacheReadImage,
  coalesce(x.web_searches, 0) AS webSearches,
  t.provider, t.model, t.model_requested, t.operation, t.tier, t.region, t.format, t.usage_basis,
  t.time_source, o.status, o.http_status, o.error_type, o.stop_reason,
  c.cost_pico AS storedPico, CAST(c.billed_pico AS TEXT) AS billedPico,
  b.name AS priceTable, b.version AS priceTableVersion`;

/** A call stands where it was read first, and where it was seen again. */
const AT_PLACE = `FROM (
    SELECT c.id AS call_id, s.path FROM call c JOIN source s ON s.id = c.source_id
    WHERE c.line = @line
    UNION
    SELECT g.call_id, s.path FROM sighting g JOIN source s ON s.id = g.source_id
    WHERE g.line = @line
  ) p JOIN call c ON c.id = p.call_id
  JOIN target t ON t.id = c.target_id JOIN outcome o ON o.id = c.outcome_id
  LEFT JOIN call_extra x ON x.call_id = c.id LEFT JOIN price_table b ON b.id = c.price_table_id
  WHERE p.path = @path OR substr(p.path, -length(@path) - 1) IN ('/' || @path, '\\' || @path)`;

interface Row extends Usage, Omit<TargetRow, 'id'>, Omit<OutcomeRow, 'id'> {
  readonly id: number;
  readonly path: string;
  readonly startedAtMs: number | null;
  readonly storedPico: number | null;
  readonly billedPico: string | null;
  readonly priceTable: string | null;
  readonly priceTableVersion: string | null;
}

function callOf(row: Row): StoredCall {
  return {
    id: row.id,
    path: row.path,
    target: targetOf(row),
    outcome: outcomeOf(row),
    usage: usageOf(row),
    startedAtMs: row.startedAtMs,
    billedPico: row.billedPico === null ? null : BigInt(row.billedPico),
    storedPico: row.storedPico,
    priceTable: row.priceTable ?? '',
    priceTableVersion: row.priceTableVersion ?? '',
  };
}

function usageOf(row: Row): Usage {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = row;
  const { inputAudio, inputImage, outputAudio, outputImage } = row;
  const { cacheReadAudio, cacheReadImage, webSearches } = row;
  return {
    ...{ input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning },
    ...{ inputAudio, inputImage, outputAudio, outputImage },
    ...{ cacheReadAudio, cacheReadImage, webSearches },
  };
}
