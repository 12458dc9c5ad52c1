import type { ConnectionReason } from '@bliro/contract/auth';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import { type Account, compare, type Model, type Real, settle, type Step } from '../fixture/life.js';
import { WorkerOfUser } from '../fixture/worker.js';

let system: AuthSystem;
let organizations = 0;
beforeAll(async () => {
  system = await authSystem();
}, 30_000);
afterAll(() => system.close());

const upn = (account: Account) => `${account}@contoso.example`;
const isConnected = ({ status }: Model) => status === 'active' || status === 'awaiting_environment';

function step(name: string, check: (model: Model) => boolean, act: (model: Model, real: Real) => Promise<void>): Step {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      // Ten redemptions in five minutes are another test's matter.
      await real.user.set(`redemptions = '{}'`);
      await act(model, real);
      await compare(model, real);
    },
  };
}

const connect = (account: Account, switchAccount: boolean): Step =>
  step(
    `connect ${account}${switchAccount ? ', switching' : ''}`,
    () => true,
    async (model, { user }) => {
      const another = model.account !== undefined && model.account !== account;
      const end = await user.browser.connect(upn(account), { switchAccount });
      expect(end).toContain(another && !switchAccount ? '=different_account' : '=connected');
      if (model.status === 'none') model.status = 'awaiting_consent';
      if (another && !switchAccount) return;
      const reason = another ? 'account_switched' : undefined;
      if (another) model.chosen = undefined;
      Object.assign(model, { status: 'awaiting_environment', account, reason });
      settle(model);
    },
  );

const decline = step(
  'decline',
  () => true,
  async (model, { user }) => {
    expect(await user.browser.connect(upn('ada'), {}, 'decline')).toContain('=declined');
    if (model.status === 'none') model.status = 'awaiting_consent';
  },
);

const choose = (index: 0 | 1): Step =>
  step(`choose ${index}`, isConnected, async (model, { user, environments }) => {
    const answer = await user.browser.call('PUT', 'connections/dynamics/environment', {
      environmentId: environments[index],
    });
    const pinned = model.pin !== undefined && model.pin !== index;
    const reachable = model.account === 'ada' || index === 0;
    expect(answer.status).toBe(pinned || !reachable ? 409 : 200);
    if (answer.status === 200) model.chosen = index;
    settle(model);
  });

const pin = (index: 0 | 1): Step =>
  step(
    `pin ${index}`,
    () => true,
    async (model, { admin, environments }) => {
      await admin.json('PUT', 'organization/dynamics/pinned-environment', { environmentId: environments[index] });
      await system.upkeep.run();
      model.pin = index;
      settle(model);
    },
  );

const unpin = step(
  'unpin',
  () => true,
  async (model, { admin }) => {
    await admin.call('DELETE', 'organization/dynamics/pinned-environment');
    model.pin = undefined;
    settle(model);
  },
);

const disconnect = (by: 'user' | 'admin'): Step =>
  step(
    `disconnect by ${by}`,
    ({ status }) => status !== 'none',
    async (model, { user, admin }) => {
      const { id } = await user.row();
      if (by === 'user') await user.browser.call('DELETE', 'connections/dynamics');
      else await admin.call('DELETE', `organization/connections/${id}`);
      Object.assign(model, { status: 'disconnected', reason: undefined, chosen: undefined });
    },
  );

const refused = (code: string, reason: ConnectionReason | undefined): Step =>
  step(
    `AADSTS${code}`,
    ({ status }) => status === 'active',
    async (model, { user }) => {
      system.memory.drop((await user.row()).id);
      await system.sandbox.control('faults', {
        target: 'entra',
        match: { user: upn(model.account ?? 'ada') },
        effect: { kind: 'status', status: 400, code },
        times: 1,
      });
      await user.ask();
      if (reason !== undefined) Object.assign(model, { status: 'needs_reconnect', reason });
    },
  );

const recover = step(
  'a probe that is due',
  ({ reason }) => reason === 'blocked_by_policy',
  async (model, { user }) => {
    await user.set('probe_at = clock_timestamp()');
    await system.upkeep.run();
    Object.assign(model, { status: 'awaiting_environment', reason: undefined });
    settle(model);
  },
);

const steps = [
  connect('ada', false),
  connect('ada', true),
  connect('ben', false),
  connect('ben', true),
  decline,
  choose(0),
  choose(1),
  pin(0),
  pin(1),
  unpin,
  disconnect('user'),
  disconnect('admin'),
  refused('50173', 'sessions_revoked'),
  refused('50076', 'interaction_required'),
  refused('53003', 'blocked_by_policy'),
  refused('90033', undefined),
  recover,
].map((one) => fc.constant(one));

async function fresh(): Promise<{ model: Model; real: Real }> {
  await system.sandbox.control('reset', {});
  const organization = `life-${(organizations += 1)}`;
  const worker = await system.as('crm-worker');
  const [user, finder] = await Promise.all(
    ['user', 'finder'].map((userId) => WorkerOfUser.of(system, worker, organization, userId)),
  );
  if (user === undefined || finder === undefined) throw new Error('there is nobody');
  const reachable = async (account: Account): Promise<string[]> => {
    await finder.browser.connect(upn(account), { switchAccount: true });
    return (await finder.browser.environments()).items.map(({ id }) => id);
  };
  const bens = await reachable('ben');
  const adas = await reachable('ada');
  const shared = adas.find((id) => bens.includes(id)) ?? '';
  const onlyAdas = adas.find((id) => !bens.includes(id)) ?? '';
  const admin = await system.browser(organization, 'an-admin', ['admin']);
  return {
    model: { status: 'none', reason: undefined, account: undefined, chosen: undefined, pin: undefined },
    real: { system, user, admin, environments: [shared, onlyAdas], version: 0 },
  };
}

test('whatever is done in whatever order, a connection is where spec.md says', async () => {
  const life = fc.commands(steps, { size: '+1', maxCommands: 16 });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), life, async (inUse, commands) => {
      const state = await fresh();
      if (inUse) for (const one of [connect('ada', false), choose(0)]) await one.run(state.model, state.real);
      await fc.asyncModelRun(() => state, commands);
    }),
    { seed: 1311, numRuns: 40, endOnFailure: true },
  );
}, 180_000);
