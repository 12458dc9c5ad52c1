import type { ActionStatus } from '@bliro/contract/crm';
import { firstRow, rows } from '@bliro/database';
import type { DataSource, EntityManager } from 'typeorm';
import { releaseWaiting } from '../action/dependants.js';
import { moveActions } from '../action/move.js';
import { final, retryable } from '../action/state.js';
import { makeLaneDue, type WakeableLane } from '../lane/due.js';

/**
 * `open`: it goes on by itself already. `succeeded`: there is nothing to try again. `held_back`: it comes after another one that did not
 * succeed, and follows a retry of that.
 */
export type Retry = ({ kind: 'retried' } & WakeableLane) | { kind: 'open' | 'succeeded' | 'held_back' | 'unknown' };

interface RetryCandidate {
  id: string;
  key: string;
  status: ActionStatus;
  reason: string | null;
  after: string[];
}

/**
 * Opens an action again that ended without success or is blocked, and those that were cancelled because of it. It is decided anew, and
 * bound anew to the account and environment that its user has then; only what may have taken effect stays where it was sent.
 */
export function retryAction(dataSource: DataSource, organization: string, jobId: string, key: string): Promise<Retry> {
  return dataSource.transaction(async (manager): Promise<Retry> => {
    const job = await firstRow<{ laneId: string; userId: string }>(
      manager,
      `SELECT lane.id AS "laneId", job.user_id AS "userId" FROM job JOIN lane ON lane.id = job.lane_id
       WHERE job.id = $2 AND job.organization = $1 FOR NO KEY UPDATE OF lane`,
      [organization, jobId],
    );
    const actions = await rows<RetryCandidate>(
      manager,
      'SELECT id, key, status, reason, after FROM action WHERE job_id = $1 AND organization = $2 ORDER BY position',
      [jobId, organization],
    );
    const chosen = actions.find((action) => action.key === key);
    if (!job || !chosen) return { kind: 'unknown' };
    if (chosen.status === 'succeeded') return { kind: 'succeeded' };
    if (!retryable.includes(chosen.status)) return { kind: 'open' };
    if (actions.some((action) => isLost(action) && chosen.after.includes(action.id))) return { kind: 'held_back' };
    await reopen(manager, job.laneId, chosen, openedWith(chosen, actions));
    const lane = await makeLaneDue(manager, organization, job.userId);
    return lane ? { kind: 'retried', ...lane } : { kind: 'unknown' };
  });
}

const isLost = ({ status }: RetryCandidate): boolean => final.includes(status) && status !== 'succeeded';

/** What was cancelled because of the chosen action, where nothing else that it comes after is lost. */
function openedWith(chosen: RetryCandidate, actions: readonly RetryCandidate[]): string[] {
  const opened = new Set<string>();
  for (let size = -1; size !== opened.size;) {
    size = opened.size;
    const stillLost = actions.filter((action) => isLost(action) && action !== chosen && !opened.has(action.id));
    for (const { id, status, reason, after } of actions) {
      const becauseOfAnother = id !== chosen.id && status === 'cancelled' && reason === 'dependency_failed';
      if (becauseOfAnother && !stillLost.some((lost) => after.includes(lost.id))) opened.add(id);
    }
  }
  return [...opened];
}

async function reopen(manager: EntityManager, laneId: string, chosen: RetryCandidate, others: string[]): Promise<void> {
  await manager.query(
    `UPDATE lane SET finished_to = least(finished_to, (SELECT min(position) - 1 FROM action WHERE id = ANY($2)))
     WHERE id = $1`,
    [laneId, [chosen.id, ...others]],
  );
  const inDoubt = chosen.status === 'failed' && chosen.reason === 'outcome_unknown';
  const again = 'cancel_requested_at = NULL';
  await moveActions(manager, {
    from: [chosen.status],
    to: inDoubt ? 'verifying' : 'waiting',
    set: inDoubt ? again : `${again}, environment_id = NULL, tenant_id = NULL, subject = NULL`,
    where: 'id = $7',
    values: [chosen.id],
  });
  await moveActions(manager, {
    from: ['cancelled'],
    to: 'waiting',
    set: again,
    where: 'id = ANY($7)',
    values: [others],
  });
  await releaseWaiting(manager, laneId);
}
