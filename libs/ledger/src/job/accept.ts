import { firstRow, oneRow, rows } from '@bliro/database';
import { append } from '@bliro/event-log';
import type { DataSource, EntityManager } from 'typeorm';
import { final } from '../action/state.js';
import { dueNow, wakeableColumns, type WakeableLane } from '../lane/due.js';
import { actionRows, type ActionRowValues, type NewJob } from './new-job.js';

export type Acceptance =
  | ({ kind: 'accepted'; jobId: string } & WakeableLane)
  /** The same key and body as before: `jobId` is the first one's. */
  | { kind: 'repeated'; jobId: string }
  /** The same key with another body. */
  | { kind: 'conflict' };

/**
 * Takes a job over, whole or not at all: job, actions with their mandates, lane, idempotency key and event in one transaction. Of any
 * number of parallel calls with the same key one accepts, decided by the primary key of `idempotency`.
 */
export function acceptJob(dataSource: DataSource, job: NewJob): Promise<Acceptance> {
  return dataSource.transaction(async (manager): Promise<Acceptance> => {
    const earlier = await claimKey(manager, job);
    if (earlier) return earlier;
    const lane = await extendLane(manager, job);
    const actions = await holdBack(manager, lane, actionRows(job, lane.accepted));
    await insertJob(manager, job, lane.laneId);
    await insertActions(manager, job, lane.laneId, actions);
    await appendAccepted(manager, job);
    return { kind: 'accepted', jobId: job.id, laneId: lane.laneId, fence: lane.fence, held: lane.held };
  });
}

// The insert waits for another transaction that has the same key, and then finds its row.
async function claimKey(manager: EntityManager, job: NewJob): Promise<Acceptance | undefined> {
  const claimed = await rows(
    manager,
    `INSERT INTO idempotency (organization, scope, key, body_hash, job_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING job_id`,
    [job.organization, job.keyScope, job.idempotencyKey, job.bodyHash, job.id],
  );
  if (claimed.length > 0) return undefined;
  const first = await firstRow<{ bodyHash: string; jobId: string }>(
    manager,
    `SELECT body_hash AS "bodyHash", job_id AS "jobId" FROM idempotency
     WHERE organization = $1 AND scope = $2 AND key = $3`,
    [job.organization, job.keyScope, job.idempotencyKey],
  );
  return first?.bodyHash === job.bodyHash ? { kind: 'repeated', jobId: first.jobId } : { kind: 'conflict' };
}

function extendLane(manager: EntityManager, job: NewJob): Promise<WakeableLane & { accepted: string }> {
  return oneRow(
    manager,
    `INSERT INTO lane (organization, user_id, accepted, seq, due) VALUES ($1, $2, $3, 1, clock_timestamp())
     ON CONFLICT (organization, user_id) DO UPDATE
       SET accepted = lane.accepted + EXCLUDED.accepted, seq = lane.seq + 1, due = ${dueNow}
     RETURNING ${wakeableColumns}, accepted::text AS accepted`,
    [job.organization, job.userId, job.actions.length],
  );
}

/** An update waits for an unfinished write to the same record that an earlier job of this lane asked for. */
async function holdBack(
  manager: EntityManager,
  lane: WakeableLane,
  actions: ActionRowValues[],
): Promise<ActionRowValues[]> {
  const targets = actions.flatMap((action) => (action.target === null ? [] : [action.target]));
  if (targets.length === 0) return actions;
  const busy = await rows<{ target: string }>(
    manager,
    `SELECT DISTINCT target FROM action WHERE lane_id = $1 AND target = ANY($2) AND status <> ALL($3)
       AND position > (SELECT finished_to FROM lane WHERE id = $1)`,
    [lane.laneId, targets, final],
  );
  const waits = new Set(busy.map((row) => row.target));
  return actions.map((action) =>
    action.target !== null && waits.has(action.target) ? { ...action, status: 'waiting' } : action,
  );
}

async function insertJob(manager: EntityManager, job: NewJob, laneId: string): Promise<void> {
  await manager.query(
    `INSERT INTO job (id, organization, user_id, meeting_id, lane_id, key_scope, idempotency_key, correlation_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [job.id, job.organization, job.userId, job.meetingId, laneId, job.keyScope, job.idempotencyKey, job.correlationId],
  );
}

// json, not jsonb: what people write may have an escaped NUL in it, which jsonb refuses.
const insertActionsSql = `
  WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($4::json) AS new (id uuid, position bigint, status text, target text, key text,
      tool text, after json, mandate text, salt text, body text)
  ), made AS (
    INSERT INTO action (id, job_id, lane_id, position, status, target, organization, key, tool, after)
    SELECT id, $2, $3, position, status, target, $1, key, tool,
      ARRAY(SELECT json_array_elements_text(after)::uuid)
    FROM given ORDER BY position
  )
  INSERT INTO content (action_id, kind, organization, salt, body, mandate)
  SELECT id, 'input', $1, salt, body, mandate FROM given`;

async function insertActions(
  manager: EntityManager,
  job: NewJob,
  laneId: string,
  actions: readonly ActionRowValues[],
): Promise<void> {
  await manager.query(insertActionsSql, [job.organization, job.id, laneId, JSON.stringify(actions)]);
}

async function appendAccepted(manager: EntityManager, job: NewJob): Promise<void> {
  await append(manager, [
    {
      organization: job.organization,
      type: 'job.accepted',
      subject: job.id,
      subjectVersion: 1,
      correlationId: job.correlationId,
      data: {
        userId: job.userId,
        meetingId: job.meetingId,
        actions: job.actions.map(({ id, key, tool }) => ({ id, key, tool })),
      },
    },
  ]);
}
