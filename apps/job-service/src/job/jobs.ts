import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { cancelJob, findJob, listJobs, retryAction, type JobView } from '@bliro/ledger';
import { WorkDatabase } from '../database.js';
import { cursorOf, type JobQuery } from './job-query.js';
import { jobBody, type JobBody, type JobList } from './job.schema.js';

/** Jobs as their readers may see them: the pipeline and administrators every one of their organization, a user their own. */
export class Jobs {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly work: WorkDatabase,
  ) {}

  /** @throws Problem not_found for a job that isn't there, or is somebody else's */
  async get(caller: Caller, id: string): Promise<JobBody> {
    const view = await this.database.run(caller.organization, (manager) => findJob(manager, id, { withResults: true }));
    if (!view || !maySee(caller, view)) throw new Problem('not_found');
    return jobBody(view, { results: mayRead(caller, view) });
  }

  async list(caller: Caller, { limit, cursor, meetingId, userId, status }: JobQuery): Promise<JobList> {
    const own = seesAll(caller) ? userId : caller.userId;
    if (userId !== undefined && own !== userId) return { items: [] };
    const filter = {
      ...(meetingId === undefined ? {} : { meetingId }),
      ...(own === undefined ? {} : { userId: own }),
      ...(status === undefined ? {} : { status }),
    };
    const page = await this.database.run(caller.organization, (manager) =>
      listJobs(manager, filter, { limit, withResults: true, ...(cursor === undefined ? {} : { after: cursor }) }),
    );
    return {
      items: page.items.map((view) => jobBody(view, { results: mayRead(caller, view) })),
      ...(page.next === undefined ? {} : { nextCursor: cursorOf(page.next) }),
    };
  }

  /** Cancels what has not been sent. @throws Problem not_found */
  async cancel(caller: Caller, id: string): Promise<void> {
    await this.checkMayChange(caller, id);
    await cancelJob(this.work, caller.organization, id);
  }

  /** Lets an action that did not succeed go again; nothing changes where it goes on by itself. @throws Problem not_found, … */
  async retry(caller: Caller, id: string, actionId: string): Promise<void> {
    await this.checkMayChange(caller, id);
    const { kind } = await retryAction(this.work, caller.organization, id, actionId);
    if (kind === 'unknown') throw new Problem('not_found');
    if (kind === 'succeeded') throw new Problem('action_succeeded');
    if (kind === 'held_back') throw new Problem('action_held_back');
  }

  private async checkMayChange(caller: Caller, id: string): Promise<void> {
    const view = await this.get(caller, id);
    if (!caller.roles.includes('pipeline') && view.userId !== caller.userId) throw new Problem('not_found');
  }
}

function seesAll({ roles }: Caller): boolean {
  return roles.includes('pipeline') || roles.includes('admin');
}

function maySee(caller: Caller, job: JobView): boolean {
  return seesAll(caller) || mayRead(caller, job);
}

/** What an action read may be nothing that an administrator may see. */
function mayRead({ roles, userId }: Caller, job: JobView): boolean {
  return roles.includes('pipeline') || job.userId === userId;
}
