import { firstRow, rows } from '@bliro/database';
import type { EntityManager } from 'typeorm';
import { appendChanges, changeColumns, type ActionChange } from '../action/change.js';

/** The right to run one lane. `fence` grows with each lease; `seq` is the lane's state that was last read. */
export interface Lease {
  readonly laneId: string;
  readonly organization: string;
  readonly userId: string;
  readonly fence: string;
  seq: string;
}

/** Seconds; an interval of PostgreSQL's clock, never of ours. */
export const LEASE_SECONDS = 15;
const leaseEnd = `clock_timestamp() + interval '${LEASE_SECONDS} seconds'`;

// clock_timestamp(), not now(): the statement may have waited for the row, and the lease would be shorter than it says.
const takeLane = `
  UPDATE lane SET fence = fence + 1, holder = $2, due = ${leaseEnd}, woken_at = NULL
  WHERE id = $1 AND due IS NOT NULL AND CASE
    WHEN due <= clock_timestamp() THEN true
    WHEN holder IS NOT NULL THEN pg_try_advisory_xact_lock(holder)
    ELSE false END
  RETURNING id AS "laneId", organization, user_id AS "userId", fence::text AS fence, seq::text AS seq`;

// Whatever still runs in a lane that was just taken was begun by a holder who is gone.
const doubtRunning = `
  UPDATE action SET status = 'verifying', version = version + 1, changed_at = clock_timestamp(),
    reason = 'outcome_unknown', next_attempt_at = NULL
  WHERE lane_id = $1 AND status = 'running' AND position > (SELECT finished_to FROM lane WHERE id = $1)
  RETURNING ${changeColumns}`;

/** Two statements: the second must see what the last holder committed while the first waited for the lane's row. */
export async function lease(manager: EntityManager, laneId: string, holder: string): Promise<Lease | undefined> {
  const taken = await firstRow<Lease>(manager, takeLane, [laneId, holder]);
  if (!taken) return undefined;
  await appendChanges(manager, await rows<ActionChange>(manager, doubtRunning, [laneId]));
  return taken;
}

/** False when somebody else has the lane, or the holder was taken for dead. */
export async function renew(manager: EntityManager, held: Lease, holder: string): Promise<boolean> {
  const renewed = await rows(
    manager,
    `UPDATE lane SET due = ${leaseEnd} WHERE id = $1 AND fence = $2 AND holder = $3 RETURNING id`,
    [held.laneId, held.fence, holder],
  );
  return renewed.length > 0;
}

/** Keeps the lane's row until the transaction ends, where the lease still holds: nobody takes it over in between. */
export async function lockHeld(manager: EntityManager, held: Lease, holder: string): Promise<boolean> {
  const lane = await rows(
    manager,
    `SELECT id FROM lane WHERE id = $1 AND fence = $2 AND holder = $3 AND due > clock_timestamp() FOR NO KEY UPDATE`,
    [held.laneId, held.fence, holder],
  );
  return lane.length > 0;
}

/**
 * The same for what is already known: as long as nobody took the lane over, an outcome counts, also after the lease's end and when its
 * holder was taken for dead.
 */
export async function lockFenced(manager: EntityManager, held: Lease): Promise<boolean> {
  const lane = await rows(manager, 'SELECT id FROM lane WHERE id = $1 AND fence = $2 FOR NO KEY UPDATE', [
    held.laneId,
    held.fence,
  ]);
  return lane.length > 0;
}
