import { describe, expect, it } from '@jest/globals';
import { CallsOver, LaneTrouble, Ended } from './interruption.js';
import { Permit, type Access } from './permit.js';

const access = (token: Partial<Access['token']> = {}): Access => ({
  decision: {
    decisionId: 'd',
    effect: 'allow',
    reason: 'allowed',
    message: '',
    revision: 1,
    fields: [],
    allFields: true,
  },
  token: {
    accessToken: 'first',
    expiresAt: '',
    connectionId: 'c',
    connectionVersion: 1,
    tenantId: 't',
    subject: 's',
    environmentId: 'e',
    environmentUrl: 'https://e.example',
    apiUrl: 'https://e.example',
    ...token,
  },
});

function permitAt(o: { now: { ms: number }; stopReason?: () => string | undefined; renew?: () => Promise<Access> }) {
  let renewals = 0;
  const renew = async (): Promise<Access> => {
    renewals += 1;
    return (o.renew ?? (() => Promise.resolve(access({ accessToken: `renewed ${renewals}` }))))();
  };
  const permit = new Permit(
    { clock: () => o.now.ms, stopReason: o.stopReason ?? (() => undefined), renew },
    0,
    access(),
  );
  return { permit, renewals: () => renewals };
}

describe('a permit', () => {
  it('is worth 500 ms from before it was asked for', async () => {
    const now = { ms: 500 };
    const { permit, renewals } = permitAt({ now });
    await permit.ensure();
    expect(renewals()).toBe(0);
    now.ms = 501;
    await permit.ensure();
    expect(renewals()).toBe(1);
    expect(permit.access.token.accessToken).toBe('renewed 1');
    now.ms = 1_001;
    await permit.ensure();
    expect(renewals()).toBe(1);
  });

  it('is asked for once by calls that start together', async () => {
    const { permit, renewals } = permitAt({ now: { ms: 501 } });
    await Promise.all([permit.ensure(), permit.ensure(), permit.ensure()]);
    expect(renewals()).toBe(1);
  });

  it('counts the time that asking took, and gives up where that is too long', async () => {
    const now = { ms: 501 };
    const renew = (): Promise<Access> => {
      now.ms += 600;
      return Promise.resolve(access());
    };
    await expect(permitAt({ now, renew }).permit.ensure()).rejects.toThrow(LaneTrouble);
  });

  it('looks at this process right before each call', async () => {
    let reason: string | undefined;
    const { permit } = permitAt({ now: { ms: 0 }, stopReason: () => reason });
    expect(permit.holds()).toBe(true);
    reason = 'stop';
    expect(permit.holds()).toBe(false);
    await expect(permit.ensure()).rejects.toThrow(new CallsOver('stop'));
  });

  it('is over when its time is, without being asked for', () => {
    const now = { ms: 500 };
    const { permit, renewals } = permitAt({ now });
    expect(permit.holds()).toBe(true);
    now.ms = 501;
    expect(permit.holds()).toBe(false);
    expect(renewals()).toBe(0);
  });

  it.each([{ environmentId: 'other' }, { tenantId: 'other' }, { subject: 'other' }])(
    'is none for another account or environment: %j',
    async (other) => {
      const { permit } = permitAt({ now: { ms: 501 }, renew: () => Promise.resolve(access(other)) });
      const refused = permit.ensure();
      await expect(refused).rejects.toThrow(Ended);
      await expect(refused).rejects.toMatchObject({ outcome: { status: 'blocked', reason: 'environment_changed' } });
    },
  );
});
