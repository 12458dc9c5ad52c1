import type { AuthService } from '@bliro/contract/auth';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import { ada, WorkerOfUser } from '../fixture/worker.js';
import { type Cloud, cloudOf } from './cloud.js';
import { FoundEnvironment } from './found-environment.entity.js';

const organization = 'org-1';
const commercial = cloudOf('https://globaldisco.crm.dynamics.com') as Cloud;
let system: AuthSystem;
let worker: AuthService;
let user: WorkerOfUser;
let users = 0;
beforeAll(async () => {
  system = await authSystem();
  worker = await system.as('crm-worker');
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  user = await WorkerOfUser.of(system, worker, organization, `user-${(users += 1)}`);
  await user.browser.connect(ada);
});

const found = async () =>
  system.workDatabase.manager.countBy(FoundEnvironment, { connectionId: (await user.row()).id });

test('an address that is not Microsoft’s can’t be chosen, whatever Discovery says, nor is it remembered', async () => {
  const environments = system.environmentsIn(commercial);
  const { seen } = await environments.list(user);
  expect(seen.length).toBeGreaterThanOrEqual(2);
  for (const one of seen) expect(one).toMatchObject({ selectable: false, reason: 'address_not_allowed' });
  const chosen = environments.choose(user, seen[0]?.id ?? '');
  await expect(chosen).rejects.toMatchObject({ code: 'environment_not_selectable' });
  expect(await found()).toBe(0);
  expect(await user.row()).toMatchObject({ status: 'awaiting_environment', environmentUrl: null });
});

test('a stand-in’s is one where stand-ins are allowed', async () => {
  const { items } = await user.browser.environments();
  expect(items.map(({ selectable }) => selectable)).toEqual(items.map(() => true));
  expect(await found()).toBe(items.length);
});
