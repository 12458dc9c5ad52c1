import type { AuthService } from '@bliro/contract/auth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import { WorkerOfUser } from '../fixture/worker.js';
import type { TokenUse } from '../vault/vault-event.js';
import type { Broken } from './classify.js';
import { type Lease, takeLease } from './lease.js';
import { countUnknownRefusal, settleBroken, settleSuccess } from './settle.js';

const use: TokenUse = { why: 'grant', by: 'crm-worker' };
const revoked: Broken = { kind: 'broken', reason: 'consent_revoked', keepDays: 0, probe: 'never' };
let system: AuthSystem;
let worker: AuthService;
let user: WorkerOfUser;
let lease: Lease;
let users = 0;
beforeAll(async () => {
  system = await authSystem();
  worker = await system.as('crm-worker');
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  user = await WorkerOfUser.of(system, worker, 'org-1', `user-${(users += 1)}`);
  const answer = await takeLease(system.workDatabase, await user.activeWithoutToken());
  if (answer.kind !== 'taken') throw new Error(`expected the lease, it was ${answer.kind}`);
  lease = answer.lease;
});

const writes: [string, () => Promise<boolean>][] = [
  ['a success', () => settleSuccess(system.workDatabase, lease, undefined, use)],
  ['what broke it', () => settleBroken(system.workDatabase, lease, revoked)],
];

describe.each(writes)('%s', (_name, write) => {
  test('is written under the lease, which ends', async () => {
    expect(await write()).toBe(true);
    expect((await user.row()).leaseHolder).toBeNull();
  });

  test.each([
    ['somebody else has the lease by now, of the same row', 'lease_holder = gen_random_uuid()'],
    ['the row is another one by now, under the same lease', 'version = version + 1'],
  ])('is not written where %s', async (_case, change) => {
    await user.set(change);
    const before = await user.row();
    expect(await write()).toBe(false);
    expect(await user.row()).toEqual(before);
  });
});

test('an unknown refusal counts under the lease alone', async () => {
  await countUnknownRefusal(system.workDatabase, lease);
  const counted = await user.row();
  expect(counted.unknownRefusals).toBe(1);
  await user.set(`unknown_refusal_at = null, lease_holder = gen_random_uuid()`);
  await countUnknownRefusal(system.workDatabase, lease);
  expect((await user.row()).unknownRefusals).toBe(1);
});
