/**
 * Budgets: money set aside before it is spent, per run and per UTC day, across processes.
 *
 * Takes limits in pico-USD, gives reservations. A process takes money from the ledger in leases (one
 * transaction with a lock), and reserves from its lease in memory. Never more is taken than a limit
 * allows, so never more is spent; a lease of a process that died counts whole until
 * `closeDeadLease` knows better.
 */
import { type Clock, dayNumber } from '../domain/time.ts';
import { EMBEDDINGS } from './embedding-runs.ts';
import type { Ledger } from './open.ts';

/** What may be spent; null: no limit. */
export interface SpendLimits {
  readonly runPico: bigint | null;
  readonly dayPico: bigint | null;
}

/** Money set aside for one attempt. */
export interface LeaseReservation {
  /** A safe integer of pico-USD. */
  readonly worstPico: number;
  readonly lease: Lease;
}

/** So many attempts are leased at once, so that the ledger is asked rarely. */
const ATTEMPTS_TO_LEASE = 64n;

/** What this process took from the budgets of one day. */
export interface Lease {
  readonly id: number;
  readonly day: number;
  taken: bigint;
  held: bigint;
  spent: bigint;
}

/** The budget of one run in one process. */
export class LedgerBudget {
  readonly #statements;
  readonly #db: Ledger;
  readonly #runId: number;
  readonly #limits: SpendLimits;
  readonly #clock: Clock;
  /** Today's lease, and those of days before with attempts still in flight. */
  readonly #leases: Lease[] = [];

  constructor(db: Ledger, runId: number, options: { limits: SpendLimits; clock: Clock }) {
    this.#db = db;
    this.#runId = runId;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#statements = prepareStatements(db);
  }

  /** The lease that attempts of now belong to. */
  get lease(): Lease {
    const day = dayNumber(this.#clock.now());
    const last = this.#leases.at(-1);
    return last?.day === day ? last : this.#open(day);
  }

  /** Sets money aside; null if it does not fit in what is left. */
  reserve(worstPico: number): LeaseReservation | null {
    const { lease } = this;
    const pico = BigInt(worstPico);
    const missing = pico - (lease.taken - lease.spent - lease.held);
    if (missing > 0n && !this.#take(lease, missing, pico)) return null;
    lease.held += pico;
    return { worstPico, lease };
  }

  /** Replaces what was set aside by what was spent. */
  settle({ worstPico, lease }: LeaseReservation, actualPico: number): void {
    lease.held -= BigInt(worstPico);
    if (spend(lease, BigInt(actualPico))) this.#writeTaken(lease);
  }

  /** Gives back what was set aside for an attempt that cost nothing. */
  release({ worstPico, lease }: LeaseReservation): void {
    lease.held -= BigInt(worstPico);
  }

  /**
   * Counts what was spent without having been set aside: in runs without a limit. Gives what writes
   * it down, as often as a transaction needs it.
   */
  note(pico: number): () => void {
    const { lease } = this;
    const isMore = spend(lease, BigInt(pico));
    return () => {
      if (isMore) this.#writeTaken(lease);
    };
  }

  /** Gives back what was taken and not spent; what is still held stays taken. */
  close(): void {
    for (const { id, spent, held } of this.#leases.splice(0)) {
      this.#statements.close.run(spent + held, id);
    }
  }

  #open(day: number): Lease {
    for (const old of this.#leases) {
      this.#statements.update.run(old.spent + old.held, old.id);
      old.taken = old.spent + old.held;
    }
    const { lastInsertRowid } = this.#statements.open.run(this.#runId, day);
    const lease = { id: Number(lastInsertRowid), day, taken: 0n, held: 0n, spent: 0n };
    this.#leases.push(lease);
    return lease;
  }

  /** Takes what is missing, and as much as the next attempts may need where there is plenty. */
  #take(lease: Lease, missing: bigint, pico: bigint): boolean {
    const more = this.#db
      .transaction(() => {
        const left = this.#left(lease.day);
        if (left !== null && left < missing) return null;
        const plenty = missing + pico * ATTEMPTS_TO_LEASE;
        const most = left === null || left >= plenty * 2n ? plenty : missing;
        this.#statements.update.run(lease.taken + most, lease.id);
        return most;
      })
      .immediate();
    // Only once it is committed: money that is not taken in the ledger is others' too.
    lease.taken += more ?? 0n;
    return more !== null;
  }

