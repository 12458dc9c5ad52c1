import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { newJob, TestLedger } from '../fixture/ledger.js';
import { ledgerMigrations } from './index.js';

const tables = ['lane', 'job', 'action', 'attempt', 'content', 'event'];

describe('rights in the ledger', () => {
  let database: TestDatabase;
  let ledger: TestLedger;

  beforeAll(async () => {
    database = await testDatabase({ schema: 'crm', migrations: ledgerMigrations });
    ledger = await TestLedger.open(database.urls);
    await ledger.accept(newJob({ organization: 'contoso' }));
    await ledger.accept(newJob({ organization: 'fabrikam' }));
  });
  afterAll(async () => {
    await ledger.close();
    await database.drop();
  });

  const rowsOf = async (source: DataSource, table: string, organization?: string): Promise<number> =>
    source.transaction(async (manager) => {
      if (organization !== undefined) {
        await manager.query("SELECT set_config('app.organization', $1, true)", [organization]);
      }
      return (await manager.query<unknown[]>(`SELECT FROM ${table}`)).length;
    });

  it.each(tables.filter((table) => table !== 'attempt'))(
    'of %s: HTTP sees one organization, and none without',
    async (table) => {
      expect(await rowsOf(ledger.http, table)).toBe(0);
      expect(await rowsOf(ledger.http, table, '')).toBe(0);
      expect(await rowsOf(ledger.http, table, 'contoso')).toBe(1);
      expect(await rowsOf(ledger.http, table, 'nobody')).toBe(0);
      expect(await rowsOf(ledger.work, table)).toBe(2);
      expect(await rowsOf(ledger.worker, table)).toBe(2);
    },
  );

  it('have every table under row level security, for its owner too', async () => {
    const open = await ledger.work.query<{ relname: string }[]>(
      `SELECT relname FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
         AND NOT (relrowsecurity AND relforcerowsecurity)`,
    );
    expect(open.map(({ relname }) => relname).sort()).toEqual(['event_cursor', 'migration']);
  });

  const action = `INSERT INTO action (id, job_id, lane_id, position, status, organization, key, tool, after)
    SELECT gen_random_uuid(), job_id, lane_id, 99, 'queued', organization, 'a9', tool, '{}' FROM action LIMIT 1`;
  const insertJob = `INSERT INTO job (id, organization, user_id, lane_id, key_scope, idempotency_key, correlation_id)
    SELECT gen_random_uuid(), organization, 'victim', lane_id, 'x', 'x', 'x' FROM job LIMIT 1`;
  const input = (kind: string) => `INSERT INTO content (action_id, kind, number, organization, salt, body, mandate)
    SELECT id, '${kind}', 9, organization, 's', '{}', ${kind === 'input' ? "'forged'" : 'NULL'} FROM action LIMIT 1`;

  it.each<[string, 'http' | 'work' | 'worker', string]>([
    ['HTTP adds an action', 'http', action],
    ['HTTP adds a job', 'http', insertJob],
    ['HTTP moves an action', 'http', "UPDATE action SET status = 'succeeded'"],
    ['HTTP makes a lane due', 'http', 'UPDATE lane SET due = now()'],
    [
      'HTTP appends an event',
      'http',
      "INSERT INTO event (id, organization, type, subject, subject_version, data) VALUES (gen_random_uuid(), 'contoso', 't', 's', 1, '{}')",
    ],
    ['HTTP reads keys of callers', 'http', 'SELECT FROM idempotency'],
    ['the worker adds a job', 'worker', insertJob],
    ['the worker adds an action', 'worker', action],
    ['the worker adds a lane', 'worker', "INSERT INTO lane (organization, user_id) VALUES ('contoso', 'victim')"],
    ['the worker adds an input', 'worker', input('input')],
    ['the worker changes an input', 'worker', "UPDATE content SET kind = 'result'"],
    ['the worker changes a result', 'worker', "UPDATE content SET body = 'changed'"],
    ['the worker takes a cancel back', 'worker', 'UPDATE action SET cancel_requested_at = NULL'],
    ['the worker changes what was mandated', 'worker', "UPDATE action SET tool = 'update_account'"],
    ['the worker changes whose job it is', 'worker', "UPDATE job SET user_id = 'victim'"],
    ['the worker rewrites an attempt', 'worker', 'UPDATE attempt SET record_id = NULL'],
    ['the worker deletes an action', 'worker', 'DELETE FROM action'],
    ['the worker changes a fact', 'worker', "UPDATE event SET data = '{}'"],
    ['the worker follows events', 'worker', "INSERT INTO event_cursor VALUES ('x', 'y', 1)"],
    ['the intake takes a lease', 'work', 'UPDATE lane SET fence = fence + 1'],
    ['the intake records an attempt', 'work', 'UPDATE attempt SET outcome = $$succeeded$$'],
    ['the intake names a record', 'work', 'UPDATE action SET record_id = gen_random_uuid()'],
    ['the intake deletes a job', 'work', 'DELETE FROM job'],
  ])('do not let it happen that %s', async (_what, role, sql) => {
    await expect(ledger[role].query(sql)).rejects.toThrow(/permission denied|row-level security/);
  });

  const finished = ['succeeded', 'denied', 'rejected', 'expired', 'failed', 'cancelled'];

  it.each(finished)('let the worker read nothing of an action that is %s, and open none', async (status) => {
    const job = newJob();
    const id = job.actions[0]?.id;
    await ledger.accept(job);
    const readable = () =>
      ledger.worker.query<unknown[]>('SELECT mandate, salt, body FROM content WHERE action_id = $1', [id]);
    const move = (role: 'work' | 'worker', to: string) =>
      ledger[role].query('UPDATE action SET status = $2 WHERE id = $1', [id, to]);
    expect(await readable()).toEqual([
      { mandate: 'mandate.of.a1', salt: 'salt', body: '{"fields":{"subject":"Task a1"}}' },
    ]);
    await move('worker', status);
    await ledger.worker.query(
      `INSERT INTO content (action_id, kind, organization, salt, body) VALUES ($1, 'result', 'contoso', 's', '[]')`,
      [id],
    );
    expect(await readable()).toEqual([]);
    await expect(move('worker', 'queued')).rejects.toThrow('permission denied to open a finished action again');
    await move('work', 'waiting');
    expect(await readable()).toHaveLength(2);
  });
});
