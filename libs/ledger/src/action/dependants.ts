import type { EntityManager } from 'typeorm';
import { moveActions } from './move.js';
import { final } from './state.js';

/** What an action of `table` writes to: a record, or the one that another action is going to create. */
export function targetOf(table: string, record: { id: string } | { fromAction: string }): string {
  return 'id' in record ? `${table}/${record.id.toLowerCase()}` : `${table}/@${record.fromAction}`;
}

/** Now that an action has made its record, what was addressed through it is addressed by its id. */
export async function nameTargets(manager: EntityManager, jobId: string, actionId: string, recordId: string) {
  await manager.query(
    `UPDATE action SET target = replace(target, '@' || $2, $3)
     WHERE job_id = $1 AND target LIKE '%/@' || $2`,
    [jobId, actionId, recordId.toLowerCase()],
  );
}

/** Cancels what can't happen any more, since it comes after an action that ended without success. */
export async function cancelDependants(manager: EntityManager, jobId: string, actionId: string): Promise<void> {
  await moveActions(manager, {
    from: ['waiting'],
    to: 'cancelled',
    reason: 'dependency_failed',
    message: 'An action that this one comes after did not succeed.',
    where: `id IN (WITH RECURSIVE lost AS (
        SELECT $8::uuid AS id
        UNION
        SELECT later.id FROM action later JOIN lost ON lost.id = ANY(later.after)
        WHERE later.job_id = $7 AND later.status = 'waiting'
      ) SELECT id FROM lost)`,
    values: [jobId, actionId],
  });
}

/** Lets those actions of a lane go that wait for nothing any more. The caller holds the lane's row. */
export async function releaseWaiting(manager: EntityManager, laneId: string): Promise<void> {
  await moveActions(manager, {
    from: ['waiting'],
    to: 'queued',
    where: `lane_id = $7 AND position > (SELECT finished_to FROM lane WHERE id = $7)
      AND NOT EXISTS (SELECT FROM action first WHERE first.id = ANY(action.after) AND first.status <> 'succeeded')
      AND NOT EXISTS (SELECT FROM action earlier WHERE earlier.lane_id = $7 AND earlier.target = action.target
        AND earlier.position < action.position AND earlier.position > (SELECT finished_to FROM lane WHERE id = $7)
        AND earlier.status <> ALL($8))`,
    values: [laneId, final],
  });
}
