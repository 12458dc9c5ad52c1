import { canonicalJson, isFinal, type ActionStatus, type BlockedReason } from '@bliro/contract/crm';
import { firstRow } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { appendChanges, changeColumns, type ActionChange } from '../action/change.js';
import { cancelDependants, nameTargets, releaseWaiting } from '../action/dependants.js';
import { settledStatus } from '../action/state.js';
import { lockFenced, type Lease } from './lease.js';

export type Outcome =
  | { status: 'succeeded'; record?: { table: string; id: string; url: string }; result?: readonly unknown[] }
  | { status: 'failed' | 'denied'; reason: string; message: string; code?: string }
  | { status: 'retrying'; reason: string; nextAttemptInMs: number; message?: string }
  | { status: 'verifying'; reason: string; nextAttemptInMs: number }
  | { status: 'blocked'; reason: BlockedReason; message: string }
  | { status: 'awaiting_approval' };

export interface Settlement {
  actionId: string;
  attemptId?: string;
  decisionId?: string;
  outcome: Outcome;
}

/** How long a write whose effect isn't known waits, when the call that would tell is not permitted. */
const FORBIDDEN_VERIFY_MS = 60_000;

interface Current {
  status: ActionStatus;
  cancelRequested: boolean;
  writes: boolean;
}

const moveAction = `
  UPDATE action SET status = $2, version = version + 1, changed_at = clock_timestamp(), reason = $3, message = $4,
    code = $5, next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond',
    decision_id = coalesce($7, decision_id), record_table = coalesce($8, record_table),
    record_id = coalesce($9, record_id), record_url = coalesce($10, record_url)
  WHERE id = $1 RETURNING ${changeColumns}`;

/** Writes what became of an action. False, and nothing changed, when somebody else took the lane or ended the action meanwhile. */
export async function settle(manager: EntityManager, held: Lease, settlement: Settlement): Promise<boolean> {
  if (!(await lockFenced(manager, held))) return false;
  const { actionId, outcome } = settlement;
  const current = await firstRow<Current>(
    manager,
    `SELECT status, cancel_requested_at IS NOT NULL AS "cancelRequested", tool NOT LIKE 'read\\_%' AS writes
     FROM action WHERE id = $1 AND lane_id = $2 FOR NO KEY UPDATE`,
    [actionId, held.laneId],
  );
  if (!current || isFinal(current.status)) return false;
  const status = settledStatus(current, outcome.status);
  const moved = await firstRow<ActionChange>(manager, moveAction, [actionId, status, ...columnsOf(settlement, status)]);
  if (!moved) return false;
  await keepDetails(manager, settlement, moved);
  await appendChanges(manager, [moved, ...(await followUp(manager, held.laneId, moved, outcome))]);
  return true;
}

function columnsOf({ outcome, decisionId }: Settlement, status: ActionStatus): unknown[] {
  const said = outcome as { reason?: string; message?: string; code?: string; nextAttemptInMs?: number };
  const record = outcome.status === 'succeeded' ? outcome.record : undefined;
  const later = status === 'verifying' ? (said.nextAttemptInMs ?? FORBIDDEN_VERIFY_MS) : said.nextAttemptInMs;
  return [
    status === 'cancelled' ? 'cancelled' : (said.reason ?? null),
    status === 'cancelled' ? 'It was cancelled before it took effect.' : (said.message ?? null),
    said.code ?? null,
    status === 'verifying' || status === 'retrying' ? (later ?? null) : null,
    decisionId ?? null,
    record?.table ?? null,
    record?.id ?? null,
    record?.url ?? null,
  ];
}

async function keepDetails(manager: EntityManager, settlement: Settlement, moved: ActionChange): Promise<void> {
  const { attemptId, outcome } = settlement;
  if (attemptId !== undefined) {
    await manager.query(
      'UPDATE attempt SET ended_at = clock_timestamp(), outcome = $3 WHERE id = $1 AND action_id = $2',
      [attemptId, moved.id, outcome.status],
    );
  }
  if (outcome.status !== 'succeeded' || !outcome.result) return;
  await manager.query(
    `INSERT INTO content (action_id, kind, organization, salt, body) VALUES ($1, 'result', $2, $3, $4)
     ON CONFLICT (action_id, kind, number) DO UPDATE SET salt = EXCLUDED.salt, body = EXCLUDED.body`,
    [moved.id, moved.organization, randomBytes(16).toString('base64url'), canonicalJson(outcome.result)],
  );
}

/** What the end of one action does to those that waited for it. */
async function followUp(
  manager: EntityManager,
  laneId: string,
  moved: ActionChange,
  outcome: Outcome,
): Promise<ActionChange[]> {
  if (!isFinal(moved.status)) return [];
  const cancelled: ActionChange[] = [];
  if (moved.status !== 'succeeded') cancelled.push(...(await cancelDependants(manager, moved.jobId, [moved.id])));
  else if (outcome.status === 'succeeded' && outcome.record)
    await nameTargets(manager, moved.jobId, moved.id, outcome.record.id);
  return [...cancelled, ...(await releaseWaiting(manager, laneId))];
}
