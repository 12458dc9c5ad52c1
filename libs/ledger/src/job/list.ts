import type { JobStatus } from '@bliro/contract/crm';
import { rows } from '@bliro/database';
import { In, type EntityManager } from 'typeorm';
import { final } from '../action/state.js';
import { JobRow } from './entities.js';
import { resultsOf } from './find.js';
import { jobView, type JobView } from './view.js';

export interface JobFilter {
  meetingId?: string;
  userId?: string;
  status?: JobStatus;
}

/** Place of a job in the list, newest first. `at` has PostgreSQL's microseconds, which a Date would lose. */
export interface JobPlace {
  at: string;
  id: string;
}

// Says in SQL what `jobStatus` of the contract says; a test compares them.
const statusSql = `(SELECT CASE
    WHEN bool_or(status <> ALL($6) AND status NOT IN ('awaiting_approval', 'blocked', 'waiting')) THEN 'open'
    WHEN bool_or(status <> ALL($6)) THEN 'waiting'
    WHEN bool_and(status = 'succeeded') THEN 'done'
    WHEN bool_and(status = 'cancelled') THEN 'cancelled'
    ELSE 'done_with_problems' END FROM action WHERE action.job_id = job.id)`;

const page = `
  SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM job
  WHERE ($1::text IS NULL OR meeting_id = $1) AND ($2::text IS NULL OR user_id = $2)
    AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
    AND ($5::text IS NULL OR ${statusSql} = $5)
  ORDER BY created_at DESC, id DESC LIMIT $7`;

/** A page of jobs of the organization that the transaction sees, newest first, and the place to go on from where there are more. */
export async function listJobs(
  manager: EntityManager,
  filter: JobFilter,
  { after, limit, withResults }: { after?: JobPlace; limit: number; withResults: boolean },
): Promise<{ items: JobView[]; next?: JobPlace }> {
  const found = await rows<JobPlace>(manager, page, [
    filter.meetingId ?? null,
    filter.userId ?? null,
    after?.at ?? null,
    after?.id ?? null,
    filter.status ?? null,
    final,
    limit + 1,
  ]);
  const places = found.slice(0, limit);
  const last = places.at(-1);
  return {
    items: await viewsOf(manager, places, withResults),
    ...(found.length > limit && last ? { next: last } : {}),
  };
}

async function viewsOf(manager: EntityManager, places: readonly JobPlace[], withResults: boolean): Promise<JobView[]> {
  const ids = places.map((place) => place.id);
  const jobs = await manager.find(JobRow, { where: { id: In(ids) }, relations: { actions: true } });
  const results = withResults ? await resultsOf(manager, jobs) : new Map<string, string>();
  const views = new Map(jobs.map((job) => [job.id, jobView(job, results)]));
  return ids.flatMap((id) => views.get(id) ?? []);
}
