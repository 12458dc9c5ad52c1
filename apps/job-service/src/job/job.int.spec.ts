import { joinAsHolder, Lanes, type Outcome } from '@bliro/ledger';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTask, jobOf } from '../fixture/job-system.js';
import { useJobSystem } from '../fixture/use-job-system.js';

describe('reading jobs', () => {
  const on = useJobSystem();

  const accept = async (job: object = jobOf(), organization = 'contoso'): Promise<string> => {
    const answer = await on.system.call('POST jobs', { key: randomUUID(), body: job, organization });
    expect(answer.status).toBe(202);
    return answer.body.jobId;
  };
  /** As the worker does it. */
  const settle = async (jobId: string, outcomes: Record<string, Outcome>): Promise<void> => {
    const { holder, close } = await joinAsHolder(on.system.urls.crmWorker);
    const lanes = new Lanes(on.system.ledger, holder);
    const [job] = await on.system.ledger.query<{ lane: string }[]>('SELECT lane_id AS lane FROM job WHERE id = $1', [
      jobId,
    ]);
    const lease = await lanes.lease(job?.lane ?? '');
    if (!lease) throw new Error('expected to get the lease');
    for (const action of await lanes.next(lease, 200)) {
      const outcome = outcomes[action.key];
      if (action.jobId !== jobId || outcome === undefined) continue;
      const attempt = {
        ...{ id: randomUUID(), actionId: action.id, decisionId: randomUUID(), connectionVersion: 1 },
        ...{ environmentId: 'e', tenantId: 't', subject: 's', operation: 'read', table: 'task' },
      };
      if (outcome.status === 'succeeded') await lanes.begin(lease, attempt);
      await lanes.settle(lease, { actionId: action.id, decisionId: attempt.decisionId, outcome });
    }
    await lanes.release(lease);
    await close();
  };

  it('shows how each action ended, with the link to its record', async () => {
    const jobId = await accept({ ...jobOf(createTask('a1'), createTask('a2'), createTask('a3')), userId: 'ann' });
    const record = { table: 'task', id: randomUUID(), url: 'https://contoso.example/main.aspx?etn=task' };
    await settle(jobId, {
      a1: { status: 'succeeded', record },
      a2: { status: 'denied', reason: 'tool_not_available', message: 'This tool is not available.' },
      a3: { status: 'retrying', reason: 'throttled', nextAttemptInMs: 60_000 },
    });
    const { body } = await on.system.call(`GET jobs/${jobId}`);
    expect(body.status).toBe('open');
    expect(body.actions).toEqual([
      { id: 'a1', tool: 'create_task', status: 'succeeded', attempts: 1, record, decisionId: expect.any(String) },
      expect.objectContaining({ id: 'a2', status: 'denied', reason: 'tool_not_available', attempts: 0 }),
      expect.objectContaining({ id: 'a3', status: 'retrying', nextAttemptAt: expect.stringMatching(/Z$/) }),
    ]);
  });

  it('shows what was read to the user and the pipeline only', async () => {
    const read = { id: 'a1', tool: 'read_task', input: { where: { subject: 'x' } } };
    const jobId = await accept({ ...jobOf(read), userId: 'bob' });
    await settle(jobId, { a1: { status: 'succeeded', result: [{ subject: 'x' }] } });
    const resultFor = async (roles: string[], user: string) => {
      const { body } = await on.system.call(`GET jobs/${jobId}`, { roles, user });
      const list = await on.system.call('GET jobs?userId=bob', { roles, user });
      expect(list.body.items[0].actions[0].result).toEqual(body.actions[0].result);
      return body.actions[0].result;
    };
    const rows = { untrusted: true, rows: [{ subject: 'x' }] };
    expect(await resultFor(['pipeline'], 'pipeline')).toEqual(rows);
    expect(await resultFor(['user'], 'bob')).toEqual(rows);
    expect(await resultFor(['admin'], 'boss')).toBeUndefined();
    expect(await resultFor(['admin', 'user'], 'boss')).toBeUndefined();
  });

  it('answers a foreign job as an unknown one', async () => {
    const jobId = await accept();
    const unknown = await on.system.call(`GET jobs/${randomUUID()}`);
    for (const call of [
      { roles: ['pipeline'], organization: 'fabrikam' },
      { roles: ['admin'], organization: 'fabrikam' },
      { roles: ['user'], user: 'somebody-else' },
    ]) {
      const answer = await on.system.call(`GET jobs/${jobId}`, call);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(unknown.body);
    }
    expect((await on.system.call(`GET jobs/${jobId}`, { roles: ['user'], user: 'rep' })).status).toBe(200);
    expect((await on.system.call('GET jobs/no-uuid')).body).toEqual(unknown.body);
  });

  it('lists jobs newest first, a page at a time, by meeting, user and status', async () => {
    const organization = `org-${randomUUID()}`;
    const ids: string[] = [];
    for (const userId of ['u1', 'u2', 'u1']) {
      ids.unshift(await accept({ ...jobOf(), userId, meetingId: `of-${userId}` }, organization));
    }
    const list = async (query: string, call = {}) => {
      const { body } = await on.system.call(`GET jobs?${query}`, { organization, ...call });
      return { ids: body.items.map((item: { id: string }) => item.id) as string[], next: body.nextCursor as string };
    };
    const first = await list('limit=2');
    expect(first.ids).toEqual(ids.slice(0, 2));
    const second = await list(`limit=2&cursor=${first.next}`);
    expect(second).toEqual({ ids: ids.slice(2), next: undefined });
    expect((await list('userId=u1')).ids).toEqual([ids[0], ids[2]]);
    expect((await list('meetingId=of-u2')).ids).toEqual([ids[1]]);
    expect((await list('status=open')).ids).toEqual(ids);
    expect((await list('status=done')).ids).toEqual([]);
    expect((await list('', { roles: ['user'], user: 'u2' })).ids).toEqual([ids[1]]);
    expect((await list('userId=u1', { roles: ['user'], user: 'u2' })).ids).toEqual([]);
    expect((await list('', { organization: 'nobody' })).ids).toEqual([]);
  });

  it.each(['limit=0', 'limit=201', 'status=odd', 'cursor=nonsense', 'colour=red', 'cursor=WyJ4IiwieSJd', 'userId=%00'])(
    'refuses the query %s',
    async (query) => {
      const { status, body } = await on.system.call(`GET jobs?${query}`);
      expect([status, body.code]).toEqual([400, 'invalid_query']);
    },
  );

  it('lets what did not succeed go again, for the pipeline and the user', async () => {
    const jobId = await accept({ ...jobOf(createTask('a1'), createTask('a2', { after: ['a1'] })), userId: 'dora' });
    const retry = (action: string, call: object = {}) =>
      on.system.call(`POST jobs/${jobId}/actions/${action}/retry`, call);
    const statuses = async (): Promise<string[]> =>
      (await on.system.call(`GET jobs/${jobId}`)).body.actions.map((action: { status: string }) => action.status);
    const lost: Outcome = { status: 'denied', reason: 'tool_not_available', message: 'This tool is not available.' };
    for (const call of [{ roles: ['user'], user: 'dora' }, {}]) {
      await settle(jobId, { a1: lost });
      expect(await statuses()).toEqual(['denied', 'cancelled']);
      expect((await retry('a2', call)).body.code).toBe('action_held_back');
      const answer = await retry('a1', call);
      expect([answer.status, answer.headers.get('location')]).toEqual([202, `/jobs/v1/jobs/${jobId}`]);
      expect(await statuses()).toEqual(['queued', 'waiting']);
      expect((await retry('a1', call)).status).toBe(202);
    }
    expect((await retry('a1', { roles: ['admin'] })).status).toBe(403);
    expect((await retry('a1', { roles: ['user'], user: 'somebody-else' })).status).toBe(404);
    expect((await retry('a9')).status).toBe(404);
    await settle(jobId, { a1: { status: 'succeeded' } });
    const late = await retry('a1');
    expect([late.status, late.body.code]).toEqual([409, 'action_succeeded']);
  });

  it('cancels what has not been sent, for the pipeline and the user', async () => {
    const jobId = await accept({ ...jobOf(), userId: 'carl' });
    const refused = await on.system.call(`DELETE jobs/${jobId}`, { roles: ['user'], user: 'somebody-else' });
    expect(refused.status).toBe(404);
    expect((await on.system.call(`DELETE jobs/${jobId}`, { organization: 'fabrikam' })).status).toBe(404);
    expect((await on.system.call(`DELETE jobs/${jobId}`, { roles: ['admin'] })).status).toBe(403);
    // Who is both sees every job, and still changes their own alone.
    const colleague = { roles: ['user', 'admin'], user: 'somebody-else' };
    expect((await on.system.call(`GET jobs/${jobId}`, colleague)).status).toBe(200);
    expect((await on.system.call(`DELETE jobs/${jobId}`, colleague)).status).toBe(404);
    expect((await on.system.call(`POST jobs/${jobId}/actions/a1/retry`, colleague)).status).toBe(404);
    expect((await on.system.call(`GET jobs/${jobId}`)).body.status).toBe('open');
    for (const call of [{ roles: ['user'], user: 'carl' }, {}]) {
      expect((await on.system.call(`DELETE jobs/${jobId}`, call)).status).toBe(204);
    }
    expect((await on.system.call(`GET jobs/${jobId}`)).body).toMatchObject({
      status: 'cancelled',
      actions: [{ status: 'cancelled', reason: 'cancelled' }],
    });
  });
});
