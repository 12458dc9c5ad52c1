import { firstRow } from '@bliro/database';
import type { DataSource, EntityManager } from 'typeorm';
import { releaseWaiting } from '../action/dependants.js';
import { moveActions } from '../action/move.js';
import { cancellable, sent } from '../action/state.js';
import { makeLaneDue, type WakeableLane } from '../lane/due.js';

/**
 * Cancels what of a job has not been sent, and keeps every further call from what has: that ends as cancelled where it turns out not to
 * have taken effect, as failed where that can't be told. Undefined for a job that the organization doesn't have. Cancelling twice
 * changes nothing.
 */
export function cancelJob(
  dataSource: DataSource,
  organization: string,
  jobId: string,
): Promise<WakeableLane | undefined> {
  return dataSource.transaction(async (manager) => {
    const job = await firstRow<{ laneId: string; userId: string }>(
      manager,
      `SELECT lane.id AS "laneId", job.user_id AS "userId" FROM job JOIN lane ON lane.id = job.lane_id
       WHERE job.id = $2 AND job.organization = $1 FOR NO KEY UPDATE OF lane`,
      [organization, jobId],
    );
    if (!job) return undefined;
    await cancelActions(manager, jobId);
    await releaseWaiting(manager, job.laneId);
    return makeLaneDue(manager, organization, job.userId);
  });
}

async function cancelActions(manager: EntityManager, jobId: string): Promise<void> {
  // Without a time to wait for: whoever holds the lane ends it now.
  await manager.query(
    `UPDATE action SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()), next_attempt_at = NULL
     WHERE job_id = $1 AND status = ANY($2)`,
    [jobId, sent],
  );
  await moveActions(manager, {
    from: cancellable,
    to: 'cancelled',
    reason: 'cancelled',
    message: 'It was cancelled before it was sent.',
    where: 'job_id = $7',
    values: [jobId],
  });
}
