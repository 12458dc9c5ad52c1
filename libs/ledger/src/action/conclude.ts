import { canonicalJson, isFinal, type ActionStatus, type BlockedReason } from '@bliro/contract/crm';
import { firstRow } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { cancelDependants, nameTargets, releaseWaiting } from './dependants.js';
import { moveActions, type MovedAction, type Step } from './move.js';
import { overdue } from './patience.js';
import { leavesInDoubt, settledStatus, type Settled } from './state.js';

export type Outcome = (
  | { status: 'succeeded'; record?: { table: string; id: string; url: string }; result?: readonly unknown[] }
  | { status: 'failed' | 'denied' | 'expired'; reason: string; message: string; code?: string }
  | { status: 'retrying'; reason: string; nextAttemptInMs: number; message?: string }
  | { status: 'verifying'; reason: string; nextAttemptInMs?: number }
  | { status: 'blocked'; reason: BlockedReason; message: string }
  | { status: 'awaiting_approval' }
) & {
  /** Known to hold for every earlier send of this action too, so that nothing is left in doubt. */
  explained?: boolean;
};

export interface Conclusion {
  actionId: string;
  attemptId?: string;
  decisionId?: string;
  outcome: Outcome;
}

/** How long a write whose effect isn't known waits, when the call that would tell is not permitted. */
const FORBIDDEN_VERIFY_MS = 60_000;

/** Writes what became of an action, and what that does to those that waited for it. False when it had ended before. */
export async function conclude(manager: EntityManager, laneId: string, conclusion: Conclusion): Promise<boolean> {
  const { actionId, outcome } = conclusion;
  const current = await firstRow<Settled>(
    manager,
    `SELECT status, cancel_requested_at IS NOT NULL AS "cancelRequested", ${overdue} AS overdue
     FROM action WHERE id = $1 AND lane_id = $2 FOR NO KEY UPDATE`,
    [actionId, laneId],
  );
  if (!current || isFinal(current.status)) return false;
  const to = settledStatus(current, outcome.status, outcome.explained ?? false);
  const record = outcome.status === 'succeeded' ? outcome.record : undefined;
  const [moved] = await moveActions(manager, {
    from: [current.status],
    to,
    ...explanationOf(current.status, to, outcome),
    where: 'id = $7',
    set: `decision_id = coalesce($8, decision_id), record_table = coalesce($9, record_table),
      record_id = coalesce($10, record_id), record_url = coalesce($11, record_url)`,
    values: [actionId, conclusion.decisionId ?? null, record?.table ?? null, record?.id ?? null, record?.url ?? null],
  });
  if (!moved) return false;
  await keepDetails(manager, conclusion, moved);
  await followUp(manager, laneId, moved, record?.id);
  return true;
}

type Explanation = Pick<Step, 'reason' | 'message' | 'code' | 'nextAttemptInMs'>;

function explanationOf(from: ActionStatus, to: ActionStatus, outcome: Outcome): Explanation {
  if (to === 'cancelled') return { reason: 'cancelled', message: 'It was cancelled before it took effect.' };
  const { explained = false, ...said } = outcome as { explained?: boolean } & Explanation;
  if (!leavesInDoubt(from, outcome.status, explained)) {
    const { reason, message, code, nextAttemptInMs } = said;
    return { reason, message, code, nextAttemptInMs };
  }
  if (to === 'failed') {
    const message = 'It was sent, and whether it took effect is not known: please look at the record in Dynamics.';
    return { reason: 'outcome_unknown', message };
  }
  const { reason = 'asked', message, nextAttemptInMs = FORBIDDEN_VERIFY_MS } = said;
  return { reason, message, nextAttemptInMs };
}

async function keepDetails(
  manager: EntityManager,
  { attemptId, outcome }: Conclusion,
  moved: MovedAction,
): Promise<void> {
  if (attemptId !== undefined) {
    await manager.query(
      'UPDATE attempt SET ended_at = clock_timestamp(), outcome = $3 WHERE id = $1 AND action_id = $2',
      [attemptId, moved.id, outcome.status],
    );
  }
  if (outcome.status !== 'succeeded' || !outcome.result) return;
  await manager.query(
    // Plain: for ON CONFLICT the worker would have to see the row, and what belongs to a finished action it can't see.
    `INSERT INTO content (action_id, kind, organization, salt, body) VALUES ($1, 'result', $2, $3, $4)`,
    [moved.id, moved.organization, randomBytes(16).toString('base64url'), canonicalJson(outcome.result)],
  );
}

async function followUp(
  manager: EntityManager,
  laneId: string,
  moved: MovedAction,
  recordId: string | undefined,
): Promise<void> {
  if (!isFinal(moved.status)) return;
  if (moved.status !== 'succeeded') await cancelDependants(manager, moved.jobId, moved.id);
  else if (recordId !== undefined) await nameTargets(manager, moved.jobId, moved.id, recordId);
  await releaseWaiting(manager, laneId);
}
