import type { ActionStatus } from '@bliro/contract/crm';
import { rows } from '@bliro/database';
import { append } from '@bliro/event-log';
import type { EntityManager } from 'typeorm';

import { ImpossibleStep, mayBecome } from './state.js';

/** An action after its state moved. */
export interface MovedAction {
  id: string;
  organization: string;
  jobId: string;
  key: string;
  status: ActionStatus;
  reason: string | null;
  version: number;
  attempts: number;
  userId: string;
  correlationId: string;
}

export interface Step {
  from: readonly ActionStatus[];
  to: ActionStatus;
  reason?: string | undefined;
  message?: string | undefined;
  code?: string | undefined;
  nextAttemptInMs?: number | undefined;
  /** Which actions, and further columns to set: SQL over the row of `action`, whose own values are $7 and following. */
  where: string;
  set?: string;
  values: readonly unknown[];
}

/**
 * The one statement that changes a status: moves every action that `where` finds in one of `from`, and appends an `action.changed` for
 * each. Throws ImpossibleStep where the state machine has no such step.
 */
export async function moveActions(manager: EntityManager, step: Step): Promise<MovedAction[]> {
  const impossible = step.from.find((from) => !mayBecome(from, step.to));
  if (impossible !== undefined) throw new ImpossibleStep(impossible, step.to);
  const moved = await rows<MovedAction>(
    manager,
    `UPDATE action SET status = $2, version = version + 1, changed_at = clock_timestamp(), reason = $3, message = $4,
       code = $5, next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond' ${step.set ? `, ${step.set}` : ''}
     WHERE status = ANY($1) AND ${step.where}
     RETURNING id, organization, job_id AS "jobId", key, status, reason, version, attempts,
       (SELECT user_id FROM job WHERE job.id = action.job_id) AS "userId",
       (SELECT correlation_id FROM job WHERE job.id = action.job_id) AS "correlationId"`,
    [
      step.from,
      step.to,
      step.reason ?? null,
      step.message ?? null,
      step.code ?? null,
      step.nextAttemptInMs ?? null,
      ...step.values,
    ],
  );
  await append(manager, moved.map(changedEvent));
  return moved;
}

/** Ids and states, nothing that people wrote. */
function changedEvent({ id, organization, version, correlationId, jobId, userId, key, status, reason }: MovedAction) {
  return {
    organization,
    type: 'action.changed',
    subject: id,
    subjectVersion: version,
    correlationId,
    data: { jobId, userId, key, status, ...(reason === null ? {} : { reason }) },
  };
}
