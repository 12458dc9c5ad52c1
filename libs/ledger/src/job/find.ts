import { In, type EntityManager } from 'typeorm';
import { ContentRow, JobRow } from './entities.js';
import { jobView, type JobView } from './view.js';

/** A job of the organization that the transaction sees; `withResults` adds the rows that its actions read. */
export async function findJob(
  manager: EntityManager,
  id: string,
  { withResults }: { withResults: boolean },
): Promise<JobView | undefined> {
  const job = await manager.findOne(JobRow, { where: { id }, relations: { actions: true } });
  if (!job) return undefined;
  return jobView(job, withResults ? await resultsOf(manager, [job]) : new Map());
}

/** Bodies of results by the action's row id. */
export async function resultsOf(manager: EntityManager, jobs: readonly JobRow[]): Promise<Map<string, string>> {
  const ids = jobs.flatMap((job) => job.actions.map((action) => action.id));
  const found = await manager.find(ContentRow, { where: { actionId: In(ids), kind: 'result' } });
  return new Map(found.map((content) => [content.actionId, content.body]));
}
