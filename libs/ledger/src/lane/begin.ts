import { canonicalJson } from '@bliro/contract/crm';
import { rows } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { moveActions, type MovedAction } from '../action/move.js';
import { heldBy, heldValues, lockHeld, type Lease } from './lease.js';

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
export async function holds(dataSource: DataSource, held: Lease, actionId: string): Promise<boolean> {
  const permitted = await rows(
    dataSource,
    `SELECT action.id FROM lane JOIN action ON action.lane_id = lane.id
     WHERE ${heldBy} AND lane.due > clock_timestamp() AND action.id = $4
       AND action.status IN ('queued', 'retrying', 'running', 'verifying') AND action.cancel_requested_at IS NULL`,
    [...heldValues(held), actionId],
  );
  return permitted.length > 0;
}

/** Writes the attempt that is about to be sent. False when fence, cancel or binding forbids it: nothing may be sent then. */
export function begin(dataSource: DataSource, held: Lease, attempt: NewAttempt): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    if (!(await lockHeld(manager, held))) return false;
    const started = await start(manager, held, attempt);
    if (started) await writeAttempt(manager, held.fence, started, attempt);
    return started !== undefined;
  });
}

/** One whose effect isn't known stays `verifying` while it goes again. */
async function start(manager: EntityManager, held: Lease, attempt: NewAttempt): Promise<MovedAction | undefined> {
  const { actionId, decisionId, environmentId, tenantId, subject } = attempt;
  const step = {
    set: `attempts = attempts + 1, decision_id = $9, environment_id = $10, tenant_id = $11, subject = $12`,
    // An action stays with the account and environment of its first attempt: it is never sent elsewhere.
    where: `id = $7 AND lane_id = $8 AND cancel_requested_at IS NULL
      AND (environment_id IS NULL OR (environment_id, tenant_id, subject) = ($10, $11, $12))`,
    values: [actionId, held.laneId, decisionId, environmentId, tenantId, subject],
  };
  const [started] = await moveActions(manager, { from: ['queued', 'retrying'], to: 'running', ...step });
  if (started) return started;
  const reason = 'outcome_unknown';
  const [again] = await moveActions(manager, { from: ['verifying'], to: 'verifying', reason, ...step });
  return again;
}

async function writeAttempt(
  manager: EntityManager,
  fence: string,
  { organization, attempts: number }: MovedAction,
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
