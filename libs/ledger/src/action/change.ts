import type { ActionStatus } from '@bliro/contract/crm';
import { append } from '@bliro/event-log';
import type { EntityManager } from 'typeorm';

/** One action after its state moved; what `changeColumns` returns. */
export interface ActionChange {
  id: string;
  organization: string;
  jobId: string;
  key: string;
  status: ActionStatus;
  reason: string | null;
  version: number;
  userId: string;
  correlationId: string;
}

/** For RETURNING of a statement that moves rows of `action`. */
export const changeColumns = `action.id, action.organization, action.job_id AS "jobId", action.key, action.status,
  action.reason, action.version,
  (SELECT user_id FROM job WHERE job.id = action.job_id) AS "userId",
  (SELECT correlation_id FROM job WHERE job.id = action.job_id) AS "correlationId"`;

/** Appends one `action.changed` for each: ids and states, nothing that people wrote. */
export async function appendChanges(manager: EntityManager, changes: readonly ActionChange[]): Promise<void> {
  if (changes.length === 0) return;
  await append(
    manager,
    changes.map((change) => ({
      organization: change.organization,
      type: 'action.changed',
      subject: change.id,
      subjectVersion: change.version,
      correlationId: change.correlationId,
      data: {
        jobId: change.jobId,
        userId: change.userId,
        key: change.key,
        status: change.status,
        ...(change.reason === null ? {} : { reason: change.reason }),
      },
    })),
  );
}
