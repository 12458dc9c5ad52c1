import { afterAll, describe, expect, it } from '@jest/globals';
import { connect } from '@bliro/database';
import { createLogger } from '@bliro/observe';
import { openQueues } from '@bliro/queue';
import { eventually, queueBackends } from '@bliro/testing';
import type { WorkerConfig } from './config.js';
import { WorkDatabase } from './database.js';
import { create, useWorkerSystem } from './fixture/use-worker.js';
import { startWorker } from './start.js';

const on = useWorkerSystem();
const task = (subject: string, key = 'a1') => create({ subject }, key);

describe.each(queueBackends())('a worker with its queue on $name', ({ config, drop }) => {
  const logger = createLogger('crm-worker', 'silent');

  async function start() {
    const { crmWorker: url } = on.system.database.urls;
    const { policy, auth } = on.system.neighbours;
    const settings: WorkerConfig = {
      LOG_LEVEL: 'silent',
      BIND_ADDRESS: '127.0.0.1',
      HEALTH_PORT: 0,
      ALLOW_LOCAL_STANDINS: true,
      PRODUCT_NAME: 'Bliro',
      TLS_CA_FILE: '',
      TLS_CERT_FILE: '',
      TLS_KEY_FILE: '',
      DATABASE_URL: url,
      DATABASE_DIRECT_URL: url,
      QUEUE_PREFIX: 'crm',
      POLICY_GRPC_URL: '',
      AUTH_GRPC_URL: '',
      WORKER_CONCURRENCY: 4,
    };
    const workDatabase = new WorkDatabase(url, settings.WORKER_CONCURRENCY);
    const connection = connect(workDatabase, logger);
    const queues = await openQueues(config, logger);
    const worker = await startWorker(settings, { workDatabase, queues, policy, auth, logger });
    const close = async (): Promise<void> => {
      await worker.close();
      await queues.close();
      await connection.close();
    };
    return { worker, close };
  }

  afterAll(() => drop());

  it('finds work that nobody woke it for, and more than a slice of it', async () => {
    const { close } = await start();
    const actions = Array.from({ length: 23 }, (_one, index) => task(`Swept ${index}`, `a${index}`));
    const { jobId } = await on.system.accept(...actions);
    await eventually(async () => ((await on.system.job(jobId)).status === 'done' ? true : undefined));
    const rows = (await on.system.tasks()).filter(({ subject }) => String(subject).startsWith('Swept'));
    expect(new Set(rows.map(({ subject }) => subject)).size).toBe(23);
    await close();
  }, 20_000);

  it('stops with nothing held', async () => {
    const { worker, close } = await start();
    await eventually(async () => {
      await worker.holdsLock();
      return true;
    });
    await on.system.fault({ kind: 'delay', ms: 300 });
    const { jobId, laneId } = await on.system.accept(task('Stops 1'), task('Stops 2', 'a2'));
    await eventually(async () => ((await on.system.action(jobId)).status === 'running' ? true : undefined));
    await close();
    const statuses = (await on.system.job(jobId)).actions.map(({ status }) => status);
    expect(statuses).toEqual(['succeeded', 'queued']);
    const lanes = await on.system.work.query<{ holder: string | null }[]>('SELECT holder FROM lane WHERE id = $1', [
      laneId,
    ]);
    expect(lanes).toEqual([{ holder: null }]);
  }, 20_000);
});
