import { rows } from '@bliro/database';
import type { DataSource } from 'typeorm';
import { blockedUntil } from '../action/patience.js';
import { final } from '../action/state.js';
import { heldBy, heldValues, type Lease } from './lease.js';

// The subqueries may keep the snapshot of before a wait for the lane's row; then `seq` has moved on and nothing is freed.
const freeLane = `
  UPDATE lane SET holder = NULL, woken_at = NULL,
    finished_to = coalesce((SELECT min(position) - 1 FROM action WHERE action.lane_id = lane.id
      AND action.position > lane.finished_to AND action.status <> ALL($5)), lane.accepted),
    due = (SELECT min(CASE
        WHEN action.status IN ('retrying', 'verifying') THEN coalesce(action.next_attempt_at, clock_timestamp())
        WHEN action.status = 'blocked' THEN ${blockedUntil}
        ELSE clock_timestamp() END)
      FROM action WHERE action.lane_id = lane.id AND action.position > lane.finished_to
        AND action.status IN ('queued', 'running', 'retrying', 'verifying', 'blocked'))
  WHERE ${heldBy} AND lane.seq = $4 RETURNING id`;

/**
 * Frees the lane where nothing came in since the lease's `seq` was read; it is due when its earliest action is, or not at all. `more`:
 * there is new work and the lane is still ours. A lane that is somebody else's by now counts as freed.
 */
export async function release(dataSource: DataSource, held: Lease): Promise<'freed' | 'more'> {
  const freed = await rows(dataSource, freeLane, [...heldValues(held), held.seq, final]);
  if (freed.length > 0) return 'freed';
  const ours = await rows(dataSource, `SELECT id FROM lane WHERE ${heldBy}`, heldValues(held));
  return ours.length > 0 ? 'more' : 'freed';
}

/** Frees the lane whatever came in, due at once: for a slice that is used up, and for a process that stops. */
export async function handBack(dataSource: DataSource, held: Lease): Promise<void> {
  await rows(
    dataSource,
    `UPDATE lane SET holder = NULL, woken_at = NULL, due = clock_timestamp() WHERE ${heldBy}`,
    heldValues(held),
  );
}
