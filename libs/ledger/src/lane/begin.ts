import { canonicalJson } from '@bliro/contract/crm';
import { firstRow, rows } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { predecessors } from '../action/state.js';
import { lockHeld, type Lease } from './lease.js';

export interface NewAttempt {
  id: string;
  actionId: string;
  decisionId: string;
  environmentId: string;
  tenantId: string;
  subject: string;
  connectionVersion: number;
  operation: string;
  table: string;
  recordId?: string;
  etag?: string;
  /** The columns that an update is going to write, as they were read first. */
  before?: Record<string, unknown>;
}

/** The ledger's part of the permit: the lane is still ours, and nobody cancelled the action. */
export async function holds(manager: EntityManager, held: Lease, holder: string, actionId: string): Promise<boolean> {
  const permitted = await rows(
    manager,
    `SELECT action.id FROM lane JOIN action ON action.lane_id = lane.id
     WHERE lane.id = $1 AND lane.fence = $2 AND lane.holder = $3 AND lane.due > clock_timestamp() AND action.id = $4
       AND action.status IN ('queued', 'retrying', 'running', 'verifying')
       AND (action.cancel_requested_at IS NULL OR action.status = 'verifying')`,
    [held.laneId, held.fence, holder, actionId],
  );
  return permitted.length > 0;
}

// An action stays with the account and environment of its first attempt: it is never sent elsewhere.
const startAction = `
  UPDATE action SET status = 'running', attempts = attempts + 1, version = version + 1, changed_at = clock_timestamp(),
    next_attempt_at = NULL, reason = NULL, message = NULL, code = NULL, decision_id = $3,
    environment_id = $4, tenant_id = $5, subject = $6
  WHERE id = $1 AND lane_id = $2 AND status = ANY($7)
    AND (cancel_requested_at IS NULL OR status = 'verifying')
    AND (environment_id IS NULL OR (environment_id, tenant_id, subject) = ($4, $5, $6))
  RETURNING organization, attempts`;

/** Writes the attempt that is about to be sent. False when fence, cancel or binding forbids it: nothing may be sent then. */
export async function begin(
  manager: EntityManager,
  held: Lease,
  holder: string,
  attempt: NewAttempt,
): Promise<boolean> {
  if (!(await lockHeld(manager, held, holder))) return false;
  const { actionId, decisionId, environmentId, tenantId, subject } = attempt;
  const started = await firstRow<{ organization: string; attempts: number }>(manager, startAction, [
    actionId,
    held.laneId,
    decisionId,
    environmentId,
    tenantId,
    subject,
    predecessors('running'),
  ]);
  if (!started) return false;
  await writeAttempt(manager, held.fence, started, attempt);
  return true;
}

async function writeAttempt(
  manager: EntityManager,
  fence: string,
  { organization, attempts: number }: { organization: string; attempts: number },
  attempt: NewAttempt,
): Promise<void> {
  await manager.query(
    `INSERT INTO attempt (id, organization, action_id, number, fence, decision_id, environment_id, tenant_id, subject,
       connection_version, operation, target_table, record_id, etag)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      attempt.id,
      organization,
      attempt.actionId,
      number,
      fence,
      attempt.decisionId,
      attempt.environmentId,
      attempt.tenantId,
      attempt.subject,
      attempt.connectionVersion,
      attempt.operation,
      attempt.table,
      attempt.recordId ?? null,
      attempt.etag ?? null,
    ],
  );
  if (!attempt.before) return;
  await manager.query(
    `INSERT INTO content (action_id, kind, number, organization, salt, body) VALUES ($1, 'before', $2, $3, $4, $5)`,
    [attempt.actionId, number, organization, randomBytes(16).toString('base64url'), canonicalJson(attempt.before)],
  );
}
