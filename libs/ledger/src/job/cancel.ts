import { firstRow, rows } from '@bliro/database';
import type { DataSource, EntityManager } from 'typeorm';
import { appendChanges, changeColumns, type ActionChange } from '../action/change.js';
import { releaseWaiting } from '../action/dependants.js';
import { cancellable } from '../action/state.js';
import { makeLaneDue, type WakeableLane } from '../lane/due.js';

/**
 * Cancels what of a job has not been sent; what is under way ends as cancelled if it turns out not to have taken effect. Undefined for a
 * job that the organization doesn't have. Cancelling twice changes nothing.
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
    const cancelled = await cancelActions(manager, jobId);
    const released = await releaseWaiting(manager, job.laneId);
    await appendChanges(manager, [...cancelled, ...released]);
    return makeLaneDue(manager, organization, job.userId);
  });
}

async function cancelActions(manager: EntityManager, jobId: string): Promise<ActionChange[]> {
  await manager.query(
    `UPDATE action SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
     WHERE job_id = $1 AND status IN ('running', 'verifying')`,
    [jobId],
  );
  return rows<ActionChange>(
    manager,
    `UPDATE action SET status = 'cancelled', version = version + 1, changed_at = clock_timestamp(),
       reason = 'cancelled', message = 'It was cancelled before it was sent.', next_attempt_at = NULL
     WHERE job_id = $1 AND status = ANY($2) RETURNING ${changeColumns}`,
    [jobId, cancellable],
  );
}