  #writeTaken({ taken, id }: Lease): void {
    this.#statements.update.run(taken, id);
  }

  #left(day: number): bigint | null {
    const { takenByRun, takenOnDay } = this.#statements;
    return leftOf(this.#limits, {
      byRun: () => takenByRun.get(this.#runId) as bigint,
      onDay: () => takenOnDay.get(day) as bigint,
    });
  }
}

/** Counts money as spent; true if that is more than was taken, which grows to it. */
function spend(lease: Lease, pico: bigint): boolean {
  lease.spent += pico;
  // Not set aside, or billed beyond the worst case: it counts, and what is left shrinks.
  const used = lease.spent + lease.held;
  if (used <= lease.taken) return false;
  lease.taken = used;
  return true;
}

/** What limits still allow, in pico-USD; null: there are none. Asks only for what it needs. */
export function leftOf(
  { runPico, dayPico }: SpendLimits,
  taken: { byRun(): bigint; onDay(): bigint },
): bigint | null {
  const ofRun = runPico === null ? null : runPico - taken.byRun();
  const ofDay = dayPico === null ? null : dayPico - taken.onDay();
  if (ofRun === null || ofDay === null) return ofRun ?? ofDay;
  if (ofRun < ofDay) return ofRun;
  return ofDay;
}

/** What a run took in all, in pico-USD: spent, or set aside. */
export function takenByRun(db: Ledger, runId: number): bigint {
  return prepareStatements(db).takenByRun.get(runId) as bigint;
}

/** What batch runs took on a UTC day (as in `dayNumber`), in pico-USD: spent, or set aside. */
export function takenOnDay(db: Ledger, day: number): bigint {
  return prepareStatements(db).takenOnDay.get(day) as bigint;
}

/** What attempts cost beyond what was set aside for them, of a run or on a UTC day, in pico-USD. */
export function takenUnforeseen(db: Ledger, of: { runId: number } | { day: number }): bigint {
  const where = 'runId' in of ? 'l.run_id = @runId' : 'l.day = @day';
  return db
    .prepare(
      `SELECT coalesce(sum(a.cost_pico - a.reserved_pico), 0) FROM batch_lease l
       JOIN batch_attempt a ON a.lease_id = l.id
         AND a.row_id >= l.run_id << 32 AND a.row_id < (l.run_id + 1) << 32
       WHERE ${where} AND a.cost_pico > a.reserved_pico`,
    )
    .pluck()
    .safeIntegers()
    .get(of) as bigint;
}

/** Open leases of runs; those of a run that nobody works on are of a process that died. */
export function openLeases(db: Ledger): { id: number; runId: number }[] {
  return db
    .prepare('SELECT id, run_id AS runId FROM batch_lease WHERE is_open = 1 ORDER BY id')
    .all() as { id: number; runId: number }[];
}

/**
 * Closes a lease whose process is gone: it took what its attempts cost, and the worst case of those
 * whose cost nobody knows. A run pays for the texts that are embedded for it, too.
 */
export function closeDeadLease(db: Ledger, lease: { id: number; runId: number }): void {
  db.prepare(
    `UPDATE batch_lease SET is_open = 0, taken_pico = (
       SELECT coalesce(sum(coalesce(a.cost_pico,
         CASE WHEN a.ended_at_ms IS NULL OR a.may_have_been_billed = 1 THEN a.reserved_pico ELSE 0 END)), 0)
       FROM (SELECT @runId AS id UNION ALL
           SELECT id FROM batch_run WHERE id > @runId AND input LIKE '${EMBEDDINGS} %') r
         CROSS JOIN batch_attempt a
         ON a.row_id >= r.id << 32 AND a.row_id < (r.id + 1) << 32 AND a.lease_id = @id)
     WHERE id = @id`,
  ).run(lease);
}

function prepareStatements(db: Ledger) {
  const taken = (where: string) =>
    db
      .prepare(`SELECT coalesce(sum(taken_pico), 0) FROM batch_lease WHERE ${where} = ?`)
      .pluck()
      .safeIntegers();
  return {
    takenByRun: taken('run_id'),
    takenOnDay: taken('day'),
    open: db.prepare(
      'INSERT INTO batch_lease (run_id, day, taken_pico, is_open) VALUES (?, ?, 0, 1)',
    ),
    update: db.prepare('UPDATE batch_lease SET taken_pico = ? WHERE id = ?'),
    close: db.prepare('UPDATE batch_lease SET taken_pico = ?, is_open = 0 WHERE id = ?'),
  };
}
