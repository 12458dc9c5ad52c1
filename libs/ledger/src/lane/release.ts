import { rows } from '@bliro/database';
import type { EntityManager } from 'typeorm';
import { final } from '../action/state.js';
import type { Lease } from './lease.js';

// The subqueries may keep the snapshot of before a wait for the lane's row; then `seq` has moved on and nothing is freed.
const freeLane = `
  UPDATE lane SET holder = NULL, woken_at = NULL,
    finished_to = coalesce((SELECT min(position) - 1 FROM action WHERE action.lane_id = lane.id
      AND action.position > lane.finished_to AND action.status <> ALL($5)), lane.accepted),
    due = (SELECT min(CASE WHEN action.status IN ('retrying', 'verifying')
        THEN coalesce(action.next_attempt_at, clock_timestamp()) ELSE clock_timestamp() END)
      FROM action WHERE action.lane_id = lane.id AND action.position > lane.finished_to
        AND action.status IN ('queued', 'running', 'retrying', 'verifying'))
  WHERE id = $1 AND fence = $2 AND holder = $3 AND seq = $4 RETURNING id`;

/**
 * Frees the lane where nothing came in since the lease's `seq` was read; it is due when its earliest action is, or not at all. `more`:
 * there is new work and the lane is still ours. A lane that is somebody else's by now counts as freed.
 */
export async function release(manager: EntityManager, held: Lease, holder: string): Promise<'freed' | 'more'> {
  const freed = await rows(manager, freeLane, [held.laneId, held.fence, holder, held.seq, final]);
  if (freed.length > 0) return 'freed';
  const ours = await rows(manager, 'SELECT id FROM lane WHERE id = $1 AND fence = $2 AND holder = $3', [
    held.laneId,
    held.fence,
    holder,
  ]);
  return ours.length > 0 ? 'more' : 'freed';
}

/** Frees the lane whatever came in, due at once: for a slice that is used up, and for a process that stops. */
export async function handBack(manager: EntityManager, held: Lease, holder: string): Promise<void> {
  await manager.query(
    `UPDATE lane SET holder = NULL, woken_at = NULL, due = clock_timestamp()
     WHERE id = $1 AND fence = $2 AND holder = $3`,
    [held.laneId, held.fence, holder],
  );
}
