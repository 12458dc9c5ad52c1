import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { joinAsHolder, Lanes } from '@bliro/ledger';
import { eventually, queueBackends } from '@bliro/testing';
import { jobOf, jobSystem, type JobSystem } from '../fixture/job-system.js';

const [backend] = queueBackends();
if (!backend) throw new Error('there is no queue backend');

let system: JobSystem;
beforeAll(async () => {
  system = await jobSystem(backend.config);
});
afterAll(async () => {
  await system.close();
  await backend.drop();
});

async function blockedJob(userId: string, reason: 'paused' | 'not_connected' = 'paused'): Promise<string> {
  const { body } = await system.call('POST jobs', { key: randomUUID(), body: { ...jobOf(), userId } });
  const { holder, close } = await joinAsHolder(system.urls.crmWorker);
  const lanes = new Lanes(system.ledger, holder);
  const sql = 'SELECT lane_id AS lane FROM job WHERE id = $1';
  const [job] = await system.ledger.query<{ lane: string }[]>(sql, [body.jobId]);
  const lease = await lanes.lease(job?.lane ?? '');
  const [action] = lease ? await lanes.next(lease, 1) : [];
  if (!lease || !action) throw new Error('expected an action');
  const outcome = { status: 'blocked', reason, message: 'It waits.' } as const;
  await lanes.settle(lease, { actionId: action.id, outcome });
  await lanes.release(lease);
  await close();
  return body.jobId;
}

const happened = (data: object, organization = 'contoso') =>
  system.policy.events.push({
    id: randomUUID(),
    organization,
    type: 'pause.changed',
    subject: 'policy',
    subjectVersion: 1,
    dataJson: JSON.stringify({ change: randomUUID(), cause: 'pause', ...data }),
    at: new Date().toISOString(),
  });
const statusOf = async (jobId: string): Promise<string> =>
  (await system.call(`GET jobs/${jobId}`)).body.actions[0].status;
const goesOn = (jobId: string) => eventually(async () => ((await statusOf(jobId)) === 'queued' ? true : undefined));

describe('when a pause ends', () => {
  it("a user's work goes on, and nobody else's", async () => {
    const [ada, ben] = [await blockedJob('ada'), await blockedJob('ben')];
    happened({ scope: 'user', id: 'ben', paused: true });
    happened({ scope: 'user', id: 'ada', paused: false }, 'fabrikam');
    happened({ scope: 'user', id: 'ada', paused: false });
    await goesOn(ada);
    expect(await statusOf(ben)).toBe('blocked');
  });

  it.each([
    ['the organization', { scope: 'organization', id: '' }],
    ['a tool', { scope: 'tool', id: 'create_task' }],
  ])(
    'of %s, the paused work of all its users goes on, and what waits for something else stays',
    async (_what, pause) => {
      const [one, two] = [await blockedJob(`one-${pause.scope}`), await blockedJob(`two-${pause.scope}`)];
      const other = await blockedJob(`other-${pause.scope}`, 'not_connected');
      happened({ ...pause, paused: false });
      await Promise.all([goesOn(one), goesOn(two)]);
      expect(await statusOf(other)).toBe('blocked');
    },
  );

  it('work that a worker notes as paused a moment after the end goes on as well', async () => {
    happened({ scope: 'user', id: 'late', paused: true });
    happened({ scope: 'user', id: 'late', paused: false });
    const asked = system.policy.pulls;
    await eventually(async () => (system.policy.pulls > asked + 2 ? true : undefined));
    await goesOn(await blockedJob('late'));
  });
});
