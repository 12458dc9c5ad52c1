import { createJobClient, type JobClient } from '@bliro/job-client';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { refusedMessages } from './people/messages.js';
import { Organization, type SignIn } from './people/organization.js';
import type { Environment } from '@bliro/sandbox-client';
import { backends } from './system/backends.js';
import { linesOfJob } from './system/logs.js';
import { System } from './system/system.js';
import { killWorkerWhileItsCreateIsCommitted } from './system/worst-moment.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(60_000);

const ada = 'ada@contoso.example';

describe.each(backends)('the main job, with $name', (backend) => {
  let system: System;
  let rep: Organization;
  let contoso: Environment;
  let signIn: SignIn;

  beforeAll(async () => {
    system = await System.start(backend);
    contoso = system.sandbox.environment('Contoso');
    rep = await Organization.join(system);
  }, 90_000);

  afterAll(() => system.stop(), 30_000);

  const rowsCalled = async (subject: string) =>
    (await system.sandbox.records(contoso.id, 'task')).filter((row) => row['subject'] === subject);

  describe('connecting', () => {
    it('ties the sign-in to the browser and brings the user back connected', async () => {
      signIn = await rep.signIn(ada);
      expect(signIn.location).toBe(`${system.apiUrl}/integrations?connection=connected`);
      const used = await fetch(signIn.callbackUrl, { redirect: 'manual' });
      expect(used.headers.get('location')).not.toContain('connection=connected');
    });

    it('lists the environments, chooses none, and takes the choice of the user', async () => {
      const { items } = await rep.user.get<{ items: { id: string; name: string; url: string }[] }>(
        '/auth/v1/connections/dynamics/environments',
      );
      expect(items.map(({ name }) => name).sort()).toEqual(['Contoso', 'Contoso Sandbox']);
      const before = await rep.user.get('/auth/v1/connections/dynamics');
      expect(before).not.toHaveProperty('environment');
      await rep.choose(contoso);
      const after = await rep.user.get('/auth/v1/connections/dynamics');
      expect(after).toMatchObject({ status: 'active', environment: { id: contoso.id, url: contoso.url } });
    });
  });

  it('does what was allowed once, as the record in Dynamics and the ledger say', async () => {
    await rep.allow('create_task');
    const subject = `Send the quote ${randomUUID()}`;
    const jobId = await rep.enqueue({
      tool: 'create_task',
      input: { fields: { subject, prioritycode: 'high', scheduledend: '2027-03-01T09:30:00+01:00' } },
    });
    const job = await rep.until(jobId);
    const [row] = await rowsCalled(subject);
    expect(await rowsCalled(subject)).toHaveLength(1);
    expect(row).toMatchObject({ subject, prioritycode: 2, scheduledend: '2027-03-01T08:30:00Z' });
    expect(job).toMatchObject({ status: 'done', userId: 'rep', meetingId: 'meeting-1' });
    const url = `${contoso.url}/main.aspx?etn=task&pagetype=entityrecord&id=${String(row?.['activityid'])}`;
    expect(job.actions).toEqual([
      {
        id: 'a1',
        tool: 'create_task',
        status: 'succeeded',
        attempts: 1,
        record: { table: 'task', id: row?.['activityid'], url },
        decisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  it('reads, creates and updates, each on the record of the one before', async () => {
    await rep.allow('create_account', 'read_account', 'create_contact', 'update_contact');
    const name = `Fourth Coffee ${randomUUID()}`;
    const company = randomUUID();
    await system.sandbox.write(contoso.id, 'account', company, { name, address1_city: 'Renton' });
    const jobId = await rep.enqueue(
      { id: 'phone', tool: 'update_contact', input: { id: { fromAction: 'person' }, fields: { mobilephone: '555' } } },
      {
        id: 'person',
        tool: 'create_contact',
        input: {
          fields: { lastname: name, parentcustomerid: { fromAction: 'company' }, accountrolecode: 'Influencer' },
        },
      },
      { id: 'company', tool: 'read_account', input: { where: { name }, columns: ['name', 'address1_city'] } },
      {
        id: 'task',
        tool: 'create_task',
        input: { fields: { subject: name, regardingobjectid: { table: 'account', id: company } } },
        after: ['phone'],
      },
    );
    const job = await rep.until(jobId);
    expect(job.actions.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'phone succeeded',
      'person succeeded',
      'company succeeded',
      'task succeeded',
    ]);
    const people = (await system.sandbox.records(contoso.id, 'contact')).filter((row) => row['lastname'] === name);
    expect(people).toMatchObject([{ mobilephone: '555', parentcustomerid: company, accountrolecode: 3 }]);
    expect(await rowsCalled(name)).toMatchObject([{ regardingobjectid: company }]);
    const written = (await system.sandbox.journal('dataverse')).filter(({ committed }) => committed).slice(-3);
    expect(written.map(({ method, path }) => `${method} ${path.replace(/\(.*/, '')}`)).toEqual([
      'POST /api/data/v9.2/contacts',
      'PATCH /api/data/v9.2/contacts',
      'POST /api/data/v9.2/tasks',
    ]);
  });

  it('gives what was read to the user and the pipeline, marked as untrusted, and not to the administrator', async () => {
    const rows = [{ accountid: expect.any(String), name: expect.stringMatching(/^Fourth Coffee/) }];
    const input = { where: { address1_city: 'Renton' }, columns: ['name'], top: 1 };
    const jobId = await rep.enqueue({ tool: 'read_account', input });
    await rep.until(jobId);
    for (const reader of [rep.user, rep.pipeline])
      expect((await rep.job(jobId, reader)).actions[0]?.result).toEqual({ untrusted: true, rows });
    const shown = await rep.job(jobId, rep.admin);
    expect(shown.actions[0]).toMatchObject({ status: 'succeeded' });
    expect(JSON.stringify(shown)).not.toContain('Fourth Coffee');
  });

  it('sends nothing for a tool on deny, which looks like one that does not exist', async () => {
    const before = await system.sandbox.now();
    const input = { fields: { name: 'Nobody' } };
    const denied = await rep.run('create_lead', { fields: { lastname: 'Nobody' } });
    const unknown = await rep.run('create_unicorn', input);
    const { decisionId: _one, ...seen } = denied;
    const { decisionId: _other, ...seenOfUnknown } = unknown;
    expect(seen).toMatchObject({ status: 'denied', reason: 'tool_not_available', attempts: 0 });
    expect({ ...seenOfUnknown, tool: 'create_lead' }).toEqual(seen);
    expect(await system.sandbox.journal('dataverse', before)).toEqual([]);
  });

  it('asked Microsoft for three scopes and used codes and refresh tokens alone', async () => {
    const entra = await system.sandbox.journal('entra');
    const [authorize] = entra.filter(({ path }) => path.endsWith('/authorize'));
    expect(authorize?.scope?.split(' ').sort()).toEqual(
      ['openid', 'offline_access', `${system.sandbox.info.discoveryUrl}/user_impersonation`].sort(),
    );
    const tokens = entra.filter(({ path }) => path.endsWith('/token'));
    expect(new Set(tokens.map(({ grantType }) => grantType))).toEqual(new Set(['authorization_code', 'refresh_token']));
    for (const { scope } of tokens)
      expect(scope?.split(' ').map((one) => one.replace(/^http.*\/(?=user_)/, ''))).toEqual(
        expect.arrayContaining(['openid', 'offline_access', 'user_impersonation']),
      );
    for (const { scope } of tokens) expect(scope?.split(' ')).toHaveLength(3);
  });

  it('can be followed through all services by the correlation id that came with the job', async () => {
    const correlationId = `meeting-${randomUUID()}`;
    const job = rep.jobOf({ tool: 'create_task', input: { fields: { subject: correlationId } } });
    const accepted = await rep.post(job, { 'x-correlation-id': correlationId });
    const { jobId } = accepted.body;
    expect(accepted.headers.get('x-correlation-id')).toBe(correlationId);
    await rep.until(jobId);
    for (const service of ['job-service', 'crm-worker', 'policy-service', 'auth-service'])
      expect(system.installation.log(service).map((line) => line['correlationId'])).toContain(correlationId);

    const lines = await linesOfJob(system.installation, jobId);
    expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).sort());
    const order = ['job taken in', 'decided', 'an access token was asked for', 'an action was attempted'];
    expect(order.map((text) => lines.findIndex(({ line }) => line.includes(text)))).toEqual(
      order.map((text) => lines.findIndex(({ line }) => line.includes(text))).sort((a, b) => a - b),
    );
    expect(order.filter((text) => !lines.some(({ line }) => line.includes(text)))).toEqual([]);
  });

  describe('by the queue crm-jobs', () => {
    let client: JobClient;

    beforeAll(() => {
      const token = rep.pipeline.token ?? '';
      client = createJobClient({ queue: system.queue, http: { url: system.apiUrl, token } });
    });

    afterAll(() => client.close());

    const messageOf = (job: unknown, idempotencyKey: string = randomUUID(), more = {}): Promise<string> =>
      system.sandbox.jobMessage({ organization: rep.name, idempotencyKey, job, ...more });

    it('ends in the same place, and one key over both ways is one job', async () => {
      const subject = `Call back ${randomUUID()}`;
      const key = randomUUID();
      const job = rep.jobOf({ tool: 'create_task', input: { fields: { subject } } });
      const { jobId = '' } = await client.sendMessage(await messageOf(job, key));
      const again = await client.postJob(job as Parameters<JobClient['postJob']>[0], key);
      const onceMore = await client.sendMessage(await messageOf(job, key));
      expect([again.jobId, onceMore.jobId]).toEqual([jobId, jobId]);
      const { status, actions } = await rep.until(jobId);
      expect(status).toBe('done');
      expect(await rowsCalled(subject)).toMatchObject([{ activityid: actions[0]?.record?.id }]);
    });

    it.each(Object.entries(refusedMessages))('puts a message aside that is %s, with an alarm', async (_what, kind) => {
      const before = await rep.jobs();
      const alarms = () => system.installation.log('job-service').filter((line) => line['alarm'] !== undefined);
      const known = alarms().length;
      const good = await messageOf(rep.jobOf({ tool: 'create_task', input: { fields: { subject: 'Never' } } }));
      const bad = await kind.make(good, messageOf);
      await expect(client.sendMessage(bad)).rejects.toMatchObject({ name: 'JobRefused', code: kind.reason });
      expect(alarms().slice(known)).toMatchObject([
        { level: 'error', alarm: 'queue_message_refused', queue: 'crm-jobs', reason: kind.reason },
      ]);
      expect(await rep.jobs()).toEqual(before);
      expect(await rowsCalled('Never')).toEqual([]);
    });

    it('goes on after that', async () => {
      const job = rep.jobOf({ tool: 'create_task', input: { fields: { subject: 'After the refusals' } } });
      const { jobId = '' } = await client.sendMessage(await messageOf(job));
      expect((await rep.until(jobId)).status).toBe('done');
    });
  });

  it('creates the record once when the worker dies while its create is committed', async () => {
    const subject = `Worst moment ${randomUUID()}`;
    const jobId = await killWorkerWhileItsCreateIsCommitted(rep, ada, subject);
    const { actions } = await rep.until(jobId);
    expect(actions).toMatchObject([{ status: 'succeeded', attempts: 2 }]);
    expect(await rowsCalled(subject)).toMatchObject([{ activityid: actions[0]?.record?.id }]);
  }, 60_000);
});
