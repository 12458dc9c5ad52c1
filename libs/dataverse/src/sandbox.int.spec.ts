import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Environment, Fault } from '@bliro/sandbox-client';
import { SandboxProcess } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import { createDataverse, type Dataverse, type DataverseOptions } from './client.js';
import {
  discoverInstances,
  entitySetName,
  ownUser,
  tableColumns,
  tableDefinition,
  tableList,
  whoAmI,
} from './outside-tools.js';

let sandbox: SandboxProcess;
let environment: Environment;
let tokens: { ada: string; eve: string };

beforeAll(async () => {
  sandbox = await SandboxProcess.start();
  environment = sandbox.environment('Contoso');
  tokens = {
    ada: await sandbox.signIn('ada@contoso.example', environment.url),
    eve: await sandbox.signIn('eve@contoso.example', environment.url),
  };
});
afterAll(() => {
  sandbox.stop();
});
beforeEach(async () => {
  await sandbox.clearFaults();
});

const client = (who: 'ada' | 'eve' = 'ada', more: Partial<DataverseOptions> = {}): Dataverse =>
  createDataverse({ apiUrl: environment.apiUrl, accessToken: tokens[who], allowLocal: true, ...more });
const newTask = (subject: string) => ({ activityid: randomUUID(), subject });
const fault = (effect: Fault['effect']) =>
  sandbox.addFault({ target: 'dataverse', match: { path: '/api/data/v9.2/tasks' }, effect, times: 1 });
const tasks = (id: string) =>
  sandbox.records(environment.id, 'task').then((rows) => rows.filter((row) => row['activityid'] === id));

