import { canonicalJson } from '@bliro/contract/crm';
import { dataSourceOptions } from '@bliro/database';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { acceptJob } from '../job/accept.js';
import { ledgerEntities } from '../job/entities.js';
import type { NewAction, NewJob } from '../job/new-job.js';
import type { NewAttempt } from '../lane/begin.js';
import { joinAsHolder, type Holder } from '../lane/holder.js';
import { Lanes } from '../lane/lanes.js';
import type { LaneAction } from '../lane/next.js';

export const organization = 'contoso';

export function newAction(key: string, more: Partial<NewAction> & { input?: unknown } = {}): NewAction {
  const { input = { fields: { subject: `Task ${key}` } }, ...rest } = more;
  return {
    id: randomUUID(),
    key,
    tool: 'create_task',
    inputJson: canonicalJson(input),
    salt: 'salt',
    mandate: `mandate.of.${key}`,
    after: [],
    ...rest,
  };
}

export const newUpdate = (key: string, id: unknown, after: string[] = []): NewAction =>
  newAction(key, { tool: 'update_task', input: { id, fields: { subject: 'new' } }, after });

export function newJob(more: Partial<NewJob> = {}): NewJob {
  return {
    id: randomUUID(),
    organization,
    userId: `user-${randomUUID()}`,
    meetingId: 'meeting-1',
    keyScope: 'pipeline jobs',
    idempotencyKey: randomUUID(),
    bodyHash: 'body-1',
    correlationId: 'correlation-1',
    actions: [newAction('a1')],
    ...more,
  };
}

export function attemptAt(action: Pick<LaneAction, 'id'>, more: Partial<NewAttempt> = {}): NewAttempt {
  return {
    id: randomUUID(),
    actionId: action.id,
    decisionId: randomUUID(),
    environmentId: 'environment-1',
    tenantId: 'tenant-1',
    subject: 'subject-1',
    connectionVersion: 3,
    operation: 'create',
    table: 'task',
    ...more,
  };
}

/** Data sources of the ledger's three roles, and what a suite does with them. */
export class TestLedger {
  private constructor(
    private readonly workerUrl: string,
    readonly http: DataSource,
    readonly work: DataSource,
    readonly worker: DataSource,
  ) {}

  static async open(urls: { crmHttp: string; crmWork: string; crmWorker: string }): Promise<TestLedger> {
    const source = (url: string) =>
      new DataSource(dataSourceOptions({ url, schema: 'crm', entities: ledgerEntities, poolSize: 20 })).initialize();
    const sources = await Promise.all([source(urls.crmHttp), source(urls.crmWork), source(urls.crmWorker)]);
    return new TestLedger(urls.crmWorker, ...sources);
  }

  async close(): Promise<void> {
    await Promise.all([this.http.destroy(), this.work.destroy(), this.worker.destroy()]);
  }

  /** One worker process: its lock and its verbs. */
  async join(): Promise<{ holder: Holder; lanes: Lanes }> {
    const holder = await joinAsHolder(this.workerUrl);
    return { holder, lanes: new Lanes(this.worker, holder.holder) };
  }

  async accept(job: NewJob): Promise<{ jobId: string; laneId: string; fence: string; held: boolean }> {
    const accepted = await acceptJob(this.work, job);
    if (accepted.kind !== 'accepted') throw new Error(`expected a job to be accepted, it was ${accepted.kind}`);
    return accepted;
  }

  /** `key: status` of a job's actions in their order. */
  async statuses(jobId: string): Promise<Record<string, string>> {
    const found: { key: string; status: string }[] = await this.work.query(
      'SELECT key, status FROM action WHERE job_id = $1 ORDER BY position',
      [jobId],
    );
    return Object.fromEntries(found.map((row) => [row.key, row.status]));
  }

  async lane(laneId: string): Promise<{ due: Date | null; holder: string | null; seq: string; fence: string }> {
    const found: { due: Date | null; holder: string | null; seq: string; fence: string }[] = await this.work.query(
      'SELECT due, holder, seq, fence FROM lane WHERE id = $1',
      [laneId],
    );
    const lane = found[0];
    if (!lane) throw new Error('there is no such lane');
    return lane;
  }
}
