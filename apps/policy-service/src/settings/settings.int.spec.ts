import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';
import { defaultSettings } from './settings.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

describe('settings', () => {
  it('are the defaults until somebody says otherwise', async () => {
    const { body, headers } = await call(system, 'GET settings', { organization: 'fresh' });
    expect(body).toEqual({ ...defaultSettings, defaults: defaultSettings, chosen: {}, revision: 0 });
    expect(headers.get('etag')).toMatch(/^"[\w-]+"$/);
  });

  it('change by what is named, and show who changed them', async () => {
    const session = { organization: 'changing', user: 'ann' };
    const first = await call(system, 'GET settings', session);
    const ifMatch = first.headers.get('etag') ?? '';
    const body = { standingApprovals: true, limits: { readRowsPerHour: 10 }, comment: 'Small steps' };
    const changed = await call(system, 'PATCH settings', { ...session, ifMatch, body });
    expect(changed.body).toMatchObject({
      standingApprovals: true,
      approvalHours: defaultSettings.approvalHours,
      limits: { ...defaultSettings.limits, readRowsPerHour: 10 },
      chosen: { standingApprovals: true, limits: { readRowsPerHour: 10 } },
      revision: 1,
      changedBy: 'ann',
    });
    const next = { ...session, ifMatch: changed.headers.get('etag') ?? '', body: { limits: { jobsPerMinute: 5 } } };
    const again = await call(system, 'PATCH settings', next);
    expect(again.body['limits']).toEqual({ ...defaultSettings.limits, readRowsPerHour: 10, jobsPerMinute: 5 });
    const { body: audit } = await call(system, 'GET audit?kind=change&user=ann', session);
    expect(audit['items'][1]).toMatchObject({
      cause: 'settings',
      comment: 'Small steps',
      changes: [{ settings: true }],
    });
  });

  it.each([
    ['no tag', undefined, { keepAlive: true }, 428, undefined],
    ['an old tag', '"old"', { keepAlive: true }, 412, undefined],
    ['nothing', '*', { comment: 'x' }, 400, ''],
    ['something that is no setting', '*', { colour: 'red' }, 400, '/colour'],
    ['something that is no limit', '*', { limits: { colour: 1 } }, 400, '/limits/colour'],
    ['a wrong type', '*', { keepAlive: 'yes' }, 400, '/keepAlive'],
    ['a job kept for longer than its mandates live', '*', { jobDays: 91 }, 400, '/jobDays'],
    ['a value out of its range', '*', { limits: { actionsPerJob: 101 } }, 400, '/limits/actionsPerJob'],
  ])('with %s stay as they are', async (_what, ifMatch, body, status, pointer) => {
    const session = { organization: 'refusing', ...(ifMatch !== undefined && { ifMatch }) };
    const answer = await call(system, 'PATCH settings', { ...session, body });
    expect(answer.status).toBe(status);
    if (pointer !== undefined) expect(answer.body['errors']).toContainEqual(expect.objectContaining({ pointer }));
    expect((await call(system, 'GET settings', session)).body['revision']).toBe(0);
  });
});