describe('a record', () => {
  it('is created under the given id, read and changed', async () => {
    const task = newTask('Send the quote');
    expect(await client().create('tasks', task)).toMatchObject({ ok: true });
    const read = await client().retrieve('tasks', task.activityid, ['subject']);
    expect(read).toMatchObject({ ok: true, value: { subject: 'Send the quote' }, etag: expect.stringMatching(/^W\//) });
    const ifMatch = read.ok ? (read.etag ?? '') : '';
    expect(await client().update('tasks', task.activityid, { subject: 'Call' }, { ifMatch })).toMatchObject({
      ok: true,
    });
    expect(await client().update('tasks', task.activityid, { subject: 'Late' }, { ifMatch })).toMatchObject({
      ok: false,
      failure: { class: 'permanent', status: 412, name: 'ConcurrencyVersionMismatch' },
    });
    expect((await tasks(task.activityid))[0]).toMatchObject({ subject: 'Call' });
  });

  it('is created once: the same id again is a duplicate', async () => {
    const task = newTask('Once');
    await client().create('tasks', task);
    expect(await client().create('tasks', task)).toMatchObject({
      ok: false,
      failure: { status: 412, code: '0x80040237' },
    });
    expect(await tasks(task.activityid)).toHaveLength(1);
  });

  it('is not there: 404 with its code', async () => {
    expect(await client().retrieve('tasks', randomUUID(), ['subject'])).toMatchObject({
      ok: false,
      failure: { class: 'permanent', status: 404, name: 'ObjectDoesNotExist' },
    });
  });

  it('is found by equality, whatever stands in the value', async () => {
    const task = newTask(`it's & 'so' #${randomUUID()}`);
    await client().create('tasks', task);
    const where = { subject: { type: 'text', value: task.subject } } as const;
    expect(await client().query('tasks', { where, columns: ['subject'], top: 5 })).toMatchObject({
      ok: true,
      value: [{ subject: task.subject, activityid: task.activityid }],
    });
  });

  it('is not written by somebody who only reads', async () => {
    const refused = await client('eve').create('tasks', newTask('No'));
    expect(refused).toMatchObject({ ok: false, failure: { class: 'permanent', status: 403 } });
    expect(refused.ok ? '' : refused.failure.message).toMatch(/prvCreate/);
  });
});

describe('a lost answer', () => {
  it('leaves a write unknown that took effect, and the same request says so', async () => {
    const task = newTask('Lost');
    await fault({ kind: 'dropAfterCommit' });
    expect(await client().create('tasks', task)).toMatchObject({ ok: false, failure: { class: 'unknown' } });
    expect(await client().create('tasks', task)).toMatchObject({ ok: false, failure: { code: '0x80040237' } });
    expect(await tasks(task.activityid)).toHaveLength(1);
  });

  it('that comes too late is unknown as well', async () => {
    const task = newTask('Late');
    await fault({ kind: 'delayAfterCommit', ms: 5_000 });
    expect(await client('ada', { timeoutMs: 200 }).create('tasks', task)).toMatchObject({
      ok: false,
      failure: { class: 'unknown' },
    });
    expect(await tasks(task.activityid)).toHaveLength(1);
  });

  it('with a status keeps Retry-After', async () => {
    await fault({ kind: 'status', status: 429, retryAfter: 3 });
    expect(await client().create('tasks', newTask('Slow'))).toMatchObject({
      ok: false,
      failure: { class: 'throttled', retryAfterMs: 3_000 },
    });
  });
});

describe('outside tools', () => {
  it('finds the instances of a user', async () => {
    const discoveryUrl = `${sandbox.origin}/discovery`;
    const accessToken = await sandbox.signIn('ada@contoso.example', discoveryUrl);
    const found = await discoverInstances({ discoveryUrl, accessToken, allowLocal: true });
    expect(found.ok && found.value.map(({ id, name, type, enabled }) => ({ id, name, type, enabled }))).toEqual(
      expect.arrayContaining([
        { id: environment.id, name: 'Contoso', type: 'production', enabled: true },
        expect.objectContaining({ name: 'Contoso Sandbox', type: 'sandbox' }),
      ]),
    );
  });

  it('learns who the user is', async () => {
    const me = await whoAmI(client());
    expect(me).toMatchObject({ ok: true, value: { organizationId: environment.id } });
    expect(await ownUser(client(), me.ok ? me.value.userId : '')).toMatchObject({
      ok: true,
      value: { email: 'ada@contoso.example' },
    });
  });

  it('learns what a table looks like', async () => {
    const task = await tableDefinition(client(), 'task');
    expect(task).toMatchObject({
      ok: true,
      value: {
        entitySetName: 'tasks',
        primaryIdAttribute: 'activityid',
        primaryNameAttribute: 'subject',
        optimisticConcurrency: true,
        columns: {
          subject: { type: 'String' },
          scheduledend: { type: 'DateTime', dateBehavior: 'UserLocal' },
          prioritycode: { type: 'Picklist', options: expect.arrayContaining([{ value: 2, label: 'High' }]) },
        },
        lookups: {
          regardingobjectid: expect.arrayContaining([
            { target: 'account', navigation: 'regardingobjectid_account_task' },
          ]),
        },
      },
    });
    expect(await entitySetName(client(), 'opportunity')).toMatchObject({ ok: true, value: 'opportunities' });
    expect(await tableDefinition(client(), 'nothing')).toMatchObject({ ok: false, failure: { class: 'permanent' } });
  });

  it('lists every table', async () => {
    const tables = await tableList(client());
    expect(tables.ok && tables.value).toEqual(
      expect.arrayContaining([
        { table: 'task', displayName: 'Task', virtual: false, internal: false },
        expect.objectContaining({ table: 'systemuser' }),
      ]),
    );
  });

  it('learns what may be done with the columns of a table, and which values they take', async () => {
    const columns = await tableColumns(client(), 'task');
    const named = (name: string) => (columns.ok ? columns.value.find((column) => column.name === name) : undefined);
    expect(named('subject')).toMatchObject({
      displayName: 'Subject',
      type: 'String',
      create: true,
      update: true,
      read: true,
      primaryName: true,
      secured: false,
      maxLength: 200,
    });
    expect(named('activityid')).toMatchObject({ type: 'Uniqueidentifier', primaryId: true, update: false });
    expect(named('percentcomplete')).toMatchObject({ type: 'Integer', min: 0, max: 100 });
    expect(named('regardingobjectid')?.targets).toEqual(expect.arrayContaining(['account', 'contact']));
    expect(named('prioritycode')?.options).toEqual(expect.arrayContaining([{ value: 2, label: 'High' }]));
    expect(named('scheduledend')?.dateBehavior).toBe('UserLocal');
    expect(await tableColumns(client(), 'nothing')).toMatchObject({ ok: false, failure: { class: 'permanent' } });
  });
});
