import { firstRow, rows } from '@bliro/database';
import type { DataSource, EntityManager } from 'typeorm';
import { conclude, type Outcome } from '../action/conclude.js';
import { blockedUntil } from '../action/patience.js';

/** The right to run one lane. `fence` grows with each lease; `seq` is the lane's state that was last read. */
export interface Lease {
  readonly laneId: string;
  readonly organization: string;
  readonly userId: string;
  readonly fence: string;
  /** Key of the advisory lock that `joinAsHolder` took. */
  readonly holder: string;
  seq: string;
}

/** For WHERE of a statement over `lane` whose first values are `heldValues`: the lane is still this lease's. */
export const heldBy = 'lane.id = $1 AND lane.fence = $2 AND lane.holder = $3';
export const heldValues = ({ laneId, fence, holder }: Lease): string[] => [laneId, fence, holder];

/** Seconds; an interval of PostgreSQL's clock, never of ours. */
const LEASE_SECONDS = 15;
const leaseEnd = `clock_timestamp() + interval '${LEASE_SECONDS} seconds'`;

// clock_timestamp(), not now(): the statement may have waited for the row, and the lease would be shorter than it says.
const takeLane = `
  UPDATE lane SET fence = fence + 1, holder = $2, due = ${leaseEnd}, woken_at = NULL
  WHERE id = $1 AND due IS NOT NULL AND CASE
    WHEN due <= clock_timestamp() THEN true
    WHEN holder IS NOT NULL THEN pg_try_advisory_xact_lock(holder)
    ELSE false END
  RETURNING id AS "laneId", organization, user_id AS "userId", fence::text AS fence, holder::text AS holder,
    seq::text AS seq`;

interface LeftBehind {
  id: string;
  status: 'running' | 'blocked';
  reads: boolean;
}

// Whatever still runs in a lane that was just taken was begun by a holder who is gone.
const leftBehind = `
  SELECT id, status, tool LIKE 'read\\_%' AS reads FROM action
  WHERE lane_id = $1 AND position > (SELECT finished_to FROM lane WHERE id = $1)
    AND (status = 'running' OR (status = 'blocked' AND ${blockedUntil} <= clock_timestamp()))
  ORDER BY position`;

/**
 * Takes a lane that is due, and ends what the last holder left running or what was blocked for too long. Two statements: the second
 * must see what the last holder committed while the first waited for the lane's row.
 */
export function lease(dataSource: DataSource, laneId: string, holder: string): Promise<Lease | undefined> {
  return dataSource.transaction(async (manager) => {
    const taken = await firstRow<Lease>(manager, takeLane, [laneId, holder]);
    if (!taken) return undefined;
    for (const action of await rows<LeftBehind>(manager, leftBehind, [laneId]))
      await conclude(manager, laneId, { actionId: action.id, outcome: endOf(action) });
    return taken;
  });
}

function endOf({ status, reads }: LeftBehind): Outcome {
  if (status === 'blocked') {
    const message = 'What kept it from being done was not resolved in the time that the organization allows.';
    return { status: 'expired', reason: 'blocked_too_long', message };
  }
  if (reads) return { status: 'retrying', reason: 'interrupted', nextAttemptInMs: 0 };
  return { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 };
}

/** False when somebody else has the lane, or the holder was taken for dead. */
export async function renew(dataSource: DataSource, held: Lease): Promise<boolean> {
  const renewed = await rows(
    dataSource,
    `UPDATE lane SET due = ${leaseEnd} WHERE ${heldBy} RETURNING id`,
    heldValues(held),
  );
  return renewed.length > 0;
}

/** Keeps the lane's row until the transaction ends, where the lease still holds: nobody takes it over in between. */
export async function lockHeld(manager: EntityManager, held: Lease): Promise<boolean> {
  const lane = await rows(
    manager,
    `SELECT id FROM lane WHERE ${heldBy} AND due > clock_timestamp() FOR NO KEY UPDATE`,
    heldValues(held),
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
