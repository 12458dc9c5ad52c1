import type { AuthService } from '@bliro/contract/auth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import { ada, WorkerOfUser } from '../fixture/worker.js';

const organization = 'org-metadata';
let system: AuthSystem;
let policy: AuthService;
let admin: WorkerOfUser;
let admins = 0;
beforeAll(async () => {
  system = await authSystem();
  policy = await system.as('policy-service');
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  await system.sandbox.control('reset', {});
  admin = await WorkerOfUser.of(system, await system.as('crm-worker'), organization, `admin-${(admins += 1)}`);
});

const jwt = (...roles: string[]) => system.sandbox.session({ organization, user: admin.userId, roles });

describe("an administrator's own JWT", () => {
  test('gets a token for their environment', async () => {
    const connection = await admin.browser.activate(ada);
    const { answer } = await policy.metadataToken({ hostToken: await jwt('admin', 'user') });
    expect(answer.given).toMatchObject({ connectionId: connection.id, environmentId: connection.environment?.id });
    const definition = `${answer.given?.apiUrl}/api/data/v9.2/EntityDefinitions(LogicalName='task')?$select=LogicalName`;
    const read = await fetch(definition, { headers: { authorization: `Bearer ${answer.given?.accessToken}` } });
    expect(read.status).toBe(200);
  });

  test('gets none where they have no connection', async () => {
    const { answer } = await policy.metadataToken({ hostToken: await jwt('admin') });
    expect(answer).toMatchObject({ refused: { code: 'not_connected' } });
  });
});

test.each([
  ["a user's JWT", () => jwt('user')],
  ["a pipeline's JWT", () => jwt('pipeline')],
  ['what is no JWT', () => Promise.resolve('none')],
  ['a grant', () => system.policy.grant(organization, admin.userId)],
])('%s gets no token', async (_what, token) => {
  await admin.browser.activate(ada);
  const { answer } = await policy.metadataToken({ hostToken: await token() });
  expect(answer).toMatchObject({ refused: { code: 'grant_refused' } });
});

test.each(['crm-worker', 'job-service'] as const)('%s may not ask', async (service) => {
  const other = await system.as(service);
  await expect(other.metadataToken({ hostToken: await jwt('admin') })).rejects.toMatchObject({ code: 'denied' });
});
