import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ledgerMigrations } from '../migrations/index.js';
import { newAction, newJob, newUpdate, organization, TestLedger } from '../fixture/ledger.js';
import { acceptJob } from './accept.js';

describe('accepting a job', () => {
  let database: TestDatabase;
  let ledger: TestLedger;

  beforeAll(async () => {
    database = await testDatabase({ schema: 'crm', migrations: ledgerMigrations });
    ledger = await TestLedger.open(database.urls);
  });
  afterAll(async () => {
    await ledger.close();
    await database.drop();
  });

  const count = async (table: string, where: string, values: unknown[]): Promise<number> => {
    const found: { n: string }[] = await ledger.work.query(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, values);
    return Number(found[0]?.n);
  };

  it('writes job, actions, content, lane, key and event together', async () => {
    const job = newJob({ actions: [newAction('a1'), newAction('a2', { after: ['a1'] })] });
    const accepted = await ledger.accept(job);
    expect(await ledger.statuses(job.id)).toEqual({ a1: 'queued', a2: 'waiting' });
    expect(await count('content', "action_id = $1 AND kind = 'input' AND salt = 'salt'", [job.actions[0]?.id])).toBe(1);
    expect(
      await count('event', "subject = $1 AND type = 'job.accepted' AND correlation_id = 'correlation-1'", [job.id]),
    ).toBe(1);
    const lane = await ledger.lane(accepted.laneId);
    expect(lane).toMatchObject({ holder: null, seq: '1' });
    expect(lane.due?.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    expect(accepted.held).toBe(false);
  });

  it('makes one job of fifty parallel calls with the same key and body', async () => {
    const userId = `user-${randomUUID()}`;
    const idempotencyKey = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => acceptJob(ledger.work, newJob({ userId, idempotencyKey }))),
    );
    expect(answers.filter((answer) => answer.kind === 'accepted')).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === 'repeated')).toHaveLength(49);
    expect(new Set(answers.map((answer) => (answer.kind === 'conflict' ? '' : answer.jobId))).size).toBe(1);
    expect(await count('job', 'user_id = $1', [userId])).toBe(1);
    expect(await count('action JOIN job ON job.id = action.job_id', 'user_id = $1', [userId])).toBe(1);
  });

  it('refuses the same key with another body', async () => {
    const job = newJob();
    await ledger.accept(job);
    const other = await acceptJob(ledger.work, newJob({ idempotencyKey: job.idempotencyKey, bodyHash: 'body-2' }));
    expect(other).toEqual({ kind: 'conflict' });
  });

  it('takes a key of another organization, caller or call as another key', async () => {
    const job = newJob();
    await ledger.accept(job);
    await ledger.accept(newJob({ idempotencyKey: job.idempotencyKey, organization: 'fabrikam' }));
    await ledger.accept(newJob({ idempotencyKey: job.idempotencyKey, keyScope: 'user:rep tool-calls' }));
  });

  it('keeps nothing of a job that fails half-way, so that the key is free for the repeat', async () => {
    const job = newJob({ actions: [newAction('a1'), newAction('a1')] });
    await expect(acceptJob(ledger.work, job)).rejects.toThrow(/action_job_id_key_key/);
    expect(await count('idempotency', 'key = $1', [job.idempotencyKey])).toBe(0);
    expect(await count('lane', 'user_id = $1', [job.userId])).toBe(0);
    await ledger.accept({ ...job, actions: [newAction('a1')] });
  });

  it('numbers the actions of a lane in the order of acceptance', async () => {
    const userId = `user-${randomUUID()}`;
    const jobs = Array.from({ length: 12 }, () => newJob({ userId, actions: [newAction('a1'), newAction('a2')] }));
    await Promise.all(jobs.map((job) => ledger.accept(job)));
    const positions: { position: string }[] = await ledger.work.query(
      'SELECT position FROM action JOIN job ON job.id = action.job_id WHERE user_id = $1 ORDER BY position',
      [userId],
    );
    expect(positions.map((row) => Number(row.position))).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  });

  it('lets an update wait for an unfinished write to the same record', async () => {
    const userId = `user-${randomUUID()}`;
    const record = randomUUID();
    const first = newJob({ userId, actions: [newUpdate('a1', record), newUpdate('a2', record.toUpperCase())] });
    await ledger.accept(first);
    const second = newJob({ userId, actions: [newUpdate('b1', record), newUpdate('b2', randomUUID())] });
    await ledger.accept(second);
    expect(await ledger.statuses(first.id)).toEqual({ a1: 'queued', a2: 'waiting' });
    expect(await ledger.statuses(second.id)).toEqual({ b1: 'waiting', b2: 'queued' });
    const stranger = newJob({ actions: [newUpdate('c1', record)] });
    await ledger.accept(stranger);
    expect(await ledger.statuses(stranger.id)).toEqual({ c1: 'queued' });
  });

  it('keeps what people wrote as they wrote it', async () => {
    const subject = 'Müller \u0000 "quoted" \\ 💶 $1';
    const job = newJob({ actions: [newAction('a1', { input: { fields: { subject } } })] });
    await ledger.accept(job);
    const found: { body: string }[] = await ledger.work.query('SELECT body FROM content WHERE action_id = $1', [
      job.actions[0]?.id,
    ]);
    expect(JSON.parse(found[0]?.body ?? '')).toEqual({ fields: { subject } });
    expect(organization).toBe(job.organization);
  });
});
