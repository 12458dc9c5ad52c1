import { actionStatuses, jobStatus, type ActionStatus } from '@bliro/contract/crm';
import { OrganizationDatabase } from '@bliro/database';
import { adminUrl, testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { ledgerMigrations } from '../migrations/index.js';
import { newAction, newJob, organization, TestLedger } from '../fixture/ledger.js';
import { listJobs } from './list.js';

describe('listing jobs by status', () => {
  let database: TestDatabase;
  let ledger: TestLedger;
  let admin: Client;

  beforeAll(async () => {
    database = await testDatabase({ schema: 'crm', migrations: ledgerMigrations });
    ledger = await TestLedger.open(database.urls);
    const url = new URL(adminUrl());
    url.pathname = `/${database.name}`;
    admin = new Client({ connectionString: url.href });
    await admin.connect();
  });
  afterAll(async () => {
    await ledger.close();
    await admin.end();
    await database.drop();
  });

  it('agrees with the contract for every pair of statuses', async () => {
    const expected = new Map<string, string>();
    for (const [index, first] of actionStatuses.entries()) {
      for (const second of actionStatuses.slice(index)) {
        const job = newJob({ userId: 'rep', actions: [newAction('a1'), newAction('a2')] });
        await ledger.accept(job);
        const set = (key: string, status: ActionStatus) =>
          admin.query('UPDATE crm.action SET status = $3 WHERE job_id = $1 AND key = $2', [job.id, key, status]);
        await set('a1', first);
        await set('a2', second);
        expected.set(job.id, jobStatus([first, second]));
      }
    }
    const http = new OrganizationDatabase(ledger.http);
    for (const status of ['open', 'waiting', 'done', 'done_with_problems', 'cancelled'] as const) {
      const { items } = await http.run(organization, (manager) =>
        listJobs(manager, { status }, { limit: 200, withResults: false }),
      );
      const wanted = [...expected].filter(([, of]) => of === status).map(([id]) => id);
      expect(items.map(({ id }) => id).sort()).toEqual(wanted.sort());
      expect(new Set(items.map((item) => item.status))).toEqual(new Set([status]));
    }
  });
});
