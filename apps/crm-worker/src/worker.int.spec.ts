import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dataSourceOptions } from '@bliro/database';
import { createLogger } from '@bliro/observe';
import { openQueues } from '@bliro/queue';
import { eventually, queueBackends } from '@bliro/testing';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { World, type Asked } from './fixture/world.js';
import { Membership } from './lane/membership.js';

let world: World;

beforeAll(async () => {
  world = await World.start();
}, 30_000);
afterAll(() => world.stop());
beforeEach(() => world.fresh());

const create = (subject: string, key = 'a1'): Asked => ({ key, tool: 'create_task', input: { fields: { subject } } });

describe.each(queueBackends())('a worker with its queue on $name', ({ config, drop }) => {
  const logger = createLogger('crm-worker', 'silent');

  async function start() {
    const url = world.database.urls.crmWorker;
    const queues = await openQueues(config, logger);
    const parts = {
      dataSource: new DataSource(dataSourceOptions({ url, schema: 'crm', poolSize: 6 })),
      directUrl: url,
      queues,
      policy: world.neighbours.policy,
      auth: world.neighbours.auth,
      logger,
      allowLocal: true,
      concurrency: 4,
      graceMs: 2_000,
    };
    const app = await NestFactory.createApplicationContext(AppModule.with(parts), { logger: false });
    return { app, queues };
  }

  afterAll(() => drop());

  it('finds work that nobody woke it for, and more than a slice of it', async () => {
    const { app } = await start();
    const actions = Array.from({ length: 23 }, (_one, index) => create(`Swept ${index}`, `a${index}`));
    const { jobId } = await world.accept(...actions);
    await eventually(async () => ((await world.job(jobId)).status === 'done' ? true : undefined));
    const rows = (await world.tasks()).filter(({ subject }) => String(subject).startsWith('Swept'));
    expect(new Set(rows.map(({ subject }) => subject)).size).toBe(23);
    await app.close();
  }, 20_000);

  it('stops with nothing held', async () => {
    const { app } = await start();
    await eventually(async () => app.get(Membership).alive || undefined);
    await world.fault({ kind: 'delay', ms: 300 });
    const { jobId, laneId } = await world.accept(create('Stops 1'), create('Stops 2', 'a2'));
    await eventually(async () => ((await world.action(jobId)).status === 'running' ? true : undefined));
    await app.close();
    const statuses = (await world.job(jobId)).actions.map(({ status }) => status);
    expect(statuses).toEqual(['succeeded', 'queued']);
    const lanes = await world.work.query<{ holder: string | null }[]>('SELECT holder FROM lane WHERE id = $1', [
      laneId,
    ]);
    expect(lanes).toEqual([{ holder: null }]);
  }, 20_000);
});
