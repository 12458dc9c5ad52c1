import { joinAsHolder, Lanes } from '@bliro/ledger';
import { eventually } from '@bliro/testing';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { jobOf } from '../fixture/job-system.js';
import { useJobSystem } from '../fixture/use-job-system.js';

describe('when a connection changes', () => {
  const on = useJobSystem();

  const blockedJob = async (userId: string): Promise<string> => {
    const { body } = await on.system.call('POST jobs', { key: randomUUID(), body: { ...jobOf(), userId } });
    const { holder, close } = await joinAsHolder(on.system.urls.crmWorker);
    const lanes = new Lanes(on.system.ledger, holder);
    const [job] = await on.system.ledger.query<{ lane: string }[]>('SELECT lane_id AS lane FROM job WHERE id = $1', [
      body.jobId,
    ]);
    const lease = await lanes.lease(job?.lane ?? '');
    const [action] = lease ? await lanes.next(lease, 1) : [];
    if (!lease || !action) throw new Error('expected an action');
    const outcome = { status: 'blocked', reason: 'not_connected', message: 'Connect Dynamics.' } as const;
    await lanes.settle(lease, { actionId: action.id, outcome });
    await lanes.release(lease);
    await close();
    return body.jobId;
  };
  const happened = (userId: string, status: string, type = 'connection.changed') =>
    on.system.auth.events.push({
      id: randomUUID(),
      organization: 'contoso',
      type,
      subject: randomUUID(),
      subjectVersion: 1,
      dataJson: JSON.stringify({ userId, status }),
      at: new Date().toISOString(),
    });
  const statusOf = async (jobId: string): Promise<string> =>
    (await on.system.call(`GET jobs/${jobId}`)).body.actions[0].status;

  it('to active, the blocked work of that user goes on, once', async () => {
    const [ada, ben] = [await blockedJob('ada'), await blockedJob('ben')];
    expect((await on.system.call(`GET jobs/${ada}`)).body.status).toBe('waiting');
    happened('ben', 'needs_reconnect');
    happened('ada', 'active');
    happened('ada', 'active');
    await eventually(async () => ((await statusOf(ada)) === 'queued' ? true : undefined));
    expect(await statusOf(ben)).toBe('blocked');
    const due = 'id = (SELECT lane_id FROM job WHERE id = $1) AND due <= clock_timestamp() AND seq = 2';
    expect(await on.system.count('lane', due, [ada])).toBe(1);
  });

  it('events of kinds that are not known here are passed over', async () => {
    const carl = await blockedJob('carl');
    happened('carl', 'active', 'connection.discussed');
    happened('carl', 'active');
    await eventually(async () => ((await statusOf(carl)) === 'queued' ? true : undefined));
  });
});
