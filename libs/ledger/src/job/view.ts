import { jobStatus, type ActionStatus, type JobStatus } from '@bliro/contract/crm';
import type { ActionRow, JobRow } from './entities.js';

export interface ActionView {
  id: string;
  tool: string;
  status: ActionStatus;
  reason?: string;
  message?: string;
  code?: string;
  record?: { table: string; id: string; url: string };
  /** Rows that were read in Dynamics: untrusted text of other people's. */
  result?: readonly unknown[];
  attempts: number;
  nextAttemptAt?: string;
  decisionId?: string;
}

export interface JobView {
  id: string;
  status: JobStatus;
  userId: string;
  meetingId?: string;
  createdAt: string;
  actions: ActionView[];
}

/** `results` holds what was read, by the action's row id. */
export function jobView(job: JobRow, results: ReadonlyMap<string, string> = new Map()): JobView {
  const actions = [...job.actions].sort((a, b) => (BigInt(a.position) < BigInt(b.position) ? -1 : 1));
  return {
    id: job.id,
    status: jobStatus(actions.map((action) => action.status)),
    userId: job.userId,
    ...(job.meetingId === null ? {} : { meetingId: job.meetingId }),
    createdAt: job.createdAt.toISOString(),
    actions: actions.map((action) => actionView(action, results.get(action.id))),
  };
}

function actionView(row: ActionRow, result: string | undefined): ActionView {
  const { recordTable: table, recordId: id, recordUrl: url } = row;
  return {
    id: row.key,
    tool: row.tool,
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.message === null ? {} : { message: row.message }),
    ...(row.code === null ? {} : { code: row.code }),
    ...(table === null || id === null || url === null ? {} : { record: { table, id, url } }),
    ...(result === undefined ? {} : { result: JSON.parse(result) as unknown[] }),
    attempts: row.attempts,
    ...(row.nextAttemptAt === null ? {} : { nextAttemptAt: row.nextAttemptAt.toISOString() }),
    ...(row.decisionId === null ? {} : { decisionId: row.decisionId }),
  };
}
