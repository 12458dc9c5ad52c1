import { rows } from '@bliro/database';
import type { DataSource } from 'typeorm';
import { startable } from '../action/state.js';
import { heldBy, heldValues, type Lease } from './lease.js';

export interface LaneAction {
  id: string;
  jobId: string;
  jobKeyScope: string;
  idempotencyKey: string;
  key: string;
  tool: string;
  /** Canonical JSON. */
  inputJson: string;
  salt: string;
  mandate: string;
  correlationId: string;
  status: (typeof startable)[number];
  attempts: number;
  /** True when somebody cancelled it after it had been sent: no call is permitted to it any more. */
  cancelRequested: boolean;
  /** Account and environment of its first attempt. */
  boundTo?: { environmentId: string; tenantId: string; subject: string };
  /** Records of the actions that it comes after, by their ids in the job. */
  fromActions: Record<string, { table: string; id: string }>;
  /** The last one in the environment that it is bound to. */
  lastAttempt?: LastAttempt;
}

export interface LastAttempt {
  id: string;
  number: number;
  recordId?: string;
  etag?: string;
  before?: Record<string, unknown>;
}

interface Row {
  seq: string;
  id: string | null;
  boundTo: LaneAction['boundTo'] | null;
  fromActions: LaneAction['fromActions'] | null;
  lastAttempt: {
    id: string;
    number: number;
    recordId: string | null;
    etag: string | null;
    before: string | null;
  } | null;
}

// One statement, so that `seq` and the actions are of the same snapshot: what came later has a higher one.
const nextActions = `
  SELECT lane.seq::text AS seq, work.* FROM lane LEFT JOIN LATERAL (
    SELECT action.id, action.job_id AS "jobId", job.key_scope AS "jobKeyScope", job.idempotency_key AS "idempotencyKey",
      action.key, action.tool, input.body AS "inputJson", input.salt, input.mandate,
      job.correlation_id AS "correlationId", action.status, action.attempts,
      action.cancel_requested_at IS NOT NULL AS "cancelRequested",
      CASE WHEN action.environment_id IS NOT NULL THEN json_build_object('environmentId', action.environment_id,
        'tenantId', action.tenant_id, 'subject', action.subject) END AS "boundTo",
      (SELECT json_object_agg(made.key, json_build_object('table', made.record_table, 'id', made.record_id))
        FROM action made WHERE made.id = ANY(action.after) AND made.record_id IS NOT NULL) AS "fromActions",
      (SELECT json_build_object('id', attempt.id, 'number', attempt.number, 'recordId', attempt.record_id,
          'etag', attempt.etag, 'before', before.body)
        FROM attempt LEFT JOIN content before ON before.action_id = attempt.action_id AND before.kind = 'before'
          AND before.number = attempt.number
        WHERE attempt.action_id = action.id AND attempt.environment_id = action.environment_id ORDER BY attempt.number DESC LIMIT 1) AS "lastAttempt"
    FROM action JOIN job ON job.id = action.job_id
      JOIN content input ON input.action_id = action.id AND input.kind = 'input'
    WHERE action.lane_id = lane.id AND action.position > lane.finished_to AND action.status = ANY($4)
      AND (action.next_attempt_at IS NULL OR action.next_attempt_at <= clock_timestamp())
    ORDER BY action.position LIMIT $5
  ) work ON true
  WHERE ${heldBy}`;

/** What may start now, in the order of acceptance; none when the lease is lost. Notes in the lease what state of the lane was read. */
export async function next(dataSource: DataSource, held: Lease, limit: number): Promise<LaneAction[]> {
  const found = await rows<Row>(dataSource, nextActions, [...heldValues(held), startable, limit]);
  held.seq = found[0]?.seq ?? held.seq;
  return found.filter((row) => row.id !== null).map(laneAction);
}

function laneAction({ seq: _seq, boundTo, fromActions, lastAttempt, ...action }: Row): LaneAction {
  return {
    ...(action as Omit<LaneAction, 'boundTo' | 'fromActions' | 'lastAttempt'>),
    fromActions: fromActions ?? {},
    ...(boundTo ? { boundTo } : {}),
    ...(lastAttempt ? { lastAttempt: attemptOf(lastAttempt) } : {}),
  };
}

function attemptOf(row: NonNullable<Row['lastAttempt']>): LastAttempt {
  return {
    id: row.id,
    number: row.number,
    ...(row.recordId === null ? {} : { recordId: row.recordId }),
    ...(row.etag === null ? {} : { etag: row.etag }),
    ...(row.before === null ? {} : { before: JSON.parse(row.before) as Record<string, unknown> }),
  };
}
